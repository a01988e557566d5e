"""The nginx configuration that we ship, in front of real nodes: only its ports are others.

Not here: what nodes are told (`test_nginx_requests`), nodes that share a grid, the other files of
`server/deploy` (`test_deploy`).
"""

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from edge import (
    DEPLOY,
    EACH,
    POLLING,
    Crowd,
    Nginx,
    ask,
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

from server.edge.limits import EdgeLimits
from server.settings import Settings

NODES = ("n1", "n2", "n3")
of_the_shared_edge = pytest.mark.xdist_group("nginx")
"""For whoever has the fixture `edge`: each process of tests would start its own."""


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


def players(node: Server) -> int:
    count = json.loads(ask(f"{node.url}/healthz")[1])["players"]
    assert isinstance(count, int)
    return count


@of_the_shared_edge
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
@of_the_shared_edge
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
@of_the_shared_edge
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


@of_the_shared_edge
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


@of_the_shared_edge
def test_bodies_up_to_the_nodes_limit(edge: tuple[Nginx, dict[str, Server]]) -> None:
    nginx, _ = edge
    sid = new_session(nginx.url)
    url = f"{nginx.url}{POLLING}&sid={sid}"
    # An event of a namespace that the session has not entered: read, and no concern of anyone.
    event = b'42/elsewhere,["x","%b"]'
    exact = event % (b"x" * (EdgeLimits().body_bytes - len(event) + 2))
    assert len(exact) == EdgeLimits().body_bytes
    assert ask(url, exact) == (200, "OK")
    assert ask(url, exact + b"x")[0] == 413
    assert ask(url, event % b"still there") == (200, "OK")


@of_the_shared_edge
def test_what_is_shown_outside(edge: tuple[Nginx, dict[str, Server]]) -> None:
    nginx, _ = edge
    assert json.loads(ask(f"{nginx.url}/healthz")[1])["server"] == "gridcli"
    assert ask(f"{nginx.url}/readyz") == (200, "ready\n")
    for path in ("/metrics", "/", "/socket.io/x", "/healthz/x", "//metrics"):
        assert ask(f"{nginx.url}{path}")[0] == 404, path


@of_the_shared_edge
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
    assert int(told["client_max_body_size"].removesuffix("k")) * 1024 == EdgeLimits().body_bytes
    silent_s = Settings().ping_interval_s + Settings().ping_timeout_s
    location = text.partition("location = /socket.io/")[2]
    for name in ("proxy_read_timeout", "proxy_send_timeout"):
        found = re.search(rf"{name}\s+(\d+)s;", location)
        assert found
        assert int(found[1]) > silent_s
