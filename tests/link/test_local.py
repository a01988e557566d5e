"""A server of one's own: started, found, and never left behind."""

import asyncio
import signal
import socket
import subprocess
import sys

import pytest
from processes import alive
from servers import ROOT, Server
from waiting import until, until_sync

from gridcli.core.errors import SetupError
from gridcli.link.local import LocalServer, find_game, running
from gridcli.link.target import NEW


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_starts_and_stops() -> None:
    async def scene() -> None:
        server = await LocalServer.start()
        assert await running(server.url)
        await server.stop()
        await until(lambda: not alive(server.pid), "its end")
        assert not await running(server.url)

    asyncio.run(scene())


def test_says_why_it_does_not_start() -> None:
    async def scene() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(SetupError, match=f"port {port} on 127.0.0.1 is taken"):
                await LocalServer.start(port=port)

    asyncio.run(scene())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_ends_with_whoever_started_it(number: int) -> None:
    program = (
        "import asyncio\n"
        "from gridcli.link.local import LocalServer\n"
        "async def main():\n"
        "    server = await LocalServer.start()\n"
        "    print(server.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    assert alive(pid)
    parent.send_signal(number)
    parent.wait(10)
    until_sync(lambda: not alive(pid), "the server's end")


def test_finds_the_game_that_runs(grid_server: Server) -> None:
    port = int(grid_server.url.rpartition(":")[2])

    async def scene() -> None:
        joined = await find_game("", port=port)
        assert (joined.url, joined.own) == (grid_server.url, None)
        assert grid_server.url in joined.how
        named = await find_game("http://elsewhere.example")
        assert (named.url, named.own) == ("http://elsewhere.example", None)

    asyncio.run(scene())


def test_starts_one_where_none_runs() -> None:
    async def scene() -> None:
        port = free_port()
        started = await find_game("", port=port)
        assert started.own is not None
        assert started.url == f"http://127.0.0.1:{port}"
        another = await find_game(NEW, port=port)
        assert another.own is not None
        assert another.url != started.url
        await another.own.stop()
        await started.own.stop()

    asyncio.run(scene())


def test_another_programs_port_is_not_a_game() -> None:
    async def scene() -> None:
        async def mumble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            await writer.drain()
            writer.close()

        other = await asyncio.start_server(mumble, "127.0.0.1", 0)
        port = other.sockets[0].getsockname()[1]
        assert not await running(f"http://127.0.0.1:{port}")
        game = await find_game("", port=port)
        assert game.own is not None
        assert not game.url.endswith(f":{port}")
        await game.own.stop()
        other.close()

    asyncio.run(scene())
