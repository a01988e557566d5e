"""Peers that vanish without a word: gone from the grid within 15 s, whatever they were doing.

A gate on loopback swallows their bytes both ways and tells nobody of any end; or the peer is
there and says nothing more. Not here: peers that read slowly (`fanout/test_slow_readers.py`).
"""

import asyncio
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
from edge import POLLING, ask, port_of
from faults.gate import Gate, Mode
from hand_client import KINDS, HandClient
from scraping import at_rest, held
from servers import Server
from waiting import until
from watched_link import Watched, scene

from gridcli.link.target import Target

BRISK = ("--ping-interval", "1", "--ping-timeout", "1")
GONE_S = 15.0
"""What is promised at the default heartbeat."""
SLACK_S = 5.0
"""For a machine that has much else to do."""


async def keep_alive(hand: HandClient) -> None:
    """Answer every ping."""
    while True:
        await hand.ping()
        await hand.pong()


async def vanish(server: Server, patience_s: float) -> dict[str, float]:
    """One of each kind vanishes just after it has answered; how long each was seen after that."""
    gate = Gate("127.0.0.1", port_of(server.url))
    url = f"http://127.0.0.1:{await gate.open()}"
    gone_s: dict[str, float] = {}
    watcher = Watched(Target(server.url))
    await watcher.link.open()
    async with AsyncExitStack() as stack:
        hands = [await stack.enter_async_context(HandClient(url, kind)) for kind in KINDS]
        await until(lambda: len(watcher.link.mirror.cells) == 1 + len(KINDS), "all to be seen")
        alive = [asyncio.create_task(keep_alive(hand)) for hand in hands if hand.kind != KINDS[2]]
        await asyncio.sleep(0)
        gate.change(Mode.HOLE)
        since_s = time.monotonic()
        for task in alive:
            task.cancel()
        await asyncio.gather(*alive, return_exceptions=True)

        def look() -> bool:
            for hand in hands:
                if hand.user_id not in watcher.link.mirror.cells:
                    gone_s.setdefault(hand.kind, time.monotonic() - since_s)
            return len(gone_s) == len(KINDS)

        await until(look, "all to be gone", patience_s)
        gate.close()
    await watcher.link.close()
    return gone_s


def test_all_are_gone_in_time_at_the_default_heartbeat(start_server: Any) -> None:
    server = start_server()
    gone_s: dict[str, float] = {}

    async def play() -> None:
        gone_s.update(await vanish(server, GONE_S + SLACK_S))

    scene(play)
    print({kind: round(seconds, 1) for kind, seconds in gone_s.items()})


def test_nothing_of_them_is_left_behind(start_server: Any) -> None:
    server = start_server(*BRISK)

    async def play() -> None:
        async with HandClient(server.url, "websocket"):
            pass  # what runs from the first client on
        before = await asyncio.to_thread(at_rest, server.url, 2.0)
        await vanish(server, 20.0)
        # Their connections, requests and timers go, too.
        await until(lambda: held(server.url) == before, "files and tasks as before")

    scene(play)
    assert not [line for line in server.output if "ERROR" in line or "Traceback" in line]


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_there_and_says_nothing_is_gone_too(start_server: Any, kind: str) -> None:
    server = start_server(*BRISK)

    async def play() -> None:
        watcher = Watched(Target(server.url))
        await watcher.link.open()
        async with HandClient(server.url, kind) as hand:
            await until(lambda: hand.user_id in watcher.link.mirror.cells, "it to be seen")
            await until(lambda: hand.user_id not in watcher.link.mirror.cells, "it to be gone")
        await watcher.link.close()

    scene(play)


def test_who_asks_after_its_end_is_told_so(start_server: Any) -> None:
    server = start_server()
    _, opened = ask(server.url + POLLING)
    sid = opened.split('"sid":"')[1].split('"')[0]
    session = f"{server.url}{POLLING}&sid={sid}"
    assert ask(session, b'40/grid-game,{"protocol":2}') == (200, "OK")
    assert ask(session, b"1") == (200, "OK")
    for body in (b"3", None):
        status, said = ask(session, body)
        assert status == 400
        assert "Invalid session" in said
    assert not [line for line in server.output if "ERROR" in line or "Traceback" in line]
