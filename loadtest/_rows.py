"""Closed moves as rows of Locust's statistics, in bulk.

The row of every receiver counts deliveries, so its failure ratio is the true part of deliveries
lost; it alone counts in Locust's total, as the others look at the same deliveries again. Not
here: who saw what (`gridcli.core.ledger`), rounding (`loadtest._figures`).
"""

import time
from collections.abc import Callable, Iterable, Mapping

from locust.stats import RequestStats

from gridcli.core.latency import Latency
from gridcli.core.ledger import Move
from gridcli.core.run.seen import count_seen

from . import _figures
from ._live import Live

SEEN = "SEEN"
MOVE = "move"
"""What is seen in the game; in another application it is its event."""

_EVERY = "every receiver"
_ROWS = {
    "every": _EVERY,
    "from_send": "every receiver, from its actual send",
    "first": "first receiver",
    "median": "median receiver",
    "last": "last receiver",
}


Observe = Callable[[str, Latency, Mapping[float, int]], None]
"""Takes the samples of a metric (see `gridcli.core.run.seen`), and as Locust rounds them in ms."""


def add_moves(
    stats: RequestStats,
    live: Live,
    moves: Iterable[Move],
    began_s: float,
    observe: Observe | None = None,
    what: str = MOVE,
) -> None:
    """Add moves that were closed.

    Args:
        stats: Locust's, of this process.
        live: the seconds of the live tab.
        moves: those that were closed, each once.
        began_s: when the test began, as the moves' times.
        observe: whoever else wants the samples.
        what: what is seen.
    """
    to_wall_s = time.time() - time.monotonic()
    by_second: dict[int, list[Move]] = {}
    for move in moves:
        by_second.setdefault(int(move.intended_s - began_s), []).append(move)
    for second, group in by_second.items():
        lost = _add_lost(stats, group, _name(what, _EVERY))
        wall = int(group[0].intended_s + to_wall_s)
        counted = count_seen(group)
        for metric, row in _ROWS.items():
            name = _name(what, row)
            latency = Latency()
            if metric in counted:
                latency.take(counted[metric])
            every = row == _EVERY
            counts = _figures.add(
                *(stats, SEEN, name, latency, wall), failed=lost if every else 0, in_total=every
            )
            if every:
                live.add(second, counts, lost)
            if observe is not None:
                observe(metric, latency, counts)


def _name(what: str, row: str) -> str:
    return f"{what} -> seen: {row}"


def _add_lost(stats: RequestStats, moves: Iterable[Move], name: str) -> int:
    lost = 0
    for move in moves:
        if move.lost > 0:
            lost += move.lost
            text = f"lost: {move.lost} of {move.owed} receivers"
            _figures.add_error(stats, SEEN, name, text, move.lost)
    return lost
