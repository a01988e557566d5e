"""Brings the game to where the recording is played, once a frame, and reads on meanwhile.

Not here: the position (`gridcli.core.deck`), what the game makes of entries
(`gridcli.tui.replay.showing`), keys and the bar (`gridcli.tui.replay.app`, `bar`).
"""

import asyncio
import time

from gridcli.core.deck import Deck
from gridcli.core.marks import Marks
from gridcli.core.playback import SPACING, Cursor, Timeline

from .link import ReplayLink
from .showing import Saved

_PIECE = SPACING // 8
"""How much is read between two looks at the keyboard: some 3 ms."""
_A_FRAME = SPACING
"""How much is played in one frame at most; where more is due, playing falls behind."""
_A_SEEK = 8 * SPACING
"""How much is played at once after a seek: more than lies between two states that are kept."""
_SHARE = 0.6
"""How much of the time reading may take."""


class Projector:
    """A recording that plays.

    Args:
        link: of the game that is shown; it is given the time.
        timeline: what is played.
        cursor: of the timeline, with the stage of that game.
        deck: the position; to be moved by the methods here.
    """

    def __init__(
        self, link: ReplayLink, timeline: Timeline[Saved], cursor: Cursor[Saved], deck: Deck
    ) -> None:
        self.deck = deck
        self._link = link
        self._timeline = timeline
        self._cursor = cursor
        self._sought_s: float | None = None
        """Where the position was moved to, until the game is there."""

    @property
    def position_s(self) -> float:
        """Where it is, or is on its way to, in seconds."""
        return self.deck.position_s if self._sought_s is None else self._sought_s

    @property
    def marks(self) -> Marks:
        """What there is to look for, as far as was read."""
        return self._timeline.marks

    @property
    def known_s(self) -> float:
        """How far the recording was read, in seconds."""
        return self.deck.length_s if self._timeline.whole else self._timeline.known_s

    @property
    def whole(self) -> bool:
        """Whether it was read to its end."""
        return self._timeline.whole

    @property
    def waiting(self) -> bool:
        """Whether it has to read on before it can show what is asked for."""
        return (
            self._sought_s is not None and max(self.known_s, self._cursor.time_s) < self._sought_s
        )

    @property
    def complaint(self) -> str:
        """What is wrong with the recording; empty if nothing is, or nothing is known yet."""
        if self._timeline.trouble:
            return f"The recording is broken: {self._timeline.trouble}. It is played up to there."
        if self._timeline.cut_off:
            return "The recording is cut off in its last line, and played up to there."
        return ""

    def toggle(self) -> None:
        """Pause, or go on; at the end, begin again."""
        if self.deck.at_end:
            self._sought_s = 0.0
        self.deck.toggle()

    def seek(self, position_s: float) -> None:
        """Go elsewhere, as far as the recording goes."""
        self.deck.seek(position_s)
        self._sought_s = self.deck.position_s

    def skip(self, seconds: float) -> None:
        """Go on, or back, by so much of the recording."""
        self.seek(self.position_s + seconds)

    def step(self, by: int) -> None:
        """Pause, and go on by a single change; or with -1 back by one."""
        self.deck.pause()
        self.turn()
        if self._sought_s is not None:
            return  # it is still on its way elsewhere
        if by > 0:
            self.deck.seek(self._cursor.step(_A_SEEK))
            self._link.now_s = self._cursor.time_s
        else:
            self.seek(self._cursor.previous_s())

    def turn(self) -> bool:
        """Bring the game to the position; called once a frame. True where it jumped there."""
        jumped = self._sought_s is not None
        if self._sought_s is not None:
            if not self.waiting and self._cursor.go(self._sought_s, _A_SEEK):
                self._sought_s = None
            else:
                self.deck.seek(self._sought_s)  # it waits there, and does not play on
        elif not self._cursor.go(self.deck.position_s, _A_FRAME):
            self.deck.seek(self._cursor.time_s)
        self._link.now_s = self._cursor.time_s
        return jumped

    async def read_on(self) -> None:
        """Read to the recording's end, in pieces between which the screen lives on."""
        while not self._timeline.whole:
            started_s = time.perf_counter()
            self._timeline.read_on(_PIECE)
            took_s = time.perf_counter() - started_s
            await asyncio.sleep(0 if self.waiting else took_s * (1 - _SHARE) / _SHARE)
        self.deck.length_s = self._timeline.known_s
