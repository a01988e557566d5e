"""A run in the terminal: its verdict, a table of its steps, and two plots.

`latency_curve` is what the bots and the capacity search show at their end. Pure functions of a
run and a `Look`. Not here: drawing lines (`gridcli.report.terminal`), the page
(`gridcli.report.page`).
"""

from collections.abc import Sequence
from itertools import chain

from gridcli.core.run.health import PERCENTILE
from gridcli.core.run.model import Run, Step

from .figures import (
    Moment,
    invalid_over_players,
    moments,
    outcome,
    over_players,
    percentile_of,
)
from .scale import Scale, size_scale, value_scale
from .stacks import stacks_text
from .terminal import Line, Look, curve, paint
from .words import NOTHING, count, number, observed, plain_text

_GREEN, _YELLOW, _RED = 32, 33, 31
_P50, _P99 = percentile_of("every", 50), percentile_of("every", 99)
_MOST_FAILED = 20


def as_text(run: Run, look: Look) -> str:
    """The whole of it, ready to be printed."""
    if run.stacks:
        return "\n\n".join(["\n".join(_head(run, look)), stacks_text(run, look)])
    parts = [_head(run, look), _table(run, look), _thresholds(run, look)]
    parts += [latency_curve(run.steps, look), latency_over_time(run, look)]
    text = "\n\n".join("\n".join(part) for part in parts if part)
    return _ascii(text) if look.ascii_only else text


def latency_curve(steps: Sequence[Step], look: Look) -> list[str]:
    """Latency against players; empty where fewer than two sizes were measured."""
    lines = [
        Line(name, over_players(steps, figure), invalid_over_players(steps, figure))
        for name, figure in (("p99", _P99), ("p50", _P50))
    ]
    points = [*chain.from_iterable([*line.points, *line.crosses] for line in lines)]
    sizes = {at for at, value in points if value is not None}
    if len(sizes) < 2:
        return []
    x = size_scale([*sizes], 0, 1)
    y = value_scale([value for _, value in points], 1, 0)
    title = _plain(f"move → seen, ms{' (log)' if y.log else ''}", look)
    return curve(lines, x, y, look, title=title, x_label="players")


def latency_over_time(run: Run, look: Look) -> list[str]:
    """Latency second by second; empty where fewer than two seconds were measured."""
    shown = moments(run, most=max(20, look.width * 2))
    lines = [
        Line("p99", _in_time(shown, 99), dots=False),
        Line("p50", _in_time(shown, 50), dots=False),
    ]
    times = [at for at, value in lines[0].points if value is not None]
    if len(times) < 2:
        return []
    y = value_scale([value for line in lines for _, value in line.points], 1, 0)
    x = Scale(min(0.0, times[0]), times[-1], 0, 1)
    title = _plain(f"move → seen over time, ms{' (log)' if y.log else ''}", look)
    return curve(lines, x, y, look, title=title, x_label="s")


def _in_time(shown: Sequence[Moment], percent: float) -> list[tuple[float, float | None]]:
    """The line breaks where one step ends and the next one begins."""
    points: list[tuple[float, float | None]] = []
    step = shown[0].step if shown else 0
    for moment in shown:
        if moment.step != step:
            points.append((moment.at_s, None))
            step = moment.step
        points.append((moment.at_s, moment.every.percentile_ms(percent)))
    return points


def _head(run: Run, look: Look) -> list[str]:
    seed = "" if run.seed is None else f"  seed {run.seed}"
    what = f"protocol {run.protocol}"
    if "event" in run.options:
        what = f"event {plain_text(run.options['event'])}"
    about = (
        f"{plain_text(run.tool)} against {plain_text(run.server)}  {what}"
        f"{seed}  {plain_text(run.started)}"
    )
    word = outcome(run)
    colour = {"ok": _GREEN, "FAILED": _RED}.get(word, _YELLOW)
    return [about, paint(plain_text(run.verdict or word), colour, look.colour)]


_HEADER = ("players", "moves", "owed", "lost", "p50", "p90", "p99", "p99.9", "max", "sent p99")
_GENERATOR = ("cpu", "lag", "debt")


def _table(run: Run, look: Look) -> list[str]:
    rows = [(*_HEADER, *_GENERATOR)] + [_row(step) for step in run.steps]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    many = len(widths)
    while many > len(_HEADER) and sum(widths[:many]) + 2 * (many - 1) > look.width:
        many -= len(_GENERATOR)  # the least of it, where the terminal is narrow
    text = []
    for index, row in enumerate(rows):
        text.append("  ".join(f"{cell:>{w}}" for cell, w in zip(row[:many], widths, strict=False)))
        step = run.steps[index - 1] if index else None
        if step is not None and step.invalid:
            text.append(paint(f"  INVALID: {plain_text(step.invalid)}", _YELLOW, look.colour))
    text.append(
        "latencies in ms, from the time at which a move was due; sent p99: from its sending"
    )
    return text if run.steps else ["nothing was measured"]


def _row(step: Step) -> tuple[str, ...]:
    counts, health = step.counts, step.health
    latencies = [number(step.seen.every.percentile_ms(p)) for p in (50, 90, 99, 99.9, 100)]
    late = [number(each.percentile_ms(PERCENTILE)) for each in (health.lag, health.debt)]
    return (
        f"{'! ' if step.invalid else ''}{step.players}",
        count(counts.moves),
        count(counts.owed),
        count(counts.lost),
        *latencies,
        number(step.seen.from_send.percentile_ms(99)),
        f"{health.cpu:.0%}" if step.seconds else NOTHING,
        *late,
    )


def _thresholds(run: Run, look: Look) -> list[str]:
    failed = [judgement for judgement in run.judgements if not judgement.holds]
    text = []
    for judgement in failed[:_MOST_FAILED]:
        at = ""
        if len(run.steps) > 1 and 0 <= judgement.step < len(run.steps):
            at = f" at {run.steps[judgement.step].players} players"
        line = f"FAILED {plain_text(judgement.condition)}: {observed(judgement)}{at}"
        text.append(paint(line, _RED, look.colour))
    if len(failed) > _MOST_FAILED:
        text.append(f"and {len(failed) - _MOST_FAILED} more")
    if run.judgements:
        held = len(run.judgements) - len(failed)
        text.append(f"{held} of {len(run.judgements)} conditions hold")
    return text


def _plain(text: str, look: Look) -> str:
    return _ascii(text) if look.ascii_only else text


def _ascii(text: str) -> str:
    for sign, plain in (("→", "->"), (NOTHING, "-"), ("µ", "u"), ("≤", "<=")):
        text = text.replace(sign, plain)
    return text.encode("ascii", "replace").decode()
