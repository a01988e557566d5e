"""Our link beside python-socketio's own client: both hear the same events in the same order.

On our server, on a stock python-socketio server that sends all kinds of things, and on servers that
put them on the wire in odd ways. Not here: what a connection does besides (`test_websocket`).
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import pytest
import socketio
from aiohttp import web
from both_clients import THEIRS, Ours, Theirs, leave, names
from engineio.payload import Payload
from event_loops import Loop, both_loops, play_on
from odd_server import NAMESPACE, Peer, odd_server
from servers import Server
from socketio_player import Client
from waiting import until
from watched_link import Watched
from wire_frames import CLOSE, CONTINUATION, PING, frame

from gridcli.core.geometry import Direction
from gridcli.core.protocol.updates import Chat, Update, decode_update
from gridcli.link.target import Target, Transport


@pytest.fixture(autouse=True)
def long_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let python-socketio's client read a poll of any number of packets; it gives up at 17."""
    monkeypatch.setattr(Payload, "max_decode_packets", 10_000)


# What a stock server may be made to say: event, and arguments.
PROGRAM: list[tuple[str, Any]] = [
    ("plain", {"a": [1, 2.5, None, True], "ä": "é \U0001f600 \x1e\x00"}),
    ("several", (1, "two", [3])),
    ("none", ()),
    ('odd ["name', "x"),
    ("binary", b"\x00\xff"),
    ("nested", {"data": [b"one", b"two"]}),
    *[(f"size {size}", "x" * size) for size in (1, 90, 100, 125, 126, 1000, 65_400, 65_536)],
    ("big", ["y" * 1000] * 900),
    *[("small", number) for number in range(500)],
]


@asynccontextmanager
async def stock_server() -> AsyncIterator[str]:
    sio = socketio.AsyncServer(async_mode="aiohttp")

    @sio.on("go", namespace=NAMESPACE)
    async def go(sid: str, *args: Any) -> None:
        for name, args in PROGRAM:
            await sio.emit(name, args, to=sid, namespace=NAMESPACE)
        await sio.emit("done", to=sid, namespace=NAMESPACE)

    @sio.on("connect", namespace=NAMESPACE)
    async def connect(sid: str, environ: Any) -> None:
        await sio.emit("hello", "you", to=sid, namespace=NAMESPACE)

    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await sio.shutdown()
        await runner.cleanup()


@both_loops
@pytest.mark.parametrize("transport", THEIRS)
def test_a_stock_server(loop: Loop, transport: Transport) -> None:
    async def play() -> None:
        async with (
            stock_server() as url,
            Theirs().connected(url, transport) as theirs,
            Ours().connected(url, transport) as ours,
        ):
            for client in (ours, theirs):
                await client.emit("go")
            for client in (theirs, ours):
                await until(lambda c=client: "done" in names(c.events), "all of it")
            assert ours.connection.kind == ("polling" if transport == "polling" else "websocket")
            # The game has no binary events: ours leaves out the two packets that announce
            # attachments, and over long polling the three attachments, which are packets there.
            assert ours.faults == (5 if transport == Transport.POLLING else 2)
            text = [event for event in theirs.events if event[0] not in ("binary", "nested")]
            assert ours.events == text
            assert len(theirs.events) == len(PROGRAM) + 2

    play_on(loop, play)


def packet(name: str, *args: Any) -> bytes:
    from json import dumps

    return f"42{NAMESPACE},{dumps([name, *args])}".encode()


def in_pieces(payload: bytes, rng: Random) -> bytes:
    """One message in WebSocket fragments, with pings between them."""
    cuts = sorted(rng.randrange(len(payload) + 1) for _ in range(rng.randrange(4)))
    parts = [payload[a:b] for a, b in zip([0, *cuts], [*cuts, len(payload)], strict=True)]
    stream = b""
    for number, part in enumerate(parts):
        if rng.random() < 0.3:
            stream += frame(rng.randbytes(rng.randrange(20)), PING)
        last = number == len(parts) - 1
        if number:
            stream += frame(part, CONTINUATION, final=last)
        else:
            stream += frame(part, final=last)
    return stream


def said(rng: Random) -> list[bytes]:
    """Packets of all sizes, heartbeats and other namespaces among them."""
    packets = []
    for number in range(200):
        size = rng.choice([0, 10, 60, 100, 3000, 66_000 if number % 50 == 0 else 300])
        packets.append(packet("tick", number, "é" * (size // 2)))
        if rng.random() < 0.1:
            packets.append(rng.choice([b"2", b"6", b'42["tick","another namespace"]', b"3"]))
    return [*packets, packet("done")]


@both_loops
@pytest.mark.parametrize("seed", range(6))
def test_a_server_that_cuts_its_bytes_anywhere(loop: Loop, seed: int) -> None:
    packets = said(Random(seed))
    pongs: list[int] = []

    async def script(peer: Peer) -> None:
        rng = Random(seed)
        await peer.connect()
        whole = [seed % 2 and rng.random() < 0.5 for _ in packets]
        stream = b"".join(
            frame(each) if one else in_pieces(each, rng)
            for each, one in zip(packets, whole, strict=True)
        )
        await peer.dribble(stream, rng, longest=[20_000, 700][seed % 2])
        seen = 0
        while (await peer.receive())[0] != CLOSE:
            seen += 1
            pongs.append(seen)

    async def play() -> None:
        async with (
            odd_server(script) as url,
            Theirs().connected(url, Transport.WEBSOCKET) as theirs,
            Ours().connected(url, Transport.WEBSOCKET) as ours,
        ):
            for client in (theirs, ours):
                await until(lambda c=client: "done" in names(c.events), "all of it")
            expected = [each for each in packets if each.startswith(b"42/")]
            assert ours.events == theirs.events
            assert len(ours.events) == len(expected)
            assert ours.faults == 0
        assert pongs, "nothing was answered"

    play_on(loop, play)


@both_loops
@pytest.mark.parametrize(
    "end",
    [b"", frame(b"\x03\xe8", CLOSE), frame(b"\x0f\xa0why", CLOSE)],
    ids=["unsaid", "normal", "4000"],
)
def test_what_comes_before_the_end_is_heard(loop: Loop, end: bytes) -> None:
    async def script(peer: Peer) -> None:
        await peer.connect()
        many = [packet("tick", number) for number in range(1000)]
        peer.writer.write(b"".join(map(frame, many)) + end)
        if end:
            while (await peer.receive())[0] != CLOSE:
                pass

    async def play() -> None:
        async with (
            odd_server(script) as url,
            Theirs().connected(url, Transport.WEBSOCKET) as theirs,
        ):
            await theirs.sio.wait()
            async with Ours().connected(url, Transport.WEBSOCKET) as ours:
                await until(ours.running.done, "its end")
            assert ours.ended.startswith("the server closed the connection")
            assert ("4000" in ours.ended) == (b"why" in end)
            assert ours.events == theirs.events

    play_on(loop, play)


@pytest.mark.parametrize("transport", THEIRS)
@pytest.mark.parametrize("protocol", [1, 2])
def test_our_server(grid_server: Server, transport: Transport, protocol: int) -> None:
    room = f"both-{transport}-{protocol}"

    async def play() -> None:
        ours = Watched(Target(grid_server.url, "ann", room, transport, protocol))
        theirs, mover = Client(), Watched(Target(grid_server.url, "eve", room))
        auth = {"protocol": 2, "name": "bob", "room": room} if protocol == 2 else None
        await theirs.connect(grid_server.url, THEIRS[transport], auth)
        if protocol == 1:
            await theirs.emit("join", {"room": room})
            await until(lambda: len(theirs.of("grid_status")) == 2, "the room")
        await ours.link.open()
        await mover.link.open()
        me = mover.link.mirror.user_id
        await until(lambda: me in ours.link.mirror.cells, "the mover")
        for number in range(200):
            mover.link.step(list(Direction)[number % 4])
            if number % 20 == 0:
                await asyncio.sleep(0)
        await mover.link.say("done")
        await mover.link.close()

        def heard() -> list[Update]:
            """What theirs was told of the mover."""
            told = [decode_update(name, [payload]) for name, payload in theirs.events]
            return _since(told, me)

        await until(lambda: me not in ours.link.mirror.cells, "the end")
        expected = _since(ours.updates, me)
        await until(lambda: len(heard()) >= len(expected), "the end at theirs")
        assert heard() == expected
        if protocol == 1:
            # Its arrival, its steps and its leave: each is an update of its own.
            assert len(expected) == 202
        else:
            assert Chat(me, "eve", "done") in expected
        await ours.link.close()
        await leave(theirs.sio)

    play_on(asyncio.new_event_loop, play)


def _since(updates: Sequence[Update], user_id: str) -> list[Update]:
    """What was heard of one player."""
    return [update for update in updates if f"'{user_id}'" in repr(update)]
