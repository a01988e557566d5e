"""Did a run get worse than another, and is it more than chance?

All receivers of a move share its fate, and moves of one second share the server's state, so samples
are not independent of each other; seconds nearly are. What is resampled is therefore seconds, in
blocks of some that follow on each other, longer where neighbours are alike (the circular block
bootstrap of Politis and Romano, 1992; lengths by Carlstein, 1986), hundreds of times for each run.
The spread of log(B / A) over the replicas gives an interval; it is taken at Student's t for as many
blocks as there are, because few seconds tell little of their own spread. The error of all steps and
judged figures together is held by Bonferroni's rule. Not here: reading files and printing
(`gridcli.report.compare`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .model import Run, Second, Step
from .student import t_quantile

REPLICAS = 400
LEAST_SECONDS = 5
"""With fewer seconds on either side nothing can be told."""
SEED = 1992
"""The same two files give the same answer."""
SHOWN = (50.0, 90.0, 99.0, 99.9)
JUDGED = (50.0, 99.0)
"""Percentiles of move → seen that decide; each one more would cost the others power."""

_LEAST_ALIKE, _MOST_ALIKE = 0.3, 0.9
"""The correlation of neighbouring seconds is taken to be no less, as load goes in waves."""

Word = Literal["worse", "better", "same", "can't tell"]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rules:
    """When a change counts: it is significant, and large enough to matter."""

    error: float = 0.05
    """The chance that a comparison of equals finds anything worse."""
    min_change: float = 0.05
    """As a part of the old figure."""
    min_ms: float = 0.5
    min_lost: float = 1e-4
    """As a part of the deliveries owed."""


DEFAULT_RULES = Rules()


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of one step in both runs: in ms, or of "lost" as a part of what was owed."""

    players: int
    figure: str
    before: float | None
    after: float | None
    change: float | None
    """As a part of `before`; of "lost" the difference."""
    low: float | None
    """With `high`, the interval of the change."""
    high: float | None
    word: Word
    judged: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed. `skipped` are steps that were not compared, and why."""

    changes: tuple[Change, ...]
    skipped: tuple[str, ...]

    @property
    def regressions(self) -> tuple[Change, ...]:
        """What got worse."""
        return tuple(each for each in self.changes if each.judged and each.word == "worse")


def compare(before: Run, after: Run, rules: Rules = DEFAULT_RULES) -> Comparison:
    """Compare the steps that both runs have: those of the same number of players, in order."""
    pairs, skipped = _matched(before.steps, after.steps)
    tests = max(1, len(pairs) * (len(JUDGED) + 1))
    rng = np.random.default_rng(SEED)
    changes: list[Change] = []
    for old, new in pairs:
        changes += _latencies(old, new, rules, tests, rng)
        changes.append(_lost(old, new, rules, tests, rng))
    return Comparison(tuple(changes), tuple(skipped))


def _matched(
    before: Sequence[Step], after: Sequence[Step]
) -> tuple[list[tuple[Step, Step]], list[str]]:
    left, pairs, skipped = list(after), [], []
    for old in before:
        new = next((step for step in left if step.players == old.players), None)
        if new is None:
            skipped.append(f"{old.players} players: only in the first run")
            continue
        left.remove(new)
        reason = old.invalid or new.invalid
        if reason:
            which = "first" if old.invalid else "second"
            skipped.append(f"{old.players} players: INVALID in the {which} run ({reason})")
        else:
            pairs.append((old, new))
    skipped += [f"{new.players} players: only in the second run" for new in left]
    return pairs, skipped


def _latencies(
    old: Step, new: Step, rules: Rules, tests: int, rng: np.random.Generator
) -> list[Change]:
    sides = [_Histograms(step.seconds) for step in (old, new)]
    enough = min(side.seconds for side in sides) >= LEAST_SECONDS
    replicas = [side.replicas(rng) if enough else None for side in sides]
    changes = []
    for percent in SHOWN:
        a, b = (step.seen.every.percentile_ms(percent) for step in (old, new))
        change = low = high = None
        word: Word = "can't tell"
        if a and b:
            change = b / a - 1
        if a and b and replicas[0] is not None and replicas[1] is not None:
            spread = [
                np.log(side.percentile(replica, percent))
                for side, replica in zip(sides, replicas, strict=True)
                if replica is not None
            ]
            error = _error(spread[1] - spread[0], sides, rules, tests)
            low, high = (math.exp(math.log(b / a) + sign * error) - 1 for sign in (-1, 1))
            large = abs(b / a - 1) >= rules.min_change and abs(b - a) >= rules.min_ms
            word = _word(low, high, large=large)
        judged = percent in JUDGED
        changes.append(Change(old.players, f"p{percent:g}", a, b, change, low, high, word, judged))
    return changes


def _lost(old: Step, new: Step, rules: Rules, tests: int, rng: np.random.Generator) -> Change:
    shares = [s.counts.lost / s.counts.owed if s.counts.owed else None for s in (old, new)]
    a, b = shares
    if a is None or b is None:
        return Change(old.players, "lost", a, b, None, None, None, "can't tell", True)
    sides = [_Sums(step.seconds) for step in (old, new)]
    if min(side.seconds for side in sides) < LEAST_SECONDS:
        return Change(old.players, "lost", a, b, b - a, None, None, "can't tell", True)
    spread = sides[1].shares(rng) - sides[0].shares(rng)
    error = _error(spread, sides, rules, tests)
    low, high = b - a - error, b - a + error
    word = _word(low, high, large=abs(b - a) >= rules.min_lost)
    return Change(old.players, "lost", a, b, b - a, low, high, word, True)


def _word(low: float, high: float, *, large: bool) -> Word:
    if low > 0 and large:
        return "worse"
    if high < 0 and large:
        return "better"
    return "same"


def _block_length(values: NDArray[np.float64]) -> int:
    """How many seconds belong together, by how much each is like the one before."""
    count = len(values)
    deviations = values - values.mean() if count else values
    squares = float(deviations @ deviations)
    alike = float(deviations[1:] @ deviations[:-1]) / squares if squares > 0 else 0.0
    # Few seconds look less alike than they are.
    alike = min(max(alike + 1 / max(count, 1), _LEAST_ALIKE), _MOST_ALIKE)
    length = (2 * alike / (1 - alike**2)) ** (2 / 3) * count ** (1 / 3)
    return int(max(1, min(round(length), count // 3)))


class _Blocks:
    """The seconds of one step, and how they are drawn again."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        self.seconds = len(values)
        self.length = _block_length(values)
        self.blocks = self.seconds / self.length

    def weights(self, rng: np.random.Generator) -> Matrix:
        """How often each second is drawn in each replica: REPLICAS × seconds."""
        count = math.ceil(self.blocks)
        starts = rng.integers(0, self.seconds, (REPLICAS, count, 1))
        drawn = (starts + np.arange(self.length)) % self.seconds
        drawn = drawn.reshape(REPLICAS, -1)[:, : self.seconds]
        weights = np.zeros((REPLICAS, self.seconds))
        np.add.at(weights, (np.arange(REPLICAS)[:, None], drawn), 1)
        return weights


class _Histograms(_Blocks):
    """The move → seen of each second, in the buckets that occur."""

    def __init__(self, seconds: Sequence[Second]) -> None:
        bins = [second.every.bins() for second in seconds if len(second.every)]
        means = [float(np.average(ends, weights=counts)) for ends, counts in bins]
        super().__init__(np.log(np.array(means)))
        self._ends = np.array(sorted({end for ends, _ in bins for end in ends}))
        self._counts = np.zeros((len(bins), len(self._ends)))
        for row, (ends, counts) in zip(self._counts, bins, strict=True):
            row[np.searchsorted(self._ends, ends)] = counts

    def replicas(self, rng: np.random.Generator) -> Matrix:
        """Cumulative counts of each replica: REPLICAS × buckets."""
        return np.cumsum(self.weights(rng) @ self._counts, axis=1)

    def percentile(self, replicas: Matrix, percent: float) -> Matrix:
        """The percentile of each replica, in ms."""
        ranks = np.ceil(percent / 100 * replicas[:, -1:] - 1e-6)
        places: Matrix = self._ends[np.argmax(replicas >= ranks, axis=1)]
        return places


class _Sums(_Blocks):
    """What was owed and lost in each second."""

    def __init__(self, seconds: Sequence[Second]) -> None:
        owed = [second for second in seconds if second.owed]
        self._owed = np.array([second.owed for second in owed], float)
        self._lost = np.array([second.lost for second in owed], float)
        super().__init__(self._lost)

    def shares(self, rng: np.random.Generator) -> Matrix:
        """The part that was lost, of each replica."""
        weights = self.weights(rng)
        shares: Matrix = (weights @ self._lost) / (weights @ self._owed)
        return shares


def _error(spread: Matrix, sides: Sequence[_Blocks], rules: Rules, tests: int) -> float:
    """Half the width of the interval of a difference that is spread so over the replicas."""
    blocks = sum(side.blocks for side in sides)
    freedom = max(2.0, blocks - 2)
    # A bootstrap knows only the spread of what there is: too small by (n - 1) / n of n blocks.
    correction = math.sqrt(blocks / freedom)
    return t_quantile(1 - rules.error / tests, freedom) * correction * float(spread.std())
