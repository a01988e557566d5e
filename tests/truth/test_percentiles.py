"""Known distributions on a virtual clock, from the ledger to the file: the percentiles are true.

Nothing here depends on the machine, so nothing but the arithmetic can be wrong. Not here: the same
over sockets (`test_delays`).
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from gridcli.core.ledger import Ledger, Sequenced
from gridcli.core.run.file import from_plain, to_plain
from gridcli.core.run.limits import Limits
from gridcli.core.run.model import Step
from gridcli.core.run.timeline import Timeline

Samples = NDArray[np.float64]

RECEIVERS = 50
DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, int], Samples]] = {
    "uniform": lambda rng, n: rng.uniform(0, 0.5, n),
    "exponential": lambda rng, n: rng.exponential(0.06, n),
    "two points": lambda rng, n: np.where(rng.random(n) < 0.01, 0.4, 0.003),
    "microseconds": lambda rng, n: rng.uniform(0, 0.002, n),
    "heavy tail": lambda rng, n: np.minimum(rng.pareto(1.2, n) * 0.002, 50.0),
}


def true_ms(samples: Samples, percent: float) -> float:
    rank = -(-samples.size * round(percent * 10) // 1000)  # upwards, in whole numbers
    return float(np.sort(samples.ravel())[rank - 1]) * 1000


def play(delays_s: Samples, late_s: Samples) -> tuple[Step, dict[str, Samples]]:
    """Moves, and every receiver's seeing them, in the order of time; what must come of it.

    Args:
        delays_s: moves × receivers, from the sending of a move to its being seen.
        late_s: of each move, from the time intended to its sending.
    """
    ledger = Ledger(patience_s=1e6)
    timeline = Timeline(ledger, 0.0, Limits())
    receivers = [ledger.receiver() for _ in range(RECEIVERS)]
    timeline.prepare(RECEIVERS)
    for number, receiver in enumerate(receivers):
        ledger.ask(receiver)
        ledger.enter(receiver, f"u{number}", "lobby", None)
    timeline.begin(1000.0, 0.0)
    intended_s = 1000.0 + np.arange(len(delays_s)) / 100
    sent_s = intended_s + late_s
    seen_s = sent_s[:, None] + delays_s
    updates = [Sequenced(f"u{n % RECEIVERS}", n // RECEIVERS + 1) for n in range(len(delays_s))]
    # A sender's moves keep their order, and one that is late holds up those after it.
    happens_s = np.concatenate([sent_s[:, None], seen_s], axis=1)
    for place in np.argsort(happens_s, axis=None, kind="stable").tolist():
        move, column = divmod(place, RECEIVERS + 1)
        if column == 0:
            sender = receivers[move % RECEIVERS]
            ledger.sent(sender, updates[move].seq, float(intended_s[move]), float(sent_s[move]))
        else:
            ledger.saw(receivers[column - 1], updates[move], float(seen_s[move, column - 1]))
        if place % 1000 == 0:
            timeline.add(ledger.sweep(float(happens_s[move, column])))
    timeline.add(ledger.sweep(float("inf")))
    timeline.end(1e6, 1.0)
    timeline.settle()
    late = seen_s - intended_s[:, None]
    metrics = {
        "every": late.ravel(),
        "from_send": delays_s.ravel(),
        "first": late.min(axis=1),
        "median": np.sort(late, axis=1)[:, (RECEIVERS - 1) // 2],
        "last": late.max(axis=1),
        "spread": late.max(axis=1) - late.min(axis=1),
    }
    return timeline.step, metrics


@pytest.mark.parametrize("overtaking", [False, True], ids=["in order", "overtaking"])
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_percentiles_are_the_true_ones(name: str, overtaking: bool, whole: bool) -> None:
    """In order, all receivers hear one move after the other, which most of them then share."""
    moves = 20_000 if whole else 1_000
    moves //= 5 if overtaking else 1
    rng = np.random.default_rng(1)
    delays_s = DISTRIBUTIONS[name](rng, moves * RECEIVERS).reshape(moves, RECEIVERS)
    # One sender in thirty moves late, each time by as much, so that its moves keep their order.
    late_s = np.where(np.arange(moves) % RECEIVERS % 30 == 7, 0.4, 0.0)
    if not overtaking:
        late_s[:] = 0.4
        seen_s = np.arange(moves)[:, None] / 100 + delays_s
        delays_s = np.maximum.accumulate(seen_s) - np.arange(moves)[:, None] / 100
    step, metrics = play(delays_s, late_s)
    read: Step = from_plain(Step, to_plain(step))
    assert read.counts.seen == read.counts.owed == moves * RECEIVERS
    for metric, samples in metrics.items():
        latency = getattr(read.seen, metric)
        assert len(latency) == samples.size, metric
        for percent in (50.0, 90.0, 95.0, 99.0, 99.9, 100.0):
            true = true_ms(samples, percent)
            reported = latency.percentile_ms(percent)
            assert reported == pytest.approx(true, abs=max(1.0, true / 100)), (metric, percent)
            # What the histogram itself promises: three digits, or the microsecond.
            assert reported == pytest.approx(true, rel=2e-3, abs=0.003), (metric, percent)
