"""The course of a soak: a round to warm up, the idle baseline, the minutes, and idle again.

The baseline is taken after one round of everything at the scale of the minutes to come: the first
use of anything fills caches, and CPython keeps what the largest crowd once took, because its
arenas of 1 MiB are given back only when they are empty. What grows after that may be a leak, or
memory that was freed and that the C library keeps. Not here:
the command line (`soak.run`), what is compared (`soak.figures`), the trouble (`soak.scenes`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random

from scraping import PATIENCE_S
from servers import Server
from soak.figures import HEAD, MIB, Account, Figures, Minute, figures, idle
from soak.honest import Honest
from soak.scenes import WHOLE, Scale, Trouble, making_trouble

_FIRST, _GROWTH, _TRIAL_S = 100, 1.25, 8.0
_GIVEN_BACK_S = 3.0
"""So long after the last session has ended, its memory has been given back (`server.edge`)."""
_BUSY, _TOO_BUSY, _TOO_LATE_MS = 0.75, 0.85, 80.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What a soak does.

    Attributes:
        minutes: how many there are.
        players: honest ones; 0 for as many as the server can do with.
        seed: of everybody's whims.
        heartbeat_s: the server's `--ping-interval`.
        minute_s: a test has shorter minutes.
        warm_up_s: how long the first round takes, without the search for the number of players.
    """

    minutes: int
    players: int
    seed: int
    heartbeat_s: float
    scale: Scale = WHOLE
    minute_s: float = 60.0
    warm_up_s: float = 30.0


class Soak:
    """One soak of a server that runs and that nobody else plays on.

    Args:
        server: it.
        plan: what to do.
        say: takes lines of the report.
        stop: set from outside to end the minutes early, with the account.
    """

    def __init__(
        self, server: Server, plan: Plan, say: Callable[[str], None], stop: asyncio.Event
    ) -> None:
        self._server = server
        self._url = server.url
        self._plan = plan
        self._say = say
        self._stop = stop
        self._rng = Random(plan.seed)
        self.trouble: Trouble
        """Those who made it, once there are any."""

    async def play(self) -> Account:
        """From the warm-up to the account."""
        plan = self._plan
        fresh = await figures(self._server)
        players = await self._warm_up()
        # A connection's heartbeat outlives it by up to one interval.
        baseline = await idle(self._server, plan.heartbeat_s + 1.0)
        self._say(
            f"baseline: RSS {baseline.rss / MIB:.1f} MB ({fresh.rss / MIB:.1f} before the first "
            f"client), {baseline.files} files, {baseline.tasks} tasks"
        )
        self._say(f"{players} honest players, {plan.scale}\n{HEAD}")
        minutes: list[Minute] = []
        async with self._everybody(plan.minute_s) as (honest, trouble):
            self.trouble = trouble
            before = await figures(self._server)
            while len(minutes) < plan.minutes and not self._stop.is_set():
                minutes.append(await self._minute(len(minutes) + 1, honest, players, before))
                before = minutes[-1].after
                self._say(minutes[-1].row())
        end = await self._as_before(baseline)
        return Account(fresh, baseline, tuple(minutes), end, trouble.trouble)

    async def _warm_up(self) -> int:
        """One round of everything; how many honest players there are to be."""
        plan = self._plan
        async with self._everybody(plan.warm_up_s) as (honest, _):
            players = plan.players or await self._calibrate(honest)
            if not self._stop.is_set():
                await honest.play(players, plan.warm_up_s)
        return players

    async def _minute(self, number: int, honest: Honest, players: int, before: Figures) -> Minute:
        trouble = self.trouble
        came, visits, aborts = trouble.reconnects, trouble.visits, sum(trouble.aborts.values())
        seen = await honest.play(players, self._plan.minute_s)
        after = await figures(self._server)
        return Minute(
            number,
            seen,
            before,
            after,
            trouble.reconnects - came,
            trouble.visits - visits,
            sum(trouble.aborts.values()) - aborts,
        )

    async def _calibrate(self, honest: Honest) -> int:
        """How many honest players bring the server near its capacity."""
        best = players = _FIRST
        while not self._stop.is_set():
            await honest.play(players, 1.0)  # come in first: joins are not what is measured
            before = await figures(self._server)
            seen = await honest.play(players, _TRIAL_S)
            after = await figures(self._server)
            busy = after.busy_since(before)
            self._say(
                f"  {players} players: busy {busy:.0%} of the time, "
                f"{after.cores_since(before):.0%} of a core, p99 {seen.p99_ms:.1f} ms"
                + (f"; {seen.invalid}" if seen.invalid else "")
            )
            if busy > _TOO_BUSY or seen.p99_ms > _TOO_LATE_MS or seen.invalid:
                if players == _FIRST:
                    self._say("  so few are too many already; they play all the same")
                break
            best = players
            if busy > _BUSY:
                break
            players = int(players * _GROWTH)
        return best

    async def _as_before(self, baseline: Figures) -> Figures:
        """What the server holds once it is as at first, or will never be."""
        loop = asyncio.get_running_loop()
        since_s = loop.time()
        deadline_s = since_s + PATIENCE_S
        while True:
            found = await figures(self._server)
            same = (found.files, found.tasks) == (baseline.files, baseline.tasks)
            if found.players or found.sessions or not same:
                since_s = loop.time()
            if loop.time() > min(deadline_s, since_s + _GIVEN_BACK_S):
                return found
            await asyncio.sleep(0.1)

    @asynccontextmanager
    async def _everybody(self, period_s: float) -> AsyncIterator[tuple[Honest, Trouble]]:
        """The honest players' swarm and all the trouble, with a storm in each period."""
        plan = self._plan
        async with (
            Honest(self._url, plan.seed) as honest,
            making_trouble(
                self._url, plan.scale, self._rng, period_s=period_s, heartbeat_s=plan.heartbeat_s
            ) as trouble,
        ):
            ending = asyncio.create_task(self._end_early(honest))
            try:
                yield honest, trouble
            finally:
                ending.cancel()

    async def _end_early(self, honest: Honest) -> None:
        await self._stop.wait()
        honest.end()
