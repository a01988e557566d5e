"""Scales: from figures to places, and where their ticks stand. Numbers only.

The page and the terminal both draw by them. Not here: drawing (`gridcli.report.draw`,
`gridcli.report.terminal`).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_WIDE = 20.0
"""From this ratio of the largest to the smallest value on, small ones are not seen beside large
ones on a linear axis."""
_AIR = 1.04
"""A line along the very edge would be cut in half."""
_LEAST, _MOST = 1e-6, 1e12
"""Beyond these nothing is measured, and an axis need not reach."""
_ROUND = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear or logarithmic axis from `low` to `high`, drawn from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value; one beyond the axis is put at its end."""
        value = min(max(value, self.low), self.high)
        if self.log:
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def ticks(self, gap: float) -> list[float]:
        """Round values on the axis that are at least `gap` apart as drawn."""
        room = max(1, int(abs(self.end - self.start) / gap))
        if self.log:
            return self._log_ticks(room)
        # One size below the safe one often still fits, since the axis need not end at a tick.
        safe = _round_up((self.high - self.low) / room)
        finer = _round_up(safe / 2.51)
        ticks = self._multiples(finer)
        return ticks if len(ticks) <= room + 1 else self._multiples(safe)

    def _multiples(self, step: float) -> list[float]:
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [n * step for n in range(first, last + 1)]

    def _log_ticks(self, room: int) -> list[float]:
        low, high = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        for within in ((1, 2, 5), (1, 3), (1,)):
            ticks = [d * 10.0**e for e in range(low, high + 1) for d in within]
            ticks = [t for t in ticks if self.low * 0.999 <= t <= self.high * 1.001]
            if len(ticks) <= room + 1:
                return ticks
        return ticks[:: math.ceil(len(ticks) / (room + 1))]


def _round_up(value: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is not below a value."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(d for d in _ROUND if d * power >= value * (1 - 1e-9)) * power


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(d for d in _ROUND if d * power <= value * (1 + 1e-9)) * power


def value_scale(values: Iterable[float | None], start: float, end: float) -> Scale:
    """An axis for measured values: from 0, or logarithmic where they are far apart."""
    known = [v for v in values if v is not None and _LEAST <= v < _MOST]
    if not known:
        return Scale(0.0, 1.0, start, end)
    least, most = min(known), max(known) * _AIR
    if most / least > _WIDE:
        return Scale(_round_down(least), _round_up(most), start, end, log=True)
    step = _round_up(most) / 10
    return Scale(0.0, math.ceil(most / step - 1e-9) * step, start, end)


def size_scale(sizes: Sequence[float], start: float, end: float) -> Scale:
    """An axis for numbers of players, a little wider than they are."""
    known = [min(size, _MOST) for size in sizes if size >= 1] or [1.0]
    least, most = min(known), max(known)
    if most / least > 5:
        air = (most / least) ** 0.04
        return Scale(least / air, most * air, start, end, log=True)
    air = (most - least) * 0.05 or max(1.0, least * 0.1)
    return Scale(max(0.0, least - air), most + air, start, end)


def thin(values: Iterable[float], scale: Scale, gap: float) -> list[float]:
    """Those of some values that are at least `gap` apart as drawn, the last one among them."""
    kept: list[float] = []
    for value in sorted(set(values), reverse=True):
        if not kept or abs(scale(kept[-1]) - scale(value)) >= gap:
            kept.append(value)
    return kept[::-1]
