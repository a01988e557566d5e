"""What the screen needs of a link; `gridcli.link.link.Link` is the real one.

Not here: what the screen makes of it (`gridcli.tui.game`).
"""

from collections.abc import Sequence
from typing import Protocol

from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.answers import RoomInfo
from gridcli.link.states import State
from gridcli.link.target import Target


class GameLink(Protocol):
    """One client's connection. Its requests raise `GridError` where there is no answer."""

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

    async def say(self, text: str) -> None:
        """Chat."""

    async def show(self, emote: str) -> None:
        """Show something on one's cell."""

    async def rooms(self) -> Sequence[RoomInfo]:
        """Which rooms there are, and who is where."""

    async def become(self, *, name: str, symbol: str, spectate: bool) -> None:
        """Leave, and come back as somebody else."""

    async def probe(self) -> float:
        """A round trip in seconds."""
