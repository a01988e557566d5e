"""Opening a session where something is in the way: what is tried next, and what is said.

Not here: a server that is not there, or refuses us (`test_failures`).
"""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from aiohttp import web
from event_loops import Loop, both_loops, play_on
from needs import need_binary
from odd_server import Peer, Script, odd_server
from wire_frames import CLOSE, frame

from gridcli.core.errors import CannotConnect
from gridcli.link import dial as dialling
from gridcli.link import opening
from gridcli.link.dial import client_session, dial
from gridcli.link.target import Target, Transport

OPEN = '0{"sid":"odd","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}'
POLLED = f"HTTP/1.1 200 OK\r\nContent-Length: {len(OPEN)}\r\n\r\n{OPEN}".encode()


async def error_status(peer: Peer) -> None:
    peer.writer.write(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n")


async def hang_up(peer: Peer) -> None:
    peer.writer.close()


async def open_and_hang_up(peer: Peer) -> None:
    peer.upgrade(b"")


async def open_and_close(peer: Peer) -> None:
    peer.upgrade(frame(b"\x03\xf0", CLOSE))


async def other_protocol(peer: Peer) -> None:
    peer.upgrade(frame(b"hello"))


async def not_http(peer: Peer) -> None:
    peer.writer.write(b"220 mail.example ESMTP\r\n")


async def never_answer(peer: Peer) -> None:
    await peer.reader.read(1)


BLOCKED = [
    (error_status, r"it refuses WebSocket \(HTTP 426\)"),
    (hang_up, "it closes WebSockets at once"),
    (open_and_hang_up, "it closes WebSockets at once"),
    (open_and_close, "it closes WebSockets at once"),
    (other_protocol, "it does not speak Engine.IO 4"),
    (not_http, r"it refuses WebSocket \(not HTTP\)"),
    (never_answer, "no answer in time"),
]


def polling_but(websocket: Script) -> Script:
    """A server that speaks long polling, and does something else to WebSockets."""

    async def script(peer: Peer) -> None:
        if b"transport=polling" in await peer.read_request():
            peer.writer.write(POLLED)
        else:
            await websocket(peer)

    return script


@both_loops
@pytest.mark.parametrize(("websocket", "says"), BLOCKED)
def test_where_websocket_is_blocked(
    loop: Loop, websocket: Script, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialling, "OPEN_S", 0.5)

    async def play() -> None:
        async with odd_server(polling_but(websocket)) as url, client_session() as http:
            for transport in (Transport.AUTO, Transport.UPGRADE):
                connection = await dial(http, Target(url, transport=transport))
                assert connection.kind == "polling"
                assert connection.handshake.sid == "odd"
            with pytest.raises(CannotConnect, match=says) as error:
                await dial(http, Target(url, transport=Transport.WEBSOCKET))
            assert url in str(error.value)

    play_on(loop, play)


@both_loops
def test_what_the_server_is_asked_for(loop: Loop) -> None:
    requests: list[bytes] = []

    async def note(peer: Peer) -> None:
        requests.append(await peer.read_request())
        await error_status(peer)

    async def play() -> None:
        async with odd_server(note) as url, client_session() as http:
            at = url.removeprefix("http://")
            for address in (f"{url}/behind/ä/", f"http://ann:p%40ss@{at}"):
                with pytest.raises(CannotConnect):
                    await dial(http, Target(address, transport=Transport.WEBSOCKET))
            first, second = (request.split(b"\r\n") for request in requests)
            path = b"/behind/%C3%A4/socket.io/?EIO=4&transport=websocket"
            assert first[0] == b"GET " + path + b" HTTP/1.1"
            assert f"Host: {at}".encode() in first
            assert f"Host: {at}".encode() in second
            assert b"Authorization: Basic YW5uOnBAc3M=" in second

    play_on(loop, play)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody has signed but itself, with its key in one file."""
    openssl = need_binary("openssl")
    both = tmp_path / "both.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=CA:TRUE"]
    command += ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    with both.open("wb") as file:
        for part in ("key.pem", "cert.pem"):
            with (tmp_path / part).open("rb") as source:
                shutil.copyfileobj(source, file)
    return both


@both_loops
def test_tls(loop: Loop, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)

    async def serve(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(OPEN)
        async for message in socket:
            await socket.send_str(message.data)
        return socket

    async def play() -> None:
        app = web.Application()
        app.router.add_get("/socket.io/", serve)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server).start()
        secure = Target(
            f"https://127.0.0.1:{runner.addresses[0][1]}", transport=Transport.WEBSOCKET
        )
        async with client_session() as http:
            opening._tls.cache_clear()
            with pytest.raises(CannotConnect, match="its certificate is not trusted"):
                await dial(http, secure)
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            opening._tls.cache_clear()
            connection = await dial(http, secure)
            got: list[bytes] = []

            def on_frame(frame: bytes) -> None:
                got.append(frame)
                connection.end("heard")

            connection.send("4" + "x" * 100_000)
            assert await connection.run(on_frame) == "heard"
            assert got == [b"4" + b"x" * 100_000]
        await runner.cleanup()
        async with odd_server(error_status) as url, client_session() as http:
            plain = Target(url.replace("http:", "https:"), transport=Transport.WEBSOCKET)
            with pytest.raises(CannotConnect, match="does not speak TLS"):
                await dial(http, plain)

    try:
        play_on(loop, play)
    finally:
        opening._tls.cache_clear()
