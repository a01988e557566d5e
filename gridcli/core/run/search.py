"""The capacity search: which sizes to try, and when the number is known well enough.

No I/O, no clock, no chance: the same outcomes give the same trials. Not here: what the outcomes
say of the number (`gridcli.core.run.knee`), running them.
"""

import math
from collections import Counter

from .capacity import Capacity, Censored, Trial, row_above, row_below
from .knee import Knee, find_knee

_NEAREST, _FARTHEST = 0.01, 0.08
"""How far from the median trials are made, in log(players): far enough for the slope, near enough
for the curve to be a line."""
_VAGUE = 0.3
"""Spread of log(capacity) from which on the median itself is tried: halving comes first."""
_NEARBY = 0.1
"""Trials so near to the number, as a share of it, are its repeats."""
_CLOSE = 1.05
"""A generator that gives up at so many times a size need not be asked for more."""
_OFTEN = 3
"""So many trials that all held at the largest size there is are enough."""


class Search:
    """A state machine: run `next_trial()`, `record` what came of it, until there is none.

    It climbs by a factor until one size has failed twice: an odd trial alone ends nothing. From
    then on it tries a little below and a little above the posterior's median (as QUEST does at it:
    Watson and Pelli 1983): bisection while little is known, repeats near the knee later.

    Args:
        start: the first size.
        most: the largest size to try.
        least: the smallest.
        growth: the factor of the climb.
        resolution: half the width, as a share, that the 95 % interval is to have at most.
        repeats: how many trials near the number it takes to believe it.
        most_trials: where to stop in any case; with fewer than about 20 the number is rough.
    """

    def __init__(
        self,
        start: int,
        most: int,
        *,
        least: int = 1,
        growth: float = 2.0,
        resolution: float = 0.02,
        repeats: int = 6,
        most_trials: int = 25,
    ) -> None:
        if not 1 <= least <= start <= most:
            raise ValueError("sizes must be 1 <= least <= start <= most")
        if growth <= 1 or resolution <= 0 or repeats < 1 or most_trials < 1:
            raise ValueError("growth must be above 1, the rest above 0")
        self._start, self._least, self._most = start, least, most
        self._growth, self._resolution = growth, resolution
        self._repeats, self._most_trials = repeats, most_trials
        self._trials: list[Trial] = []
        self._climbing = True
        self._ceiling = 0
        """The smallest size that was too much for the generator twice; 0 while there is none."""
        self._knee: Knee | None = None

    def record(self, players: int, held: bool | None, margin: float | None = None) -> None:
        """Take in what came of a trial; the arguments are a `Trial`'s."""
        if players < 1:
            raise ValueError("a trial has at least one player")
        self._trials.append(Trial(players, held, margin))
        self._knee = None
        beyond = players > max(self._sizes(True), default=0)
        if held is None and beyond and self._sizes(None)[players] >= 2:
            self._ceiling = min(players, self._ceiling or players)

    def next_trial(self) -> int | None:
        """How many players to try next; None when the search has ended."""
        if len(self._trials) >= self._most_trials:
            return None
        if not self._trials:
            return self._start
        last = self._trials[-1]
        if last.held is None and self._sizes(None)[last.players] < 2:
            return last.players
        if not self._sizes(True):
            return self._down()
        if self._climbing and (size := self._up()) is not None:
            return size
        self._climbing = False
        return None if self._known_well() else self._near_the_knee()

    def result(self) -> Capacity:
        """What the trials so far come to. Raises `ValueError` before there is one."""
        if not self._trials:
            raise ValueError("no trial was made")
        trials, reached = tuple(self._trials), self._reached()
        held, failed = self._sizes(True), self._sizes(False)
        if held and not failed:
            # The trials may have run out during the climb.
            reached = min(reached, max(held))
        if not held and not failed:
            return Capacity(0, 0, None, trials, None, None, "generator")
        knee = self._find()
        players, low, high = _whole(knee.median), _whole(knee.low), _whole(knee.high)
        censored: Censored = ""
        if not held or players < self._least:
            players, low, censored = 0, 0, "least"
        elif players >= reached:
            players, censored = reached, "generator" if self._ceiling else "most"
        return Capacity(
            players,
            min(low, players),
            None if censored in ("generator", "most") else max(high, players),
            trials,
            row_below(trials, players),
            row_above(trials, players),
            censored,
        )

    def _sizes(self, held: bool | None) -> Counter[int]:
        """How often each size came out so."""
        return Counter(trial.players for trial in self._trials if trial.held is held)

    def _reached(self) -> int:
        """The largest size that the generator lets one try: `most`, where it sets no limit."""
        if not self._ceiling:
            return self._most
        known = (trial.players for trial in self._trials if trial.held is not None)
        return max((size for size in known if size < self._ceiling), default=0)

    def _down(self) -> int | None:
        """The next size while nothing has held; None when there is nothing smaller."""
        failed = self._sizes(False)
        smallest = min([*failed, *([self._ceiling] if self._ceiling else [])])
        if failed[smallest] == 1 and smallest != self._ceiling:
            return smallest
        if smallest <= self._least:
            return None
        return max(self._least, int(smallest / self._growth**2))

    def _up(self) -> int | None:
        """The next size of the climb; None when it has come to its end."""
        top, failed = max(self._sizes(True)), self._sizes(False)
        above = min((size for size in failed if size > top), default=0)
        if above:
            return above if failed[above] == 1 else None
        if top >= self._most:
            return None
        size = min(self._most, max(top + 1, round(top * self._growth)))
        if not self._ceiling or size < self._ceiling:
            return size
        return self._towards_the_ceiling(top)

    def _towards_the_ceiling(self, size: int) -> int | None:
        """A size that the generator may still be able to make; None when that is close enough."""
        between = math.isqrt(size * self._ceiling)
        return between if size < between and size * _CLOSE < self._ceiling else None

    def _find(self) -> Knee:
        """The posterior of the trials so far."""
        if self._knee is None:
            top = max(self._sizes(True), default=0)
            above = min((size for size in self._sizes(False) if size > top), default=2 * top)
            guess = math.sqrt(top * above) if top else min(self._sizes(False)) / 2
            self._knee = find_knee(self._trials, self._least / 2, self._most * 2, guess)
        return self._knee

    def _known_well(self) -> bool:
        knee = self._find()
        if knee.high < math.log(self._least):
            return True
        reached = self._reached()
        if self._sizes(True)[reached] >= _OFTEN and not self._sizes(False)[reached]:
            return not self._ceiling or self._towards_the_ceiling(reached) is None
        # Where a tenth is less than a player, the sizes on either side are near.
        number = math.exp(knee.median)
        near = sum(
            trial.held is not None and abs(trial.players - number) <= max(1, _NEARBY * number)
            for trial in self._trials
        )
        return near >= self._repeats and (
            knee.high - knee.low <= 2 * self._resolution or _whole(knee.low) == _whole(knee.high)
        )

    def _near_the_knee(self) -> int:
        """A size beside the posterior's median, below and above in turns."""
        knee = self._find()
        off = 0.0 if knee.spread > _VAGUE else min(max(knee.spread / 2, _NEAREST), _FARTHEST)
        size = round(math.exp(knee.median + (off if len(self._trials) % 2 else -off)))
        # Far beyond what has held a server may break down rather than be slow.
        size = min(size, self._most, math.ceil(max(self._sizes(True)) * self._growth))
        if self._ceiling and size >= self._ceiling:
            size = self._towards_the_ceiling(self._reached()) or self._reached()
        return max(size, self._least)


def _whole(log_players: float) -> int:
    """The players that fit into a size."""
    return math.floor(math.exp(log_players) + 1e-6)
