"""Where a server's knee is, from noisy trials: a posterior of the capacity.

The capacity is the size at which the objective holds in half of the trials. Yes or no alone says
little; how near a figure came to its limit says most of what a trial has to tell. Not here: which
sizes to try (`gridcli.core.run.search`).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .capacity import Trial

_Array = NDArray[np.float64]

_WRONG = 0.02
"""The share of trials that hold, and that fail, for reasons other than the players."""
_NEAR = 0.25
"""How far from the capacity, in log(players), the curve is still taken for a line."""
_CLIP = 0.7
"""How far from the limit, in log(margin), a margin still counts by its size."""
_SLOPES = np.geomspace(1.0, 64.0, 7)[:, None]
_NOISES = np.geomspace(0.02, 0.6, 6)
_CELLS = np.sinh(np.linspace(-6.0, 6.0, 61)) / np.sinh(6.0)
"""From -1 to 1, two hundred times as dense around 0 as at the ends."""
_QUANTILES = (0.025, 0.16, 0.5, 0.84, 0.975)


@dataclass(frozen=True, slots=True)
class Knee:
    """The posterior of log(capacity): its median, the 95 % interval, half the middle 68 %."""

    median: float
    low: float
    high: float
    spread: float


def find_knee(trials: Sequence[Trial], low: float, high: float, guess: float) -> Knee:
    """The knee somewhere between two sizes, every ratio being as likely as any other beforehand.

    Near the knee log(observed / limit) is taken for a line in log(players) that crosses 0 at the
    capacity. Student's t with 4 degrees of freedom keeps odd trials from bending it (Lange, Little
    and Taylor 1989). Far from the knee, or without a margin, a trial says only on which side the
    line is (Tobin 1958), and a small share comes out wrong whatever the size (Wichmann and Hill
    2001). Slope and noise are not known, so they are summed over (Kontsevich and Tyler 1999).

    Args:
        trials: at least one of which the outcome is known.
        low: the smallest capacity thought of; above 0.
        high: the largest.
        guess: where to look first, in players.
    """
    known = [trial for trial in trials if trial.held is not None]
    sizes = np.array([math.log(trial.players) for trial in known])
    held = np.array([bool(trial.held) for trial in known])
    margins = _usable_margins(known)
    first, last = math.log(low), math.log(high)
    centre = min(max(math.log(guess), first), last)
    # The cells are dense, and the line is believed, around a centre that has to be found first.
    for _ in range(4):
        cells = np.clip(centre + _CELLS * (last - first), first, last)
        near = (np.abs(sizes - centre) <= _NEAR) & ~np.isnan(margins)
        log_likelihood = _log_likelihood(cells, sizes, held, np.where(near, margins, np.nan))
        density = np.exp(log_likelihood - log_likelihood.max()).sum(axis=(1, 2))
        steps = (density[1:] + density[:-1]) / 2 * np.diff(cells)
        share = np.concatenate(([0.0], np.cumsum(steps))) / steps.sum()
        below, lower, median, upper, above = (float(np.interp(q, share, cells)) for q in _QUANTILES)
        spread = (upper - lower) / 2
        if abs(median - centre) < 0.3 * max(spread, 0.003):
            break
        centre = median
    return Knee(median, below, above, spread)


def _usable_margins(trials: Sequence[Trial]) -> _Array:
    """log(margin) of each trial, NaN where the outcome came from something else.

    None is used where many fail by something else: of where that begins the margins say nothing.
    """
    margins = [
        math.log(min(max(trial.margin, 1e-9), 1e9))
        if trial.margin is not None and (trial.margin <= 1 if trial.held else trial.margin >= 1)
        else math.nan
        for trial in trials
    ]
    failed = [margin for trial, margin in zip(trials, margins, strict=True) if not trial.held]
    otherwise = sum(map(math.isnan, failed))
    if otherwise >= 2 and 3 * otherwise >= len(failed):
        return np.full(len(trials), math.nan)
    return np.array(margins)


def _log_likelihood(
    cells: _Array, sizes: _Array, held: NDArray[np.bool_], margins: _Array
) -> _Array:
    """Of every (capacity, slope, noise)."""
    measured = np.abs(margins) <= _CLIP
    beside = ~measured
    lines = (sizes[:, None] - cells)[:, :, None, None] * _SLOPES
    off = (margins[measured][:, None, None, None] - lines[measured]) / _NOISES
    # A margin beyond the clip is known to be beyond it, any other to be on its side of 0.
    bounds = np.where(np.isnan(margins), 0.0, np.where(held, -_CLIP, _CLIP))[beside]
    sides = np.where(held, -1.0, 1.0)[beside]
    over = sides[:, None, None, None] * (lines[beside] - bounds[:, None, None, None]) / _NOISES
    # Logarithms of products cost a tenth of sums of logarithms; what overflows is hopeless anyway.
    with np.errstate(over="ignore", divide="ignore"):
        density = np.log((1 + off * off / 4).prod(axis=0)) * -2.5 - measured.sum() * np.log(_NOISES)
        chance = np.log((_WRONG + (1 - 2 * _WRONG) * _t4_below(over)).prod(axis=0))
    return np.asarray(density + chance)


def _t4_below(value: _Array) -> _Array:
    """The share of Student's t with 4 degrees of freedom that lies below a value."""
    ratio = value / np.sqrt(4 + value * value)
    return np.asarray(0.5 + 0.75 * ratio * (1 - ratio * ratio / 3))
