"""The lower parts of the dashboard: the generator, what went wrong, the steps, the keys.

Not here: the upper parts (`bots.dashboard.panels`), which of them are shown where
(`bots.dashboard.frame`).
"""

from collections.abc import Sequence

from gridcli.report.words import count

from .figures import Figures, Row
from .glyphs import FAINT, GREEN, ORANGE, RED, Signs, bar
from .lines import Line
from .panels import NAMES, clock, figure, milliseconds, rate


def generator(figures: Figures, width: int, signs: Signs) -> list[Line]:
    """The swarm's own process beside its limits: the part that each has used of its limit."""
    state, limits = figures.generator, figures.generator.limits
    lines = []
    for name, value, limit, shown in (
        ("cpu", state.cpu, limits.cpu, f"{state.cpu:.0%} of a core"),
        ("loop lag", state.lag_ms, limits.lag_ms, milliseconds(state.lag_ms, signs)),
        ("moves late", state.debt_ms, limits.debt_ms, milliseconds(state.debt_ms, signs)),
    ):
        part = 0.0 if value is None else value / limit
        colour = RED if part > 1 else ORANGE if part > 0.8 else GREEN
        head = f"{name:<10} {shown:<13} "
        line = Line(f"{name:<10} ", (f"{shown:<13} ", "bold"))
        room = width - len(head) - 2
        if room >= 3:
            full, empty = bar(part, room, signs)
            line.append(full, colour).append(empty, FAINT).append(signs.limit, FAINT)
        if part > 1:
            line.append(signs.bad, f"bold {RED}")
        lines.append(line)
    return lines


def generator_in_short(figures: Figures, signs: Signs) -> Line:
    """The same in one line."""
    state = figures.generator
    lag, late = (figure(ms, signs) for ms in (state.lag_ms, state.debt_ms))
    names = ("cpu ", "  lag ", "  late ", " ms")
    cpu, lag_, late_, ms_ = ((name, FAINT) for name in names)
    return Line(cpu, f"{state.cpu:.0%}", lag_, lag, late_, late, ms_)


def errors(figures: Figures, height: int, signs: Signs) -> list[Line]:
    """What went wrong, the most frequent first, in so many lines."""
    if height < 1:
        return []
    if not figures.errors:
        return [Line((f"{signs.good} nothing failed, nothing lost", GREEN))]
    lines = [
        Line((f"{count(times)} {signs.times} ", f"bold {RED}"), signs.shown(what))
        for times, what in figures.errors
    ]
    more = len(lines) - height
    if more > 0:
        lines = lines[:height]
        lines[-1].append(f"  and {more} more", f"bold {RED}")
    return lines


def verdicts(figures: Figures, signs: Signs) -> list[Line]:
    """The conditions that were asked for."""
    return [
        Line(
            (f"{signs.good} " if v.holds else f"{signs.bad} ", f"bold {GREEN if v.holds else RED}"),
            f"{v.condition}  ",
            (v.observed, "bold" if v.holds else f"bold {RED}"),
        )
        for v in figures.verdicts
    ]


_COLUMNS = (
    ("bots", 6),
    ("time", 6),
    *((name, 7) for name in NAMES),
    ("lost", 6),
    ("max", 7),
    ("deliveries", 11),
)


def steps(rows: Sequence[Row], width: int, height: int, signs: Signs) -> list[Line]:
    """The last steps, one a line; the last one is under way."""
    many = len(_COLUMNS)
    while many > 3 and sum(size for _, size in _COLUMNS[:many]) + 1 > width:
        many -= 1
    sizes = [size for _, size in _COLUMNS[:many]]
    lines = [Line((" " + "".join(f"{word:>{size}}" for word, size in _COLUMNS[:many]), FAINT))]
    for row in rows[-max(1, height - 1) :]:
        here = row is rows[-1]
        cells = (
            count(row.players),
            clock(row.seconds),
            *(figure(ms, signs) for ms in row.latencies),
            count(row.lost),
            figure(row.max_ms, signs),
            rate(row.seen),
        )
        sign, colour = (signs.here, GREEN) if here else (" ", "")
        if row.invalid:
            sign, colour = signs.bad, f"bold {ORANGE}"
        words = "".join(f"{cell:>{size}}" for cell, size in zip(cells, sizes, strict=False))
        line = Line((sign, colour), (words, "bold" if here else ""))
        if row.invalid:
            line.append("  INVALID", f"bold {ORANGE}")
        lines.append(line)
    return lines


def note(figures: Figures, signs: Signs) -> list[Line]:
    """What was said last."""
    return [Line((f"{signs.here} {signs.shown(figures.note)}", ORANGE))] if figures.note else []


def keys(figures: Figures, width: int, signs: Signs) -> Line:
    """What can be pressed, in as many words as there is room for."""
    if figures.stopping:
        return _keys([("Ctrl-C", "end at once, without a result")])
    change = []
    if figures.keys and figures.more:
        change.append(("+", f"{count(figures.more)} more"))
    if figures.keys and figures.fewer:
        change.append((signs.minus, f"{count(figures.fewer)} fewer"))
    end = "q" if figures.keys else "Ctrl-C"
    short = [(key, words.split()[0]) for key, words in change]
    for line in (
        _keys([*change, (end, "end with the result"), ("Ctrl-C twice", "at once")]),
        _keys([*change, (end, "end with the result")]),
        _keys([*change, (end, "end")]),
    ):
        if line.width <= width:
            return line
    return _keys([*short, (end, "end")])


def _keys(pairs: Sequence[tuple[str, str]]) -> Line:
    line = Line()
    for key, meaning in pairs:
        line.append(f" {key} ", "bold reverse").append(f" {meaning}  ", FAINT)
    return line
