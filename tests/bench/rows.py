"""Rows of results: one for each side and number of players, the median of its rounds.

Also what is read off the rows: where a side collapses, and the capacities. Not here: how they look
(`bench.table`, `bench.plot`).
"""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .measure import Result
from .sides import Side

COLLAPSED_MS = 1000.0
COLLAPSED_SEEN = 0.98

PLAYERS_MS = 100.0
"""The limit of p99 that the number of players held is told for."""

DELIVERIES_MS = 50.0
"""The limit of p99 that deliveries a second are told for."""

FINEST, FINEST_SHARE = 10, 0.05
"""A capacity is not looked for more closely than by so many players, or so large a share."""

RANKS = {"p50": 0.5, "p99": 0.99}


@dataclass
class Row:
    """What was measured of one side with so many players."""

    side: Side
    players: int
    results: list[Result] = field(default_factory=list)

    def median(self, value: Callable[[dict[str, Any]], float]) -> float:
        """The median over the rounds."""
        return statistics.median(value(result.generator) for result in self.results)

    def ms(self, percentile: str) -> float:
        """Move → seen, from intended times; infinite where too many moves were never seen."""
        rank = RANKS[percentile]

        def of(told: dict[str, Any]) -> float:
            ms: float | None = told["intended_ms"][percentile]
            return math.inf if ms is None or told["seen_share"] < rank else ms

        return self.median(of)

    def figure(self, name: str) -> float:
        """The median of a figure of the generator's."""
        return self.median(lambda told: told[name])

    @property
    def server_cpu(self) -> float | None:
        """Share of a core."""
        values = [r.server_cpu for r in self.results if r.server_cpu is not None]
        return statistics.median(values) if values else None

    @property
    def seen_share(self) -> float:
        """The least of all rounds: one loss is not outvoted."""
        return min(result.generator["seen_share"] for result in self.results)

    @property
    def all_seen(self) -> bool:
        """Whether every move was seen by everyone in every round."""
        return not any(result.generator["lost"] for result in self.results)

    @property
    def cost_us(self) -> float | None:
        """Server CPU for each delivery."""
        speed = self.figure("deliveries_per_s")
        return None if self.server_cpu is None or not speed else self.server_cpu * 1e6 / speed

    @property
    def saturated(self) -> bool:
        """Whether the generator was too slow in most rounds: the row is its own latency, then."""
        return 2 * sum(result.generator["saturated"] for result in self.results) >= len(
            self.results
        )

    @property
    def notes(self) -> list[str]:
        """What is to be said about the row."""
        told = [result.generator for result in self.results]

        def most(name: str) -> int:
            return int(max(one[name] for one in told))

        sampled = {
            name: max(one["sampled"][name] for one in told)
            for name in ("doubled", "out_of_order", "unexpected")
        }
        notes = [f"{count} {name.replace('_', ' ')}" for name, count in sampled.items() if count]
        for name, words in (
            ("connects_failed", "could not join"),
            ("disconnects", "disconnected"),
            ("extra", "too many"),
            ("gaps", "gaps in the ticks"),
        ):
            if most(name):
                notes.append(f"{most(name)} {words}")
        if most("differing") and self.all_seen:
            notes.append("receivers differ")
        if self.saturated:
            notes.append("generator too slow")
        return notes

    @property
    def collapsed(self) -> bool:
        """Whether more players need not be tried."""
        return self.ms("p99") > COLLAPSED_MS or self.seen_share < COLLAPSED_SEEN


def find(rows: Iterable[Row], side: Side, players: int) -> Row | None:
    """The row of a side with so many players."""
    return next((r for r in rows if r.side is side and r.players == players), None)


def _within(rows: Sequence[Row], side: Side, limit_ms: float) -> list[Row]:
    own = (row for row in rows if row.side is side)
    return [row for row in own if row.ms("p99") < limit_ms and row.all_seen]


def players_held(rows: Sequence[Row], side: Side, limit_ms: float = PLAYERS_MS) -> int | None:
    """Most players with p99 below the limit and every move seen by everyone."""
    return max((row.players for row in _within(rows, side, limit_ms)), default=None)


def deliveries_held(
    rows: Sequence[Row], side: Side, limit_ms: float = DELIVERIES_MS
) -> float | None:
    """Most deliveries a second with p99 below the limit and every move seen by everyone."""
    return max(
        (row.figure("deliveries_per_s") for row in _within(rows, side, limit_ms)), default=None
    )


def gap(rows: Sequence[Row], side: Side, limit_ms: float) -> int | None:
    """With how many players to look for the capacity next; None once it is known well enough."""
    held = players_held(rows, side, limit_ms)
    more = [row.players for row in rows if row.side is side and row.players > (held or 0)]
    if held is None or not more or min(more) - held <= max(FINEST, held * FINEST_SHARE):
        return None
    return round((held + min(more)) / 2 / FINEST) * FINEST
