"""What a capacity search is told, a `Trial`, and what it comes to, a `Capacity`.

Not here: how the one becomes the other (`gridcli.core.run.knee`, `gridcli.core.run.search`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Censored = Literal["", "least", "most", "generator"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One run at one size."""

    players: int
    held: bool | None
    """Whether the objective held; None where the generator was at its limit and nothing is known
    of the server."""
    margin: float | None = None
    """Of the figure that came closest to its limit: observed / limit. None where there is none."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """The largest number of players at which the objective holds, as far as it is known."""

    players: int
    low: int
    """The 95 % interval, both ends included."""
    high: int | None
    """None where nothing bounds it from above."""
    trials: tuple[Trial, ...]
    """In the order in which they were made."""
    row_below: int | None
    """Which trial held at the largest size up to `players`, by its index."""
    row_above: int | None
    """Which trial failed at the smallest size above `players`, by its index."""
    censored: Censored = ""
    """Why the number is only a bound: nothing held down to the `least` size (`players` is 0),
    everything held up to the `most` that was tried, or to the limit of the `generator`."""


def row_below(trials: Sequence[Trial], players: int) -> int | None:
    """The last of the largest trials up to a size that held."""
    rows = [(t.players, i) for i, t in enumerate(trials) if t.held and t.players <= players]
    return max(rows)[1] if rows else None


def row_above(trials: Sequence[Trial], players: int) -> int | None:
    """The last of the smallest trials above a size that failed."""
    rows = [
        (t.players, -i) for i, t in enumerate(trials) if t.held is False and t.players > players
    ]
    return -min(rows)[1] if rows else None
