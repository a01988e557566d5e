"""A swarm: for each step bring bots in, or let some go, let them play, and account for it.

Between steps nobody moves, and nobody goes before every move has been seen or is overdue, so a
swarm never loses moves by its own leaving, and no step begins with what another one left. Not
here: one bot (`bots.bot`, `bots.guest`), what is printed (`bots.report`).
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from gridcli.core.description import BadDescription, Description
from gridcli.core.errors import CannotConnect, GridError, Interrupted
from gridcli.core.ledger import Ledger
from gridcli.core.run.model import Step
from gridcli.core.run.timeline import Timeline
from gridcli.link.dial import client_session

from .bot import Bot
from .guest import Guest
from .health import watch
from .participant import Participant
from .plan import Plan
from .tally import Tally

_SWEEP_S = 0.1
"""How often closed moves are taken into the histograms: often, so that it never takes long."""
_CLOSING_AT_ONCE = 50
_CALM_S, _PROMPT_S = 30.0, 0.05


class Swarm:
    """A number of bots in this process, and what they measure.

    Args:
        plan: what to do.
        on_second: called once a second while bots are there.
        stop: set from outside to end the run early; it drains all the same.

    Attributes:
        fault: what is wrong with the description of the application, if that ended the run.

    Raises:
        BadDescription: it is wrong on the face of it.
    """

    def __init__(
        self, plan: Plan, on_second: Callable[["Swarm"], None], stop: asyncio.Event
    ) -> None:
        self.plan = plan
        self.ledger = Ledger(plan.patience_s)
        self.timeline = Timeline(self.ledger, time.monotonic(), plan.limits)
        self.tally = Tally(self.timeline)
        self.phase = "ramp"
        self._on_second = on_second
        self._stop = stop
        self._cut = asyncio.Event()
        """What is under way, the ramp or the step, is to end, and the swarm plays on."""
        self._bots: list[Participant] = []
        self._playing: dict[Participant, asyncio.Task[None]] = {}
        self._http: aiohttp.ClientSession | None = None
        self._overdue = False
        self.fault: BadDescription | None = None
        self._description: Description | None = None
        if plan.application is not None:
            self._description = Description(plan.application, self._give_up)

    @property
    def protocol(self) -> int:
        """The dialect that the server speaks with the swarm; 0 with another application."""
        return self._bots[0].protocol if self._bots else self.plan.target.protocol

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Everything that bots need while they are there; they leave with its end."""
        watchers = [asyncio.create_task(watch(self.timeline)), asyncio.create_task(self._sweep())]
        try:
            async with client_session() as http:
                self._http = http
                try:
                    yield
                finally:
                    self.phase = "leave"
                    await self._leave(self._bots)
        finally:
            for watcher in watchers:
                watcher.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)

    async def resize(self, bots: int) -> None:
        """Prepare a step: bots come in over the ramp, or the last ones leave.

        Raises:
            CannotConnect: not even the first bot finds a server.
            Interrupted: we were stopped while it was still on its way.
            BadDescription: what it was to say at once shows that the description is wrong.
        """
        self.phase = "ramp"
        self._cut.clear()
        self.timeline.prepare(bots)
        # Whoever could not play before is replaced.
        gone = [bot for bot in self._bots if bot.failed]
        self._bots = [bot for bot in self._bots if not bot.failed]
        await self._leave([*gone, *self._bots[bots:]])
        del self._bots[bots:]
        await self._bring_in(bots - len(self._bots))

    def cut(self) -> None:
        """End the ramp or the step that is under way; the next `resize` begins anew."""
        self._cut.set()

    async def calm(self) -> None:
        """Wait until the server answers promptly again, if the last step was too much for it."""
        if not self._overdue:
            return
        until_s = time.monotonic() + _CALM_S
        while self._bots and time.monotonic() < until_s and not self._stop.is_set():
            if await self._bots[0].answer_s() < _PROMPT_S:
                return
            await self._cut_within(_PROMPT_S)

    async def measure(self, duration_s: float | None) -> Step:
        """Play the step that is prepared, for so long or until it is cut, and see it through."""
        self.phase = "play"
        began_s = time.monotonic()
        self.timeline.begin(began_s, time.process_time())
        for bot in self._bots:
            bot.begin(began_s)
        await self._cut_within(duration_s)
        ended_s = time.monotonic()
        late_s = [late for bot in self._bots if (late := bot.pause(ended_s)) > 0]
        self.timeline.sample(ended_s, time.process_time(), self.tally.live)
        self.timeline.end(ended_s, time.process_time())
        self.timeline.step.health.debt.add(late_s)
        self.phase = "drain"
        await self._drain()
        self.timeline.settle()
        return self.timeline.step

    async def _bring_in(self, more: int) -> None:
        began_s = time.monotonic()
        ramp_s = self.plan.ramp_of(more)
        taken = {bot.number for bot in self._bots}
        free = (number for number in itertools.count() if number not in taken)
        starting: list[asyncio.Task[None]] = []
        for place in range(more):
            due_s = began_s + place * ramp_s / more
            if await self._cut_within(due_s - time.monotonic()):
                break
            assert self._http is not None, "bots need an open swarm"
            bot = self._make(next(free), self._http)
            first = not self._bots
            self._bots.append(bot)
            start = asyncio.create_task(self._start(bot, first=first))
            starting.append(start)
            if first:
                await self._unless_stopped(start)  # raises when there is no server at all
        if not self._stop.is_set():
            await asyncio.gather(*starting)

    def _make(self, number: int, http: aiohttp.ClientSession) -> Participant:
        common = (number, self.plan, self.ledger, self.tally)
        if self._description is not None:
            return Guest(*common, self._description, http)
        return Bot(*common, http)

    def _give_up(self, fault: BadDescription) -> None:
        self.fault = fault
        self._stop.set()

    async def _start(self, bot: Participant, *, first: bool) -> None:
        try:
            await bot.connect()
        except CannotConnect as error:
            if first:
                raise
            bot.failed = True
            self.tally.fail(error.reason)
        except GridError as error:
            bot.failed = True
            self.tally.fail(str(error))
        else:
            self._playing[bot] = asyncio.create_task(bot.run())

    async def _unless_stopped(self, start: asyncio.Task[None]) -> None:
        stop = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait((start, stop), return_when=asyncio.FIRST_COMPLETED)
            if not start.done():
                if self.fault is not None:
                    raise self.fault
                raise Interrupted("interrupted before the first bot was in")
            await start
        finally:
            stop.cancel()
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)

    async def _drain(self) -> None:
        try:
            async with asyncio.timeout(self.plan.patience_s):
                while self.ledger.outstanding and not self.fault:  # noqa: ASYNC110  the ledger knows no event loop
                    await asyncio.sleep(_SWEEP_S / 5)
            self._overdue = False
        except TimeoutError:
            self._overdue = True  # what is still owed is lost
        self.timeline.add(self.ledger.sweep(float("inf")))

    async def _leave(self, bots: list[Participant]) -> None:
        for bot in bots:
            playing = self._playing.pop(bot, None)
            if playing is not None:
                playing.cancel()
        gate = asyncio.Semaphore(_CLOSING_AT_ONCE)

        async def leave(bot: Participant) -> None:
            async with gate:
                await bot.close()

        await asyncio.gather(*(leave(bot) for bot in bots))

    async def _cut_within(self, seconds: float | None) -> bool:
        """Wait for the cut or the stop, for so long at most; None waits for ever."""
        if seconds is None or seconds > 0:
            either = [asyncio.create_task(each.wait()) for each in (self._stop, self._cut)]
            try:
                await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in either:
                    task.cancel()
        return self._stop.is_set() or self._cut.is_set()

    async def _sweep(self) -> None:
        next_second_s = time.monotonic() + 1
        while True:
            await asyncio.sleep(_SWEEP_S)
            now_s = time.monotonic()
            self.timeline.add(self.ledger.sweep(now_s))
            if now_s >= next_second_s:
                next_second_s += 1
                self.timeline.sample(now_s, time.process_time(), self.tally.live)
                if self.timeline.steps:
                    self._on_second(self)
