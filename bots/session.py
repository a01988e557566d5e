"""A swarm from its start to its exit code: the game, Ctrl-C, the recording, the result.

Not here: the swarm itself (`bots.swarm`), the search for a capacity (`bots.capacity`).
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click
import uvloop

from gridcli import __version__
from gridcli.core.recording import Header
from gridcli.core.run.file import encode_run
from gridcli.core.run.model import Run, Step
from gridcli.core.run.objective import Objective
from gridcli.core.run.verdict import INTERRUPTED, judge
from gridcli.heap import steady_heap
from gridcli.link.local import find_game
from gridcli.link.recorder import Recorder
from gridcli.machine import now_utc
from gridcli.report.console import look_of_stdout
from gridcli.report.summary import latency_curve

from .course import Course
from .plan import Plan
from .report import as_table
from .result import run_of, write_run
from .swarm import Swarm
from .view import View


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result goes: to standard output as a table or as JSON, and to files."""

    json: bool = False
    run: Path | None = None
    recording: Path | None = None


def play_bots(plan: Plan, thresholds: Sequence[Objective], output: Output, view: View) -> int:
    """Play a plan through, print what came of it, and return the exit code."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_play_bots(plan, thresholds, output, view))


async def _play_bots(
    plan: Plan, thresholds: Sequence[Objective], output: Output, view: View
) -> int:
    started = now_utc()
    async with swarm_of(plan, view, output.recording) as (swarm, stop):
        plan = swarm.plan
        view.say(_intent(plan))
        course, steps = Course(swarm, stop), swarm.timeline.steps

        def ended(step: Step) -> None:
            view.ended(step, several=max(len(steps), len(plan.steps)) > 1)

        with view.watching(course, thresholds):
            async with swarm.open():
                await course.play(ended)
        if swarm.fault is not None:
            raise swarm.fault
    if plan.application is not None and not any(step.counts.seen for step in steps):
        view.say("no event was recognised: heard() must name the sender as identity() does")
    run = run_of(swarm, "bots", started)
    # Without a duration Ctrl-C is how a run ends, and no interruption.
    judge(run, plan.limits, thresholds, interrupted=stop.is_set() and plan.step_s is not None)
    if output.run is not None:
        write_run(run, output.run)
        view.say(f"written: {output.run}; see `gridcli report {output.run}`")
    show_result(run, as_table(run), json=output.json)
    return run.exit_code


def show_result(run: Run, table: str, *, json: bool) -> None:
    """Print what came of a run: its file, or a table and, of several steps, a curve."""
    if json:
        click.echo(encode_run(run), nl=False)
        return
    click.echo(table)
    curve = latency_curve(run.steps, look_of_stdout())
    if curve:
        click.echo("\n" + "\n".join(curve))


def stop_on_signals(view: View) -> asyncio.Event:
    """What Ctrl-C or SIGTERM sets; the second one ends the process at once."""
    stop = asyncio.Event()

    def interrupt() -> None:
        if stop.is_set():
            try:
                view.clear()
            finally:
                os._exit(INTERRUPTED)  # asked twice: whatever is stuck is not waited for
        stop.set()
        view.stopping()

    # Before anything is said: whoever reads a first line may press Ctrl-C.
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, interrupt)
    return stop


@asynccontextmanager
async def swarm_of(
    plan: Plan, view: View, recording: Path | None = None
) -> AsyncIterator[tuple[Swarm, asyncio.Event]]:
    """A swarm on the game that the plan names or that is found, and what Ctrl-C sets.

    Raises:
        SetupError: there is no game, and none can be started.
    """
    stop = stop_on_signals(view)
    # Bots may be asked for more than people can do, and so much is taken of people alone.
    game = await find_game(plan.target.url, args=("--event-rate", "0"))
    view.say(game.how)
    plan = replace(plan, target=replace(plan.target, url=game.url))
    if recording is not None:
        plan = replace(plan, recorder=Recorder(recording, _header(plan), view.say))
    steady_heap()
    try:
        yield Swarm(plan, view.show, stop), stop
    finally:
        view.clear()
        if plan.recorder is not None:
            await plan.recorder.close()
        if game.own is not None:
            await game.own.stop()


def _intent(plan: Plan) -> str:
    replay = plan.replay
    if replay is not None:
        text = f"{len(replay.parts)} bots, as recorded {replay.header.started}"
        text += f", {replay.speed:g} times as fast" if replay.speed != 1 else ""
        return text + ("; cut off, and played up to there" if replay.cut_off else "")
    sizes = ", ".join(map(str, plan.steps))
    bots = f"steps of {sizes} bots" if len(plan.steps) > 1 else f"{sizes} bots"
    return f"{bots}, {plan.rate:g} moves/s each, seed {plan.seed}"


def _header(plan: Plan) -> Header:
    return Header(
        started=now_utc(),
        tool="bots",
        version=__version__,
        server=plan.target.address,
        players=max(plan.steps),
        room=plan.target.room,
        protocol=plan.target.protocol,
        script=plan.script_name,
        seed=plan.seed if plan.replay is None else plan.replay.header.seed,
        rate=plan.rate if plan.replay is None else None,
        incoming=(0,),
    )
