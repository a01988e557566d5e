"""The nginx configuration that we ship, in front of real nodes: only its ports are others.

Not here: nodes that share a grid, the other files of `server/deploy` (`test_deploy`).
"""

import asyncio
import json
import os
import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from edge import (
    DEPLOY,
    EACH,
    Crowd,
    Nginx,
    new_session,
    nodes_of_new_sessions,
    port_of,
    running_nginx,
    running_nodes,
)
from js_client import TRANSPORTS
from js_play import enter_game, own_id, positions
from servers import Server, running_server
from socketio_player import Client
from waiting import until, until_sync

from server.settings import Settings
from server.socketio_server import MAX_MESSAGE_BYTES

NODES = ("n1", "n2", "n3")
POLLING = "/socket.io/?EIO=4&transport=polling"


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Nginx, dict[str, Server]]]:
    """Three nodes behind nginx, for tests that leave them as they are."""
    with (
        running_nodes(NODES, "--ping-interval", "1", "--ping-timeout", "3") as nodes,
        running_nginx(tmp_path_factory.mktemp("nginx"), ports_of(nodes)) as nginx,
    ):
        yield nginx, nodes


def ports_of(nodes: dict[str, Server]) -> dict[str, int]:
    return {name: port_of(node.url) for name, node in nodes.items()}


def scene(play: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(60):
            await play()

    asyncio.run(run())


def ask(
    url: str, data: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """The status and the body of an answer."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def players(node: Server) -> int:
    count = json.loads(ask(f"{node.url}/healthz")[1])["players"]
    assert isinstance(count, int)
    return count


def test_a_crowd_on_every_transport_is_spread_and_stays(
    edge: tuple[Nginx, dict[str, Server]],
) -> None:
    nginx, nodes = edge

    async def play() -> None:
        async with Crowd(nginx.url, each=20) as crowd:
            await crowd.play(10)
            assert crowd.lost() == []
            spread = [await asyncio.to_thread(players, node) for node in nodes.values()]
        assert sum(spread) == 20 * len(EACH)
        assert min(spread) >= 4, spread  # of 20, to which chance alone would not come in years

    scene(play)
    # How many files a process may have open is not ours to say on every machine.
    assert [line for line in nginx.log().splitlines() if "setrlimit" not in line] == []


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_javascript_client(
    edge: tuple[Nginx, dict[str, Server]], transport: str, js_modules: None
) -> None:
    nginx, _ = edge
    with ExitStack() as stack:
        players = [
            enter_game(stack, nginx.url, transport, moves=("left", "up") * 3) for _ in range(3)
        ]
        for player in players:
            me = own_id(player)
            # Its arrival, which it hears of as well, and six moves.
            until_sync(lambda: len(positions(player, me)) == 7, "every move")  # noqa: B023
            if transport == "upgrade":
                player.wait_for("upgrade")


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], ["polling", "websocket"]])
def test_python_socketios_own_client(
    edge: tuple[Nginx, dict[str, Server]], transports: list[str]
) -> None:
    nginx, _ = edge

    async def play() -> None:
        clients = [Client() for _ in range(4)]
        for client in clients:
            await client.connect(nginx.url, transports, {"protocol": 2})
        for number in range(1, 6):
            for client in clients:
                step = {"direction": "up", "seq": number}
                assert await client.call("movement", step) == {"ok": True}
        await asyncio.gather(*(client.sio.disconnect() for client in clients))

    scene(play)


def test_sessions_without_an_id_and_with_a_wrong_one(
    edge: tuple[Nginx, dict[str, Server]],
) -> None:
    nginx, _ = edge
    # A node that nginx does not know: none can answer, and none is asked.
    assert ask(f"{nginx.url}{POLLING}&sid=n9.x")[0] == 502
    for sid in ("n1.unknown", "n2", ".x", "N1.x", "n1%2Ex", "a" * 40 + ".x", "127.0.0.1:22"):
        status, said = ask(f"{nginx.url}{POLLING}&sid={sid}")
        # "127" is a name, too, and nobody's.
        assert status == (502 if sid.startswith("127") else 400), sid
        assert status == 502 or "Invalid session" in said


def test_bodies_up_to_the_nodes_limit(edge: tuple[Nginx, dict[str, Server]]) -> None:
    nginx, _ = edge
    sid = new_session(nginx.url)
    url = f"{nginx.url}{POLLING}&sid={sid}"
    # An event of a namespace that the session has not entered: read, and no concern of anyone.
    event = b'42/elsewhere,["x","%b"]'
    exact = event % (b"x" * (MAX_MESSAGE_BYTES - len(event) + 2))
    assert len(exact) == MAX_MESSAGE_BYTES
    assert ask(url, exact) == (200, "OK")
    assert ask(url, exact + b"x")[0] == 413
    assert ask(url, event % b"still there") == (200, "OK")


def test_what_is_shown_outside(edge: tuple[Nginx, dict[str, Server]]) -> None:
    nginx, _ = edge
    assert json.loads(ask(f"{nginx.url}/healthz")[1])["server"] == "gridcli"
    assert ask(f"{nginx.url}/readyz") == (200, "ready\n")
    for path in ("/metrics", "/", "/socket.io/x", "/healthz/x", "//metrics"):
        assert ask(f"{nginx.url}{path}")[0] == 404, path


def test_pages_of_the_same_origin_may_connect_and_others_not(
    edge: tuple[Nginx, dict[str, Server]],
) -> None:
    nginx, _ = edge
    assert ask(f"{nginx.url}{POLLING}", headers={"Origin": nginx.url})[0] == 200
    assert ask(f"{nginx.url}{POLLING}", headers={"Origin": "http://elsewhere.example"})[0] == 400


def test_a_killed_node_costs_new_sessions_nothing_and_its_own_fail_at_once(tmp_path: Path) -> None:
    with running_nodes(NODES) as nodes, running_nginx(tmp_path, ports_of(nodes)) as nginx:
        sids = {sid.partition(".")[0]: sid for sid in (new_session(nginx.url) for _ in range(60))}
        assert sorted(sids) == list(NODES)

        async def play() -> None:
            async with Crowd(nginx.url, each=4) as old:
                doomed = await asyncio.to_thread(players, nodes["n2"])
                os.kill(nodes["n2"].pid, signal.SIGKILL)
                await until(lambda: len(old.live) == 12 - doomed, "the end of its connections")
                async with Crowd(nginx.url, each=8) as new:
                    assert ask(f"{nginx.url}{POLLING}&sid={sids['n2']}")[0] == 502
                    await new.play(3)
                    assert new.lost() == []
                    await old.play(3)

        scene(play)
        assert set(nodes_of_new_sessions(nginx.url, 30)) == {"n1", "n3"}
        # Back on its port, it gets its share again.
        with running_server("--node", "n2", "--port", str(port_of(nodes["n2"].url))):
            until_sync(lambda: "n2" in nodes_of_new_sessions(nginx.url, 3), "the share of n2")


def test_a_node_is_added_by_the_two_lines_that_are_told(tmp_path: Path) -> None:
    with running_nodes((*NODES, "n4")) as nodes, ExitStack() as stack:
        port = port_of(nodes["n4"].url)
        nginx = stack.enter_context(running_nginx(tmp_path, ports_of(nodes)))
        assert "n4" not in nodes_of_new_sessions(nginx.url, 8)
        config = tmp_path / "nginx.conf"
        text = config.read_text()
        third = re.search(r"^ +server 127.*8?\d+ max_fails.*\n(?= *keepalive)", text, re.MULTILINE)
        own = re.search(r"^ +upstream gridcli_n3 .*\n", text, re.MULTILINE)
        assert third
        assert own
        for line in (third[0], own[0]):
            added = re.sub(r"127.0.0.1:\d+", f"127.0.0.1:{port}", line).replace("_n3", "_n4")
            text = text.replace(line, line + added)
        config.write_text(text)

        async def play() -> None:
            async with Crowd(nginx.url, each=3) as old:
                nginx.process.send_signal(signal.SIGHUP)
                await until(lambda: "n4" in nodes_of_new_sessions(nginx.url, 4), "the new node")
                async with Crowd(nginx.url, each=16) as crowd:
                    await crowd.play(3)
                    assert await asyncio.to_thread(players, nodes["n4"])
                assert [link.transport for link in old.live].count("websocket") == 6

        scene(play)


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


def test_a_machine_that_is_gone_is_given_up_after_a_second(tmp_path: Path) -> None:
    """A port whose queue is full answers as little as a machine that is off."""
    with ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = silent.getsockname()[1]
        waiting = [stack.enter_context(socket.socket()) for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        alive = stack.enter_context(running_server("--node", "n1"))
        ports = {"n1": port_of(alive.url), "n2": port, "n3": port}
        nginx = stack.enter_context(running_nginx(tmp_path, ports))
        assert set(nodes_of_new_sessions(nginx.url, 4)) == {"n1"}
        assert ask(f"{nginx.url}{POLLING}&sid=n2.x")[0] == 504


def test_it_agrees_with_the_nodes_own_limits() -> None:
    text = re.sub(r"#.*", "", (DEPLOY / "nginx.conf").read_text())
    told = dict(re.findall(r"^\s*(\w+)\s+([^;{]+);", text, re.MULTILINE))
    assert int(told["client_max_body_size"].removesuffix("k")) * 1024 == MAX_MESSAGE_BYTES
    silent_s = Settings().ping_interval_s + Settings().ping_timeout_s
    location = text.partition("location = /socket.io/")[2]
    for name in ("proxy_read_timeout", "proxy_send_timeout"):
        found = re.search(rf"{name}\s+(\d+)s;", location)
        assert found
        assert int(found[1]) > silent_s
