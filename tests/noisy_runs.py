"""Runs made up by seed, with the noise that real ones have, and how often comparing them errs.

What is in them: moves that differ, receivers of one move that differ little, seconds that are like
the one before, seconds in which everything stood still, runs of which each is a little different.
Not here: runs for the tests of reports (`report.runs`), runs that were really measured.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gridcli.core.latency import count
from gridcli.core.run.changes import Change
from gridcli.core.run.compare import compare
from gridcli.core.run.model import Run, Step

RECEIVERS = 4
"""So many stand for all: what they share is the move's, and the seconds'."""


@dataclass(frozen=True)
class Noise:
    """How the latency of 200 moves a second varies."""

    seconds: int = 60
    moves: int = 200
    players: int = 50
    per_move: float = 0.4
    """Of log(latency), from move to move: p99 is 2.5 times p50."""
    per_receiver: float = 0.15
    per_second: float = 0.05
    """From second to second, ..."""
    alike: float = 0.5
    """... each being correlated so far with the one before."""
    per_run: float = 0.0
    freezes: float = 0.0
    """The share of seconds in which up to 300 ms are added."""


QUIET = Noise()


def noisy_run(
    seed: int,
    noise: Noise = QUIET,
    *,
    scale: float = 1.0,
    tail: float = 1.0,
    lost: float = 0.0,
    invalid: str = "",
) -> Run:
    """A run of one step, p50 20 ms.

    Args:
        scale: what every latency is multiplied by.
        tail: what the slowest moves are multiplied by, all near p99 in full, below p90 none.
        lost: the share of deliveries that are lost.
    """
    rng = np.random.default_rng(seed)
    step = Step(noise.players, 0.0, float(noise.seconds), invalid=invalid)
    base = np.log(0.02 * scale) + noise.per_run * rng.standard_normal()
    wave = rng.standard_normal()
    for number in range(noise.seconds):
        z = rng.standard_normal((noise.moves, 1))
        slow = np.clip((z - 1.28) / (1.6 - 1.28), 0, 1) * np.log(tail)
        each = noise.per_receiver * rng.standard_normal((noise.moves, RECEIVERS))
        seen_s = np.exp(base + noise.per_second * wave + noise.per_move * z + slow + each)
        if rng.random() < noise.freezes:
            seen_s += 0.3 * rng.random((noise.moves, 1))
        arrived = seen_s.ravel()
        if lost:
            arrived = arrived[rng.random(arrived.size) >= lost]
        second = step.second(number)
        second.players, second.moves, second.owed = noise.players, noise.moves, seen_s.size
        second.seen, second.lost = arrived.size, seen_s.size - arrived.size
        second.every.take(count((arrived * 1e6).astype(np.float32)))
        second.every.pack()
        step.seen.every.merge(second.every)
        for name in ("moves", "owed", "seen", "lost"):
            setattr(step.counts, name, getattr(step.counts, name) + getattr(second, name))
        wave = noise.alike * wave + np.sqrt(1 - noise.alike**2) * rng.standard_normal()
    step.seen.every.pack()
    return Run("bots", "0.1.0", "2026-01-02T03:04:05Z", "", 2, 1, steps=[step])


def called_worse(
    times: int,
    noise: Noise = QUIET,
    *,
    which: Callable[[Change], bool] = lambda change: True,
    first_seed: int = 0,
    repeats: int = 0,
    **change: float,
) -> int:
    """In how many of so many comparisons something got worse.

    Args:
        which: what counts.
        repeats: how many more runs of the first kind there are.
        change: what is done to the second run, see `noisy_run`.
    """
    found = 0
    for number in range(times):
        seed = first_seed + (2 + repeats) * number
        more = [noisy_run(seed + 2 + n, noise) for n in range(repeats)]
        runs = noisy_run(seed, noise), noisy_run(seed + 1, noise, **change)
        changes = compare(*runs, repeats=more).regressions if more else compare(*runs).regressions
        found += any(map(which, changes))
    return found
