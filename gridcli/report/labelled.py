"""A plot for a page of text: latency against players of several servers, as an SVG of its own.

Both axes are logarithmic; each line is labelled where it ends, and its colours, which are those of
the report's page, follow the reader's light or dark scheme. Not here: the charts of that page
(`gridcli.report.draw`).
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from .svg import Markup, path, tag

WIDTH, HEIGHT = 860, 480
LEFT, RIGHT, TOP, BOTTOM = 64, 230, 48, 52
LABEL_GAP = 17.0

TICKS_X = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 4000, 8000)
TICKS_Y = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000)

Curve = Sequence[tuple[float, float]]
"""Players, and ms; infinite where too many moves were lost for there to be a figure."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The curves of one server."""

    label: str
    p50: Curve
    p99: Curve


def labelled_svg(title: str, lines: Sequence[Labelled], *, aim_ms: float, top_ms: float) -> str:
    """The whole picture.

    Args:
        title: what is plotted, for those who do not see it.
        lines: the servers, in the order of their colours.
        aim_ms: where a dashed line is drawn.
        top_ms: how high the picture reaches where a line leaves it.
    """
    scale = _Scale(lines, aim_ms, top_ms)
    said = "; ".join(
        f"{line.label}, {players:g} players: p99 {ms:.3g} ms"
        for line in lines
        for players, ms in line.p99
    )
    shapes = [
        tag("title", title),
        tag("desc", said),
        tag("style", Markup(_style())),
        tag("rect", class_="ground", width=WIDTH, height=HEIGHT),
        *_axes(scale, aim_ms),
        *_lines(scale, lines),
    ]
    return (
        tag(
            "svg",
            [Markup(f"\n{shape}") for shape in shapes] + [Markup("\n")],
            xmlns="http://www.w3.org/2000/svg",
            view_box=f"0 0 {WIDTH} {HEIGHT}",
            width=WIDTH,
            height=HEIGHT,
            role="img",
        )
        + "\n"
    )


@cache
def _colours() -> tuple[list[str], list[str]]:
    """The lines' colours on a light and on a dark ground."""
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    found = re.findall(r"--c\d: (#[0-9a-f]{6})", style)
    half = len(found) // 3  # light, dark, and dark once more where it is chosen by hand
    return found[:half], found[half : 2 * half]


def _style() -> str:
    light, dark = _colours()

    def scheme(ground: str, ink: str, faint: str, colours: Sequence[str]) -> str:
        lines = "".join(
            f".s{i}{{stroke:{colour}}}.t{i}{{fill:{colour}}}" for i, colour in enumerate(colours)
        )
        return (
            f".ground{{fill:{ground}}}text{{fill:{ink}}}.grid{{stroke:{faint}}}"
            f".halo{{stroke:{ground}}}{lines}"
        )

    return (
        "text{font:13px system-ui,sans-serif}.title{font-size:15px;font-weight:600}"
        ".grid{stroke-width:1}.aim{stroke-dasharray:5 4;stroke-width:1.5}"
        "path{fill:none}.p99{stroke-width:2.6}.p50{stroke-width:1.1;opacity:.75}"
        ".dash{stroke-dasharray:7 4}"
        ".halo{stroke-width:4;paint-order:stroke;stroke-linejoin:round}"
        + scheme("#ffffff", "#24292f", "#d8dee4", light)
        + "@media (prefers-color-scheme:dark){"
        + scheme("#0d1117", "#d1d7de", "#30363d", dark)
        + "}"
    )


def _look(index: int) -> tuple[int, str]:
    """A colour, and how the line is drawn: dashed, once the colours are used up."""
    many = len(_colours()[0])
    return index % many, " dash" if index >= many else ""


class _Scale:
    """From figures to places."""

    def __init__(self, lines: Sequence[Labelled], aim_ms: float, top_ms: float) -> None:
        points = [point for line in lines for curve in (line.p50, line.p99) for point in curve]
        players = [at for at, _ in points] or [20, 100]
        values = [ms for _, ms in points if math.isfinite(ms)] or [1.0, 100.0]
        self.low_x, self.high_x = min(players), max(max(players), min(players) * 2)
        # A whole decade at least, so that noise does not look like a mountain.
        self.low_y = max(t for t in (0.01, *TICKS_Y) if t <= max(min(values), 0.01))
        if any(math.isinf(ms) for _, ms in points):
            values.append(top_ms)
        self.high_y = min((t for t in TICKS_Y if t >= max(values)), default=TICKS_Y[-1])
        self.high_y = max(self.high_y, self.low_y * 10, aim_ms)

    def x(self, players: float) -> float:
        span = math.log(self.high_x / self.low_x)
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(players / self.low_x) / span

    def y(self, ms: float) -> float:
        ms = min(max(ms, self.low_y), self.high_y)
        span = math.log(self.high_y / self.low_y)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log(ms / self.low_y) / span

    def places(self, curve: Curve) -> list[tuple[float, float]]:
        # Where moves were lost for good, the line leaves the picture.
        return [(self.x(players), self.y(ms)) for players, ms in curve]


def _axes(scale: _Scale, aim_ms: float) -> Iterator[Markup]:
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    for ms in TICKS_Y:
        if scale.low_y <= ms <= scale.high_y:
            y = scale.y(ms)
            kind = "grid aim" if ms == aim_ms else "grid"
            yield tag("line", class_=kind, x1=LEFT, x2=right, y1=y, y2=y)
            yield tag("text", f"{ms:,g}", x=LEFT - 8, y=y + 4, text_anchor="end")
    for players in TICKS_X:
        if scale.low_x <= players <= scale.high_x:
            x = scale.x(players)
            yield tag("line", class_="grid", x1=x, x2=x, y1=TOP, y2=floor)
            yield tag("text", str(players), x=x, y=floor + 18, text_anchor="middle")
    middle = (LEFT + right) / 2
    yield tag("text", "players in one room", x=middle, y=HEIGHT - 12, text_anchor="middle")
    title = "Move → seen, ms: p99 (thick) and p50 (thin)"
    yield tag("text", title, class_="title", x=LEFT, y=22)


def _lines(scale: _Scale, lines: Sequence[Labelled]) -> Iterator[Markup]:
    labels: list[tuple[float, float, int, str]] = []
    for index, line in enumerate(lines):
        colour, dash = _look(index)
        for percentile, curve in (("p50", line.p50), ("p99", line.p99)):
            if len(curve) > 1:
                yield path(scale.places(curve), f"{percentile} s{colour}{dash}")
        places = scale.places(line.p99)
        for x, y in places:
            yield tag("circle", class_=f"t{colour}", cx=x, cy=y, r=3)
        if places:
            labels.append((places[-1][1], places[-1][0], colour, line.label))
    last_y = -LABEL_GAP
    for y, x, colour, label in sorted(labels):
        last_y = max(y + 4, last_y + LABEL_GAP)
        yield tag("text", label, class_=f"halo t{colour}", x=x + 9, y=last_y)
