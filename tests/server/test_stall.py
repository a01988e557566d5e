"""The server's loop stands still for longer than a client may take for a pong: nobody is evicted.

The process is stopped, or one of its handlers blocks. Not here: that stalls are counted once each
(`test_metrics`), the clock behind it (`fanout/test_heartbeat.py`).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path

import pytest
from hand_client import HandClient
from scraping import scrape
from servers import HURRIED, Server, running_server
from waiting import until
from watched_link import Watched, scene

from gridcli.core.geometry import Direction
from gridcli.link.states import Live, Reconnecting
from gridcli.link.target import Target, Transport

STALL_S = 2.0
BRISK = ("--ping-interval", "3", "--ping-timeout", "1.5", *HURRIED)
"""A stall is longer than a client may take, not so long that clients give the server up."""
BLOCKING = f"""
import time
from gridcli.cli import main
from server.game import Game

say = Game.say

async def blocking(self, session, text):
    if text == "stall":
        time.sleep({STALL_S})
    await say(self, session, text)

Game.say = blocking
main()
"""


@contextmanager
def stopped(server: Server) -> Iterator[None]:
    """The process stands still."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server.pid, signal.SIGCONT)


def stalls(server: Server) -> float:
    return scrape(server.url)["gridcli_loop_stalls_total"]


@pytest.mark.parametrize("how", ["stopped", "a handler blocks"])
def test_nobody_is_evicted_and_players_go_on(tmp_path: Path, how: str) -> None:
    async def play(server: Server) -> None:
        url = server.url
        ann = Watched(Target(url, "ann"))
        bob = Watched(Target(url, "bob", transport=Transport.POLLING))
        cat = Watched(Target(url, protocol=1, transport=Transport.UPGRADE))
        players = [ann, bob, cat]
        async with AsyncExitStack() as stack:
            hands = [
                await stack.enter_async_context(HandClient(url, kind))
                for kind in ("websocket", "polling")
            ]
            for player in players:
                await player.link.open()
            before = stalls(server)
            for hand in hands:
                await hand.ping()
            heard = [len(player.updates) for player in players]
            ann.link.step(Direction.RIGHT)  # clients have a patience of their own, from now on
            await until(
                lambda: all(len(p.updates) > n for p, n in zip(players, heard, strict=True)),
                "all to hear of a move",
            )
            if how == "stopped":
                with stopped(server):
                    # Their pongs lie unread while the time for them runs out.
                    pongs = [asyncio.create_task(hand.pong()) for hand in hands]
                    await asyncio.sleep(STALL_S)
            else:
                stall = asyncio.create_task(ann.link.say("stall"))
                await asyncio.sleep(0)
                pongs = [asyncio.create_task(hand.pong()) for hand in hands]
                await stall
            await asyncio.gather(*pongs)
            for hand in hands:
                await hand.ask()
            me, seq = ann.link.mirror.user_id, ann.link.step(Direction.LEFT)
            await until(lambda: bob.link.mirror.seqs.get(me) == seq, "a move to be seen")
            await until(lambda: stalls(server) > before, "the stall to be counted")
            for player in players:
                assert player.states[-1] == Live()
                assert not any(isinstance(state, Reconnecting) for state in player.states)
            ids = {player.link.mirror.user_id for player in players}
            assert set(ann.link.mirror.cells) == ids | {hand.user_id for hand in hands}
        for player in players:
            await player.link.close()

    if how == "stopped":
        with running_server(*BRISK) as server:
            scene(lambda: play(server))
    else:
        script = tmp_path / "blocking.py"
        script.write_text(BLOCKING)
        command = [sys.executable, str(script), "serve", "--port", "0", *BRISK]
        server = Server(command, {"PYTHONPATH": os.pathsep.join(sys.path)})
        try:
            scene(lambda: play(server))
        finally:
            server.stop()
