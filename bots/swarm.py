"""Run a swarm: bring the bots in, let them play, wait for what is under way, account for it.

Bots come in evenly over the ramp; latencies are taken from the moment that all were started. At
the end nobody moves any more and nobody leaves before every move has been seen or is overdue, so
a swarm never loses moves by its own leaving. Not here: one bot (`bots.bot`), what is printed
(`bots.report`).
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import aiohttp

from gridcli.core.errors import CannotConnect, GridError
from gridcli.core.latency import MoveSeen
from gridcli.core.ledger import Counts, Ledger, Move
from gridcli.link.dial import client_session
from gridcli.link.target import Target

from .bot import Bot, Tally
from .health import Health
from .scripts import Bot as Script

_SWEEP_S = 0.1
"""How often closed moves are taken into the histograms: often, so that it never takes long."""
_CLOSING_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """What a swarm does. `duration_s` counts from the end of the ramp; None plays until stopped."""

    target: Target
    script: Script
    script_name: str
    count: int
    rate: float
    ramp_s: float
    duration_s: float | None
    seed: int
    patience_s: float


class Swarm:
    """A number of bots in this process, and what they measure.

    Args:
        plan: what to do.
        on_second: called once a second while bots are there.
        stop: set from outside to end the run early; it drains all the same.
    """

    def __init__(
        self, plan: Plan, on_second: Callable[["Swarm"], None], stop: asyncio.Event
    ) -> None:
        self.plan = plan
        self.tally = Tally()
        self.ledger = Ledger(plan.patience_s)
        self.seen = MoveSeen()
        self.health = Health()
        self.phase = "ramp"
        self.played_s = 0.0
        self._on_second = on_second
        self._bots: list[Bot] = []
        self._playing: set[asyncio.Task[None]] = set()
        self._measured_from_s = float("inf")
        self._stop = stop

    @property
    def counts(self) -> Counts:
        """The ledger's totals so far."""
        return self.ledger.counts

    @property
    def protocol(self) -> int:
        """The dialect that the server speaks with the swarm."""
        return self._bots[0].link.protocol if self._bots else self.plan.target.protocol

    @property
    def missing_ticks(self) -> int:
        """Deltas of protocol 2 that were missing or out of turn, over all bots."""
        return sum(bot.link.mirror.gaps for bot in self._bots)

    async def run(self) -> None:
        """Play the plan through.

        Raises:
            CannotConnect: not even the first bot finds a server.
        """
        watchers = [asyncio.create_task(self.health.watch()), asyncio.create_task(self._sweep())]
        try:
            async with client_session() as http:
                try:
                    await self._ramp(http)
                    await self._play()
                    await self._drain()
                finally:
                    await self._leave()
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    async def _ramp(self, http: aiohttp.ClientSession) -> None:
        plan = self.plan
        started_s = time.monotonic()
        starting: list[asyncio.Task[None]] = []
        for number in range(plan.count):
            due_s = started_s + number * plan.ramp_s / plan.count
            if await self._stopped_within(due_s - time.monotonic()):
                break
            # A bot's random source depends on the seed and its number alone, so a bot plays the
            # same in a larger swarm.
            bot = Bot(
                number,
                plan.target,
                plan.script,
                plan.rate,
                self.ledger,
                self.tally,
                Random(f"{plan.seed}/{number}"),
                http,
            )
            self._bots.append(bot)
            start = asyncio.create_task(self._start(bot, first=number == 0))
            starting.append(start)
            if number == 0:
                await start  # raises when there is no server at all
        if not self._stop.is_set():
            await asyncio.gather(*starting)

    async def _start(self, bot: Bot, *, first: bool) -> None:
        try:
            await bot.connect()
        except CannotConnect as error:
            if first:
                raise
            bot.failed = True
            self.tally.failures[error.reason] += 1
        except GridError as error:
            bot.failed = True
            self.tally.failures[str(error)] += 1
        else:
            playing = asyncio.create_task(bot.run())
            self._playing.add(playing)
            playing.add_done_callback(self._playing.discard)

    async def _play(self) -> None:
        self.phase = "play"
        began_s = self._measured_from_s = time.monotonic()
        self.health.restart()
        await self._stopped_within(self.plan.duration_s)
        self.played_s = time.monotonic() - began_s
        for playing in list(self._playing):
            playing.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)

    async def _drain(self) -> None:
        self.phase = "drain"
        try:
            async with asyncio.timeout(self.plan.patience_s):
                while self.ledger.outstanding:  # noqa: ASYNC110  the ledger knows no event loop
                    await asyncio.sleep(_SWEEP_S / 5)
        except TimeoutError:
            pass  # what is still owed is lost
        self._take(self.ledger.sweep(float("inf")))

    async def _leave(self) -> None:
        self.phase = "leave"
        gate = asyncio.Semaphore(_CLOSING_AT_ONCE)

        async def leave(bot: Bot) -> None:
            async with gate:
                await bot.close()

        await asyncio.gather(*(leave(bot) for bot in self._bots))

    async def _stopped_within(self, seconds: float | None) -> bool:
        """Wait for the stop, for so long at most; None waits for ever."""
        if seconds is not None and seconds <= 0:
            return self._stop.is_set()
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return False
        return True

    async def _sweep(self) -> None:
        next_second_s = time.monotonic() + 1
        while True:
            await asyncio.sleep(_SWEEP_S)
            now_s = time.monotonic()
            self._take(self.ledger.sweep(now_s))
            if now_s >= next_second_s:
                next_second_s += 1
                self._on_second(self)

    def _take(self, closed: list[Move]) -> None:
        self.seen.add(move for move in closed if move.intended_s >= self._measured_from_s)
