"""Who is in the room, as one who looks on sees it: when attackers came, and when they were gone.

Not here: attackers (`attacks`), the honest players (`crowd`).
"""

import time

from waiting import PATIENCE_S, until

from gridcli.core.protocol.updates import Chat, Delta, Update
from gridcli.link.link import Link
from gridcli.link.target import Target, Transport


class Watcher:
    """A spectator of a room; use it with `async with`.

    Attributes:
        lines: what was said there: name and text.
        left_s: when players were seen to be gone, of `time.monotonic`, by user id.
    """

    def __init__(self, url: str, room: str = "lobby") -> None:
        target = Target(url, room=room, transport=Transport.WEBSOCKET, spectate=True)
        self.link = Link(target, on_update=self._hear)
        self.lines: list[tuple[str, str]] = []
        self.left_s: dict[str, float] = {}

    async def __aenter__(self) -> "Watcher":
        await self.link.open()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.link.close()

    async def came(self, user_id: str) -> None:
        """Wait until a player is there."""
        await until(
            lambda: user_id in self.link.mirror.cells or user_id in self.left_s,
            f"{user_id} to come",
        )

    async def gone(self, user_id: str, since_s: float, patience_s: float = PATIENCE_S) -> float:
        """Wait until a player that came is there no more; the seconds since then."""
        await until(lambda: user_id in self.left_s, f"{user_id} to be gone", patience_s)
        return self.left_s[user_id] - since_s

    def sees(self, user_id: str) -> bool:
        """Whether a player is there now."""
        return user_id in self.link.mirror.cells

    def name(self, user_id: str) -> str:
        """What it is called."""
        return self.link.mirror.who[user_id].name

    def seq(self, user_id: str) -> int:
        """The number of its last move that was applied."""
        return self.link.mirror.seqs.get(user_id, 0)

    def _hear(self, update: Update, received_s: float) -> None:
        if isinstance(update, Delta):
            self.left_s |= dict.fromkeys(update.leaves, received_s)
        elif isinstance(update, Chat):
            self.lines.append((update.name, update.text))


def now_s() -> float:
    """The clock of `left_s`."""
    return time.monotonic()
