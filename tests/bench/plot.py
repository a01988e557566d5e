"""The plot of the page: latency against players, both logarithmic, as a plain SVG.

Colours follow the reader's light or dark scheme, and each line is labelled where it ends. Not here:
the rows (`bench.rows`), the page (`bench.table`).
"""

import math
from collections.abc import Iterator, Sequence
from html import escape

from .rows import COLLAPSED_MS, Row
from .sides import SIDES, Side

WIDTH, HEIGHT = 860, 480
LEFT, RIGHT, TOP, BOTTOM = 64, 210, 48, 52
LABEL_GAP = 17.0

TICKS_X = (20, 50, 100, 200, 500, 1000, 2000, 4000, 8000)
TICKS_Y = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000, 10000)
AIM_MS = 100

# Blue, orange, green and violet that differ in lightness, too, and stand out on either ground.
_LIGHT = ("#0b63c5", "#b4550a", "#1d7f4a", "#7b3fb5")
_DARK = ("#6cb2ff", "#ffa657", "#5fd38d", "#c9a0ff")


def _style() -> str:
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
        ".halo{stroke-width:4;paint-order:stroke;stroke-linejoin:round}"
        + scheme("#ffffff", "#24292f", "#d8dee4", _LIGHT)
        + "@media (prefers-color-scheme:dark){"
        + scheme("#0d1117", "#d1d7de", "#30363d", _DARK)
        + "}"
    )


class _Scale:
    """From figures to places."""

    def __init__(self, rows: Sequence[Row]) -> None:
        players = [row.players for row in rows] or [20, 100]
        values = [ms for row in rows for p in ("p50", "p99") if math.isfinite(ms := row.ms(p))]
        values = values or [1.0, 100.0]
        self.low_x, self.high_x = min(players), max(max(players), min(players) * 2)
        # A whole decade at least, so that noise does not look like a mountain.
        self.low_y = max(t for t in (0.01, *TICKS_Y) if t <= max(min(values), 0.01))
        if any(math.isinf(row.ms("p99")) for row in rows):
            values.append(COLLAPSED_MS)
        self.high_y = min((t for t in TICKS_Y if t >= max(values)), default=TICKS_Y[-1])
        self.high_y = max(self.high_y, self.low_y * 10, AIM_MS)

    def x(self, players: float) -> float:
        span = math.log(self.high_x / self.low_x)
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(players / self.low_x) / span

    def y(self, ms: float) -> float:
        ms = min(max(ms, self.low_y), self.high_y)
        span = math.log(self.high_y / self.low_y)
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * math.log(ms / self.low_y) / span


def _axes(scale: _Scale) -> Iterator[str]:
    right, floor = WIDTH - RIGHT, HEIGHT - BOTTOM
    for ms in TICKS_Y:
        if scale.low_y <= ms <= scale.high_y:
            y = scale.y(ms)
            kind = "grid aim" if ms == AIM_MS else "grid"
            yield f'<line class="{kind}" x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{ms:,g}</text>'
    for players in TICKS_X:
        if scale.low_x <= players <= scale.high_x:
            x = scale.x(players)
            yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{floor}"/>'
            yield f'<text x="{x:.1f}" y="{floor + 18}" text-anchor="middle">{players}</text>'
    middle = (LEFT + right) / 2
    yield f'<text x="{middle}" y="{HEIGHT - 12}" text-anchor="middle">players in one room</text>'
    yield (
        f'<text class="title" x="{LEFT}" y="22">Move → seen, ms: p99 (thick) and p50 (thin)</text>'
    )


def _path(scale: _Scale, rows: Sequence[Row], percentile: str) -> list[tuple[float, float]]:
    # Where moves were lost for good, the line leaves the picture.
    return [(scale.x(row.players), scale.y(row.ms(percentile))) for row in rows]


def _lines(scale: _Scale, rows: Sequence[Row]) -> Iterator[str]:
    labels: list[tuple[float, float, int, Side]] = []
    for index, side in enumerate(SIDES):
        own = sorted((row for row in rows if row.side is side), key=lambda row: row.players)
        for percentile in ("p50", "p99"):
            points = _path(scale, own, percentile)
            if not points:
                continue
            path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
            yield f'<path class="{percentile} s{index}" d="{path}"/>'
            if percentile == "p99":
                for x, y in points:
                    yield f'<circle class="t{index}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
                labels.append((points[-1][1], points[-1][0], index, side))
    last_y = -LABEL_GAP
    for y, x, index, side in sorted(labels, key=lambda label: label[0]):
        last_y = max(y + 4, last_y + LABEL_GAP)
        yield (
            f'<text class="halo t{index}" x="{x + 9:.1f}" y="{last_y:.1f}">'
            f"{escape(side.label)}</text>"
        )


def plot(rows: Sequence[Row]) -> str:
    """The whole picture."""
    scale = _Scale(rows)
    said = "; ".join(
        f"{row.side.label}, {row.players} players: p99 {row.ms('p99')} ms" for row in rows
    )
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img">',
            "<title>Latency from a move to its being seen, against the number of players</title>",
            f"<desc>{escape(said)}</desc>",
            f"<style>{_style()}</style>",
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
            *_axes(scale),
            *_lines(scale, rows),
            "</svg>",
            "",
        ]
    )
