"""A run's charts over players, and over percentiles.

Not here: charts over time (`gridcli.report.time_charts`), drawing (`gridcli.report.draw`), the
ledger's and the capacity's pictures (`gridcli.report.shares`, `gridcli.report.knee_chart`).
"""

import math
from collections.abc import Callable, Sequence
from itertools import chain

from gridcli.core.run.model import Run, Stack, Step

from .figures import (
    Figure,
    distinct_steps,
    invalid_over_players,
    over_players,
    percentile_of,
)
from .picture import MakeScale, Picture, Series
from .scale import Scale, size_scale, value_scale
from .stacks import P99, curve_of
from .words import count, number, plain_text, tick

_MOST_CURVES = 6
_PER_DECADE = 24
_LEAST_REST = 1e-7
"""Of a percentile curve: nothing beyond 99.99999 % is drawn."""


def latency_over_players(run: Run) -> Picture:
    """Percentiles of move → seen against the number of players."""
    lines = [
        ("p99.9", "c2 thin", percentile_of("every", 99.9)),
        ("p99", "c1", percentile_of("every", 99)),
        ("p50", "c0", percentile_of("every", 50)),
    ]
    return _over_players(
        run,
        lines,
        key="players-latency",
        title="Latency against players",
        about="Move → seen, from the time at which a move was due until each receiver had it.",
        wide=True,
    )


def stacks_over_players(stacks: Sequence[Stack]) -> Picture:
    """p99 of several servers against the number of players."""
    series = [
        Series(
            stack.label,
            f"c{index % _MOST_CURVES}" + (" dash" if index >= _MOST_CURVES else ""),
            [(at, None if math.isinf(ms) else ms) for at, ms in curve_of(stack.run, P99)],
            dots=True,
        )
        for index, stack in enumerate(stacks)
        if stack.run is not None
    ]
    sizes = sorted({at for each in series for at, _ in each.points})
    return Picture(
        key="stacks",
        title="Latency against players, p99",
        about="Move → seen of each server; a size that was tried more than once stands with its "
        "median, and one at which more than 1 % was lost has no figure.",
        said=_said(series, "players"),
        x=lambda start, end: size_scale(sizes, start, end),
        y=_values_of(series),
        x_label="players",
        y_label="ms",
        series=series,
        spots=lambda x: f"{count(x)} players",
        unit="ms",
        wide=True,
    )


def spread_over_players(run: Run) -> Picture:
    """The first, the median and the last receiver of a move."""
    lines = [
        ("last receiver, p99", "c1", percentile_of("last", 99)),
        ("median receiver, p99", "c0", percentile_of("median", 99)),
        ("first receiver, p99", "c3", percentile_of("first", 99)),
        ("spread, p50", "c2 dash", percentile_of("spread", 50)),
    ]
    return _over_players(
        run,
        lines,
        key="players-spread",
        title="First and last receiver",
        about="Of each move: how long until its first, median and last receiver had it; "
        "the spread runs from the first to the last.",
    )


def _over_players(
    run: Run,
    lines: Sequence[tuple[str, str, Figure]],
    *,
    key: str,
    title: str,
    about: str,
    wide: bool = False,
) -> Picture:
    series = [
        Series(
            name,
            look,
            over_players(run.steps, figure),
            invalid_over_players(run.steps, figure),
            dots=True,
        )
        for name, look, figure in lines
    ]
    sizes = sorted({step.players for step in run.steps})
    if len(sizes) < len(run.steps):
        about += " Where a size was measured more than once, its median."
    return Picture(
        key=key,
        title=title,
        about=about,
        said=_said(series, "players"),
        x=lambda start, end: size_scale(sizes, start, end),
        y=_values_of(series),
        x_label="players" + (" (log)" if size_scale(sizes, 0, 1).log else ""),
        y_label="ms",
        series=series,
        x_ticks=[(size, tick(size)) for size in sizes],
        spots=_players_words(run.steps),
        unit="ms",
        wide=wide,
    )


def percentile_curve(run: Run) -> Picture:
    """Latency by percentile, the tail stretched: one line for each size."""
    steps = distinct_steps(run, _MOST_CURVES)
    most = max((len(step.seen.every) for step in steps), default=1)
    longest = min(max(most, 10), 1 / _LEAST_REST)
    grid = [
        10 ** (n / _PER_DECADE) for n in range(1, math.ceil(math.log10(longest) * _PER_DECADE) + 1)
    ]
    series = [
        Series(
            f"{count(step.players)} players" + (" INVALID" if step.invalid else ""),
            f"c{index}" + (" dash" if step.invalid else ""),
            _tail(step, grid),
        )
        for index, step in enumerate(steps)
    ][::-1]
    decades = range(1, math.ceil(math.log10(longest)) + 1)
    about = "How large a part of all deliveries took how long; each decade to the right is a tenth "
    about += "of the rest. A line ends where there are no more samples."
    if len(steps) < len({step.players for step in run.steps if len(step.seen.every)}):
        about += f" {len(steps)} of the sizes."
    return Picture(
        key="percentiles",
        title="Latency by percentile",
        about=about,
        said=_said(
            [Series(s.name, s.look, [p for p in s.points if p[0] in (10, 100)]) for s in series],
            "(10: p90, 100: p99)",
        ),
        x=lambda start, end: Scale(1.0, grid[-1], start, end, log=True),
        y=_values_of(series),
        x_label="percentile",
        y_label="ms",
        series=series,
        x_ticks=[(1.0, "0"), (2.0, "50")] + [(10.0**n, _percent(10.0**n)) for n in decades],
        spots=lambda x: f"p{_percent(x)}",
        unit="ms",
    )


def _tail(step: Step, grid: Sequence[float]) -> list[tuple[float, float | None]]:
    latency = step.seen.every
    samples = len(latency)
    return [(x, latency.percentile_ms(100 * (1 - 1 / x))) for x in grid if x <= samples * 1.0001]


def _percent(x: float) -> str:
    """The percentile at a place: as many nines as it takes."""
    digits = max(0, math.ceil(math.log10(x)) - 2) + (0 if math.log10(x) % 1 < 1e-6 else 1)
    return f"{100 * (1 - 1 / x):.{digits}f}"


def _values_of(series: Sequence[Series]) -> MakeScale:
    values = [v for each in series for _, v in [*each.points, *each.crosses]]
    return lambda start, end: value_scale(values, start, end)


def _said(series: Sequence[Series], what: str) -> str:
    """The points of a picture in words."""
    lines = []
    for each in series:
        points = ", ".join(
            f"{number(v)} ms at {tick(at)}" for at, v in each.points if v is not None
        )
        lines.append(f"{each.name}: {points or 'nothing measured'}")
    return f"{'; '.join(lines)} {what}."


def _players_words(steps: Sequence[Step]) -> Callable[[float], str]:
    reasons = {step.players: plain_text(step.invalid) for step in steps if step.invalid}
    times = {step.players: 0 for step in steps}
    for step in steps:
        times[step.players] += 1

    def words(players: float) -> str:
        size = int(players)
        text = f"{count(size)} players"
        if times.get(size, 0) > 1:
            text += f", measured {times[size]} times"
        return f"{text}; INVALID: {reasons[size]}" if size in reasons else text

    return words


def any_latency(run: Run) -> bool:
    """Whether anything was seen at all."""
    return any(len(each) for each in chain.from_iterable((s.seen.every,) for s in run.steps))
