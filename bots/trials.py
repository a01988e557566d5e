"""The trials of a capacity search: a step of one swarm each, judged by an objective.

With a pause before each, so that none begins with what another one left. Not here: which sizes to
try and what they come to (`gridcli.core.run.search`), the commands (`bots.capacity`,
`bots.stacks`).
"""

import asyncio
from collections.abc import Callable

from gridcli.core.run.model import Knee, Run, Step, Try
from gridcli.core.run.objective import Objective
from gridcli.core.run.search import Search
from gridcli.core.run.verdict import FAILED, INTERRUPTED, OK, SATURATED, doubt, figures_of

from .report import line
from .swarm import Swarm


async def make_trials(
    swarm: Swarm, stop: asyncio.Event, slo: Objective, search: Search, say: Callable[[str], None]
) -> list[Try]:
    """Try sizes until the search knows enough, or it is stopped; those that were played through.

    Raises:
        CannotConnect: not even the first bot finds a server.
    """
    tries: list[Try] = []
    async with swarm.open():
        while not stop.is_set() and (players := search.next_trial()) is not None:
            await swarm.calm()
            await swarm.resize(players)
            step = await swarm.measure(swarm.plan.step_s)
            if stop.is_set():
                swarm.timeline.steps.pop()  # cut short: no trial
                break
            tries.append(_judge(swarm, slo, len(swarm.timeline.steps) - 1))
            last = tries[-1]
            search.record(last.players, last.held, last.margin)
            say(_trial_line(len(tries), last, step))
    return tries


def _judge(swarm: Swarm, slo: Objective, number: int) -> Try:
    step = swarm.timeline.steps[number]
    figures = figures_of(step)
    missed = [finding.condition for finding in slo.judge(figures) if not finding.holds]
    for condition in missed:
        step.invalid = step.invalid or doubt(step, condition, swarm.plan.limits)
    if step.invalid:
        return Try(number, step.players, None, None)
    everyone = not step.failed and not step.dropped
    held = everyone and not missed
    return Try(number, step.players, held, slo.margin(figures) if everyone else None)


def conclude(
    run: Run, slo: Objective, search: Search, tries: list[Try], *, interrupted: bool
) -> None:
    """Write into a run what its trials came to: number, interval, verdict and exit code."""
    if not tries:
        run.verdict, run.exit_code = "interrupted before the first trial ended", INTERRUPTED
        return
    found = search.result()
    run.capacity = Knee(
        objective=str(slo),
        players=found.players,
        low=found.low,
        high=found.high,
        limited_by=found.censored,
        trials=tries,
        below=found.row_below,
        above=found.row_above,
    )
    interval = f"{found.low} to {'any number' if found.high is None else found.high}"
    if found.censored == "generator":
        run.verdict = (
            f"at least {found.players} players hold {slo}; then the generator was the limit"
        )
        run.exit_code = SATURATED
    elif found.censored == "least":
        run.verdict, run.exit_code = f"{slo} does not hold even with the fewest players", FAILED
    elif found.censored == "most":
        run.verdict = f"at least {found.players} players hold {slo}: the most that were tried"
        run.exit_code = OK
    else:
        run.verdict = f"{found.players} players hold {slo} (95 % interval: {interval})"
        run.exit_code = OK
    if interrupted:
        run.verdict, run.exit_code = f"interrupted; until then: {run.verdict}", INTERRUPTED


def _trial_line(number: int, trial: Try, step: Step) -> str:
    word = {True: "holds", False: "fails", None: f"INVALID: {step.invalid}"}[trial.held]
    return f"{number:4d}. {trial_row(step)}  {word}"


def trial_row(step: Step) -> str:
    """A trial in one line."""
    more = [(step.counts.lost, "lost"), (sum(step.failed.values()), "failed")]
    more.append((step.dropped, "dropped"))
    faults = ", ".join(f"{n} {what}" for n, what in more if n) or "0 lost"
    return f"{step.players:5d} players  {line(step.seen.every)}  {faults}"
