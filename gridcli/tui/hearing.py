"""What an update means to who watches: lines of the log, toasts, who is active, how a game stands.

`Hearing.take` is called after the mirror took an update in, and says which parts of the screen it
changes. Not here: the room itself (`gridcli.core.mirror`), the connection and one's own steps
(`gridcli.tui.game`).
"""

from collections import deque
from collections.abc import Iterable, Sequence

from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import EMOTES, REUNITED
from gridcli.core.protocol.updates import (
    Backlog,
    Chat,
    Delta,
    Emote,
    Notice,
    Placed,
    Removed,
    Round,
    Status,
    Update,
    Welcome,
)
from gridcli.core.text import foreign

from .activity import Activity
from .emotes import Emotes
from .journal import Journal, Line
from .parts import EVERYTHING, Part, Toast
from .standing import News, Standing

PING = EMOTES[0]
_MOST_TOASTS = 3


class Hearing:
    """The log and its relatives, of one connection after another."""

    def __init__(self) -> None:
        self.journal = Journal()
        self.activity = Activity()
        self.emotes = Emotes()
        self.standing = Standing()
        self.toasts: deque[Toast] = deque(maxlen=_MOST_TOASTS)
        """Those that are not on the screen yet."""
        self._names: dict[str, str] = {}
        self._room = ""

    def take(self, update: Update, mirror: Mirror, now_s: float) -> Part:
        """An update that the mirror has already; which parts it changes."""
        match update:
            case Delta(full=True):
                return Part.WORLD | Part.PEOPLE | Part.STATUS | self._everyone(mirror, now_s)
            case Delta():
                self.activity.did(update.cells, now_s)
                changed = Part.WORLD | Part.STATUS | self._went(update.leaves, mirror)
                joined = [(row.user_id, row.name) for row in update.joins]
                return changed | self._came(joined, mirror, now_s)
            case Placed(user_id, symbol):
                self.activity.did((user_id,), now_s)
                if user_id in self._names:
                    return Part.WORLD
                return Part.WORLD | self._came([(user_id, symbol)], mirror, now_s)
            case Removed(user_id):
                return Part.WORLD | self._went((user_id,), mirror)
            case Chat():
                self.journal.say(*_line(update), own_name=mirror.name)
                self.activity.did((update.user_id,), now_s)
                return Part.LOG
            case Backlog(lines):
                self.journal.catch_up(list(map(_line, lines)), own_name=mirror.name)
                return Part.LOG
            case Emote(user_id, emote):
                return self._shown(user_id, emote, mirror, now_s)
            case Round():
                news = self._follow_game(mirror, now_s)
                return Part.WORLD | Part.PEOPLE | Part.STATUS | (Part.LOG if news else Part(0))
            case Notice(code, text):
                line = f"{foreign(text)} [{foreign(code)}]"
                self.journal.tell(line, warning=code != REUNITED)
                return Part.LOG
            case Welcome():
                self._names = {}
                self.activity.stay((), now_s)
                self.emotes.clear()
                return EVERYTHING
            case Status():
                self._everyone(mirror, now_s)
                return EVERYTHING
            case _:
                return Part.STATUS

    def _everyone(self, mirror: Mirror, now_s: float) -> Part:
        """The mirror has all of a room's players."""
        self._names = {user_id: who.name for user_id, who in mirror.who.items()}
        self.activity.stay(mirror.who, now_s)
        if mirror.room != self._room:
            self.journal.entered(foreign(mirror.room) if self._room else "")
            self.emotes.clear()
            self._room = mirror.room
        self._follow_game(mirror, now_s)
        return Part.LOG

    def _came(self, people: Sequence[tuple[str, str]], mirror: Mirror, now_s: float) -> Part:
        if not people:
            return Part(0)
        self.journal.joined(
            [
                name
                for user_id, name in people
                if user_id not in self._names and user_id != mirror.user_id
            ]
        )
        self._names.update(people)
        self.activity.came((user_id for user_id, _ in people), now_s)
        return Part.PEOPLE | Part.LOG

    def _went(self, user_ids: Iterable[str], mirror: Mirror) -> Part:
        gone = {user_id: self._names.pop(user_id) for user_id in user_ids if user_id in self._names}
        if not gone:
            return Part(0)
        self.activity.left(gone)
        # Ourselves: the connection that we had before, which others see leave and come back.
        gone.pop(mirror.user_id, None)
        self.journal.left(list(gone.values()))
        return Part.PEOPLE | Part.LOG

    def _shown(self, user_id: str, emote: str, mirror: Mirror, now_s: float) -> Part:
        cell = mirror.cells.get(user_id)
        if cell is None:
            return Part(0)  # it has gone since
        self.activity.did((user_id,), now_s)
        self.emotes.show(user_id, emote, now_s)
        if emote != PING:
            return Part.WORLD
        who = "you ping" if user_id == mirror.user_id else f"{self._name(user_id)} pings"
        self.journal.tell(f"{who} at {cell.x},{cell.y}")
        return Part.WORLD | Part.LOG

    def _follow_game(self, mirror: Mirror, now_s: float) -> bool:
        """Take in how the game stands, and tell what of it is news; whether anything is."""
        contest = mirror.contest
        happened = self.standing.follow(
            contest, room=mirror.room, own_id=mirror.user_id, now_s=now_s
        )
        for news in happened:
            assert contest is not None, "there is no news of no game"
            match news:
                case News.CAUGHT:
                    self.toasts.append(Toast("You are it! Touch somebody.", warning=True))
                    self.journal.tell("you are it", warning=True)
                case News.FREED:
                    self.journal.tell(f"{self._name(contest.it)} is it now")
                case News.BEGAN:
                    self.journal.tell(f"round {contest.number} of {contest.mode} begins")
                case News.ENDED:
                    best = contest.podium[0]
                    self.journal.tell(
                        f"{foreign(best.name)} won round {contest.number} with {best.points}"
                    )
        return bool(happened)

    def _name(self, user_id: str) -> str:
        return foreign(self._names.get(user_id, "somebody"))


def _line(chat: Chat) -> Line:
    return chat.user_id, foreign(chat.name), foreign(chat.text)
