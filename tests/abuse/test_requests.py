"""Bytes that are hardly HTTP or WebSocket, beside a hundred honest players: no trace of them.

Whatever comes before Engine.IO is read by aiohttp; it answers 4xx or closes, and logs no traceback.
Not here: bodies (`test_bodies`), messages (`test_messages`).
"""

import asyncio
from typing import Any

import pytest
from abuse.arena import Arena
from abuse.attacker import connect
from abuse.attacks import GAME
from abuse.conftest import Honest, Play
from raw_client import CLOSE, RawClient
from servers import Server

named = pytest.mark.parametrize

POLL = b"/socket.io/?EIO=4&transport=polling"
OPEN = b"GET " + POLL + b" HTTP/1.1\r\nHost: x\r\n"
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
)
POST = b"POST " + POLL + b"&sid=x HTTP/1.1\r\nHost: x\r\n"

REQUESTS = {
    "binary": b"\x00\x01\x02\r\n\r\n",
    "TLS": bytes.fromhex("16030100a5010000a10303") + b"x" * 100 + b"\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no such method": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "long address": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "long header": OPEN + b"X: " + b"a" * 20_000 + b"\r\n\r\n",
    "many headers": OPEN + b"".join(b"X-%d: 1\r\n" % n for n in range(3000)) + b"\r\n",
    "address of bytes": b"GET " + POLL + b"&sid=\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    "percent of bytes": b"GET " + POLL + b"&sid=%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "EIO=3": OPEN.replace(b"EIO=4", b"EIO=3") + b"\r\n",
    "no such transport": OPEN.replace(b"polling", b"pigeon") + b"\r\n",
    "JSONP": OPEN.replace(b"polling", b"polling&j=0") + b"\r\n",
    "two sessions": OPEN.replace(b"polling", b"polling&sid=a&sid=b") + b"\r\n",
    "no upgrade": UPGRADE.replace(b"Upgrade: websocket\r\n", b"") + b"\r\n",
    "no key": UPGRADE + b"Sec-WebSocket-Version: 13\r\n\r\n",
    "no such version": UPGRADE + b"Sec-WebSocket-Version: 99\r\nSec-WebSocket-Key: eA==\r\n\r\n",
    "no such session": POST + b"Content-Length: 1\r\n\r\n3",
    "negative length": POST + b"Content-Length: -1\r\n\r\n3",
    "length of words": POST + b"Content-Length: many\r\n\r\n3",
    "two lengths": POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n3",
    "chunks of words": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "length and chunks": POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "broken origin": OPEN + b"Origin: http://[::1\r\n\r\n",
}


async def answer(arena: Arena, request: bytes) -> bytes:
    """The first line that comes back; empty if the connection just ends."""
    port = int(arena.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        async with asyncio.timeout(20):
            return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


@named("request_", REQUESTS.values(), ids=REQUESTS)
def test_a_broken_request_is_the_senders_fault(
    play: Play[Any], attacked: Server, request_: bytes
) -> None:
    async def scene(arena: Arena) -> None:
        line = await answer(arena, request_)
        assert line == b"" or line.split()[1].startswith(b"4"), line

    before = len(attacked.output)
    play(scene)
    assert not [line for line in attacked.output[before:] if "ERROR" in line]


FRAMES = {
    "reserved bits": (b"\xf1\x81aaaax", 1002),
    "no such opcode": (b"\x83\x80aaaa", 1002),
    "long ping": (b"\x89\xfe\x01\x00", 1002),
    "continuation of nothing": (b"\x80\x80aaaa", 1002),
    "no UTF-8": (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
    "eight exabytes": (b"\x81\xff\x7f" + b"\xff" * 7 + b"\0" * 4, 1009),
    "too much in fragments": (
        b"\x01\xfe\x10\x00\0\0\0\0" + b"4" * 4096 + (b"\x00\xfe\x10\x00\0\0\0\0" + b"4" * 4096) * 6,
        1009,
    ),
}


@named(("frame", "code"), FRAMES.values(), ids=FRAMES)
def test_a_broken_frame_closes_the_websocket(play: Play[Any], frame: bytes, code: int) -> None:
    async def scene(arena: Arena) -> None:
        async with RawClient(int(arena.url.rpartition(":")[2])) as client:
            await client.send(connect())
            await client.text(f'{GAME}["message"')
            await asyncio.get_running_loop().sock_sendall(client.socket, frame)
            while (received := await client.receive())[0] != CLOSE:
                pass
            assert int.from_bytes(received[1][:2], "big") == code

    play(scene)


def test_the_honest_noticed_nothing(honest: Honest) -> None:
    honest.end()
