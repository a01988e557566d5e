"""Ways around a guard that were found once, beside a hundred honest players.

Each was open when the edge was new. Not here: the guards themselves (`test_messages`,
`test_bodies`, `test_limits`).
"""

import asyncio
import socket
import struct
from typing import Any

import pytest
from abuse.arena import Arena
from abuse.attacker import attacker, connect, event, polling_attacker
from abuse.attacks import GAME, half_upgrade, sending
from abuse.conftest import Honest, Play, playing_on
from abuse.test_requests import OPEN, UPGRADE, answer
from abuse.wire import ask
from raw_client import CLOSE, RawClient
from servers import Server, running_server
from waiting import until

from server.run import KEEP_ALIVE_S

named = pytest.mark.parametrize

LET_GO_S = 10.0
HELD_BYTES = 256 * 1024


def test_a_binary_event_is_answered_under_its_number(play: Play[Any]) -> None:
    """Its number comes after the count of its attachments and its namespace."""

    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            await player.socket.send('451-/grid-game,7["movement",{"_placeholder":true,"num":0}]')
            await until(lambda: player.codes() == ["bad-payload"], "the refusal")

    play(scene)


def test_pings_of_the_websocket_itself_are_a_flood_like_any(play: Play[Any]) -> None:
    """They are no messages, and each is answered."""

    async def scene(arena: Arena) -> None:
        loop = asyncio.get_running_loop()
        async with RawClient(int(arena.url.rpartition(":")[2])) as client:
            await client.send(connect())
            await client.text(f'{GAME}["message"')

            async def closed() -> None:
                while (await client.receive())[0] != CLOSE:
                    pass

            async def flood() -> None:
                while True:
                    await loop.sock_sendall(client.socket, b"\x89\x80\0\0\0\0" * 100)
                    await asyncio.sleep(0.01)

            flooding = asyncio.create_task(flood())
            try:
                async with asyncio.timeout(LET_GO_S):
                    await closed()
            except (EOFError, ConnectionError):
                pass
            finally:
                flooding.cancel()
                await asyncio.gather(flooding, return_exceptions=True)

    play(scene)


def test_who_sends_pings_and_is_gone_leaves_no_trace(play: Play[Any], attacked: Server) -> None:
    """The answers have nowhere to go."""

    async def scene(arena: Arena) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(20):
            async with RawClient(int(arena.url.rpartition(":")[2])) as client:
                await loop.sock_sendall(client.socket, b"\x89\x80\0\0\0\0" * 1000)
                reset = struct.pack("ii", 1, 0)
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    before = len(attacked.output)
    play(scene)
    play(half_upgrade)
    assert not [line for line in attacked.output[before:] if "Traceback" in line]


def test_who_never_polls_is_held_no_more_than_who_never_reads(play: Play[Any]) -> None:
    """It answers pings that it has never fetched, and asks for the room again and again."""

    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            for _ in range(100):
                body = "\x1e".join(["3", event("join", {"room": "lobby"})])
                if (await player.post(body)).status != 200:
                    return  # it was let go
                await asyncio.sleep(0.06)
            assert len((await player.polling.get()).text) < 1.2 * HELD_BYTES

    play(scene)


HEADERS = {
    "origin": OPEN + b"Origin: \xff\xfe\r\n\r\n",
    "key": UPGRADE + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: \xff\r\n\r\n",
    "protocol": UPGRADE + b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: \xff\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "host": OPEN.replace(b"Host: x", b"Host: \xff") + b"Origin: http://\xff\r\n\r\n",
    "proxy": OPEN + b"X-Forwarded-Proto: \xff\r\nX-Forwarded-For: \xff, 1\r\n\r\n",
    "encoding": OPEN + b"Content-Encoding: \xff\r\n\r\n",
}


@named("request_", HEADERS.values(), ids=HEADERS)
def test_a_header_of_bytes_is_no_error_of_ours(
    play: Play[Any], attacked: Server, request_: bytes
) -> None:
    async def scene(arena: Arena) -> None:
        line = await answer(arena, request_)
        assert b" 500 " not in line

    before = len(attacked.output)
    play(scene)
    assert not [line for line in attacked.output[before:] if "Traceback" in line]


def test_headers_may_come_slowly_in_no_request(play_strict: Play[Any]) -> None:
    """Not in the second one of a connection, either."""

    async def scene(arena: Arena) -> None:
        port = int(arena.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b" 200 " in await reader.readline()
        reading = asyncio.create_task(reader.read())
        try:
            async with asyncio.timeout(KEEP_ALIVE_S + LET_GO_S):
                writer.write(b"GET /healthz HTTP/1.1\r\nX: ")
                while not reading.done():
                    await asyncio.wait([reading], timeout=0.2)
                    writer.write(b"x")
        finally:
            reading.cancel()
            writer.close()
            await asyncio.gather(reading, writer.wait_closed(), return_exceptions=True)

    play_strict(scene)


H2C = {"Upgrade": "h2c", "Connection": "Upgrade"}


def test_a_poll_that_says_upgrade_and_means_none_overlaps_like_any(play_strict: Play[Any]) -> None:
    """Nobody plays here, so that a poll has nothing to come back with."""

    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            address = player.polling.address
            polls = [
                asyncio.create_task(ask(arena.http, address, headers=headers))
                for headers in (H2C, {})
            ]
            done, _ = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
            assert 400 in {poll.result().status for poll in done}
            await arena.watcher.gone(player.user_id, 0.0)
            await asyncio.wait(polls)

    play_strict(scene)


def test_a_browser_may_ask_whether_it_may_post_while_it_polls(play_strict: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            polling = asyncio.create_task(player.polling.get())
            for _ in range(20):
                reply = await ask(arena.http, player.polling.address, "OPTIONS")
                assert reply.status == 200, reply
            await player.post(event("message", {}))
            assert (await polling).status == 200

    play_strict(scene)


@named("method", ["GET", "POST"])
def test_a_session_that_has_ended_is_answered_for(play: Play[Any], method: str) -> None:
    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            await player.post("1")
            reply = await ask(arena.http, player.polling.address, method, data="3")
            assert reply.status == 400, reply

    play(scene)


def test_who_is_over_the_rate_for_long_is_not_taken_for_dead() -> None:
    """An answer to a ping is no event: it counts however much else comes."""

    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            while player.socket.got.count("2") < 5:
                await player.socket.send(event("message", {}))
                await asyncio.sleep(0.05)
                assert player.socket.code is None, (player.socket.code, player.socket.reason)
            assert arena.watcher.sees(player.user_id)

    options = ["--ping-interval", "1", "--ping-timeout", "1"]
    with running_server(*options, "--event-rate", "5", "--event-burst", "5") as server:
        playing_on(server)(scene)


def test_the_log_says_once_what_many_do(play: Play[Any], attacked: Server) -> None:
    before = len(attacked.output)

    async def scene(arena: Arena) -> None:
        await asyncio.gather(*(sending("x")(arena) for _ in range(50)))

    play(scene)
    assert len(attacked.output) - before <= 3, attacked.output[before:]


def test_the_honest_noticed_nothing(honest: Honest) -> None:
    honest.end()
