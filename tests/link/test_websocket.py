"""One WebSocket connection of the link, against servers that do as the test says.

Not here: opening one where that is hindered (`test_dial`), the same events as another client
(`test_conformance`).
"""

import asyncio
import socket

import pytest
from event_loops import Loop, both_loops, play_on
from odd_server import Peer, odd_server
from waiting import until
from wire_frames import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

from gridcli.link.dial import client_session, dial
from gridcli.link.target import Target, Transport
from gridcli.link.transport import Connection
from gridcli.link.websocket import WebSocketConnection


async def connect(url: str) -> WebSocketConnection:
    async with client_session() as http:
        connection = await dial(http, Target(url, transport=Transport.WEBSOCKET))
    assert isinstance(connection, WebSocketConnection)
    return connection


@both_loops
def test_frames_both_ways_and_a_close_by_us(loop: Loop) -> None:
    heard: list[tuple[int, bytes]] = []
    got: list[bytes] = []

    async def echo(peer: Peer) -> None:
        await peer.accept(more=frame(b"4early"))
        while True:
            opcode, payload = await peer.receive()
            heard.append((opcode, payload))
            if opcode == CLOSE:
                peer.writer.write(frame(payload, CLOSE))
                return
            peer.writer.write(frame(payload))

    async def play() -> None:
        async with odd_server(echo) as url:
            connection = await connect(url)
            sock = connection._transport.get_extra_info("socket")
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            sizes = [0, 1, 57, 124, 125, 126, 65534, 65535, 300_000]
            sent = ["4" + "é" * (size // 2) for size in sizes]
            for text in sent:
                connection.send(text)
            running = asyncio.create_task(connection.run(got.append))
            await until(lambda: len(got) == 1 + len(sent), "the echoes")
            assert got == [b"4early", *(text.encode() for text in sent)]
            connection.end("enough")
            assert await running == "enough"
            assert heard[-1] == (CLOSE, b"\x03\xe8")
            connection.send("4late")
            assert len(heard) == len(sent) + 1

    play_on(loop, play)


@both_loops
def test_heartbeats_and_pings_are_answered_and_not_handed_on(loop: Loop) -> None:
    heard: list[tuple[int, bytes]] = []
    got: list[bytes] = []

    async def beat(peer: Peer) -> None:
        await peer.accept(more=frame(b"early", PING))
        stream = [frame(b"2"), frame(b"2x"), frame(b"6"), frame(b""), frame(b"3"), frame(b"4a")]
        stream += [frame(b"4", final=False), frame(b"!", PING), frame(b"b", CONTINUATION)]
        peer.writer.write(b"".join(stream) + frame(b"\0", BINARY) + frame(b"unasked", PONG))
        for _ in range(4):
            heard.append(await peer.receive())
        peer.say("1")
        await peer.receive()

    async def play() -> None:
        async with odd_server(beat) as url:
            connection = await connect(url)
            reason = await connection.run(got.append)
            assert reason == "the server closed the session"

    play_on(loop, play)
    assert got == [b"4a", b"4b"]
    assert sorted(heard) == [(TEXT, b"3"), (TEXT, b"3x"), (PONG, b"!"), (PONG, b"early")]


@both_loops
@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (b"", "the server closed the connection"),
        (frame(b"\x03\xe9", CLOSE), "the server closed the connection"),
        (frame(b"", CLOSE), "the server closed the connection"),
        (frame(b"\x0f\xa0", CLOSE), "the server closed the connection (WebSocket code 4000)"),
        (frame(b"", 0x3), "the server sent a frame of an unknown kind"),
    ],
)
def test_why_it_ended(loop: Loop, last: bytes, reason: str) -> None:
    answers: list[tuple[int, bytes]] = []

    async def leave(peer: Peer) -> None:
        await peer.accept(more=frame(b"4first"))
        peer.writer.write(frame(b"4last") + last + frame(b"4never"))
        if last:
            answers.append(await peer.receive())

    async def play() -> None:
        got: list[bytes] = []
        async with odd_server(leave) as url:
            connection = await connect(url)
            assert await connection.run(got.append) == reason
            assert got[:2] == [b"4first", b"4last"]
            assert (b"4never" in got) == (not last)
            await until(lambda: answers or not last, "the answer to the close")

    play_on(loop, play)
    if last:
        said = b"\x03\xea" if "unknown" in reason else last[2:]
        assert answers == [(CLOSE, said)]


@both_loops
@pytest.mark.parametrize("error", [KeyError, StopIteration, OSError])
def test_a_callback_that_raises_ends_the_connection(loop: Loop, error: type[Exception]) -> None:
    async def talk(peer: Peer) -> None:
        await peer.accept()
        peer.writer.write(frame(b"4a") + frame(b"4b") + frame(b"4c"))
        await peer.receive()

    async def play() -> None:
        got: list[bytes] = []

        def on_frame(payload: bytes) -> None:
            got.append(payload)
            if payload == b"4b":
                raise error("a fault of ours")

        async with odd_server(talk) as url:
            connection = await connect(url)
            # Python itself turns a StopIteration that leaves a coroutine into a RuntimeError.
            with pytest.raises(RuntimeError if error is StopIteration else error):
                await connection.run(on_frame)
            assert got == [b"4a", b"4b"]

    play_on(loop, play)


@both_loops
def test_nothing_is_handed_on_after_the_end(loop: Loop) -> None:
    async def talk(peer: Peer) -> None:
        await peer.accept()
        peer.writer.write(b"".join(frame(b"4%d" % n) for n in range(10)))
        opcode, _ = await peer.receive()
        peer.writer.write(frame(b"4more") + frame(b"", opcode))

    async def play() -> None:
        got: list[bytes] = []

        def on_frame(payload: bytes) -> None:
            got.append(payload)
            if payload == b"43":
                connection.end("enough")

        async with odd_server(talk) as url:
            connection = await connect(url)
            assert await connection.run(on_frame) == "enough"
        assert got == [b"40", b"41", b"42", b"43"]

    play_on(loop, play)


@both_loops
def test_silence_is_noticed(loop: Loop) -> None:
    async def mumble(peer: Peer) -> None:
        await peer.accept(ping_s=0.1)
        for _ in range(5):
            await asyncio.sleep(0.1)  # half of what is allowed
            peer.say("6")
        await peer.receive()

    async def play() -> None:
        async with odd_server(mumble) as url:
            connection = await connect(url)
            began_s = asyncio.get_running_loop().time()
            reason = await connection.run(lambda frame: None)
            assert reason.startswith("nothing heard from the server")
            assert asyncio.get_running_loop().time() - began_s > 0.6

    play_on(loop, play)


async def stalled(connection: Connection, chunk: str) -> int:
    """Send until the socket takes no more; how much that was."""
    assert isinstance(connection, WebSocketConnection)
    count = 0
    while not connection._paused:
        connection.send(chunk)
        count += 1
        await asyncio.sleep(0)
    return count


@both_loops
def test_a_server_that_does_not_read_stops_nobody_and_loses_nothing(loop: Loop) -> None:
    heard: list[str] = []

    async def play() -> None:
        go = asyncio.Event()

        async def sleep(peer: Peer) -> None:
            await peer.accept()
            await go.wait()
            while (told := await peer.receive())[0] == TEXT:
                heard.append(told[1].decode())

        async with odd_server(sleep) as url:
            connection = await connect(url)
            running = asyncio.create_task(connection.run(lambda frame: None))
            chunk = "4" + "x" * 100_000
            count = await stalled(connection, chunk)
            connection.send("4last")
            connection.send("4of all")
            async with asyncio.timeout(10):
                await connection.flush(0.05)
            go.set()
            await connection.flush(20)
            await until(lambda: len(heard) == count + 2, "what was sent")
            assert heard == [chunk] * count + ["4last", "4of all"]
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    play_on(loop, play)


@both_loops
def test_a_close_does_not_wait_for_a_server_that_does_not_read(loop: Loop) -> None:
    async def play() -> None:
        over = asyncio.Event()

        async def sleep(peer: Peer) -> None:
            await peer.accept()
            await over.wait()

        async with odd_server(sleep) as url:
            connection = await connect(url)
            running = asyncio.create_task(connection.run(lambda frame: None))
            await stalled(connection, "4" + "x" * 100_000)
            connection.end("enough")
            async with asyncio.timeout(5):
                assert await running == "enough"
            assert connection._transport.is_closing()
            over.set()

    play_on(loop, play)
