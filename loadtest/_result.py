"""What a test ends with: its lines for people, its verdict, its exit code, and the run file.

Not here: how the processes' parts come together (`loadtest._part`), what a verdict means
(`gridcli.core.run.verdict`); failures and times of everything, which are in Locust's own tables.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gridcli import __version__
from gridcli.core.application import Application, name_of
from gridcli.core.errors import SetupError
from gridcli.core.run.file import encode_run
from gridcli.core.run.health import PERCENTILE, Health
from gridcli.core.run.model import Run, Step
from gridcli.core.run.verdict import FAILED, OK, judge
from gridcli.machine import machine, versions

from ._options import DEFAULT_HOST, Options, Plan
from ._part import Part


def run_of(
    part: Part,
    environment: Any,
    options: Options,
    plan: Plan,
    started: str,
    *,
    application: Application | None,
    interrupted: bool,
) -> Run:
    """The run that a test was, judged.

    Args:
        part: what all processes have measured.
        environment: Locust's.
        options: the test's.
        plan: what the command line says.
        started: when it began, ISO 8601 in UTC.
        application: what was measured in place of the game.
        interrupted: whether steps are missing at its end.
    """
    limits = options.limits
    what: dict[str, object] = {"room": options.room, "script": options.script}
    protocol = part.protocol or options.protocol
    if application is not None:
        what = {"application": name_of(application), "event": application.event}
        protocol = 0
    run = Run(
        tool="locust",
        version=__version__,
        started=started,
        server=environment.host or (DEFAULT_HOST if application is None else ""),
        protocol=protocol,
        seed=options.seed,
        machine=machine(),
        versions=versions(),
        options={
            "users": [step.players for step in part.steps],
            "scenarios": sorted(each.__name__ for each in environment.user_classes),
            "processes": getattr(environment.runner, "worker_index_max", 0) or 1,
            **what,
            "rate": options.rate,
            "step_s": plan.step_s if plan.steps else None,
            "patience_s": options.patience_s,
            "limit_lag_ms": limits.lag_ms,
            "limit_debt_ms": limits.debt_ms,
            "limit_cpu": limits.cpu,
        },
        steps=part.steps or [Step(0, 0.0)],
        worst_pairs=part.faults,
    )
    judge(run, limits, plan.thresholds, interrupted=interrupted)
    _agree(run, environment)
    return run


def _agree(run: Run, environment: Any) -> None:
    """Locust's failures are failures of the run, and what is none of hers is none."""
    if run.exit_code not in (OK, FAILED):
        return
    failed = bool(environment.runner.errors or environment.runner.exceptions)
    run.exit_code = environment.parsed_options.exit_code_on_error if failed else OK
    if failed and run.verdict.startswith("ok"):
        run.verdict = "FAILED: see the table of failures"
    elif not failed and not run.verdict.startswith("ok"):
        run.verdict = "ok, though no move was measured"


def lines_of(part: Part, run: Run) -> Iterator[str]:
    """The lines for people."""
    counts, across = part.counts, part.across
    yield (
        f"Ledger: {counts.moves} moves, {counts.owed} deliveries owed: {counts.seen} seen, "
        f"{counts.lost} lost ({counts.late} came too late), {counts.ambiguous} ambiguous; "
        f"{counts.excused} excused"
    )
    if across.owed:
        yield (
            f"Across processes: {across.owed} deliveries owed: {across.seen} seen, "
            f"{across.lost} lost; not in the latency, as no two processes share a clock"
        )
    if across.unaccounted:
        yield (
            f"Across processes: {across.unaccounted} pairs of players are not accounted for, as "
            + _why_not(run)
        )
    if len(part.steps) > 1:
        yield from map(_step_line, part.steps)
    if part.steps:
        yield _health_line([step.health for step in part.steps])
    else:
        yield "No step was measured: the test ended before all users were there"
    for judgement in run.judgements:
        if judgement.holds:
            yield f"Threshold: {judgement.condition}  ok"
    yield f"Result: {run.verdict}"


def _why_not(run: Run) -> str:
    if "event" in run.options:
        return "the receiver came when counting had begun"
    return "protocol 1 numbers nothing"


def _step_line(step: Step) -> str:
    every = step.seen.every
    p50, p99 = every.percentile_ms(50), every.percentile_ms(99)
    times = f"p50 {p50:.1f} ms, p99 {p99:.1f} ms" if p50 and p99 else "nothing seen"
    invalid = f"  INVALID: {step.invalid}" if step.invalid else ""
    return f"Step of {step.players} users: {times}, {step.counts.lost} lost{invalid}"


def _health_line(healths: list[Health]) -> str:
    worst = Health()
    for health in healths:
        worst.merge(health)
    lag, debt = (worst.lag, worst.debt)
    return (
        f"Generator: loop lag p{PERCENTILE:g} {lag.percentile_ms(PERCENTILE) or 0:.1f} ms, "
        f"max {lag.max_ms or 0:.1f} ms; moves sent late p{PERCENTILE:g} "
        f"{debt.percentile_ms(PERCENTILE) or 0:.1f} ms; CPU {worst.cpu:.0%} of a core"
    )


def write_run(run: Run, path: str) -> None:
    """Write the run file. Raises `SetupError` where that fails."""
    try:
        Path(path).write_bytes(encode_run(run))
    except OSError as error:
        raise SetupError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
