"""The plot of the page: latency against players, both logarithmic.

Not here: the rows (`bench.rows`), the page (`bench.table`), drawing (`gridcli.report.labelled`).
"""

from collections.abc import Sequence

from gridcli.report.labelled import Labelled, labelled_svg

from .rows import COLLAPSED_MS, PLAYERS_MS, Row
from .sides import SIDES, Side


def _curve(rows: Sequence[Row], side: Side, percentile: str) -> list[tuple[float, float]]:
    own = sorted((row for row in rows if row.side is side), key=lambda row: row.players)
    return [(row.players, row.ms(percentile)) for row in own]


def plot(rows: Sequence[Row]) -> str:
    """The whole picture."""
    return labelled_svg(
        "Latency from a move to its being seen, against the number of players",
        [Labelled(s.label, _curve(rows, s, "p50"), _curve(rows, s, "p99")) for s in SIDES],
        aim_ms=PLAYERS_MS,
        top_ms=COLLAPSED_MS,
    )
