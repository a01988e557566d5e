"""Engine.IO's client side as its user sees it: frames in, frames out, and why it ended.

`send` never waits. `run` hands every received frame on, as the bytes that came, and returns why
the connection ended. Sources: the Engine.IO protocol, revision 4. Not here: what carries the frames
(`gridcli.link.websocket`, `gridcli.link.polling`), what they mean (`gridcli.link.session`), which
transport to take and how it opens (`gridcli.link.dial`).
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable

from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.packets import Handshake

OnFrame = Callable[[bytes], None]
OnBurst = Callable[[Burst], None]

CLOSED = "the server closed the connection"
LEFT = "the server closed the session"
UNREAD = "the server does not read what it is sent"
CLOSE_S = 1.0
"""How long a close waits for the server's part of it."""
MAX_UNSENT = 2**20
"""How many bytes may wait for a server to take them: some thousand steps, or the answers to as many
pings, which it can send without reading."""


class Connection(ABC):
    """An open Engine.IO session. Heartbeats are answered here, and never handed on.

    Args:
        handshake: the session's id and heartbeat.
    """

    kind: str

    def __init__(self, handshake: Handshake) -> None:
        self.handshake = handshake
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[str] = self._loop.create_future()
        self._heard_s = self._loop.time()
        self._watch: asyncio.TimerHandle | None = None

    @abstractmethod
    def send(self, frame: str) -> None:
        """Send a frame, after those sent before; a connection that has ended drops it."""

    @abstractmethod
    async def run(self, on_frame: OnFrame, on_burst: OnBurst | None = None) -> str:
        """Carry frames until the connection ends, close it, and say why it did.

        Args:
            on_frame: called with each frame.
            on_burst: called in place of that with reads that make a burst; a transport may have
                none.

        Raises:
            Exception: whatever these raised.
        """

    @abstractmethod
    async def flush(self, timeout_s: float) -> None:
        """Wait until what was sent is on its way, for so long at most."""

    @abstractmethod
    async def close(self) -> None:
        """End the session at the server, too, and close the sockets beneath."""

    def end(self, reason: str) -> None:
        """End the connection from our side; `run` returns the reason."""
        if not self._ended.done():
            self._ended.set_result(reason)

    def _watch_for_silence(self) -> None:
        """End the connection once nothing was heard for longer than the heartbeat allows."""
        patience_s = self.handshake.ping_interval_s + self.handshake.ping_timeout_s
        quiet_s = self._loop.time() - self._heard_s
        if quiet_s >= patience_s:
            self.end(f"nothing heard from the server for {patience_s:.0f} s")
        else:
            self._watch = self._loop.call_later(patience_s - quiet_s, self._watch_for_silence)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
