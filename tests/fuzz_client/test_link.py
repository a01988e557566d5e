"""The link against a server that means harm: seeded sessions, then the defects by themselves.

Not here: decoding alone (`test_decoders`), longer runs (`run`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest
from fuzz_client import broken
from fuzz_client.evil_server import OPENING, Evil, serving
from fuzz_client.evil_session import event, welcome
from fuzz_client.link_cases import Cases, odd_characters, shorten_patience
from odd_server import Peer, odd_server
from waiting import until
from watched_link import Watched, scene
from wire_frames import PING, frame

from gridcli.core import mirror
from gridcli.core.errors import CannotConnect, Refusal
from gridcli.core.protocol.websocket import MAX_MESSAGE
from gridcli.link import local, websocket
from gridcli.link.dial import client_session, dial
from gridcli.link.states import Live, Offline, Refused
from gridcli.link.target import Target, Transport
from gridcli.link.transport import MAX_UNSENT, UNREAD

EVERY = (Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE, Transport.AUTO)


def test_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    shorten_patience(monkeypatch.setattr)
    cases = Cases(1, size=100, packets_each=400, limit=20_000)
    report = asyncio.run(cases.run(32, EVERY))
    assert report.findings == []
    assert report.packets > 1000


@asynccontextmanager
async def answering(answer: Callable[[Peer, bytes], Awaitable[None]]) -> AsyncIterator[str]:
    """A server that takes requests as they come, each with its head."""

    async def play(peer: Peer) -> None:
        while True:
            await answer(peer, await peer.read_request())
            await peer.writer.drain()

    async with odd_server(play) as url:
        yield url


def opens(peer: Peer, head: bytes) -> bool:
    """Answers a first poll with a handshake; False for any later request."""
    if b"sid=" in head:
        return False
    peer.writer.write(broken.response(OPENING))
    return True


def test_a_body_without_an_end_is_not_read_to_its_end() -> None:
    written = 0

    async def flood(peer: Peer, head: bytes) -> None:
        nonlocal written
        if opens(peer, head):
            return
        if head.startswith(b"POST"):
            await asyncio.Event().wait()
        peer.writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.writer.write(b"8000\r\n" + b"6\x1e" * 0x4000 + b"\r\n")
            written += 0x8000
            await peer.writer.drain()

    async def play() -> None:
        async with answering(flood) as url:
            ann = Watched(Target(url, transport=Transport.POLLING), reconnect=False)
            with pytest.raises(CannotConnect):
                await ann.link.open()
            assert written < 4 * MAX_MESSAGE

    scene(play)


@pytest.mark.parametrize(
    "answer",
    [
        broken.response(OPENING, more=b"Content-Type: text/plain; charset=hex\r\n"),
        broken.response(b"\x1b[7331m", status=b"500 \x1b[7331m"),
        b"HTTP/1.1 200 \x1b]52;c;7331\x07\r\nX\x1b[1m\r\n\r\n",
    ],
    ids=["charset", "escapes in a body", "escapes in a head"],
)
def test_what_is_said_of_an_odd_answer_is_plain(answer: bytes) -> None:
    async def odd(peer: Peer, head: bytes) -> None:
        peer.writer.write(answer)

    async def play() -> None:
        async with answering(odd) as url, client_session() as http:
            target = Target(url, transport=Transport.POLLING)
            if b"charset" in answer:
                assert (await dial(http, target)).handshake.sid == "evil"
                return
            with pytest.raises(CannotConnect) as error:
                await dial(http, target)
            assert not odd_characters(str(error.value))

    scene(play)


def test_redirects_are_not_followed() -> None:
    heads: list[bytes] = []

    async def redirect(peer: Peer, head: bytes) -> None:
        heads.append(head)
        more = b"Location: /elsewhere\r\n"
        peer.writer.write(broken.response(b"", status=b"307 Temporary", more=more))

    async def play() -> None:
        async with answering(redirect) as url:
            ann = Watched(Target(url, transport=Transport.POLLING))
            with pytest.raises(CannotConnect, match="HTTP 307"):
                await ann.link.open()
        assert len(heads) == 1

    scene(play)


@pytest.mark.parametrize(
    "ping", [frame(b"2" + b"x" * 100), frame(b"p" * 100, PING)], ids=["engine.io", "websocket"]
)
def test_pings_whose_answers_nobody_reads_end_the_connection(ping: bytes) -> None:
    held: list[int] = []

    async def flood(peer: Peer) -> None:
        await peer.connect()
        peer.writer.write(b"".join(map(frame, welcome(2))))
        while True:
            peer.writer.write(ping * 500)
            await peer.writer.drain()
            await asyncio.sleep(0)

    async def play() -> None:
        async with odd_server(flood) as url:
            ann = Watched(Target(url, transport=Transport.WEBSOCKET), reconnect=False)
            await ann.link.open()
            session = ann.link._session
            assert session is not None
            connection = session.connection
            assert isinstance(connection, websocket.WebSocketConnection)

            def ended() -> bool:
                held.append(sum(map(len, connection._outbox)))
                return isinstance(ann.link.state, Offline)

            await until(ended, "the end")
            assert ann.states[-1] == Offline(UNREAD)
            assert max(held) <= MAX_UNSENT
            await ann.link.close()

    scene(play)


def test_answers_to_pings_in_polls_are_bounded() -> None:
    async def flood(peer: Peer, head: bytes) -> None:
        if opens(peer, head):
            return
        if head.startswith(b"POST"):
            await asyncio.Event().wait()
        peer.writer.write(broken.response(b"\x1e".join([b"2" + b"x" * 1000] * 1000)))

    async def play() -> None:
        async with answering(flood) as url:
            ann = Watched(Target(url, transport=Transport.POLLING), reconnect=False)
            with pytest.raises(CannotConnect):
                await ann.link.open()

    scene(play)


def test_pings_in_place_of_a_handshake() -> None:
    async def flood(peer: Peer) -> None:
        await peer.read_request()
        peer.upgrade(b"")
        while True:
            peer.writer.write(frame(b"", PING) * 500)
            await peer.writer.drain()
            await asyncio.sleep(0)

    async def play() -> None:
        async with odd_server(flood) as url:
            ann = Watched(Target(url, transport=Transport.WEBSOCKET))
            with pytest.raises(CannotConnect):
                await ann.link.open()

    scene(play)


@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.POLLING])
def test_a_crowd_is_left_for_good(transport: Transport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirror, "MAX_PLAYERS", 2000)

    async def play() -> None:
        async with serving(Evil(1, ["crowd"], size=10, limit=50_000)) as url:
            ann = Watched(Target(url, transport=transport))
            with suppress(Refusal):  # it may have come to that before the first state was taken in
                await ann.link.open()
            await until(lambda: isinstance(ann.states[-1], Refused), "the end")
            text = "the server sends more than 2000 players; leaving"
            assert ann.states[-1] == Refused("too-large", text)
            await ann.link.close()

    scene(play)


def test_a_notice_before_the_end_is_plain_text() -> None:
    async def play() -> None:
        async with serving(Evil(4, ["put_out"], size=10)) as url:
            said = ""
            for _ in range(12):
                ann = Watched(Target(url), reconnect=False)
                await ann.link.open()
                await until(lambda: not isinstance(ann.link.state, Live), "the end")  # noqa: B023
                said += "".join(f"{state}" for state in ann.states)
                assert not odd_characters("".join(s.text for s in ann.states if hasattr(s, "text")))
                await ann.link.close()
        assert "7331" in said, "the harmless rest is there"

    scene(play)


def test_a_state_before_the_welcome_is_no_state() -> None:
    async def states_first(peer: Peer) -> None:
        await peer.connect()
        peer.writer.write(b"".join(map(frame, reversed(welcome(2)))))
        peer.writer.write(frame(event("grid_status", {}, Random(0))))
        peer.writer.write(frame(welcome(2)[1]))
        await peer.receive()

    async def play() -> None:
        async with odd_server(states_first) as url:
            ann = Watched(Target(url, transport=Transport.WEBSOCKET), reconnect=False)
            await ann.link.open()
            assert ann.link.mirror.user_id == "own"
            assert ann.link.faults == 1
            await ann.link.close()

    scene(play)


def test_whoever_has_our_port_is_only_looked_at() -> None:
    async def odd(peer: Peer, head: bytes) -> None:
        body = {1: b"[" * 10_000, 2: b"x" * 10**6}.get(len(seen), b"\xff")
        seen.append(head)
        peer.writer.write(broken.response(body, more=b"Content-Type: a/b; charset=hex\r\n"))

    seen: list[bytes] = []

    async def play() -> None:
        async with answering(odd) as url:
            for _ in range(3):
                assert not await local.running(url)

    scene(play)


def test_a_session_id_stays_within_its_parameter() -> None:
    sid = "a&b=c#d%e?f/../\r\nX: é \x1b[7331m"
    url = Target("http://host:1").endpoint("polling", sid)
    assert url.isascii()
    assert url.isprintable()
    assert url.count("&") == 2
    assert "#" not in url
