"""Did a run get worse than another, and is it more than chance?

p50 and p99 of move → seen and the lost share are judged; p90, p99.9 and the mean stand beside them.
A figure is worse where its change is large enough to matter, is beyond what the runs' own seconds
leave open, and is not made by a few seconds that either run might have had. Over all steps and
figures together equal runs are called worse with a chance of 2.5 %, and better with as much.
Not here: the arithmetic of chance (`gridcli.core.run.resample`), pairing steps
(`gridcli.core.run.changes`), printing (`gridcli.report.compare`).
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .changes import DEFAULT_RULES, Change, Comparison, Rules, matched
from .model import Run, Step
from .resample import Figure, Percentile, Ratio, Seconds, Spread, alike, chance, difference
from .student import t_quantile

LEAST_SECONDS = 5
"""With fewer seconds on either side nothing can be told."""
LEAST_BEYOND = 5
"""With fewer moves beyond a percentile it is hardly more than the maximum."""
WEIGHTS = {"p50": 1.0, "p99": 3.0, "lost": 1.0}
"""What is judged, and how the chance of error is shared out: p99 is known least, and needs most."""
_SHOWN = {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 99.9, "mean": None}


@dataclass(slots=True)
class _Case:
    """A change, and what it takes to find a word for it."""

    change: Change
    margin: float
    """The least change that matters."""
    seconds: Seconds
    figure: Figure | None = None
    """None where there is nothing to find out."""
    error: float = 0.0
    freedom: float = math.inf
    stretch: float = 1.0
    """By how much more runs differ than seconds that are dealt out."""


def compare(
    before: Run, after: Run, rules: Rules = DEFAULT_RULES, repeats: Sequence[Run] = ()
) -> Comparison:
    """Compare the steps that both runs have: those of the same number of players, in order.

    Args:
        before: the first run.
        after: the second.
        rules: when a change counts.
        repeats: more runs of what `before` is a run of: how much runs differ by themselves.
    """
    pairs, skipped = matched(before.steps, after.steps)
    again = [{id(old): step for old, step in matched(before.steps, r.steps)[0]} for r in repeats]
    rng = np.random.default_rng(rules.seed)
    cases: list[_Case] = []
    for old, new in pairs:
        cases += _cases(old, new, [run[id(old)] for run in again if id(old) in run], rules, rng)
    # What could not come out as a change takes no part of the error (Tarone, 1990).
    whole = sum(WEIGHTS.get(case.change.figure, 0) for case in cases if case.figure is not None)
    changes = []
    for case in cases:
        share = WEIGHTS.get(case.change.figure, whole) / whole if whole else 1.0
        changes.append(_worded(case, rules.error / 2 * share, rng))
    return Comparison(tuple(changes), tuple(skipped))


def _cases(
    old: Step, new: Step, more: Sequence[Step], rules: Rules, rng: np.random.Generator
) -> list[_Case]:
    """The figures of one step. `more` are the same step of runs that repeat the first."""
    seconds = Seconds(old.seconds, new.seconds)
    short = min(seconds.counts) < LEAST_SECONDS
    steady, cases = 0.0, []
    if not short and len(seconds.ends_ms):
        median = Percentile(seconds, 50)
        steady = alike([median.pull(rows) for rows in (seconds.before, seconds.after)])
    moves = min(_moves(old), _moves(new))
    for name, percent in _SHOWN.items():
        a, b, *others = (_latency(step, percent) for step in (old, new, *more))
        change = Change(old.players, name, a, b, judged=name in WEIGHTS)
        if not a or not b:
            cases.append(_Case(replace(change, reason="nothing was seen"), 0.0, seconds))
            continue
        change = replace(change, change=b / a - 1)
        case = _Case(change, max(rules.min_change, rules.min_ms / a), seconds)
        cases.append(case)
        if short:
            case.change = replace(change, reason="too few seconds")
        elif percent is not None and moves * (100 - percent) < 100 * LEAST_BEYOND:
            case.change = replace(change, reason="too few moves")
        else:
            if percent is None:
                case.figure = Ratio(seconds.sums_ms, seconds.samples, log=True)
            else:
                case.figure = Percentile(seconds, percent)
            _measure(case, [math.log(each) for each in (a, *others) if each], steady, rng)
            width = t_quantile(0.975, case.freedom) * case.error
            low, high = (math.exp(math.log(b / a) + side * width) - 1 for side in (-1, 1))
            case.change = replace(change, low=low, high=high)
    cases.append(_lost(old, new, more, seconds, rules, rng))
    return cases


def _lost(
    old: Step,
    new: Step,
    more: Sequence[Step],
    seconds: Seconds,
    rules: Rules,
    rng: np.random.Generator,
) -> _Case:
    """The share of deliveries that were lost."""
    a, b, *others = (
        s.counts.lost / s.counts.owed if s.counts.owed else None for s in (old, new, *more)
    )
    change = Change(old.players, "lost", a, b)
    if a is None or b is None:
        return _Case(replace(change, reason="nothing was sent"), 0.0, seconds)
    change = replace(change, change=b - a)
    case = _Case(change, rules.min_lost, seconds)
    if min(seconds.counts) < LEAST_SECONDS:
        case.change = replace(change, reason="too few seconds")
    elif a == b == 0:
        case.change = replace(change, low=0.0, high=0.0, word="same")
    else:
        case.figure = Ratio(seconds.lost, seconds.owed, log=False)
        _measure(case, [each for each in (a, *others) if each is not None], 0.0, rng)
        width = t_quantile(0.975, case.freedom) * case.error
        case.change = replace(change, low=max(-1.0, b - a - width), high=min(1.0, b - a + width))
    return case


def _measure(
    case: _Case, repeated: Sequence[float], steady: float, rng: np.random.Generator
) -> None:
    """How far off the change may be, by the runs' seconds and by what repeated runs add to that."""
    assert case.figure is not None
    spread = Spread(case.figure, case.seconds, steady, rng)
    own, extra, freedom = spread.error**2, 0.0, 1
    if len(repeated) > 1:
        freedom = len(repeated) - 1
        # The spread of runs holds that of their seconds already.
        extra = max(0.0, 2 * statistics.variance(repeated) - own)
    case.error, case.stretch = math.sqrt(own + extra), spread.waves
    if own > 0:
        case.stretch *= math.sqrt(1 + extra / own)
    if own + extra > 0:
        # The freedom of a sum of variances (Satterthwaite, 1946).
        case.freedom = (own + extra) ** 2 / (own**2 / spread.freedom + extra**2 / freedom)
        case.freedom = max(3.0, case.freedom)


def _worded(case: _Case, level: float, rng: np.random.Generator) -> Change:
    """The change with its word, at a chance of error of `level` on either side."""
    change, figure = case.change, case.figure
    if figure is None or change.change is None or change.low is None or change.high is None:
        return change
    if -case.margin < change.low and change.high < case.margin:
        return replace(change, word="same")
    if abs(change.change) < case.margin:
        return replace(change, reason="may be too small to matter")
    observed = difference(figure, case.seconds)
    if abs(observed) <= t_quantile(1 - level, case.freedom) * case.error:
        return replace(change, reason="within chance")
    if chance(figure, case.seconds, observed, case.stretch, level, rng) > level:
        return replace(change, reason="a few seconds make it")
    return replace(change, word="worse" if change.change > 0 else "better")


def _latency(step: Step, percent: float | None) -> float | None:
    """A percentile in ms, or the mean."""
    latency = step.seen.every
    return latency.mean_ms if percent is None else latency.percentile_ms(percent)


def _moves(step: Step) -> int:
    """How many moves there were, or samples where moves were not counted."""
    return sum(second.moves for second in step.seconds) or len(step.seen.every)
