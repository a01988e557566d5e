"""The model behind the screen: what arrived, what was sent, and what has to be redrawn.

The link calls `updated` and `state_changed` on the event loop; they change the model and mark
parts of it as dirty, and draw nothing. The app's timer takes the marks and redraws once, however
much arrived. Not here: widgets (`board`, `players`, `chat`, `status`), the view of the room
itself (`gridcli.core.mirror`).
"""

import time
from collections.abc import Callable, Iterable
from enum import Flag, auto
from typing import Protocol

from gridcli.core.errors import GridError
from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import ISOLATED, REUNITED
from gridcli.core.protocol.updates import (
    Chat,
    Delta,
    Notice,
    Placed,
    Removed,
    Status,
    Update,
    Welcome,
)
from gridcli.core.text import foreign
from gridcli.link.states import Live, Offline, Reconnecting, Refused, State
from gridcli.link.target import Target

from .follow import Follow
from .journal import Journal
from .pulse import Pulse
from .throttle import Throttle
from .walk import Walk


class GameLink(Protocol):
    """What the screen needs of a link; `gridcli.link.link.Link` is the real one."""

    mirror: Mirror
    state: State
    target: Target

    @property
    def protocol(self) -> int:
        """The dialect in use."""

    @property
    def transport(self) -> str:
        """What carries the frames."""

    @property
    def place(self) -> str:
        """Which of several servers it is; empty if there is one."""

    async def open(self) -> None:
        """Connect; return once live."""

    async def close(self) -> None:
        """Leave."""

    def step(self, direction: Direction) -> int:
        """Send one step and return its number."""

    async def go_to(self, room: str) -> None:
        """Change the room."""

    async def become(self, *, name: str, symbol: str, spectate: bool) -> None:
        """Come back as somebody else."""

    async def say(self, text: str) -> None:
        """Chat."""

    async def probe(self) -> float:
        """A round trip in seconds."""


class Part(Flag):
    """A part of the model that changed since it was drawn."""

    WORLD = auto()
    PEOPLE = auto()
    LOG = auto()
    STATUS = auto()


NOTHING = Part(0)
EVERYTHING = Part.WORLD | Part.PEOPLE | Part.LOG | Part.STATUS


class Game:
    """One player's game. Give `updated` and `state_changed` to a link, then the link to `join`."""

    link: GameLink

    def __init__(
        self, *, spectate: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.spectate = spectate
        self.journal = Journal()
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
        self._throttle = Throttle()
        self._dirty = EVERYTHING
        self._names: dict[str, str] = {}

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

    def take_dirty(self) -> Part:
        """What changed since the last call."""
        dirty, self._dirty = self._dirty, NOTHING
        return dirty

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

    def tell(self, text: str, *, warning: bool = False) -> None:
        """Put a line of our own into the event log."""
        self.journal.tell(text, warning=warning)
        self._dirty |= Part.LOG

    def pinged(self, round_trip_s: float) -> None:
        """A probe came back."""
        self.pulse.pinged(round_trip_s)
        self._dirty |= Part.STATUS

    def updated(self, update: Update, received_s: float) -> None:
        """An update arrived, and the mirror has it already."""
        match update:
            case Delta():
                self._dirty |= Part.WORLD | Part.STATUS
                self._seen_in(update, received_s)
                self._people_of(update)
            case Placed(user_id, symbol):
                self._dirty |= Part.WORLD
                if user_id not in self._names:
                    self._came([(user_id, symbol)])
                if user_id == self.mirror.user_id and self.pulse.seen_next(received_s):
                    self._dirty |= Part.STATUS
            case Removed(user_id):
                self._dirty |= Part.WORLD
                self._went([user_id])
            case Chat(user_id, name, text):
                self.journal.say(user_id, foreign(name), foreign(text))
                self._dirty |= Part.LOG
            case Notice(code, text):
                self.tell(f"{foreign(text)} [{foreign(code)}]", warning=code != REUNITED)
                if code in (ISOLATED, REUNITED):
                    self.isolated = code == ISOLATED
                    self._dirty |= Part.STATUS
            case Welcome():
                self.isolated = False  # or we are told in a moment
                self._names = {}
                self.pulse.forget_steps()
                self._dirty |= EVERYTHING
            case Status():
                self._names = {user_id: who.name for user_id, who in self.mirror.who.items()}
                self._dirty |= EVERYTHING
            case _:
                self._dirty |= Part.STATUS

    def state_changed(self, state: State) -> None:
        """The link is live, reconnecting, offline or refused."""
        self.state_since_s = self.clock()
        self.pulse.forget_steps()
        self.walk.stop()
        self._dirty |= EVERYTHING
        match state:
            case Reconnecting(attempt, _, reason) if attempt <= 1:
                self.tell(f"connection lost: {reason}", warning=True)
            case Offline(reason):
                self.tell(f"offline: {reason}", warning=True)
            case Refused(code, text):
                self.tell(f"refused: {text} [{code}]", warning=True)

    def _seen_in(self, delta: Delta, received_s: float) -> None:
        seq = delta.seqs.get(self.mirror.user_id)
        if seq is not None:
            self.pulse.seen_through(seq, received_s)

    def _people_of(self, delta: Delta) -> None:
        if delta.full:
            self._names = {user_id: who.name for user_id, who in self.mirror.who.items()}
            self._dirty |= Part.PEOPLE
            return
        self._went(delta.leaves)
        self._came([(row.user_id, row.name) for row in delta.joins])

    def _came(self, people: list[tuple[str, str]]) -> None:
        if not people:
            return
        own_id = self.mirror.user_id
        self.journal.joined(
            [name for user_id, name in people if user_id not in self._names and user_id != own_id]
        )
        self._names.update(people)
        self._dirty |= Part.PEOPLE | Part.LOG

    def _went(self, user_ids: Iterable[str]) -> None:
        gone = {user_id: self._names.pop(user_id) for user_id in user_ids if user_id in self._names}
        if gone:
            # Ourselves: the connection that we had before, which others see leave and come back.
            gone.pop(self.mirror.user_id, None)
            self.journal.left(list(gone.values()))
            self._dirty |= Part.PEOPLE | Part.LOG
