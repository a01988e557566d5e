"""The whole picture for a terminal of some size: which parts fit, and where they are.

Not here: the parts (`bots.dashboard.panels`, `bots.dashboard.tables`).
"""

from collections.abc import Sequence

from . import panels, tables
from .chart import columns
from .figures import Figures
from .glyphs import FAINT, PURPLE, Signs, sparkline
from .lines import Line, Row, beside, box, stacked

_BOXED = (76, 22)
"""From this size on parts stand in boxes beside each other."""
_WIDE, _TALL = 100, 28
"""From these on there is room for large digits."""
_SMALL = 14
"""Below these lines everything has one line."""
_BORDER = 4
"""The columns that a box takes."""


def frame(figures: Figures, width: int, height: int, signs: Signs) -> list[Row]:
    """The picture of this moment, as all the lines of a screen of this size."""
    if width >= _BOXED[0] and height >= _BOXED[1]:
        return _boxes(figures, width, height, signs)
    draw = _lines if height >= _SMALL else _few_lines
    return stacked(draw(figures, width, height, signs), width, height, signs)


def _boxes(figures: Figures, width: int, height: int, signs: Signs) -> list[Row]:
    banner = panels.banner(figures, width, signs)
    top = [
        *_head(figures, width, signs),
        *(stacked([banner], width, 1, signs) if banner is not None else []),
        *_cards(figures, width, height >= _TALL, signs),
    ]
    below = [*tables.note(figures, signs), tables.keys(figures, width, signs)]
    low = [
        *_low(figures, width, 8 + (height - _TALL) // 4 if height >= _TALL else 6, signs),
        *stacked(below, width, len(below), signs),
    ]
    left = height - len(top) - len(low)
    chart = _chart(figures, width - _BORDER, left - 2, signs)
    name = Line((f"p99 of move {signs.arrow} seen, each second", FAINT))
    return [*top, *box(name, chart, width, left, signs), *low]


def _head(figures: Figures, width: int, signs: Signs) -> list[Row]:
    lines = [
        panels.state(figures, width - _BORDER, signs),
        panels.progress(figures, width - _BORDER, signs),
    ]
    name = Line(("gridcli bots  ", FAINT))
    name.extend(panels.title(figures, width - name.width - 8, signs))
    return box(name, lines, width, 4, signs, below=panels.clock(figures.elapsed_s))


def _cards(figures: Figures, width: int, tall: bool, signs: Signs) -> list[Row]:
    """Bots, traffic and latencies beside each other."""
    is_large = tall and signs.large
    sizes = (22, width - 66, 44) if width >= _WIDE else (20, width - 52, 32)
    crowd_width, traffic_width, seen_width = (size - _BORDER for size in sizes)
    crowd = panels.crowd(figures, crowd_width, signs, counted=not is_large)
    if is_large:
        crowd = [*panels.large_count(figures.live, crowd_width), *crowd]
    if is_large and width >= _WIDE:
        seen = [*panels.large_latencies(figures.now, seen_width, signs), Line()]
        seen.append(Line(("of the last 3 seconds", FAINT)))
    else:
        seen = panels.latencies(figures, seen_width, signs)
    traffic = panels.traffic(figures, traffic_width, 3 if tall else 1, signs)
    names = ("bots", "each second", f"move {signs.arrow} seen")
    height = 8 if tall else 5
    return beside(
        *(
            box(Line((name, FAINT)), lines, size, height, signs)
            for name, lines, size in zip(names, (crowd, traffic, seen), sizes, strict=True)
        )
    )


def _chart(figures: Figures, width: int, height: int, signs: Signs) -> list[Line]:
    invalid = {number for number, row in enumerate(figures.rows) if row.invalid}
    if figures.generator.complaint:
        invalid.add(len(figures.rows) - 1)
    return columns(figures.points, width, height, signs, frozenset(invalid))


def _low(figures: Figures, width: int, height: int, signs: Signs) -> list[Row]:
    """The steps; and the generator, conditions and errors."""
    right = 44 if width >= _WIDE else 36
    inner = height - 2
    steps = tables.steps(figures.rows, width - right - _BORDER, inner, signs)
    state = tables.generator(figures, right - _BORDER, signs)
    verdicts = tables.verdicts(figures, signs)
    if len(state) + len(verdicts) + min(3, len(figures.errors)) > inner:
        state = [tables.generator_in_short(figures, signs)]
    wrong = tables.errors(figures, max(1, inner - len(state) - len(verdicts)), signs)
    lines = [*state, *wrong, *verdicts] if figures.errors else [*state, *verdicts, *wrong]
    return beside(
        box(Line(("steps", FAINT)), steps, width - right, height, signs),
        box(Line(("generator, errors", FAINT)), lines, right, height, signs),
    )


def _lines(figures: Figures, width: int, height: int, signs: Signs) -> Sequence[Line]:
    """Without boxes, one below the other; the chart takes what is left."""
    bots = Line((f"{figures.live:,}", "bold"), f" of {figures.players:,} bots   ")
    above = [
        panels.state(figures, width, signs),
        panels.progress(figures, width, signs),
        bots.extend(panels.failed(figures, signs)),
        *panels.traffic(figures, width, 1, signs),
        *panels.latencies(figures, width, signs),
    ]
    banner = panels.banner(figures, width, signs)
    if banner is not None:
        above.insert(1, banner)
    below = [
        tables.generator_in_short(figures, signs),
        *tables.errors(figures, 1, signs),
        *tables.note(figures, signs),
        tables.keys(figures, width, signs),
    ]
    left = height - len(above) - len(below)
    steps = tables.steps(figures.rows, width, min(4, left - 4), signs) if left >= 7 else []
    chart = _chart(figures, width, left - len(steps), signs) if left - len(steps) >= 3 else []
    return [*above, *chart, *steps, *below]


def _few_lines(figures: Figures, width: int, height: int, signs: Signs) -> Sequence[Line]:
    """The most important first."""
    bots = Line((f"{figures.live}/{figures.players}", "bold"), " bots  ")
    p99 = [point.latencies[2] for point in figures.points]
    banner = panels.banner(figures, width, signs)
    lines = [
        panels.state(figures, width, signs),
        *([banner] if banner is not None else []),
        panels.latencies_in_short(figures, signs),
        bots.extend(panels.failed(figures, signs)),
        panels.traffic_in_short(figures, signs),
        tables.generator_in_short(figures, signs),
        *tables.errors(figures, 1, signs),
        Line(("p99 ", FAINT), (sparkline(p99, width - 4, signs), PURPLE)),
        *tables.steps(figures.rows, width, height - 9, signs),
    ]
    return [*lines[: height - 1], tables.keys(figures, width, signs)]
