"""One node of a cluster: a server process on a port of its own, killed, stopped and started again.

What it says of itself is asked over HTTP, from its own port and not through nginx. Not here: the
broker and the proxies between it and the node (`cluster`).
"""

import asyncio
import json
import re
import signal
import sys
import time
from dataclasses import dataclass

from servers import Server

_ASK_S = 5.0
_POLL_S = 0.005


@dataclass(frozen=True, slots=True)
class Health:
    """What `/healthz` says."""

    players: int
    own: int
    peers: frozenset[str]
    bus: str
    digest: str


class Node:
    """One node; `server` is its present process.

    Args:
        name: as `--node` has it.
        port: where it listens, always.
        args: further options of `gridcli serve`.
    """

    def __init__(self, name: str, port: int, args: list[str]) -> None:
        self.name = name
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.server: Server
        self._command = [sys.executable, "-m", "gridcli", "serve", "--port", str(port), *args]

    @property
    def running(self) -> bool:
        """Whether its process has not ended."""
        return hasattr(self, "server") and self.server.process.poll() is None

    def start(self) -> None:
        """Start it, and return once it listens; blocks."""
        assert not self.running, f"{self.name} runs already"
        self.server = Server(self._command)

    def kill(self) -> None:
        """End it at once, as the system would."""
        self.server.process.kill()
        self.server.stop()

    def terminate(self) -> None:
        """Ask it to end."""
        self.server.process.send_signal(signal.SIGTERM)

    def stop(self) -> None:
        """End it, in whatever state it is; blocks."""
        if hasattr(self, "server"):
            self.server.process.send_signal(signal.SIGCONT)
            self.server.stop()

    async def exited(self, since_s: float, within_s: float = 30.0) -> float:
        """Wait for its end; the seconds since then (of `time.monotonic`)."""
        while self.running:
            taken_s = time.monotonic() - since_s
            assert taken_s < within_s, f"{self.name} has not ended after {taken_s:.1f} s"
            await asyncio.sleep(_POLL_S)
        self.server.stop()
        return time.monotonic() - since_s

    async def unready(self, since_s: float, within_s: float = 10.0) -> float:
        """Wait until `/readyz` answers 503; the seconds since then.

        A node that is gone before it has said so is one that nobody could have taken out in time.
        """
        while True:
            try:
                status, _ = await self.get("/readyz")
            except OSError as error:
                raise AssertionError(f"{self.name} never said that it goes: {error}") from None
            taken_s = time.monotonic() - since_s
            if status == 503:
                return taken_s
            assert taken_s < within_s, f"{self.name} is ready {taken_s:.1f} s after SIGTERM"
            await asyncio.sleep(_POLL_S)

    async def health(self) -> Health:
        """What it says of itself. Raises `OSError` if it says nothing."""
        status, body = await self.get("/healthz")
        assert status == 200, body
        told = json.loads(body)
        return Health(
            players=told["players"],
            own=told.get("own", told["players"]),
            peers=frozenset(told.get("peers", ())),
            bus=told.get("bus", "none"),
            digest=told.get("digest", ""),
        )

    async def counter(self, name: str, **labels: str) -> float:
        """The sum of a counter of `/metrics` over all labels but these; 0 if it is not there."""
        _, body = await self.get("/metrics")
        total = 0.0
        for line in body.splitlines():
            found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
            wanted = [f'{key}="{value}"' for key, value in labels.items()]
            if found and all(label in (found[1] or "") for label in wanted):
                total += float(found[2])
        return total

    async def get(self, path: str) -> tuple[int, str]:
        """One HTTP request; status and body. Raises `OSError`."""
        return await get(self.port, path)


async def get(port: int, path: str) -> tuple[int, str]:
    """One HTTP request to a port of loopback; status and body. Raises `OSError`."""
    async with asyncio.timeout(_ASK_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            answer = await reader.read()
        finally:
            writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if len(words) < 2:
        raise ConnectionResetError(f"port {port} answered nothing")
    return int(words[1]), body.decode()
