"""The upper parts of the dashboard, each a few lines of text: what plays, how many, how fast.

Not here: the lower parts (`bots.dashboard.tables`), the columns (`bots.dashboard.chart`), which
of them are shown where (`bots.dashboard.frame`).
"""

from gridcli.report.words import count, number

from .figures import Figures, Latencies
from .glyphs import (
    BLUE,
    FAINT,
    GREEN,
    ORANGE,
    PURPLE,
    RED,
    Signs,
    area,
    bar,
    large,
    sparkline,
)
from .lines import Line

_ROOMY = 60
_PHASES = {
    "ramp": "bots come in",
    "play": "playing",
    "drain": "waiting for the last moves to be seen",
    "leave": "bots leave",
}
NAMES = ("p50", "p95", "p99")
_COLOURS = (GREEN, BLUE, PURPLE)


def rate(value: float) -> str:
    """A number each second, in four characters or so: 812, 9,120, 16.2k, 1.62M."""
    if value >= 999_500:
        return f"{number(value / 1e6)}M"
    return f"{number(value / 1e3)}k" if value >= 9_999.5 else count(value)


def clock(seconds: float) -> str:
    """Minutes and seconds, with hours where there are some."""
    minutes, rest = divmod(int(seconds + 0.1), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def state(figures: Figures, width: int, signs: Signs) -> Line:
    """What goes on, and how far it is, as far as it fits."""
    word = _PHASES.get(figures.phase, figures.phase)
    sign, colour = (signs.on, GREEN) if figures.phase == "play" else (signs.waiting, ORANGE)
    if figures.stopping:
        word, colour = f"ending: {word}", ORANGE
    line = Line((f"{sign} {word}", f"bold {colour}"))
    more = []
    if figures.phase == "play":
        length = "" if figures.whole_s is None else f" of {clock(figures.whole_s)}"
        more.append(f"  {clock(figures.played_s)}{length}")
    if figures.steps > 1:
        more.append(f"  step {figures.step} of {figures.steps}")
    for words in more:
        if line.width + len(words) <= width:
            line.append(words)
    return line


def progress(figures: Figures, width: int, signs: Signs) -> Line:
    """How much of the step is over, or how many bots are in, as a bar."""
    part, colour = figures.live / max(figures.players, 1), ORANGE
    if figures.phase == "play":
        part, colour = 1.0, GREEN
        if figures.whole_s:
            part = figures.played_s / figures.whole_s
    full, empty = bar(part, width, signs)
    return Line((full, colour), (empty, FAINT))


def title(figures: Figures, width: int, signs: Signs) -> Line:
    """What plays where, as many words of it as fit."""
    line = Line()
    for index, word in enumerate(figures.title):
        more = Line(f"  {signs.shown(word)}") if index else Line((signs.shown(word), "bold"))
        if index and line.width + more.width > width:
            break
        line.extend(more)
    return line


def banner(figures: Figures, width: int, signs: Signs) -> Line | None:
    """That the generator is saturated; None while it is not."""
    complaint = figures.generator.complaint
    if not complaint:
        return None
    words = f" {signs.bad} GENERATOR SATURATED, this step is INVALID: {complaint} "
    if len(words) > width:
        short = "GENERATOR SATURATED" if width >= _ROOMY else "SATURATED"
        words = f" {signs.bad} {short}: {complaint} "
    return Line((words, f"bold reverse {ORANGE}"))


def crowd(figures: Figures, width: int, signs: Signs, *, counted: bool) -> list[Line]:
    """How many bots there are (where that is `counted`), should be, and could not be."""
    aim = Line(f"of {count(figures.players)}")
    if counted:
        aim = Line((f"{count(figures.live)} ", "bold"), aim.plain)
    if figures.wanted is not None:
        aim.append(f"  {signs.arrow} {count(figures.wanted)}", f"bold {ORANGE}")
    full, empty = bar(figures.live / max(figures.players, 1), width, signs)
    return [aim, Line((full, BLUE), (empty, FAINT)), failed(figures, signs)]


def failed(figures: Figures, signs: Signs) -> Line:
    """How many bots failed."""
    if figures.failed:
        return Line((f"{signs.bad} {count(figures.failed)} failed", f"bold {RED}"))
    return Line((f"{signs.good} 0 failed", GREEN))


def traffic(figures: Figures, width: int, height: int, signs: Signs) -> list[Line]:
    """Moves and deliveries each second, with what they were before: in so many lines each."""
    lines = []
    for values, what in ((figures.moves, "moves/s"), (figures.deliveries, "deliveries/s")):
        shown = [*values]
        latest = rate(shown[-1]) if shown else signs.nothing
        line = Line((f"{latest:>6}", "bold"), f" {what}")
        lines.append(line)
        if height > 1:
            lines += [Line((row, BLUE)) for row in area(shown, width, height - 1, signs)]
        else:
            line.append(" " * (21 - line.width))
            line.append(sparkline(shown, width - 21, signs), BLUE)
    return lines


def traffic_in_short(figures: Figures, signs: Signs) -> Line:
    """The same in one line."""
    latest = [
        rate([*each][-1]) if each else signs.nothing for each in (figures.moves, figures.deliveries)
    ]
    return Line((latest[0], "bold"), " moves/s  ", (latest[1], "bold"), " seen/s")


def latencies(figures: Figures, width: int, signs: Signs) -> list[Line]:
    """The percentiles of now, one a line, each with what it was before."""
    lines = []
    for index, (name, colour) in enumerate(zip(NAMES, _COLOURS, strict=True)):
        shown = milliseconds(figures.now[index], signs)
        head = f"{name} {shown:>9} "
        line = Line(f"{name} ", (f"{shown:>9} ", f"bold {colour}"))
        before = [point.latencies[index] for point in figures.points]
        line.append(sparkline(before, width - len(head), signs), colour)
        lines.append(line)
    return lines


def latencies_in_short(figures: Figures, signs: Signs) -> Line:
    """The same in one line."""
    line = Line()
    for name, colour, ms in zip(NAMES, _COLOURS, figures.now, strict=True):
        line.append(f"{name} ", FAINT).append(f"{figure(ms, signs)} ", f"bold {colour}")
    return line.append("ms", FAINT)


def large_latencies(now: Latencies, width: int, signs: Signs) -> list[Line]:
    """The percentiles of now in digits three lines high, with their names above."""
    each = width // len(NAMES)
    lines = [Line() for _ in range(4)]
    for name, colour, ms in zip(NAMES, _COLOURS, now, strict=True):
        unit = "s" if ms is not None and ms >= 999.5 else "ms"
        value = None if ms is None else ms / 1000 if unit == "s" else ms
        rows = large(figure(value, signs)) or ("", figure(value, signs), "")
        lines[0].append(f"{name} {unit}".ljust(each), FAINT)
        for line, row in zip(lines[1:], rows, strict=True):
            line.append(row[: each - 1].ljust(each), f"bold {colour}")
    return lines


def large_count(number_of: int, width: int) -> list[Line]:
    """A number in digits three lines high."""
    rows = large(count(number_of))
    if rows is None or len(rows[0]) > width:
        rows = ("", count(number_of), "")
    return [Line((row, f"bold {BLUE}")) for row in rows]


def figure(value: float | None, signs: Signs) -> str:
    """A measured value; three digits of it count."""
    return signs.nothing if value is None else number(value)


def milliseconds(ms: float | None, signs: Signs) -> str:
    """A latency with its unit."""
    if ms is None:
        return signs.nothing
    return f"{number(ms / 1000)} s" if ms >= 10_000 else f"{number(ms)} ms"
