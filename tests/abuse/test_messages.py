"""Hostile WebSocket messages beside a hundred honest players: each row's outcome, and no ghost.

What the stock library does with them is in `test_stock_defects`; here is what ours must. Not
here: polling bodies (`test_bodies`), how much and how often (`test_limits`).
"""

import asyncio
from typing import Any

import pytest
from abuse.arena import Arena
from abuse.attacker import attacker, connect, event
from abuse.attacks import BINARY, FORGED, MALFORMED_EVENTS, MALFORMED_FRAMES, STRIKES, sending
from abuse.conftest import Honest, Play, resident_kib
from abuse.wire import web_socket
from servers import Server
from waiting import until

POLICY_VIOLATION = 1008
TOO_BIG = 1009
SAID_WHY = "[bad-payload]"

named = pytest.mark.parametrize
REFUSED = MALFORMED_EVENTS | FORGED | BINARY


@named("frame", MALFORMED_FRAMES.values(), ids=MALFORMED_FRAMES)
def test_what_is_no_packet_ends_its_sender_at_once(play: Play[Any], frame: str) -> None:
    outcome = play(sending(frame))
    assert outcome.close == POLICY_VIOLATION
    assert outcome.reason.endswith(SAID_WHY)
    assert outcome.gone_s is not None


@named("frame", REFUSED.values(), ids=REFUSED)
def test_the_fifth_malformed_event_ends_its_sender(play: Play[Any], frame: str | bytes) -> None:
    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            await player.socket.send(*[frame] * (STRIKES - 1))
            await player.plays()
            assert arena.watcher.sees(player.user_id)
            outcome = await player.attack(frame)
            assert outcome.close == POLICY_VIOLATION
            assert outcome.reason.startswith(f"{STRIKES} malformed events")
            assert outcome.notices == ["bad-payload"]

    play(scene)


@named(
    "packet",
    [
        "42/grid-game,7{}",
        "42/grid-game,7[[1]]",
        '42/grid-game,7["disconnect","transport close"]',
        '42/grid-game,7["connect",{}]',
    ],
)
def test_who_asked_for_an_answer_is_told_that_it_is_refused(play: Play[Any], packet: str) -> None:
    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            await player.socket.send(packet)
            await until(lambda: player.codes() == ["bad-payload"], "the refusal")

    play(scene)


@named("frame", ["1", "41/grid-game,"], ids=["close", "leave"])
def test_a_goodbye_is_no_abuse(play: Play[Any], frame: str) -> None:
    async def scene(arena: Arena) -> None:
        async with attacker(arena.http, arena.url, arena.watcher) as player:
            await player.socket.send(frame)
            await arena.watcher.gone(player.user_id, 0.0)
            assert player.codes() == []

    play(scene)


def test_nothing_goes_in_before_the_game_has_let_one_in(play: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with web_socket(arena.http, arena.url) as socket:
            await socket.send(event("chat", {"text": "uninvited"}, 1), connect(name="late"))
            await socket.send(event("chat", {"text": "invited"}))
            await until(lambda: ("late", "invited") in arena.watcher.lines, "the second line")
            assert [text for _, text in arena.watcher.lines] == ["invited"]

    play(scene)


@named("refused", [{"room": "no room"}, {"name": "x" * 200}, {"resume": "forged"}], ids=str)
def test_nothing_goes_out_or_in_for_one_that_is_refused(
    play: Play[Any], refused: dict[str, str]
) -> None:
    async def scene(arena: Arena) -> None:
        async with (
            web_socket(arena.http, arena.url) as socket,
            attacker(arena.http, arena.url, arena.watcher) as other,
        ):
            await socket.send(connect(**refused), event("chat", {"text": "uninvited"}, 1))
            await socket.until(lambda got: len(got) > 1, "the refusal")
            # Somebody plays meanwhile, and a hundred others.
            await other.call("chat", {"text": "for the room"})
            await until(lambda: arena.watcher.lines, "a line")
            assert [text for _, text in arena.watcher.lines] == ["for the room"]
            assert str(socket.got[1]).startswith("44/grid-game,")
            assert len(socket.got) == 2

    play(scene)


def test_a_message_over_the_cap_ends_its_sender(play: Play[Any]) -> None:
    outcome = play(sending(event("chat", {"text": "x" * 16_400})))
    assert outcome.close == TOO_BIG
    assert outcome.codes == []


def test_no_extension_is_agreed_to(play: Play[Any]) -> None:
    """No message is inflated, however small it comes."""

    async def scene(arena: Arena) -> None:
        url = f"{arena.url}/socket.io/?EIO=4&transport=websocket"
        async with arena.http.ws_connect(url, compress=15) as socket:
            assert socket.compress == 0

    play(scene)


def test_binary_events_leave_no_memory_behind(play: Play[Any], attacked: Server) -> None:
    """Each would keep 12 kB, waiting for attachments: 24 MB. The garbage of 400 ended sessions is
    collected late, and is far less. The benchmark makes ten thousand tries."""
    at_once, payload = 20, "x" * 12_000

    async def scene(arena: Arena) -> None:
        async def tries() -> None:
            async with web_socket(arena.http, arena.url) as socket:
                frames = [
                    f'4{5 + n % 2}9999999999-/grid-game,{n}["movement","{payload}"]'
                    for n in range(STRIKES)
                ]
                await socket.send(connect(spectate=True), *frames)
                assert await socket.ended() == POLICY_VIOLATION

        async def many(sessions: int) -> None:
            for _ in range(sessions // at_once):
                await asyncio.gather(*(tries() for _ in range(at_once)))

        await many(100)
        before_kib = resident_kib(attacked)
        await many(400)
        assert resident_kib(attacked) - before_kib < 16 * 1024

    play(scene)


def test_the_honest_noticed_nothing(honest: Honest) -> None:
    honest.end()
