"""The packets of a client that polls, until it fetches them: how much that is.

Not here: who holds too much (`heartbeat`), WebSockets (`member`, `slow`).
"""

import asyncio
from typing import Any


class HeldQueue(asyncio.Queue[Any]):
    """python-engineio's queue of a client's packets, which knows their size."""

    def __init__(self) -> None:
        super().__init__()
        self.held = 0
        """Characters or bytes of all packets that nobody has fetched."""

    def put_nowait(self, packet: Any) -> None:
        """Owe the client a packet; None is python-engineio's end mark."""
        super().put_nowait(packet)
        self.held += _size(packet)

    def get_nowait(self) -> Any:
        """Take the next packet."""
        packet = super().get_nowait()
        self.held -= _size(packet)
        return packet


def _size(packet: Any) -> int:
    data = getattr(packet, "data", None)
    return len(data) if isinstance(data, str | bytes) else 1
