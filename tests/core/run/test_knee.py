"""The posterior of the capacity: what it believes, and what it does not let itself be told.

Not here: which trials are made, and how good the number is in the end (`test_search`).
"""

import math
from random import Random

import numpy as np
import pytest

from gridcli.core.run.capacity import Trial
from gridcli.core.run.knee import _t4_below, find_knee

CAPACITY = 500


def on_a_line(sizes: list[int], rng: Random) -> list[Trial]:
    """Trials whose margin grows with the fifth power of the players, 5 % of noise on it."""
    margins = [(size / CAPACITY) ** 5 * math.exp(rng.gauss(0, 0.05)) for size in sizes]
    return [Trial(size, m < 1, m) for size, m in zip(sizes, margins, strict=True)]


NEAR_THE_KNEE = on_a_line([460, 475, 490, 500, 510, 525, 540, 500], Random(1))


def found(trials: list[Trial]) -> tuple[float, float, float]:
    """The low end, the number and the high end, in players."""
    knee = find_knee(trials, 5, 20_000, guess=400)
    return math.exp(knee.low), math.exp(knee.median), math.exp(knee.high)


def answers(trials: list[Trial]) -> list[Trial]:
    """The same trials without their margins."""
    return [Trial(trial.players, trial.held) for trial in trials]


def test_the_distribution_is_students_t_with_4_degrees_of_freedom() -> None:
    # From the tables: 2.132 at 95 %, 2.776 at 97.5 %.
    shares = _t4_below(np.array([-2.1318, 0.0, 2.1318, 2.7764, 1e9]))
    assert shares == pytest.approx([0.05, 0.5, 0.95, 0.975, 1], abs=1e-5)


def test_a_line_is_found() -> None:
    low, number, high = found(NEAR_THE_KNEE)
    assert low < CAPACITY < high
    assert number == pytest.approx(CAPACITY, rel=0.01)
    assert high / low < 1.04


def test_trials_of_which_nothing_is_known_count_for_nothing() -> None:
    unknown = [Trial(size, None) for size in (50, 450, 900)]
    assert found([*NEAR_THE_KNEE, *unknown]) == found(NEAR_THE_KNEE)


def test_an_odd_margin_does_not_move_the_number() -> None:
    _, number, _ = found([*NEAR_THE_KNEE, Trial(500, False, 1.9)])
    assert number == pytest.approx(found(NEAR_THE_KNEE)[1], rel=0.01)


def test_where_the_curve_is_flat_does_not_bend_the_line() -> None:
    flat = [Trial(size, True, 0.6) for size in (100, 200, 250, 300, 320, 350)]
    assert found([*NEAR_THE_KNEE, *flat]) == pytest.approx(found(NEAR_THE_KNEE), rel=0.005)


def test_an_odd_failure_far_below_is_not_believed() -> None:
    trials = answers(NEAR_THE_KNEE)
    low, number, high = found([*trials, Trial(150, False)])
    assert number == pytest.approx(found(trials)[1], rel=0.01)
    assert low > 450
    assert high < 700


def test_margins_say_more_than_yes_and_no() -> None:
    low, _, high = found(NEAR_THE_KNEE)
    vague_low, _, vague_high = found(answers(NEAR_THE_KNEE))
    assert math.log(high / low) < 0.5 * math.log(vague_high / vague_low)


def test_margins_of_what_did_not_fail_are_left_out() -> None:
    # It loses messages from 500 on, and is fast enough far beyond that.
    sizes = [400, 450, 480, 490, 495, 505, 510, 520, 560, 600]
    trials = [Trial(size, size < CAPACITY, 0.7) for size in sizes]
    assert found(trials) == found(answers(trials))
    assert found(trials)[1] == pytest.approx(CAPACITY, rel=0.01)


def test_a_margin_that_is_no_number_leaves_the_answer() -> None:
    whole = [*NEAR_THE_KNEE, Trial(900, False, math.inf)]
    assert found(whole) == pytest.approx(found([*NEAR_THE_KNEE, Trial(900, False)]), rel=0.01)
    assert found([*NEAR_THE_KNEE, Trial(440, True, math.nan)]) == found(
        [*NEAR_THE_KNEE, Trial(440, True)]
    )
