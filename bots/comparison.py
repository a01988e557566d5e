"""The comparison behind `gridcli stacks`: servers started in turn, each searched by a swarm.

What was measured is kept whatever happens later: a server that does not start, or Ctrl-C. Not here:
the command (`bots.stacks`), what one search does (`bots.trials`).
"""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gridcli import __version__
from gridcli.core.errors import GridError
from gridcli.core.run.model import Run, Stack
from gridcli.core.run.objective import Objective
from gridcli.core.run.search import Search
from gridcli.core.run.verdict import FAILED, INTERRUPTED, OK
from gridcli.heap import steady_heap
from gridcli.link.local import LocalServer
from gridcli.machine import machine, now_utc, versions

from .contenders import LIBRARIES, Contender
from .plan import Plan
from .report import Progress
from .result import run_of, write_run
from .session import stop_on_signals
from .swarm import Swarm
from .trials import conclude, make_trials

_START_S = 200.0
"""The first start of one on Node installs it."""
_NOT_REACHED = "interrupted before its turn"


@dataclass(frozen=True, slots=True)
class Work:
    """What every server is given.

    Attributes:
        plan: of the swarm; its target is each server in turn.
        slo: the objective.
        grid: columns and rows of the room, as "20x10".
        search: makes a search that has tried nothing yet.
    """

    plan: Plan
    slo: Objective
    grid: str
    search: Callable[[], Search]


class Comparison:
    """One run of the command.

    Args:
        work: what every server is given.
        contenders: in their order.
        pin: whether the server is kept on one core, and the swarm on the others.
        out: the run file, written after each server.
    """

    def __init__(
        self, work: Work, contenders: Sequence[Contender], *, pin: bool, out: Path | None
    ) -> None:
        self._work = work
        self._contenders = contenders
        self._cores = _cores() if pin else None
        self._out = out
        self._progress = Progress()

    async def run(self) -> Run:
        """Measure them all, or as far as it is let."""
        progress, plan = self._progress, self._work.plan
        stop = stop_on_signals(progress)
        whole = self._whole()
        progress.say(
            f"{len(self._contenders)} servers, objective {self._work.slo}, {plan.rate:g} moves/s "
            f"each, {plan.step_s:g} s a trial, seed {plan.seed}"
        )
        steady_heap()
        with self._swarm_s_cores():
            for number, contender in enumerate(self._contenders, 1):
                progress.say(f"\n[{number}/{len(self._contenders)}] {contender.label}")
                stack = await self._measure(contender, stop)
                whole.stacks.append(stack)
                progress.say(stack.run.verdict if stack.run is not None else stack.missing)
                _conclude(whole, stop.is_set())
                if self._out is not None:
                    write_run(whole, self._out)
        progress.clear()
        if self._out is not None:
            progress.say(f"\nwritten: {self._out}; see `gridcli report {self._out}`\n")
        return whole

    async def _measure(self, contender: Contender, stop: asyncio.Event) -> Stack:
        stack = Stack(contender.key, contender.label)
        stack.missing = contender.missing() or (_NOT_REACHED if stop.is_set() else "")
        if stack.missing:
            return stack
        try:
            with self._server_s_core():
                args = ("--port", "0", "--grid", self._work.grid, *contender.args)
                server = await LocalServer.serve(*args, start_s=_START_S)
        except GridError as error:
            stack.missing = f"did not start: {error}"
            return stack
        try:
            stack.run = await self._search(contender, server.url, stop)
        except GridError as error:
            stack.missing = str(error)
        finally:
            await server.stop()
        if stack.run is not None and not stack.run.steps:
            stack.run, stack.missing = None, "interrupted before the first trial ended"
        return stack

    async def _search(self, contender: Contender, url: str, stop: asyncio.Event) -> Run:
        work, started = self._work, now_utc()
        target = replace(work.plan.target, url=url, protocol=contender.protocol)
        progress = Progress()  # counts from its own begin
        swarm = Swarm(replace(work.plan, target=target), progress.show, stop)
        search = work.search()
        try:
            tries = await make_trials(swarm, stop, work.slo, search, progress.say)
        finally:
            progress.clear()
        run = run_of(swarm, "capacity", started)
        run.options = {**run.options, "slo": str(work.slo), "serve": " ".join(contender.args)}
        conclude(run, work.slo, search, tries, interrupted=stop.is_set())
        return run

    def _whole(self) -> Run:
        plan = self._work.plan
        return Run(
            tool="stacks",
            version=__version__,
            started=now_utc(),
            server="servers of its own",
            protocol=1,
            seed=plan.seed,
            machine=machine(),
            versions=versions(LIBRARIES) | _node_version(),
            options={
                "slo": str(self._work.slo),
                "rate": plan.rate,
                "script": plan.script_name,
                "step_s": plan.step_s,
                "grid": self._work.grid,
                "pinned": self._cores is not None,
            },
        )

    @contextmanager
    def _swarm_s_cores(self) -> Iterator[None]:
        with _on(self._cores[1] if self._cores else None):
            yield

    @contextmanager
    def _server_s_core(self) -> Iterator[None]:
        with _on(self._cores[0] if self._cores else None):
            yield


def _conclude(whole: Run, interrupted: bool) -> None:
    measured = [stack for stack in whole.stacks if stack.run is not None]
    whole.verdict = f"{len(measured)} of {len(whole.stacks)} servers measured"
    broken = any(
        stack.run is None and "not installed" not in stack.missing for stack in whole.stacks
    )
    whole.exit_code = FAILED if broken or not measured else OK
    if interrupted:
        whole.verdict, whole.exit_code = f"interrupted; until then: {whole.verdict}", INTERRUPTED


def _cores() -> tuple[set[int], set[int]] | None:
    """A core for the server, and those for the swarm; None where there is but one to choose."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    first, *others = sorted(os.sched_getaffinity(0))
    return ({first}, set(others)) if others else None


@contextmanager
def _on(cores: set[int] | None) -> Iterator[None]:
    """This process, and those that it starts meanwhile, stay on these cores."""
    if cores is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _node_version() -> dict[str, str]:
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"Node": said.stdout.strip().lstrip("v")}
