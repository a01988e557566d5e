"""Looks for the largest number of players at which an objective holds, and prints what it finds.

Not here: the trials (`bots.trials`), which sizes to try (`gridcli.core.run.search`), the options
(`bots.capacity`).
"""

import asyncio
from pathlib import Path

import uvloop

from gridcli.core.run.model import Run
from gridcli.core.run.objective import Objective
from gridcli.core.run.search import Search
from gridcli.machine import now_utc

from .plan import Plan
from .report import Progress, place_of
from .result import run_of, write_run
from .session import show_result, swarm_of
from .trials import conclude, make_trials, trial_row


def find_capacity(
    plan: Plan, slo: Objective, search: Search, out: Path | None, *, json: bool
) -> int:
    """Search, print what came of it, and return the exit code.

    Args:
        plan: what the swarm of a trial does.
        slo: what must hold.
        search: which sizes are tried.
        out: where the run file goes, if anywhere.
        json: print the run file in place of the table.

    Raises:
        GridError: there is no server, or none can be started, or we were stopped before.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        run = runner.run(_search(plan, slo, search, out))
    show_result(run, as_table(run), json=json)
    return run.exit_code


async def _search(plan: Plan, slo: Objective, search: Search, out: Path | None) -> Run:
    progress, started = Progress(), now_utc()
    async with swarm_of(plan, progress) as (swarm, stop):
        progress.say(
            f"objective {slo}, {plan.rate:g} moves/s each, {plan.step_s:g} s a trial, "
            f"seed {plan.seed}"
        )
        tries = await make_trials(swarm, stop, slo, search, progress.say)
        if swarm.fault is not None:
            raise swarm.fault
        run = run_of(swarm, "capacity", started)
    run.options = {**run.options, "slo": str(slo)}
    conclude(run, slo, search, tries, interrupted=stop.is_set())
    if out is not None:
        write_run(run, out)
        progress.say(f"written: {out}; see `gridcli report {out}`")
    return run


def as_table(run: Run) -> str:
    """What was found, and the trials on either side of it."""
    found = run.capacity
    place = place_of(run)
    if "event" not in run.options:
        place += f"  protocol {run.protocol}"
    rows = [("server", place)]
    if found is not None:
        rows.append(("trials", str(len(found.trials))))
        for label, number in (("below", found.below), ("above", found.above)):
            if number is not None:
                rows.append((label, trial_row(run.steps[found.trials[number].step])))
    rows.append(("verdict", run.verdict))
    return "\n".join(f"{label:<9}{text}" for label, text in rows)
