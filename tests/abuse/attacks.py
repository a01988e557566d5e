"""The abuse table's inputs, each as an attack on a running server, and what came of it.

An attack is a function from the `Arena` to its `Outcome`; it begins with a client of its own and
waits until the server has dealt with it. Not here: what must come of each (`test_abuse`), their
times (`benchmark`), the client (`attacker`).
"""

import asyncio
import itertools
import json
import socket
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from abuse.arena import Arena, Attack
from abuse.attacker import Outcome, attacker, connect, event, polling_attacker, said, told
from abuse.watcher import now_s
from abuse.wire import Polling, Reply, ask, open_polling, web_socket
from raw_client import CLOSE, RawClient

DEEP = "[" * 15_000
STRIKES = 5
"""After how many malformed events a client is closed."""
FLOOD = 1_000
"""Events at once: twice what may come in 5 s."""
STEP = event("movement", {"direction": "up", "seq": 1})


def sending(*frames: str | bytes) -> Attack:
    """A player on a WebSocket sends these messages."""

    async def attack(arena: Arena) -> Outcome:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            return await player.attack(*frames)

    return attack


def in_turn(*attacks: Attack) -> Attack:
    """One of these, and the next time the next one."""
    turns = itertools.cycle(attacks)

    async def attack(arena: Arena) -> Outcome:
        return await next(turns)(arena)

    return attack


def posting(body: str, **headers: str) -> Attack:
    """A player who polls sends this body, which ends its session."""

    async def attack(arena: Arena) -> Outcome:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            return await player.attack(body, headers=headers)

    return attack


def posting_in_vain(body: bytes | Callable[[], AsyncIterator[bytes]], **headers: str) -> Attack:
    """A player who polls sends this body, which is refused."""

    async def attack(arena: Arena) -> Outcome:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            data = body if isinstance(body, bytes) else body()
            return await player.post(data, headers=headers)

    return attack


def chunks_of(size: int, each: int = 4096) -> Callable[[], AsyncIterator[bytes]]:
    """A body of so many bytes that does not say its length: steps, and another packet each."""

    async def chunks() -> AsyncIterator[bytes]:
        packet = (STEP + "\x1e").encode()
        whole = (packet * (size // len(packet) + 1))[:size]
        for at in range(0, size, each):
            yield whole[at : at + each]

    return chunks


async def overlapping_polls(arena: Arena) -> Outcome:
    """A player asks for its packets several times at a time, until two of them meet."""
    async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
        worst = Reply(0)
        while worst.status < 400:
            since_s = now_s()
            replies = await asyncio.gather(*(player.polling.get() for _ in range(3)))
            worst = max(replies, key=lambda reply: reply.status)
        outcome = told(worst)
        outcome.gone_s = await arena.watcher.gone(player.user_id, since_s)
        return outcome


async def uninvited_events(arena: Arena) -> Outcome:
    """One that never asked to come in, and one that was refused, talk all the same."""
    line = event("chat", {"text": "uninvited"})
    async with web_socket(arena.http, arena.url) as client:
        await client.send(connect(room="no room"), *[line] * STRIKES)
        since_s = now_s()
        await client.ended()
        heard = [str(text) for text in client.got[1:] if not str(text).startswith("44")]
        return Outcome(client.code, client.reason, codes=heard, gone_s=client.ended_s - since_s)


async def flood(arena: Arena) -> Outcome:
    """A player moves as fast as it can."""
    async with attacker(arena.http, arena.url, arena.watcher) as player:
        moves = [event("movement", {"direction": "up", "seq": n + 1}) for n in range(FLOOD)]
        return await player.attack(*moves)


async def half_upgrade(arena: Arena) -> Outcome:
    """A player who polls begins to upgrade, dies in the middle of it, and polls on."""
    async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
        async with web_socket(arena.http, arena.url, player.polling.sid) as upgrade:
            await upgrade.send("2probe")
            await upgrade.until(lambda got: got, "the answer to the probe")
        await player.polling.post(event("message", {}))
        packets = await player.polling.gather(lambda packets: said(packets, "message"), "an answer")
        return Outcome(status=200 if packets else 0)


async def good_guest(arena: Arena) -> Outcome:
    """No attack: one that comes, takes a step and goes, to compare with."""
    async with attacker(arena.http, arena.url, arena.watcher) as player:
        await player.plays()
        await player.socket.send("1")
        return Outcome(gone_s=await arena.watcher.gone(player.user_id, now_s()))


async def never_reads(arena: Arena) -> Outcome:
    """A player asks for the state of its room again and again, and reads nothing of it."""
    port = int(arena.url.rpartition(":")[2])
    async with RawClient(port, buffer=4096) as client:
        await client.send(connect())
        welcome = await client.text(f'{GAME}["message"')
        user_id = json.loads(welcome.removeprefix(GAME))[1]["userId"]
        await arena.watcher.came(user_id)
        since_s = now_s()
        while user_id not in arena.watcher.left_s:
            with suppress(OSError):
                await client.send(event("join", {"room": "lobby"}))
            await asyncio.sleep(1 / 15)
        return Outcome(close=1006, gone_s=await arena.watcher.gone(user_id, since_s))


async def ping_flood(arena: Arena, seconds: float = 2.0) -> Outcome:
    """A player sends 10,000 of WebSocket's own pings a second, which are no messages."""
    loop, until_s = asyncio.get_running_loop(), now_s() + seconds
    async with RawClient(int(arena.url.rpartition(":")[2])) as client:
        await client.send(connect())
        welcome = await client.text(f'{GAME}["message"')
        user_id = json.loads(welcome.removeprefix(GAME))[1]["userId"]

        async def read() -> Outcome:
            try:
                while (frame := await client.receive())[0] != CLOSE:
                    pass
            except (EOFError, ConnectionError):
                return Outcome(close=1006)
            return Outcome(int.from_bytes(frame[1][:2], "big"), frame[1][2:].decode())

        since_s, reading = now_s(), asyncio.create_task(read())
        while not reading.done() and now_s() < until_s:
            with suppress(OSError):
                await loop.sock_sendall(client.socket, b"\x89\x80\0\0\0\0" * 100)
            await asyncio.wait([reading], timeout=0.01)
        if not reading.done():
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            return Outcome()
        outcome = reading.result()
        outcome.gone_s = await arena.watcher.gone(user_id, since_s)
        return outcome


async def idle_handshakes(arena: Arena, count: int = 20) -> Outcome:
    """Sessions are begun and left alone, but for their polls."""

    async def end_of(polling: Polling) -> int:
        while (reply := await polling.get()).status == 200:
            pass
        return reply.status

    sessions = await asyncio.gather(*(open_polling(arena.http, arena.url) for _ in range(count)))
    since_s = now_s()
    statuses = await asyncio.gather(*(end_of(polling) for polling in sessions))
    return Outcome(status=max(statuses), gone_s=now_s() - since_s)


async def slow_headers(arena: Arena, patience_s: float = 30.0) -> Outcome:
    """A request whose headers come a byte at a time, and never end."""
    loop = asyncio.get_running_loop()
    since_s = now_s()
    with socket.create_connection(("127.0.0.1", int(arena.url.rpartition(":")[2]))) as connection:
        connection.setblocking(False)
        head = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: localhost\r\nX: "
        answer = b""
        reading = loop.create_task(loop.sock_recv(connection, 4096))
        async with asyncio.timeout(patience_s):
            try:
                await loop.sock_sendall(connection, head)
                while not (await asyncio.wait([reading], timeout=0.2))[0]:
                    await loop.sock_sendall(connection, b"x")
                answer = reading.result()
            except ConnectionError:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
        status = int(answer.split(None, 2)[1]) if answer else 0
        return Outcome(status=status, close=1006, gone_s=now_s() - since_s)


async def foreign_origin(arena: Arena) -> Outcome:
    """A web page from elsewhere opens a session."""
    address = f"{arena.url}/socket.io/?EIO=4&transport=polling"
    return told(await ask(arena.http, address, headers={"Origin": "http://elsewhere.example"}))


def refused_join(**auth: object) -> Attack:
    """One asks to come in with something that may not be."""

    async def attack(arena: Arena) -> Outcome:
        async with web_socket(arena.http, arena.url) as client:
            await client.send(connect(**auth))
            await client.until(lambda got: len(got) > 1, "the refusal")
            answer = str(client.got[1])
            assert answer.startswith("44/grid-game,"), answer
            return Outcome(code=json.loads(answer.partition(",")[2])["data"]["code"])

    return attack


BOMB = zlib.compress(b"4" + b"0" * 10_000_000)
"""Ten megabytes in ten kilobytes."""
GAME = "42/grid-game,"

MALFORMED_FRAMES = {
    "frame `x`": "x",
    "an empty frame": "",
    "frame `b!`": "b!",
    "base64 that is none": "bA",
    "frame `4[[[[`": "4[[[[",
    "frame `4[[[[…`, 15,000 deep": f"4{DEEP}",
}
MALFORMED_EVENTS = {
    "`42{}`": GAME + "{}",
    "`42[]`": GAME + "[]",
    "`42[[1]]`": GAME + "[[1]]",
    '`42["movement",[[[[…`': f'{GAME}["movement",{DEEP}',
    "deep JSON that is whole": f'{GAME}["movement",{"[" * 7_000}{"]" * 7_000}]',
}
FORGED = {
    '`42["disconnect"]`': GAME + '["disconnect"]',
    '`42["disconnect","…"]`': GAME + '["disconnect","transport close"]',
    '`42["connect",{}]`': GAME + '["connect",{}]',
    '`42["*",{}]`': GAME + '["*","movement",{}]',
    "`44{}`": '44/grid-game,{"message":"no"}',
}
BINARY = {
    "`459999999999-[…]`": '459999999999-/grid-game,["movement",{"_placeholder":true,"num":0}]',
    "`450-[…]`": '450-/grid-game,["movement",{}]',
    "`451-[…]`": '451-/grid-game,["movement",{"_placeholder":true,"num":0}]',
    "`461-[…]`": '461-/grid-game,1[{"_placeholder":true,"num":0}]',
    "binary frames": b"attachment",
}
