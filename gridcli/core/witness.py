"""What a recorded player knew: its entries taken in again, one by one, as its link did.

Not here: which entries there are until a time (`gridcli.core.playback`), steps and states on the
screen (`gridcli.tui.replay`).
"""

from .errors import BadInput, Excess
from .marks import Mark
from .mirror import Mirror, Strangers
from .protocol.auth import Auth, decode_auth
from .protocol.names import CONNECT
from .protocol.requests import GoTo, Request
from .protocol.updates import UPDATE_EVENTS, Chat, Delta, Placed, Update, decode_update
from .reading import request_of
from .recording import ACK, LIVE, OFFLINE, Entry, Flow
from .whereabouts import Whereabouts


class Witness:
    """One player's view, rebuilt from the entries of a recording in their order."""

    def __init__(self) -> None:
        self.mirror = Mirror(shared=False)
        self.auth = Auth()
        """What the player asked for as it connected."""
        self.mark: Mark | None = None
        """What the last entry is marked for."""
        self._live = False
        self._whereabouts = Whereabouts(self.mirror)
        self._leaving: int | None = None
        """The number of the request to change rooms that is not acknowledged yet."""

    def take(self, entry: Entry) -> Update | Request | None:
        """Take in the next entry of this player.

        Returns:
            What it says: an update if it came in, a request if it went out. None where the game
            takes no notice of it.
        """
        self.mark = None
        match entry.flow:
            case Flow.IN:
                return self._hear(entry)
            case Flow.OUT:
                return self._say(entry)
            case Flow.STATE:
                if self._live and entry.event not in (LIVE, OFFLINE):
                    self.mark = Mark.LOST
                self._live = entry.event == LIVE
        return None

    def __len__(self) -> int:
        """What it takes to keep it, in entries of dictionaries."""
        scene, contest = self.mirror.scene, self.mirror.contest
        paint = 0 if contest is None else len(contest.points) + len(contest.paint)
        return len(scene.who) + len(scene) + paint

    def copy(self) -> "Witness":
        """One that knows the same, and stays as it is while this one goes on."""
        made = Witness()
        made.mirror, made.auth, made.mark = self.mirror.copy(), self.auth, self.mark
        made._whereabouts = Whereabouts(made.mirror, self._whereabouts.going_to)
        made._leaving, made._live = self._leaving, self._live
        return made

    def _hear(self, entry: Entry) -> Update | None:
        if entry.event not in UPDATE_EVENTS:
            if entry.event == ACK and entry.ack_id == self._leaving is not None:
                self._whereabouts.going_to, self._leaving = "", None
            return None
        try:
            update = decode_update(entry.event, [entry.payload])
            self.mark = self._mark_of(update)
            self._whereabouts.take(update)
        except Strangers:
            pass  # the rest of it was taken in
        except (BadInput, Excess):
            self.mark = None
            return None
        return update

    def _say(self, entry: Entry) -> Request | None:
        if entry.event == CONNECT:
            try:
                self.auth = decode_auth(entry.payload)
            except BadInput:
                self.auth = Auth()
            self._whereabouts.going_to = self.auth.room
            self._leaving = None
            return None
        request = request_of(entry)
        if isinstance(request, GoTo):
            self._whereabouts.going_to, self._leaving = request.room, entry.ack_id
        return request

    def _mark_of(self, update: Update) -> Mark | None:
        mirror = self.mirror
        match update:
            case Placed(user_id):
                if user_id not in mirror.cells and user_id != mirror.user_id:
                    return Mark.JOINED
            case Delta(joins=joins, full=False):
                if any(row.user_id != mirror.user_id for row in joins):
                    return Mark.JOINED
            case Chat():
                return Mark.CHAT
        return None
