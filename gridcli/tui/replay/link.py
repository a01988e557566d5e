"""A link to what was, in place of one to a server: it tells, and there is nothing to ask of it.

Not here: what it tells (`gridcli.tui.replay.showing`).
"""

from collections.abc import Sequence

from gridcli.core.errors import GridError
from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.answers import RoomInfo
from gridcli.link.states import Connecting, State
from gridcli.link.target import Target


class Recorded(GridError):
    """Something was asked of a recording."""

    def __init__(self) -> None:
        super().__init__("this is a recording: nothing can be done in it")


class ReplayLink:
    """What the screen sees of a recorded player's connection, at the position that is shown.

    Attributes:
        now_s: the position, in seconds; the game's clock.
    """

    def __init__(self) -> None:
        self.mirror = Mirror(shared=False)
        self.state: State = Connecting()
        self.transport = ""
        self.place = ""
        self.target = Target("")
        self.now_s = 0.0

    @property
    def protocol(self) -> int:
        """The dialect that was spoken."""
        return self.mirror.protocol

    async def open(self) -> None:
        """Raises `Recorded`, as does everything else that asks for something."""
        raise Recorded

    async def close(self) -> None:
        """There is nothing to close."""

    def step(self, direction: Direction) -> int:
        """Raises `Recorded`."""
        raise Recorded

    async def go_to(self, room: str) -> None:
        """Raises `Recorded`."""
        raise Recorded

    async def become(self, *, name: str, symbol: str, spectate: bool) -> None:
        """Raises `Recorded`."""
        raise Recorded

    async def say(self, text: str) -> None:
        """Raises `Recorded`."""
        raise Recorded

    async def show(self, emote: str) -> None:
        """Raises `Recorded`."""
        raise Recorded

    async def rooms(self) -> Sequence[RoomInfo]:
        """Raises `Recorded`."""
        raise Recorded

    async def probe(self) -> float:
        """Raises `Recorded`."""
        raise Recorded
