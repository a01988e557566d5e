"""What nginx makes of requests on their way to a node, shown by stand-ins for the nodes.

Not here: real nodes behind it (`test_nginx`).
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from edge import POLLING, Nginx, ask, running_nginx

NODES = ("n1", "n2", "n3")


class Backend:
    """Stands in for a node, to show what nginx does: answers as told, and remembers."""

    def __init__(self) -> None:
        self.heads: list[Message] = []
        self.connections = 0
        self.status: int | None = 200
        """What it answers; None ends the connection instead."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(message_from_bytes(head.partition(b"\r\n")[2]))
                await reader.readexactly(int(self.heads[-1].get("Content-Length", "0")))
                if self.status is None:
                    return
                writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 2\r\n\r\nok".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def in_front_of(folder: Path, act: Callable[[Nginx, dict[str, Backend]], None]) -> None:
    """Run an act with nginx in front of stand-ins for the three nodes."""

    async def run() -> None:
        told = {name: Backend() for name in NODES}
        async with AsyncExitStack() as stack:
            ports = {}
            for name, backend in told.items():
                server = await asyncio.start_server(backend.serve, "127.0.0.1", 0)
                stack.push_async_callback(server.wait_closed)
                stack.callback(server.close)
                ports[name] = server.sockets[0].getsockname()[1]

            def with_nginx() -> None:
                with running_nginx(folder, ports) as nginx:
                    act(nginx, told)

            await asyncio.to_thread(with_nginx)

    asyncio.run(run())


def test_what_a_node_is_told_and_over_how_many_connections(tmp_path: Path) -> None:
    def act(nginx: Nginx, nodes: dict[str, Backend]) -> None:
        for _ in range(20):
            headers = {"X-Forwarded-For": "192.0.2.7"}
            assert ask(f"{nginx.url}{POLLING}&sid=n2.x", headers=headers) == (200, "ok")
        head = nodes["n2"].heads[-1]
        assert head["Host"] == nginx.url.removeprefix("http://")
        assert head["X-Forwarded-For"] == "192.0.2.7, 127.0.0.1"
        assert head["X-Forwarded-Proto"] == "http"
        assert head["Connection"] is None
        assert head["Upgrade"] is None
        # One for each of nginx's processes at most.
        assert nodes["n2"].connections <= (os.cpu_count() or 1)
        assert not nodes["n1"].heads
        assert not nodes["n3"].heads
        ask(
            f"{nginx.url}{POLLING}&sid=n2.x",
            headers={"Upgrade": "websocket", "Connection": "Upgrade"},
        )
        head = nodes["n2"].heads[-1]
        assert (head["Connection"], head["Upgrade"]) == ("upgrade", "websocket")

    in_front_of(tmp_path, act)


def test_a_node_that_takes_no_one_is_passed_over(tmp_path: Path) -> None:
    def act(nginx: Nginx, nodes: dict[str, Backend]) -> None:
        nodes["n1"].status, nodes["n2"].status = 503, None
        for _ in range(12):
            assert ask(f"{nginx.url}{POLLING}") == (200, "ok")
            assert ask(f"{nginx.url}/readyz") == (200, "ok")
        # Its sessions are its own all the same.
        assert ask(f"{nginx.url}{POLLING}&sid=n1.x")[0] == 503
        assert ask(f"{nginx.url}{POLLING}&sid=n2.x")[0] == 502
        assert ask(f"{nginx.url}{POLLING}&sid=n3.x")[0] == 200

    in_front_of(tmp_path, act)


def test_a_post_is_never_sent_twice(tmp_path: Path) -> None:
    def act(nginx: Nginx, nodes: dict[str, Backend]) -> None:
        for backend in nodes.values():
            backend.status = None
        for url in (f"{nginx.url}{POLLING}&sid=n2.x", f"{nginx.url}{POLLING}"):
            assert ask(url, b"42[]")[0] == 502
        assert sum(len(backend.heads) for backend in nodes.values()) == 2

    in_front_of(tmp_path, act)
