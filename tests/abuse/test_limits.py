"""How much and how often: floods, names, rooms and chat, connections that ask or join nothing.

Not here: what is malformed (`test_messages`, `test_bodies`); forged messages of the bus
(`tests/server/cluster/test_bus.py`, `tests/faults/test_bus.py`), resume tokens
(`tests/server/test_resume.py`), what a screen draws (`tests/tui/test_foreign_text.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from abuse.arena import Arena
from abuse.attacker import answers, attacker, connect, event, said
from abuse.attacks import flood, foreign_origin, refused_join, slow_headers
from abuse.conftest import Honest, Play
from abuse.wire import Reply, ask, open_polling, web_socket
from waiting import until

BURST = 40
POLICY_VIOLATION = 1008
POLL = "/socket.io/?EIO=4&transport=polling"

named = pytest.mark.parametrize


def test_a_flood_ends_its_sender_and_says_why(play: Play[Any]) -> None:
    outcome = play(flood)
    assert outcome.close == POLICY_VIOLATION
    assert outcome.reason.endswith("[rate-limited]")
    assert outcome.notices == ["rate-limited"]


def test_what_is_over_the_rate_is_refused_and_its_sender_plays_on(play: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            sent = 3 * BURST
            await player.socket.send(
                *(event("movement", {"direction": "up", "seq": n}, n) for n in range(1, sent + 1))
            )
            await player.socket.until(lambda got: len(answers(got)) == sent, "all answers")
            codes = player.codes()
            taken = codes.count("ok")
            assert codes.count("rate-limited") == sent - taken
            assert codes[: BURST - 1] == ["ok"] * (BURST - 1)
            assert BURST - 1 <= taken < sent

            async def may_step() -> bool:
                answer = await player.call("movement", {"direction": "up", "seq": sent + 1})
                return bool(answer["ok"])

            await again_and_again(may_step)
            assert arena.watcher.seq(player.user_id) <= sent + 1

    play(scene)


BAD_JOINS: list[tuple[dict[str, object], str]] = [
    ({"room": "r" * 33}, "bad-room"),
    ({"room": "no room"}, "bad-room"),
    ({"room": "../etc"}, "bad-room"),
    ({"room": "salle\u0301"}, "bad-room"),
    ({"room": "\x1b[2J"}, "bad-room"),
    ({"room": ["lobby"]}, "bad-payload"),
    ({"name": "n" * 25}, "bad-name"),
    ({"name": "\x1b\x07\u202e"}, "bad-name"),
    ({"name": {"toString": 1}}, "bad-payload"),
    ({"resume": "forged"}, "gone"),
    ({"resume": "A" * 5_000}, "too-large"),
    ({"protocol": "2"}, "bad-payload"),
    ({"spectate": "yes"}, "bad-payload"),
]


@named(("auth", "code"), BAD_JOINS, ids=[ascii(auth)[:40] for auth, _ in BAD_JOINS])
def test_who_asks_for_what_may_not_be_is_refused(
    play: Play[Any], auth: dict[str, object], code: str
) -> None:
    assert play(refused_join(**auth)).code == code


HOSTILE = "\x1b]0;pwned\x07\x9b2J\u202eevil\u2066\u200b\r\n\tx"
PLAIN = "]0;pwned2Jevil x"


def test_nothing_that_moves_a_cursor_gets_in(play: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher, name=HOSTILE) as player:
            assert arena.watcher.name(player.user_id) == PLAIN
            assert await player.call("chat", {"text": HOSTILE}) == {"ok": True}
            await until(lambda: arena.watcher.lines == [(PLAIN, PLAIN)], "the line")

    play(scene)


BAD_EVENTS: list[tuple[str, object, str]] = [
    ("chat", {"text": "x" * 241}, "too-large"),
    ("chat", {"text": "\x1b\u202e"}, "bad-payload"),
    ("chat", {"text": 1}, "bad-payload"),
    ("chat", "text", "bad-payload"),
    ("join", {"room": "r" * 33}, "bad-room"),
    ("join", {"room": "\u202e"}, "bad-room"),
    ("join", {}, "bad-payload"),
    ("movement", {"direction": "sideways", "seq": 1}, "bad-payload"),
    ("movement", {"direction": "up", "seq": -1}, "bad-payload"),
    ("movement", {"direction": "up", "seq": 1e300}, "bad-payload"),
    ("movement", None, "bad-payload"),
]


def test_events_with_what_may_not_be_are_refused_and_reach_nobody(play: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            for name, payload, code in BAD_EVENTS:
                answer = await player.call(name, payload)
                assert (answer["ok"], answer["code"]) == (False, code), (name, payload)
            await player.plays()
            assert arena.watcher.lines == []

    play(scene)


def test_another_origin_is_refused_on_both_transports(play: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        headers = {"Origin": "http://elsewhere.example"}
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with web_socket(arena.http, arena.url, headers=headers):
                pass
        assert refused.value.status == 400
        assert (await foreign_origin(arena)).status == 400

    play(scene)


def test_the_honest_noticed_nothing(honest: Honest) -> None:
    honest.end()


def test_rooms_have_a_cap(play_strict: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with AsyncExitStack() as players:
            for room in ("one", "two"):
                socket = await players.enter_async_context(web_socket(arena.http, arena.url))
                await socket.send(connect(room=room))
                await socket.until(lambda got: said(got, "message"), "the welcome")
            assert (await refused_join(room="three")(arena)).code == "full"

    play_strict(scene)


def test_who_does_not_join_is_let_go(play_strict: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with web_socket(arena.http, arena.url) as socket:
            polling = await open_polling(arena.http, arena.url)
            assert await socket.ended() == POLICY_VIOLATION
            assert "join" in socket.reason
            while (reply := await polling.get()).status == 200:
                pass
            assert reply.status == 400

    play_strict(scene)


def test_who_asks_nothing_or_too_slowly_is_let_go(play_strict: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        port = int(arena.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        silent = asyncio.create_task(reader.read())
        await slow_headers(arena)
        async with asyncio.timeout(10):
            await asyncio.wait([silent])
        silent.exception()
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    play_strict(scene)


async def again_and_again(succeeds: Callable[[], Awaitable[bool]]) -> None:
    """Try until it succeeds: somebody else's time has to pass first."""
    async with asyncio.timeout(20):
        while not await succeeds():  # noqa: ASYNC110  nothing here is told of it
            await asyncio.sleep(0.05)


async def handshake(arena: Arena, *forwarded: str) -> Reply:
    """Begin a session through a proxy that says so."""
    headers = [("X-Forwarded-For", address) for address in forwarded]
    return await ask(arena.http, arena.url + POLL, headers=headers)


async def statuses(arena: Arena, *forwarded: list[str]) -> list[int]:
    """Of so many handshakes at once: none is old enough to be over."""
    return [r.status for r in await asyncio.gather(*(handshake(arena, *one) for one in forwarded))]


def test_an_address_has_a_cap_and_the_proxy_says_whose_it_is(play_strict: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        # What a client says itself comes before what its proxy says, in one header or in two.
        one = [[f"192.0.2.{n}, 198.51.100.1"] for n in range(5)]
        found = await statuses(arena, *one, ["192.0.2.77", "198.51.100.1"], ["198.51.100.2"])
        assert sorted(found) == [200] * 6 + [429]
        # One household of IPv6 is one.
        household = [[f"2001:db8:0:1:{n}::1"] for n in range(6)]
        found = await statuses(arena, *household, ["2001:db8:0:2::1"])
        assert sorted(found) == [200] * 6 + [429]
        reply = await handshake(arena, "2001:db8:0:1::1")
        assert reply.status == 200 or reply.json["code"] == "full"

        async def there_is_place() -> bool:
            return (await handshake(arena, "198.51.100.1")).status == 200

        await again_and_again(there_is_place)  # as soon as those that did not join are gone

    play_strict(scene)


def test_without_a_trusted_proxy_nobody_is_believed(play: Play[Any], honest: Honest) -> None:
    async def scene(arena: Arena) -> None:
        for _ in range(220):  # 200 are allowed to an address that is not this machine's
            assert (await handshake(arena, "198.51.100.1")).status == 200

    play(scene)


def test_there_is_a_cap_in_all(play_strict: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        found = await statuses(arena, *[["127.0.0.1"]] * 60)
        assert found.count(200) <= 30
        assert set(found) - {200} == {503}

        async def there_is_place() -> bool:
            return (await handshake(arena, "127.0.0.1")).status == 200

        await again_and_again(there_is_place)

    play_strict(scene)
