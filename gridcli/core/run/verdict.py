"""What a run means: one sentence and an exit code, and which conditions held.

0 all is well, 1 players failed or deliveries were lost, 98 the generator was too slow for its
figures to be trusted, 99 a condition did not hold, 130 interrupted before its time. Not here:
reading conditions (`gridcli.core.run.objective`).
"""

from collections.abc import Iterable, Sequence

from .condition import METRICS, Condition, Figures, percentile
from .health import PERCENTILE
from .limits import Limits
from .model import Judgement, Run, Step
from .objective import Objective

OK = 0
FAILED = 1
SATURATED = 98
MISSED = 99
INTERRUPTED = 130


def figures_of(step: Step) -> Figures:
    """Where the figures of a step are looked up."""

    def look_up(metric: str, figure: str) -> float | None:
        counts = step.counts
        others = {
            "failed": sum(step.failed.values()),
            "missed": step.missed,
            "dropped": step.dropped,
        }
        if metric in ("count", "share"):
            number = others[figure] if figure in others else getattr(counts, figure)
            if metric == "count":
                return float(number)
            return 100 * number / counts.owed if counts.owed else None
        latency = {
            "seen_ms": step.seen.every,
            "from_send_ms": step.seen.from_send,
            "first_ms": step.seen.first,
            "median_ms": step.seen.median,
            "last_ms": step.seen.last,
            "spread_ms": step.seen.spread,
            "connect_ms": step.connect,
        }[metric]
        percent = percentile(figure)
        assert percent is not None, "the objective was read with this figure"
        return latency.percentile_ms(percent)

    return look_up


def doubt(step: Step, condition: Condition, limits: Limits) -> str:
    """Why a condition that did not hold may be the generator's own fault; empty when it is not.

    Its p95 is judged in any case. But one pause of the generator, in which everybody waits, is
    enough to spoil the p99 of a step; so where such a figure misses its limit, the generator is
    held to its own at the same percentile.
    """
    percent = percentile(condition.figure) if condition.metric in METRICS else None
    if percent is None or percent <= PERCENTILE or condition.operator not in ("<", "<="):
        return ""
    return step.health.complaint(limits, percent)


def judge_conditions(run: Run, objectives: Iterable[Objective], limits: Limits) -> list[str]:
    """Hold every step against the objectives; the lines of what did not hold.

    A step in which one did not, and the generator may be at fault, becomes invalid.
    """
    lines = []
    objectives = list(objectives)
    for number, step in enumerate(run.steps):
        for objective in objectives:
            for finding in objective.judge(figures_of(step)):
                run.judgements.append(
                    Judgement(str(finding.condition), number, finding.observed, finding.holds)
                )
                if not finding.holds:
                    step.invalid = step.invalid or doubt(step, finding.condition, limits)
                    where = f" (at {step.players} players)" if len(run.steps) > 1 else ""
                    lines.append(f"{finding}{where}")
    return lines


def judge(
    run: Run, limits: Limits, objectives: Sequence[Objective] = (), *, interrupted: bool = False
) -> None:
    """Judge a run that has ended: fills in its judgements, verdict and exit code.

    Args:
        run: the run.
        limits: the generator's.
        objectives: what was asked for.
        interrupted: whether it ended before its time.
    """
    missed = judge_conditions(run, objectives, limits)
    invalid = [step for step in run.steps if step.invalid]
    faults = _faults(run.steps)
    if invalid:
        # First of all: a slow generator must never be taken for a slow server.
        where = f" at {invalid[0].players} players" if len(run.steps) > 1 else ""
        run.verdict = (
            f"INVALID, the generator was saturated{where}: {invalid[0].invalid}; "
            "use fewer players, more processes, or a machine with less else to do"
        )
        run.exit_code = SATURATED
    elif interrupted:
        run.verdict, run.exit_code = "interrupted", INTERRUPTED
    elif missed:
        run.verdict, run.exit_code = "FAILED: " + "; ".join(missed), MISSED
    elif faults:
        run.verdict, run.exit_code = "FAILED: " + ", ".join(faults), FAILED
    elif not any(step.counts.owed for step in run.steps):
        run.verdict, run.exit_code = "FAILED: no move was sent", FAILED
    else:
        run.verdict, run.exit_code = "ok, everyone saw every move", OK


def _faults(steps: Sequence[Step]) -> list[str]:
    counts = [step.counts for step in steps]
    totals = (
        (sum(sum(step.failed.values()) for step in steps), "players failed"),
        (sum(c.lost for c in counts), "deliveries lost"),
        (sum(step.dropped for step in steps), "connections lost"),
        (sum(c.ticks_lost for c in counts), "ticks lost"),
        (sum(c.ticks_doubled + c.ticks_reordered for c in counts), "ticks out of turn"),
    )
    return [f"{number} {what}" for number, what in totals if number]
