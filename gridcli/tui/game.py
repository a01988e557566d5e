"""The model behind the screen: what arrived, what was sent, and what has to be redrawn.

The link calls `updated` and `state_changed` on the event loop; they change the model and mark
parts of it as dirty, and draw nothing. The app's timer takes the marks and redraws once, however
much arrived. Not here: widgets (`board`, `players`, `chat`, `status`), what updates mean
(`hearing`), the view of the room itself (`gridcli.core.mirror`).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy

from gridcli.core.errors import GridError
from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import ISOLATED, REUNITED
from gridcli.core.protocol.updates import Delta, Notice, Placed, Update, Welcome
from gridcli.link.states import (
    Connecting,
    Kicked,
    Live,
    Mismatched,
    Offline,
    Reconnecting,
    Refused,
    State,
)

from .follow import Follow
from .game_link import GameLink
from .hearing import Hearing
from .parts import EVERYTHING, NOTHING, Part, Toast
from .pulse import Pulse
from .throttle import Throttle
from .walk import Walk

__all__ = ["EVERYTHING", "NOTHING", "Game", "GameLink", "Part", "Toast"]

Memory = Mapping[str, object]
"""What a game was told, as a value."""

_OF_THE_WATCHER = frozenset(
    {"link", "clock", "wake", "urgent", "spectate", "recorded", "walk", "follow"}
)
"""What a game has by whom it is shown to, and not by what it was told."""


class Game:
    """One player's game. Give `updated` and `state_changed` to a link, then the link to `join`.

    Args:
        spectate: whether one only watches.
        recorded: whether it is a recording that one watches.
        clock: seconds, of which those of updates are.
    """

    link: GameLink

    def __init__(
        self,
        *,
        spectate: bool = False,
        recorded: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.spectate = spectate
        self.recorded = recorded
        self.pulse = Pulse()
        self.bots = 0
        """How many bots of this screen's play."""
        self.bots_wanted = 0
        """And how many were asked for."""
        self.offers_bots = False
        self.walk = Walk()
        self.follow = Follow()
        self.clock = clock
        self.state_since_s = clock()
        self.isolated = False
        """Whether our server is cut off from the others that share its grid."""
        hearing = self._hearing = Hearing()
        self.journal = hearing.journal
        self.activity = hearing.activity
        self.emotes = hearing.emotes
        self.standing = hearing.standing
        self.wake: Callable[[], None] = lambda: None
        """Called when something has changed that is not drawn yet."""
        self.urgent = False
        """Whether a step of ours is among it."""
        self._throttle = Throttle()
        self._dirty = EVERYTHING
        self._lost = False

    def join(self, link: GameLink) -> None:
        """Play over this link."""
        self.link = link

    @property
    def mirror(self) -> Mirror:
        """The room as the server told it."""
        return self.link.mirror

    @property
    def live(self) -> bool:
        """Whether what is on the screen is how things are."""
        return isinstance(self.link.state, Live)

    @property
    def _dirty(self) -> Part:
        return self._marks

    @_dirty.setter
    def _dirty(self, parts: Part) -> None:
        self._marks = parts
        if parts:
            self.wake()

    def take_dirty(self) -> Part:
        """What changed since the last call."""
        if self.emotes and self.emotes.expire(self.clock()):
            self._dirty |= Part.WORLD
        dirty, self._dirty, self.urgent = self._dirty, NOTHING, False
        return dirty

    def take_toasts(self) -> Sequence[Toast]:
        """What is worth more than a line of the log, since the last call."""
        toasts = list(self._hearing.toasts)
        self._hearing.toasts.clear()
        return toasts

    def step(self, direction: Direction) -> bool:
        """Take a step, unless it comes too fast or there is no connection."""
        now_s = self.clock()
        if self.spectate or not self.live or not self._throttle.allow(now_s):
            return False
        try:
            seq = self.link.step(direction)
        except GridError:
            return False  # the connection broke just now; its state says so on the screen
        self.pulse.stepped(seq, now_s)
        self.walk.took(direction, now_s)
        return True

    def looks_elsewhere(self) -> None:
        """Something of ours that shows on board, list and status is another: draw them again."""
        self._dirty |= Part.WORLD | Part.PEOPLE | Part.STATUS

    def counts(self) -> None:
        """Seconds have passed that are shown."""
        self._dirty |= Part.STATUS

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Put a line of our own into the event log."""
        self.journal.tell(text, warning=warning)
        self._dirty |= Part.LOG

    def pinged(self, round_trip_s: float) -> None:
        """A probe came back."""
        self.pulse.pinged(round_trip_s, self.clock())
        self._dirty |= Part.STATUS

    def updated(self, update: Update, received_s: float) -> None:
        """An update arrived, and the mirror has it already."""
        self._dirty |= self._hearing.take(update, self.mirror, received_s)
        match update:
            case Delta():
                seq = update.seqs.get(self.mirror.user_id)
                if seq is not None and self.pulse.seen_through(seq, received_s):
                    self._hurry()
            case Placed(user_id):
                if user_id == self.mirror.user_id and self.pulse.seen_next(received_s):
                    self._dirty |= Part.STATUS
                    self._hurry()
            case Notice(code) if code in (ISOLATED, REUNITED):
                self.isolated = code == ISOLATED
                self._dirty |= Part.STATUS
            case Welcome():
                self.isolated = False  # or we are told in a moment
                self.pulse.forget_steps()

    def state_changed(self, state: State) -> None:
        """The link is live, or why it is not."""
        self.state_since_s = self.clock()
        self.pulse.forget_steps()
        self.walk.stop()
        self.emotes.clear()
        self._dirty |= EVERYTHING
        match state:
            case Live():
                if self._lost:
                    self.tell("connected again")
                self._lost = False
            case Connecting():
                pass
            case _:
                self._lost = True
        match state:
            case Reconnecting(attempt, _, reason) if attempt <= 1:
                self.tell(f"connection lost: {reason}", warning=True)
            case Offline(reason):
                self.tell(f"offline: {reason}", warning=True)
            case Refused(code, text):
                self.tell(f"refused: {text} [{code}]", warning=True)
            case Kicked(code, text):
                self.tell(f"put out by the server: {text} [{code}]", warning=True)
            case Mismatched(text):
                self.tell(text, warning=True)

    def remember(self, mirror: Mirror) -> Memory:
        """A copy of all that it was told, for `recall`; whatever is added to the game is in it.

        Args:
            mirror: a copy of the link's, which the memory is to refer to in its place.
        """
        told = {name: value for name, value in vars(self).items() if name not in _OF_THE_WATCHER}
        return self._copied(told, self.mirror, mirror)

    def recall(self, memory: Memory, mirror: Mirror) -> None:
        """Know what was remembered, and nothing else; where one looks stays as it is.

        Args:
            memory: stays as it is.
            mirror: what the memory refers to; the link's is a copy of that.
        """
        vars(self).update(self._copied(memory, mirror, self.mirror))
        self._dirty = EVERYTHING

    def _copied(self, memory: Memory, mirror: Mirror, other: Mirror) -> Memory:
        same = [(self.clock, self.clock), (mirror, other), (mirror.contest, other.contest)]
        return deepcopy(memory, {id(one): another for one, another in same if one is not None})

    def _hurry(self) -> None:
        """Somebody pressed a key and waits to see what it did."""
        self.urgent = True
        self.wake()
