"""The wall clock jumps an hour, ahead or back, while players are there: nobody is dropped for it.

The server is a process of its own whose wall clock is libfaketime's; its monotonic clock is the
machine's, as when somebody sets the time. Not here: the arithmetic (`fanout/test_heartbeat.py`).
"""

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hand_client import HandClient
from needs import missing, need_binary
from scraping import scrape
from servers import HURRIED, Server
from waiting import until, until_sync
from watched_link import Watched, scene

from gridcli.core.geometry import Direction
from gridcli.link.states import Live, Reconnecting
from gridcli.link.target import Target, Transport

HOUR_S = 3600
CALM = ("--ping-interval", "1", "--ping-timeout", "4", *HURRIED)
SLACK_S = 60


def library() -> Path:
    """libfaketime's, beside which its program is installed, for a process with threads."""
    need_binary("faketime")
    found = [
        *Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"),
        *Path("/usr/local/lib/faketime").glob("libfaketimeMT.so.1"),
    ]
    return found[0] if found else missing("the library 'libfaketimeMT.so.1'")


class Clock:
    """The wall clock of a running server."""

    def __init__(self, file: Path) -> None:
        self.server: Server
        self._file = file

    def set(self, ahead_s: int) -> None:
        """Let it be so far ahead of ours; returns once the server says so."""
        # In place of the old file, so that no reader sees half of it.
        self._file.with_suffix(".new").write_text(f"{ahead_s:+d}\n")
        self._file.with_suffix(".new").replace(self._file)
        until_sync(lambda: abs(self.ahead_s() - ahead_s) < SLACK_S, "the jump")

    def ahead_s(self) -> float:
        """How far ahead it is, as the server's answers say."""
        with urllib.request.urlopen(f"{self.server.url}/healthz", timeout=10) as answer:
            said = parsedate_to_datetime(answer.headers["Date"])
        return (said - datetime.now(UTC)).total_seconds()

    async def run_on(self, seconds: float) -> None:
        """Let the server run for some time, by its own account."""

        def probes() -> float:
            return scrape(self.server.url)["gridcli_loop_lag_seconds_count"]

        due = probes() + seconds / 0.25
        await until(lambda: probes() >= due, "the server to go on")


@contextmanager
def clocked_server(file: Path, *options: str) -> Iterator[Clock]:
    clock = Clock(file)
    file.write_text("+0\n")
    env = {
        "LD_PRELOAD": str(library()),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",  # its name before version 0.9.9
    }
    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", *options]
    server = clock.server = Server(command, env)
    try:
        yield clock
    finally:
        server.stop()


async def moved(ann: Watched, bob: Watched) -> None:
    """Ann makes a move, and Bob has seen it."""
    me, seq = ann.link.mirror.user_id, ann.link.step(Direction.LEFT)
    await until(lambda: bob.link.mirror.seqs.get(me) == seq, "a move to be seen")


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S], ids=["ahead", "back"])
def test_nobody_is_dropped(tmp_path: Path, jump_s: int) -> None:
    async def play(clock: Clock) -> None:
        url = clock.server.url
        ann = Watched(Target(url, "ann"))
        bob = Watched(Target(url, "bob", transport=Transport.POLLING))
        cat = Watched(Target(url, transport=Transport.UPGRADE))
        dan = Watched(Target(url, protocol=1))
        players = [ann, bob, cat, dan]
        async with AsyncExitStack() as stack:
            hands = [
                await stack.enter_async_context(HandClient(url, kind))
                for kind in ("websocket", "polling")
            ]
            for player in players:
                await player.link.open()
            for jump in (jump_s, 0):
                for hand in hands:
                    await hand.ping()
                # Between a ping and its pong for these two, and anywhere for the others.
                clock.set(jump)
                await clock.run_on(1.5)
                await moved(ann, bob)
                for hand in hands:
                    await hand.pong()
                    await hand.ask()
                for hand in hands:  # pings go on
                    await hand.ping()
                    await hand.pong()
            for player in players:
                assert not any(isinstance(state, Reconnecting) for state in player.states)
                assert player.states[-1] == Live()
            ids = {player.link.mirror.user_id for player in players}
            assert ids | {hand.user_id for hand in hands} == set(ann.link.mirror.cells)
        for player in players:
            await player.link.close()

    with clocked_server(tmp_path / "clock", *CALM) as clock:
        scene(lambda: play(clock))


@pytest.mark.parametrize("jump_s", [HOUR_S, -HOUR_S], ids=["ahead", "back"])
def test_who_had_a_resume_token_comes_back_with_it(tmp_path: Path, jump_s: int) -> None:
    async def play(clock: Clock) -> None:
        ann = Watched(Target(clock.server.url, "ann", "den"))
        await ann.link.open()
        me = ann.link.mirror.user_id
        clock.set(jump_s)
        assert ann.link._session is not None
        ann.link._session.connection.end("cable pulled")
        await until(lambda: any(isinstance(s, Reconnecting) for s in ann.states), "the loss")
        await until(lambda: ann.states[-1] == Live(), "the return")
        assert ann.link.mirror.user_id == me
        await ann.link.close()

    with clocked_server(tmp_path / "clock") as clock:
        scene(lambda: play(clock))


@pytest.mark.parametrize("kind", ["websocket", "polling"])
def test_who_vanishes_at_a_jump_back_is_gone_all_the_same(tmp_path: Path, kind: str) -> None:
    async def play(clock: Clock) -> None:
        ann = Watched(Target(clock.server.url, "ann"))
        await ann.link.open()
        async with HandClient(clock.server.url, kind) as hand:
            await until(lambda: hand.user_id in ann.link.mirror.cells, "the player")
            await hand.ping()
            clock.set(-HOUR_S)
            await until(lambda: hand.user_id not in ann.link.mirror.cells, "its end")
            with pytest.raises(EOFError):
                await hand.ask()
        await ann.link.close()

    with clocked_server(tmp_path / "clock", *CALM) as clock:
        scene(lambda: play(clock))


def test_stock_drops_at_a_jump_ahead_who_owes_a_pong(tmp_path: Path) -> None:
    """Why heartbeats are our own."""

    async def play(clock: Clock) -> None:
        url = clock.server.url
        ann = Watched(Target(url))
        await ann.link.open()
        async with HandClient(url, "polling") as hand:
            await hand.ping()
            clock.set(HOUR_S)
            await moved(ann, ann)  # what is sent to the other finds it silent
            await until(lambda: scrape(url)["gridcli_players"] == 1, "its end")
        await ann.link.close()

    stock = ("--stock", "--ping-interval", "1", "--ping-timeout", "100")
    with clocked_server(tmp_path / "clock", *stock) as clock:
        scene(lambda: play(clock))


def test_stock_misses_nobody_who_vanishes_at_a_jump_back(tmp_path: Path) -> None:
    async def play(clock: Clock) -> None:
        async with HandClient(clock.server.url, "polling") as hand:
            await hand.ping()
            clock.set(-HOUR_S)
            await clock.run_on(6)
            assert scrape(clock.server.url)["gridcli_players"] == 1

    stock = ("--stock", "--ping-interval", "0.5", "--ping-timeout", "0.5")
    with clocked_server(tmp_path / "clock", *stock) as clock:
        scene(lambda: play(clock))
