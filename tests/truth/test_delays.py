"""Servers that delay every delivery by a known amount: the percentiles must be the true ones.

The truth has two halves. What the server did to each delivery it writes down itself; what became of
it on the way is the machine's business, and is measured by the frames' own times at the bots'
sockets. Not here: the same without sockets, by a virtual clock (`test_percentiles`).
"""

import math
from array import array
from collections.abc import Iterable
from pathlib import Path

import pytest
from truth.account import Moved, Stay
from truth.swarms import PATIENT, play, play_here, serving
from truth.ticks import TickAccount

from gridcli.core.latency import Latency
from gridcli.core.run.model import Step

PERCENTS = (50.0, 99.0, 99.9)
DELAYS = [
    *("uniform", "two_points"),
    *(pytest.param(name, marks=pytest.mark.whole) for name in ("each", "exponential", "fixed")),
]

Delivery = tuple[int, int, int]
"""Mover, number of the move, receiver."""


def percentile_ms(samples_s: Iterable[float], percent: float) -> float:
    ordered = sorted(samples_s)
    return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1] * 1000


def reported_ms(latency: Latency, percent: float) -> float:
    found = latency.percentile_ms(percent)
    assert found is not None
    return found


def tolerance_ms(true_ms: float) -> float:
    return max(1.0, true_ms / 100)


def told_by_server(path: Path) -> dict[Delivery, float]:
    told = iter(array("d", path.read_bytes()))
    return {
        (int(mover), int(seq), int(receiver)): took_s
        for mover, seq, receiver, took_s in zip(told, told, told, told, strict=True)
    }


class TimedAccount(TickAccount):
    """An account that also tells how long each delivery took, from frame to frame."""

    def __init__(self) -> None:
        super().__init__()
        self.took_s: dict[Delivery, float] = {}

    def see(self, receiver: Stay, sender: Stay, move: Moved, at_s: float) -> None:
        super().see(receiver, sender, move, at_s)
        mover, seen_by = int(sender.user_id[1:]), int(receiver.user_id[1:])
        self.took_s[mover, move.seq, seen_by] = at_s - move.sent_s


@pytest.mark.parametrize("delays", DELAYS)
def test_percentiles_are_the_true_ones(tmp_path: Path, whole: bool, delays: str) -> None:
    with serving("delay_server.py", tmp_path / "truth", "--delays", delays) as server:
        step, _, notes = play_here(
            server.url, bots=50 if whole else 20, seconds=10 if whole else 3, rate=4
        )
    account, told = TimedAccount().take(notes), told_by_server(tmp_path / "truth")
    # What the server says and what the frames say fit, delivery by delivery; the rest is the way.
    assert account.took_s.keys() == told.keys()
    assert len(told) == step.counts.seen == step.counts.owed >= (100_000 if whole else 4_000)
    assert all(account.took_s[each] >= told[each] for each in told)
    assert len(step.seen.from_send) == len(step.seen.every) == len(told)
    for percent in PERCENTS:
        reported = reported_ms(step.seen.from_send, percent)
        true_ms = percentile_ms(account.took_s.values(), percent)
        assert reported == pytest.approx(true_ms, abs=tolerance_ms(true_ms)), percent
        assert reported >= percentile_ms(told.values(), percent)
        assert reported_ms(step.seen.every, percent) >= reported


@pytest.mark.whole  # it needs a machine that does little else
@pytest.mark.parametrize("protocol", [1, 2])
def test_percentiles_of_the_command(tmp_path: Path, protocol: int) -> None:
    """Of the intended times too; what the machine adds is measured without any delay before."""

    def step(delays: str) -> tuple[Step, dict[float, float]]:
        options = ("--delays", delays, "--protocol", protocol)
        with serving("delay_server.py", tmp_path / "truth", *options) as server:
            run = play(
                *(server.url, tmp_path / "run.json", "--protocol", protocol, "--seed", 1),
                *("--count", 40, "--duration", "8s", "--rate", 3, *PATIENT),
            )
        assert run.exit_code == 0, run.verdict
        told = told_by_server(tmp_path / "truth").values()
        assert run.steps[0].counts.seen == run.steps[0].counts.owed == len(told)
        return run.steps[0], {percent: percentile_ms(told, percent) for percent in PERCENTS}

    bare, bare_ms = step("none")
    delayed, true_ms = step("uniform")
    for percent in PERCENTS:
        reported = reported_ms(delayed.seen.every, percent)
        machine_ms = reported_ms(bare.seen.every, percent) - bare_ms[percent]
        print(
            f"p{percent:g}: true {true_ms[percent]:.2f} ms, reported {reported:.2f} ms, "
            f"of the machine {machine_ms:.2f} ms"
        )
        assert true_ms[percent] <= reported
        assert reported <= true_ms[percent] + tolerance_ms(true_ms[percent]) + machine_ms, percent
