"""What chance makes of a figure: the seconds of two runs, drawn again and dealt out anew.

All receivers of a move share its fate, and moves of one second share the server's state, so
seconds are drawn, not samples. *How far off is the figure?* Each run's seconds are drawn again in
blocks (circular block bootstrap: Politis and Romano, 1992). *Do a few seconds make the difference?*
The seconds of both runs are shuffled and dealt out (permutation test): one freeze in one of two
equal runs moves p99 at will, and no bootstrap of the run without it can know.
Not here: which figures are judged, and by how much they must differ (`gridcli.core.run.compare`).
"""

import math
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from .model import Second

Array = NDArray[np.float64]

REPLICAS = 1000
_SHUFFLES, _MOST_SHUFFLES = 2000, 100_000
_AT_ONCE = 2000
_MOST_UNITS = 240
"""Of longer runs some seconds are taken together: each replica looks at all of them."""
_MOST_ALIKE = 0.9


class Figure(Protocol):
    """A number that any choice of seconds has, on a scale on which differences are compared."""

    def of(self, weights: Array, rows: slice) -> Array:
        """The figure of each replica; `weights` says how often each second of `rows` is in it."""

    def pull(self, rows: slice) -> Array:
        """How much each second raises the figure of all of them, up to a factor."""


class Seconds:
    """The seconds of two runs, those of the second after those of the first.

    Attributes:
        before: the rows of the first run.
        after: the rows of the second.
    """

    def __init__(self, before: Sequence[Second], after: Sequence[Second]) -> None:
        sides = [[s for s in side if s.owed or len(s.every)] for side in (before, after)]
        self.counts = [len(side) for side in sides]
        together = max(1, math.ceil(max(self.counts) / _MOST_UNITS))
        units = [side[n : n + together] for side in sides for n in range(0, len(side), together)]
        first = math.ceil(len(sides[0]) / together)
        self.before, self.after = slice(0, first), slice(first, len(units))
        self.rows = len(units)
        self.owed = np.array([sum(s.owed for s in unit) for unit in units], float)
        self.lost = np.array([sum(s.lost for s in unit) for unit in units], float)
        bins = [[s.every.bins() for s in unit] for unit in units]
        self.ends_ms = np.unique([end for unit in bins for ends, _ in unit for end in ends])
        counted = np.zeros((len(units), len(self.ends_ms)))
        for row, unit in zip(counted, bins, strict=True):
            for ends, counts in unit:
                row[np.searchsorted(self.ends_ms, ends)] += counts
        self.upto: Array = np.cumsum(counted, axis=1).T.copy()
        """How many samples of each second are in a bucket or below it: buckets × seconds."""
        self.samples = counted.sum(axis=1)
        self.sums_ms: Array = counted @ self.ends_ms


class Percentile:
    """log(percentile)."""

    def __init__(self, seconds: Seconds, percent: float) -> None:
        self._upto, self._share = seconds.upto, percent / 100
        self._logs = np.log(seconds.ends_ms)

    def of(self, weights: Array, rows: slice) -> Array:
        """See `Figure`; by bisection, so that no replica's whole distribution is ever made."""
        logs: Array = self._logs[self._places(weights, rows)]
        return logs

    def pull(self, rows: slice) -> Array:
        """See `Figure`."""
        upto = self._upto[:, rows]
        place = self._places(np.ones((1, upto.shape[1])), rows)[0]
        # The bucket itself counts by half: it may hold all that there is beyond, or below.
        below = upto[place - 1] if place else 0.0
        pull: Array = self._share * upto[-1] - (below + upto[place]) / 2
        return pull

    def _places(self, weights: Array, rows: slice) -> NDArray[np.intp]:
        upto = self._upto[:, rows]
        ranks = np.maximum(np.ceil(self._share * (weights @ upto[-1]) - 1e-6), 1)
        low, high = np.full(len(weights), -1), np.full(len(weights), len(upto) - 1)
        while (high - low).max() > 1:
            middle = (low + high) // 2
            reached = np.einsum("rs,rs->r", weights, upto[middle]) >= ranks
            reached &= middle >= 0
            high, low = np.where(reached, middle, high), np.where(reached, low, middle)
        return high


class Ratio:
    """One sum over seconds divided by another; its logarithm where asked."""

    def __init__(self, parts: Array, wholes: Array, *, log: bool) -> None:
        self._parts, self._wholes, self._log = parts, wholes, log

    def of(self, weights: Array, rows: slice) -> Array:
        """See `Figure`."""
        ratios: Array = (weights @ self._parts[rows]) / np.maximum(weights @ self._wholes[rows], 1)
        return np.log(np.maximum(ratios, 1e-9)) if self._log else ratios

    def pull(self, rows: slice) -> Array:
        """See `Figure`."""
        parts, wholes = self._parts[rows], self._wholes[rows]
        pull: Array = parts - parts.sum() / max(wholes.sum(), 1.0) * wholes
        return pull


def difference(figure: Figure, seconds: Seconds) -> float:
    """The figure of the second run, less that of the first."""
    sides = [
        float(figure.of(np.ones((1, rows.stop - rows.start)), rows)[0])
        for rows in (seconds.after, seconds.before)
    ]
    return sides[0] - sides[1]


class Spread:
    """How far off a difference may be, by the runs' own seconds.

    Attributes:
        error: its standard error.
        freedom: degrees of freedom of the error: of as many blocks as there are.
        waves: how many times as large the error is as if seconds knew nothing of each other.
    """

    def __init__(
        self, figure: Figure, seconds: Seconds, steady: float, rng: np.random.Generator
    ) -> None:
        sides = (seconds.before, seconds.after)
        first, decay = alike([figure.pull(rows) for rows in sides]), steady
        variance = blocks = 0.0
        for rows in sides:
            count = rows.stop - rows.start
            length = max(1, round(count ** (1 / 3)))
            drawn = figure.of(_blocks(count, length, rng), rows)
            parts = count / length
            # Few blocks show too little of their own spread, and no block longer waves than itself.
            missing = parts / (parts - 1) * _waves(first, decay, count, length)
            variance += float(drawn.var()) * missing
            blocks += parts
        self.error = math.sqrt(variance)
        self.freedom = max(3.0, blocks - 2)
        self.waves = math.sqrt(_waves(first, decay, seconds.rows // 2, 1))


def alike(pulls: Sequence[Array]) -> float:
    """The correlation of seconds with the next one, at least 0."""
    pulls = [pull - pull.mean() for pull in pulls]
    squares = sum(float(pull @ pull) for pull in pulls)
    products = sum(float(pull[1:] @ pull[:-1]) for pull in pulls)
    found = products / squares if squares > 0 else 0.0
    # Few seconds look less alike than they are (Kendall, 1954).
    found += (1 + 3 * found) * len(pulls) / sum(map(len, pulls))
    return min(max(found, 0.0), _MOST_ALIKE)


def chance(
    figure: Figure,
    seconds: Seconds,
    way: float,
    stretch: float,
    level: float,
    rng: np.random.Generator,
) -> float:
    """How often seconds dealt out anew pull as hard, in the same direction.

    What is compared is how the second run's seconds pull at the figure of both together, not the
    figure of each deal: where runs have nothing in common the median of a deal is either run's.

    Args:
        way: above 0 where the second run's figure is the larger one, else below.
        stretch: by how much more than dealt-out seconds runs differ.
        level: how small a chance must be to be told from 0.
    """
    wanted = min(max(_SHUFFLES, math.ceil(20 / level)), _MOST_SHUFFLES)
    first = seconds.before.stop
    pull = figure.pull(slice(0, seconds.rows)) * math.copysign(1, way)
    pull -= pull.mean()
    observed = float(pull[first:].sum())
    as_far = done = 0
    while done < wanted:
        order = rng.random((min(_AT_ONCE, wanted - done), seconds.rows)).argsort(axis=1)
        found = (order >= first) @ pull
        as_far += int((stretch * found >= observed * (1 - 1e-9)).sum())
        done += len(order)
    return (as_far + 1) / (done + 1)


def _blocks(count: int, length: int, rng: np.random.Generator) -> Array:
    """How often each second is drawn in each replica: replicas × seconds."""
    starts = rng.integers(0, count, (REPLICAS, math.ceil(count / length), 1))
    drawn = ((starts + np.arange(length)) % count).reshape(REPLICAS, -1)[:, :count]
    places = (drawn + count * np.arange(REPLICAS)[:, None]).ravel()
    return np.bincount(places, minlength=REPLICAS * count).reshape(REPLICAS, count).astype(float)


def _waves(first: float, decay: float, count: int, length: int) -> float:
    """How much larger the variance of a sum is than blocks of a length show.

    By an AR(1) process that is seen through noise: the first correlation is what the figure's own
    seconds have, and it decays as that of the steadiest figure does.
    """
    decay = max(first, decay)

    def up_to(most: int) -> float:
        lags = np.arange(1, most)
        return 1 + 2 * first * float(((1 - lags / most) * decay ** (lags - 1.0)).sum())

    return up_to(max(count, length)) / up_to(length)
