"""What the doctor says of servers, each a real one: ours, others', and what is no server at all.

Not here: which server it looks at, and how that is printed (`test_command`).
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import socketio
from aiohttp import web
from chats import free_port
from conftest import StartServer
from odd_server import Peer, odd_server
from old_proxy import old_proxy
from servers import Server
from watched_link import scene

from gridcli import __version__
from gridcli.doctor.findings import Finding, Section, State, exit_code
from gridcli.doctor.server import look_at_server
from gridcli.link.dial import client_session
from gridcli.link.target import Target

TRANSPORTS = ("websocket", "polling", "upgrade")


@asynccontextmanager
async def at(url: str) -> AsyncIterator[str]:
    """A server that runs anyway."""
    yield url


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """A web application on a free port."""
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def looked_at(place: AbstractAsyncContextManager[str], token: str = "") -> dict[str, Finding]:
    """The findings, by name, of a server that runs for that long."""
    found: dict[str, Finding] = {}

    async def look() -> None:
        async with place as url, client_session() as http:
            target = Target(url, token=token)
            found.update({each.name: each for each in await look_at_server(http, target)})

    scene(look)
    return found


def code(found: dict[str, Finding]) -> int:
    return exit_code([Section("", list(found.values()))])


def test_our_server_on_each_transport(grid_server: Server) -> None:
    found = looked_at(at(grid_server.url))
    assert list(found) == ["reachable", *TRANSPORTS, "protocol"]
    assert {finding.state for finding in found.values()} == {State.OK}
    assert found["reachable"].text.startswith(f"gridcli {__version__}, ")
    assert found["protocol"].facts == {"protocol": 2}
    for transport in TRANSPORTS:
        facts = found[transport].facts
        assert facts["works"] is True
        assert 0 < facts["round_trip_ms"] < 20_000
        assert 0 < facts["opened_ms"] < 20_000
        assert "round trip" in found[transport].text
    assert code(found) == 0


def test_nobody_is_disturbed_by_it(start_server: StartServer) -> None:
    server = start_server("--max-players", "1")
    for _ in range(2):  # neither do two visits of the doctor get into each other's way
        found = looked_at(at(server.url))
        assert found["protocol"].state is State.OK
        assert found["reachable"].text == f"gridcli {__version__}, 0 playing"


def test_a_server_of_another_make_that_speaks_protocol_1(flask_server: Server) -> None:
    found = looked_at(at(flask_server.url))
    assert found["protocol"].facts == {"protocol": 1}
    assert "not gridcli's own server" in found["reachable"].text
    assert "Werkzeug" in found["reachable"].text
    assert {finding.state for finding in found.values()} == {State.OK}
    assert code(found) == 0


def test_a_server_behind_a_proxy_that_knows_no_websocket(grid_server: Server) -> None:
    found = looked_at(old_proxy(grid_server.url))
    assert found["websocket"].state is State.WARNING
    assert "it refuses WebSocket" in found["websocket"].text
    assert "proxy" in found["websocket"].hint
    assert found["polling"].state is State.OK
    assert "round trip" in found["polling"].text
    assert found["upgrade"].state is State.WARNING
    assert found["upgrade"].text.startswith("stays on long polling")
    assert found["protocol"].facts == {"protocol": 2}
    assert code(found) == 0  # one can play


def test_a_server_that_speaks_websocket_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridcli.link.probe.OPEN_S", 0.5)  # for the game, which never answers
    server = socketio.AsyncServer(async_mode="aiohttp", transports=["websocket"])
    app = web.Application()
    server.attach(app)
    server.on("connect", lambda sid, environ: None, namespace="/grid-game")
    found = looked_at(serving(app))
    assert found["polling"].state is State.WARNING
    assert "blocks WebSocket" in found["polling"].hint
    assert found["upgrade"].state is State.WARNING
    # It lets us in, and then says nothing of what the game says.
    assert found["protocol"].state is State.FAILED
    assert code(found) == 3


def test_nobody_there() -> None:
    found = looked_at(at(f"http://127.0.0.1:{free_port()}"))
    (finding,) = found.values()
    assert finding.text == "connection refused"
    assert "gridcli serve" in finding.hint
    assert finding.facts == {"reachable": False}
    assert code(found) == 3


def test_a_web_server_without_socketio() -> None:
    found = looked_at(serving(web.Application()))
    assert found["reachable"].text.startswith("HTTP 404, Python/")
    assert found["transports"].text == "it does not speak Engine.IO 4 (HTTP 404)"
    assert "is this a Socket.IO server" in found["transports"].hint
    assert code(found) == 3


def test_an_address_that_leads_elsewhere() -> None:
    async def redirect(request: web.Request) -> web.Response:
        raise web.HTTPMovedPermanently(f"https://play.example{request.path}")

    app = web.Application()
    app.router.add_get("/{path:.*}", redirect)
    found = looked_at(serving(app))
    assert "https://play.example/healthz" in found["transports"].hint
    assert code(found) == 3


def test_a_socketio_server_without_the_game() -> None:
    server = socketio.AsyncServer(async_mode="aiohttp")
    app = web.Application()
    server.attach(app)
    server.on("connect", lambda sid, environ: None)
    found = looked_at(serving(app))
    assert [found[name].state for name in TRANSPORTS] == [State.OK] * 3
    assert found["protocol"].state is State.FAILED
    assert "does not let us in" in found["protocol"].text
    assert "gridcli bots --app" in found["protocol"].hint
    assert code(found) == 1


def test_a_server_that_asks_for_a_token(start_server: StartServer, tmp_path: Path) -> None:
    token = secrets.token_hex(16)
    file = tmp_path / "tokens"
    file.write_text(f"{token}\n")
    server = start_server("--token-file", str(file))
    without = looked_at(at(server.url))
    assert without["protocol"].state is State.FAILED
    assert "--token-file" in without["protocol"].hint
    assert code(without) == 1
    having = looked_at(at(server.url), token)
    assert having["protocol"].state is State.OK
    assert token not in repr(having)


@pytest.mark.parametrize(
    ("health", "said"),
    [
        (
            b'{"server":"gridcli","version":"\\u001b[2J0.0.1","players":{"a":[]}}',
            "gridcli [2J0.0.1",
        ),
        (b'{"server":"gridcli"}', "gridcli ?, ? playing"),
        (b'{"server":"other"}', "HTTP 200; not gridcli's own server"),
        (b"[" * 50_000, "HTTP 200; not gridcli's own server"),
        (b"\xff\x00", "HTTP 200; not gridcli's own server"),
        (b"x" * 100_000, "more than 65536 bytes"),
    ],
)
def test_what_a_server_says_of_itself_is_foreign(health: bytes, said: str) -> None:
    async def answer(peer: Peer) -> None:
        await peer.read_request()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(health)}\r\nConnection: close\r\n\r\n"
        peer.writer.write(head.encode() + health)

    found = looked_at(odd_server(answer))
    assert said in found["reachable"].text
    assert all("\x1b" not in f"{finding.text}{finding.hint}" for finding in found.values())
    assert code(found) == 3


def test_a_server_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridcli.link.probe.OPEN_S", 0.2)

    async def never(peer: Peer) -> None:
        await peer.reader.read()

    found = looked_at(odd_server(never))
    assert found["reachable"].text == "no answer in time"
    assert code(found) == 3
