"""Hostile polling requests beside a hundred honest players: sizes, encodings, overlaps, upgrades.

What the stock library does with them is in `test_stock_polling`; here is what ours must. Not
here: WebSocket messages (`test_messages`), how much and how often (`test_limits`).
"""

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import pytest
from abuse.arena import Arena
from abuse.attacker import answers, event, polling_attacker, said
from abuse.attacks import (
    BOMB,
    DEEP,
    MALFORMED_EVENTS,
    STRIKES,
    chunks_of,
    half_upgrade,
    overlapping_polls,
    posting,
)
from abuse.conftest import Honest, Play, resident_kib
from abuse.wire import web_socket
from servers import Server
from waiting import until

BURST = 40
MOST_PACKETS = 512
MOST_BYTES = 16 * 1024

named = pytest.mark.parametrize


def steps(count: int) -> str:
    """A body of so many steps that ask for acknowledgements."""
    return "\x1e".join(
        event("movement", {"direction": "up", "seq": n}, n) for n in range(1, count + 1)
    )


NO_PACKETS = ["x", "", "bA", "bAAEC", "4[[[[", "d=4", "3\x1ex", f"4{DEEP}"]


@named("body", NO_PACKETS, ids=lambda body: repr(body[:8]))
def test_a_body_that_is_no_packets_ends_the_session(play: Play[Any], body: str) -> None:
    outcome = play(posting(body))
    assert (outcome.status, outcome.code) == (400, "bad-payload")


@named("packet", MALFORMED_EVENTS.values(), ids=MALFORMED_EVENTS)
def test_the_fifth_malformed_event_ends_the_session(play: Play[Any], packet: str) -> None:
    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            for _ in range(STRIKES - 1):
                assert (await player.post(packet)).status == 200
            assert arena.watcher.sees(player.user_id)
            outcome = await player.attack(packet)
            assert (outcome.status, outcome.code) == (400, "bad-payload")

    play(scene)


def test_as_many_steps_in_one_body_as_a_burst_holds_are_all_taken(play: Play[Any]) -> None:
    """The stock server drops all of them from the 17th on, with HTTP 200."""

    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            # CONNECT was the first.
            assert (await player.post(steps(BURST - 1))).status == 200
            await until(lambda: arena.watcher.seq(player.user_id) == BURST - 1, "all steps")
            packets = await player.polling.gather(
                lambda packets: len(answers(packets)) == BURST - 1, "all acknowledgements"
            )
            assert all(answer == {"ok": True} for answer in answers(packets).values())

    play(scene)


TOO_MUCH = {
    "packets": "\x1e".join([event("movement", {})] + ["3"] * MOST_PACKETS),
    "bytes": event("chat", {"text": "x" * MOST_BYTES}),
    "chunks": chunks_of(MOST_BYTES + 1),
}


@named("body", TOO_MUCH.values(), ids=TOO_MUCH)
def test_too_much_in_one_body_is_refused_whole(play: Play[Any], body: Any) -> None:
    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            outcome = await player.attack(body() if callable(body) else body)
            assert (outcome.status, outcome.code) == (413, "too-large")
            assert arena.watcher.lines == []

    play(scene)


def test_a_body_that_never_ends_is_not_read_on(play: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            port = int(arena.url.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            place = player.polling.address.removeprefix(arena.url)
            head = f"POST {place} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
            writer.write(head.encode())
            answering = asyncio.create_task(reader.readline())
            sent, chunk = 0, b"1000\r\n" + b"4" * 0x1000 + b"\r\n"
            while not answering.done():
                writer.write(chunk)
                sent += len(chunk)
                await asyncio.wait([answering], timeout=0.001)
            assert b" 413 " in answering.result()
            assert sent < 4 * 1024 * 1024
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)
            await arena.watcher.gone(player.user_id, 0.0)

    play(scene)


@named("announced", [False, True], ids=["in chunks", "in two pieces"])
def test_a_body_is_taken_whole_however_it_comes(play: Play[Any], announced: bool) -> None:
    body = steps(8).encode()

    async def pieces() -> AsyncIterator[bytes]:
        yield body[:100]
        await asyncio.sleep(0.05)  # so that they are two on the wire, too
        yield body[100:]

    async def scene(arena: Arena) -> None:
        headers = {"Content-Length": str(len(body))} if announced else {}
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            assert (await player.post(pieces(), headers=headers)).status == 200
            packets = await player.polling.gather(
                lambda packets: len(answers(packets)) == 8, "the acknowledgements"
            )
            assert [answer["ok"] for answer in answers(packets).values()] == [True] * 8

    play(scene)


@named("encoding", ["deflate", "gzip", "br", "zstd"])
def test_nothing_compressed_is_taken(play: Play[Any], attacked: Server, encoding: str) -> None:
    bodies = {"gzip": gzip.compress(b"4" * 10_000_000), "deflate": BOMB}

    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            before_kib = resident_kib(attacked)
            for _ in range(10):
                outcome = await player.post(
                    bodies.get(encoding, BOMB), headers={"Content-Encoding": encoding}
                )
                assert (outcome.status, outcome.code) == (415, "too-large")
            assert resident_kib(attacked) - before_kib < 30 * 1024

    play(scene)


def test_overlapping_polls_end_the_session(play: Play[Any]) -> None:
    outcome = play(overlapping_polls)
    assert (outcome.status, outcome.code) == (400, "bad-payload")


def test_overlapping_bodies_end_the_session(play: Play[Any]) -> None:
    async def scene(arena: Arena) -> None:
        first_is_there = asyncio.Event()

        async def slowly() -> AsyncIterator[bytes]:
            yield b"4"
            await first_is_there.wait()
            yield b"x"

        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            slow = asyncio.create_task(player.post(slowly()))
            outcome = await player.post("3")
            while outcome.status == 200:  # until the other one has begun
                outcome = await player.post("3")
            assert (outcome.status, outcome.code) == (400, "bad-payload")
            first_is_there.set()
            assert (await slow).status == 400
            await arena.watcher.gone(player.user_id, 0.0)

    play(scene)


def test_a_half_finished_upgrade_leaves_polling_as_it_was(play: Play[Any]) -> None:
    assert play(half_upgrade).status == 200


@named("frames", [["2probe", "42[]"], ["5"], ["2"], []], ids=str)
def test_a_broken_upgrade_does_so_too(play: Play[Any], frames: list[str]) -> None:
    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            async with web_socket(arena.http, arena.url, player.polling.sid) as upgrade:
                await upgrade.send(*frames)
            await player.post(event("message", {}))
            packets = await player.polling.gather(
                lambda packets: said(packets, "message"), "an answer"
            )
            assert said(packets, "message") == [{"userId": player.user_id}]

    play(scene)


@named("frames", [["x"], ["2probe", "x"]], ids=str)
def test_an_upgrade_with_what_is_no_packet_ends_the_session(
    play: Play[Any], frames: list[str]
) -> None:
    async def scene(arena: Arena) -> None:
        async with polling_attacker(arena.http, arena.url, arena.watcher) as player:
            async with web_socket(arena.http, arena.url, player.polling.sid) as upgrade:
                await upgrade.send(*frames)
                await upgrade.ended()
            await arena.watcher.gone(player.user_id, 0.0)

    play(scene)


def test_the_honest_noticed_nothing(honest: Honest) -> None:
    honest.end()
