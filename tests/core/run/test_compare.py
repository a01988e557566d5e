"""Comparing runs whose truth is known: equal ones, slower ones, faster ones, ones that lose."""

import numpy as np
import pytest

from gridcli.core.run.compare import Rules, compare
from gridcli.core.run.model import Run, Step
from gridcli.core.run.student import t_quantile

SECONDS = 60


def played(
    seed: int, *, shift: float = 1.0, lost: int = 0, seconds: int = SECONDS, invalid: str = ""
) -> Run:
    """A run of 50 players: seconds that resemble their neighbours, moves that differ more."""
    rng = np.random.default_rng(seed)
    step = Step(50, 0.0, invalid=invalid)
    wave = 0.0
    for number in range(seconds):
        wave = 0.3 * wave + np.sqrt(1 - 0.3**2) * 0.05 * rng.normal()
        moves = rng.lognormal(np.log(0.015), 0.5, 200) * np.exp(wave) * shift
        seen = (moves[:, None] * rng.lognormal(0, 0.1, (200, 3))).ravel()
        second = step.second(number)
        second.every.add(seen)
        second.owed, second.lost = len(seen) + lost, lost
        step.seen.every.merge(second.every)
        step.counts.owed += second.owed
        step.counts.lost += second.lost
    return Run("bots", "1", "", "", 2, 1, steps=[step])


def test_equal_runs_raise_few_alarms_and_a_tenth_more_is_found() -> None:
    alarms = found = 0
    for number in range(100):
        before = played(3 * number)
        alarms += bool(compare(before, played(3 * number + 1)).regressions)
        regressions = compare(before, played(3 * number + 2, shift=1.1)).regressions
        found += any(each.figure == "p99" for each in regressions)
    assert alarms <= 5
    assert found >= 90


def test_faster_is_no_regression() -> None:
    found = compare(played(1), played(2, shift=0.7))
    assert {each.word for each in found.changes if each.figure != "lost"} == {"better"}
    assert not found.regressions


def test_losing_is_a_regression() -> None:
    assert not compare(played(1), played(2, shift=0.9)).regressions
    found = compare(played(1), played(2, shift=0.9, lost=3))
    (regression,) = found.regressions
    assert regression.after == pytest.approx(3 / 603)
    assert regression.word == "worse"


def test_a_change_too_small_to_matter_is_the_same() -> None:
    found = compare(played(1), played(2, shift=1.3), Rules(min_change=0.5))
    assert not found.regressions
    found = compare(played(1), played(2, shift=1.3), Rules(min_ms=100.0))
    assert not found.regressions


def test_too_few_seconds_tell_nothing() -> None:
    found = compare(played(1), played(2, shift=3, seconds=4))
    assert {each.word for each in found.changes} == {"can't tell"}
    assert found.changes[0].change == pytest.approx(2, abs=0.4)


def test_an_invalid_step_is_not_compared() -> None:
    found = compare(played(1), played(2, shift=3, invalid="it lagged"))
    assert found.changes == ()
    assert found.skipped == ("50 players: INVALID in the second run (it lagged)",)


def test_the_same_files_give_the_same_answer() -> None:
    before, after = played(1), played(2, shift=1.05)
    assert compare(before, after) == compare(before, after)


@pytest.mark.parametrize(
    ("probability", "freedom", "value"),
    [(0.975, 3, 3.182), (0.975, 10, 2.228), (0.995, 5, 4.032), (0.995, 30, 2.750)],
)
def test_student_s_t(probability: float, freedom: float, value: float) -> None:
    assert t_quantile(probability, freedom) == pytest.approx(value, rel=0.01)
