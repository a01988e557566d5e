"""What a report shows of a run: its moments in time, its curve over players, its outcome.

The page, the sheet and the terminal all draw from here, so that they say the same. Not here: how
figures are written (`gridcli.report.words`), measured (`gridcli.core.run`).
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeGuard

from gridcli.core.latency import Latency
from gridcli.core.run.model import Run, Second, Step
from gridcli.core.run.verdict import INTERRUPTED, OK, SATURATED

MOST_MOMENTS = 600
"""More than this nobody sees in a chart."""
_SLIVER_S = 0.5
"""A last second that is shorter says nothing by itself."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A second of a run, or as many as it takes to have `MOST_MOMENTS`; rates are per second."""

    at_s: float
    """Its middle, from the run's begin."""
    step: int
    players: int
    moves: float
    owed: float
    seen: float
    lost: float
    every: Latency
    from_send: Latency
    lag_max_ms: float
    cpu: float


def moments(run: Run, most: int = MOST_MOMENTS) -> list[Moment]:
    """The run in time, step after step."""
    total = sum(len(step.seconds) for step in run.steps)
    width = max(1, math.ceil(total / most))
    return [
        _moment(number, step, first, seconds)
        for number, step in enumerate(run.steps)
        for first, seconds in _groups(step, width)
    ]


def _groups(step: Step, width: int) -> Iterator[tuple[int, list[Second]]]:
    seconds = step.seconds
    groups = [(n, seconds[n : n + width]) for n in range(0, len(seconds), width)]
    if len(groups) > 1 and 0 < step.duration_s - groups[-1][0] < _SLIVER_S:
        _, rest = groups.pop()
        groups[-1] = (groups[-1][0], groups[-1][1] + rest)
    yield from groups


def _moment(number: int, step: Step, first: int, seconds: Sequence[Second]) -> Moment:
    whole = seconds[0]
    if len(seconds) > 1:
        whole = Second()
        for second in seconds:
            whole.merge(second)
        whole.every.pack()
        whole.from_send.pack()
    length_s = float(len(seconds))
    if 0 < step.duration_s - first < length_s:
        length_s = step.duration_s - first
    return Moment(
        at_s=step.start_s + first + length_s / 2,
        step=number,
        # Merging adds players up, as if the seconds were those of several processes.
        players=next((s.players for s in reversed(seconds) if s.players), 0),
        moves=whole.moves / length_s,
        owed=whole.owed / length_s,
        seen=whole.seen / length_s,
        lost=whole.lost / length_s,
        every=whole.every,
        from_send=whole.from_send,
        lag_max_ms=whole.lag_max_ms,
        cpu=whole.cpu,
    )


Figure = Callable[[Step], float | None]


def percentile_of(metric: str, percent: float) -> Figure:
    """Looks a percentile up in a step; `metric` is one of `gridcli.core.run.seen.METRICS`."""

    def look_up(step: Step) -> float | None:
        latency: Latency = getattr(step.seen, metric)
        return latency.percentile_ms(percent)

    return look_up


def over_players(steps: Sequence[Step], figure: Figure) -> list[tuple[float, float | None]]:
    """A figure by number of players, sizes in order: the median where one was measured often.

    None where a size has no step that can be trusted: nothing is drawn across it.
    """
    sizes = sorted({step.players for step in steps})
    curve: list[tuple[float, float | None]] = []
    for size in sizes:
        values = [
            value
            for step in steps
            if step.players == size and not step.invalid and (value := figure(step)) is not None
        ]
        curve.append((size, median(values) if values else None))
    return curve


def invalid_over_players(steps: Sequence[Step], figure: Figure) -> list[tuple[float, float]]:
    """The same figure of the steps that can't be trusted, one by one."""
    return [
        (step.players, value)
        for step in steps
        if step.invalid and (value := figure(step)) is not None
    ]


def distinct_steps(run: Run, most: int) -> list[Step]:
    """At most so many steps of different size, those with figures: the ends, and some between.

    A capacity search's rows on either side of the number are always among them.
    """
    wanted = {step.players: step for step in _beside(run) if len(step.seen.every)}
    kept = [*wanted]
    for step in sorted(run.steps, key=lambda each: bool(each.invalid)):
        if len(step.seen.every):
            wanted.setdefault(step.players, step)
    sizes = sorted(wanted)
    last = len(sizes) - 1
    # The ends and an even choice between them, unless what is kept leaves no room for it.
    for many in range(min(most, len(sizes)), 1, -1):
        chosen = {*kept, *(sizes[round(n * last / (many - 1))] for n in range(many))}
        if len(chosen) <= most:
            return [wanted[size] for size in sorted(chosen)]
    return [wanted[size] for size in sizes[:most]]


def _beside(run: Run) -> list[Step]:
    """The steps of a capacity search on either side of the number."""
    found = run.capacity
    if found is None:
        return []
    trials = [found.trials[i] for i in (found.below, found.above) if _within(i, found.trials)]
    return [run.steps[trial.step] for trial in trials if _within(trial.step, run.steps)]


def _within(index: int | None, items: Sequence[object]) -> TypeGuard[int]:
    return index is not None and 0 <= index < len(items)


def players_of(run: Run, number: int) -> int | None:
    """How many players a step had; None where the file names a step that it hasn't got."""
    return run.steps[number].players if 0 <= number < len(run.steps) else None


def outcome(run: Run) -> str:
    """The verdict in one word: ok, FAILED, INVALID or interrupted."""
    words = {OK: "ok", SATURATED: "INVALID", INTERRUPTED: "interrupted"}
    return words.get(run.exit_code, "FAILED")


def limit(run: Run, name: str) -> float | None:
    """A limit of the generator that the run was started with, such as "limit_lag_ms"."""
    value = run.options.get(name)
    return float(value) if isinstance(value, int | float) and value > 0 else None
