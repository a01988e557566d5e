"""Comparing runs whose truth is known: equal ones, slower ones, faster ones, ones that lose.

Not here: the noise that they are made of (`noisy_runs`), the command (`tests/report`).
"""

from dataclasses import replace

import numpy as np
import pytest
from noisy_runs import QUIET, Noise, called_worse, noisy_run

from gridcli.core.run.changes import Change, Comparison, Rules
from gridcli.core.run.compare import compare
from gridcli.core.run.resample import Percentile, Seconds
from gridcli.core.run.student import t_quantile

TIMES = 40
"""`make truth` makes more of them."""
FREEZING = Noise(seconds=20, moves=80, freezes=0.05)


def words(found: Comparison) -> dict[str, str]:
    return {each.figure: each.word for each in found.changes}


def change_of(found: Comparison, figure: str) -> Change:
    (change,) = [each for each in found.changes if each.figure == figure]
    return change


def test_equal_runs_raise_few_alarms() -> None:
    assert called_worse(TIMES, QUIET) <= 0.08 * TIMES


def test_equal_runs_that_freeze_now_and_then_raise_few_alarms() -> None:
    assert called_worse(TIMES, FREEZING) <= 0.08 * TIMES


def test_a_tenth_more_at_p99_is_found() -> None:
    by_p99 = called_worse(TIMES, QUIET, which=lambda each: each.figure == "p99", scale=1.1)
    assert by_p99 >= 0.88 * TIMES


def test_a_difference_between_runs_is_no_regression_where_repeats_show_it() -> None:
    restless = Noise(seconds=20, moves=80, per_run=0.1)
    assert called_worse(20, restless) > 6
    assert called_worse(20, restless, repeats=5) <= 2


def test_latencies_of_few_values_are_told_apart() -> None:
    before, after = noisy_run(1, Noise(seconds=0)), noisy_run(2, Noise(seconds=0))
    for run, delay_s in ((before, 0.010), (after, 0.013)):
        for number in range(20):
            run.steps[0].second(number).every.add([delay_s * (1 + number % 2 / 50)] * 1000)
            run.steps[0].seen.every.merge(run.steps[0].seconds[number].every)
    assert {words(compare(before, after))[figure] for figure in ("p50", "p99")} == {"worse"}
    assert {words(compare(after, before))[figure] for figure in ("p50", "p99")} == {"better"}


@pytest.mark.parametrize("scale", [0.3, 4.0])
def test_runs_that_have_nothing_in_common_are_told_apart(scale: float) -> None:
    found = compare(noisy_run(1), noisy_run(2, scale=scale))
    word = "worse" if scale > 1 else "better"
    assert {each.word for each in found.changes if each.judged and each.figure != "lost"} == {word}


def test_a_tenth_more_of_the_tail_alone_is_found() -> None:
    assert called_worse(TIMES, QUIET, tail=1.1) >= 0.88 * TIMES


def test_what_one_frozen_second_made_is_not_taken_for_a_regression() -> None:
    before, after = noisy_run(1), noisy_run(2)
    for second in after.steps[0].seconds[7:8]:
        frozen = [0.8] * 800
        second.every.add(frozen)
        after.steps[0].seen.every.add(frozen)
    p99 = change_of(compare(before, after), "p99")
    assert p99.change is not None
    assert p99.change > 1
    assert p99.word == "can't tell"


def test_a_change_of_the_tail_alone_leaves_p50_the_same() -> None:
    found = compare(noisy_run(1), noisy_run(2, tail=1.5))
    assert (words(found)["p50"], words(found)["p99"]) == ("same", "worse")


def test_faster_is_no_regression() -> None:
    found = compare(noisy_run(1), noisy_run(2, scale=0.7))
    assert {each.word for each in found.changes if each.figure != "lost"} == {"better"}
    assert not found.regressions


def test_losing_half_a_percent_is_a_regression() -> None:
    before = noisy_run(1)
    assert words(compare(before, noisy_run(2)))["lost"] == "same"
    (regression,) = compare(before, noisy_run(2, lost=0.005)).regressions
    assert regression.figure == "lost"
    assert regression.after == pytest.approx(0.005, abs=0.001)
    assert words(compare(noisy_run(2, lost=0.005), before))["lost"] == "better"


def test_a_change_too_small_to_matter_is_none() -> None:
    before, after = noisy_run(1), noisy_run(2, scale=1.3)
    assert not compare(before, after, Rules(min_change=0.9)).regressions
    assert not compare(before, after, Rules(min_ms=100.0)).regressions
    assert words(compare(before, after, Rules(min_change=0.9)))["p50"] == "same"


def test_a_wide_interval_is_not_the_same() -> None:
    short = replace(QUIET, seconds=8)
    p99 = change_of(compare(noisy_run(1, short), noisy_run(2, short)), "p99")
    assert p99.high is not None
    assert p99.high > 0.05
    assert p99.word == "can't tell"


def test_too_little_tells_nothing() -> None:
    before = noisy_run(1)
    few_seconds = compare(before, noisy_run(2, replace(QUIET, seconds=4), scale=3))
    assert set(words(few_seconds).values()) == {"can't tell"}
    assert not few_seconds.enough
    assert few_seconds.changes[0].change == pytest.approx(2, abs=0.4)
    few_moves = compare(before, noisy_run(2, replace(QUIET, moves=5), scale=3))
    assert change_of(few_moves, "p99").reason == "too few moves"
    nothing_seen = compare(before, noisy_run(2, lost=1.0))
    assert words(nothing_seen)["p50"] == "can't tell"
    assert [each.figure for each in nothing_seen.regressions] == ["lost"]


def test_no_figure_is_ever_something_else_than_a_number() -> None:
    runs = [
        noisy_run(1, Noise(seconds=n, moves=moves), lost=lost)
        for n, moves in ((0, 1), (1, 1), (5, 1), (6, 30))
        for lost in (0.0, 0.5, 1.0)
    ]
    for before in runs:
        for after in runs:
            for each in compare(before, after).changes:
                values = [each.before, each.after, each.change, each.low, each.high]
                assert np.isfinite([value for value in values if value is not None]).all()


def test_an_invalid_step_is_not_compared() -> None:
    found = compare(noisy_run(1), noisy_run(2, scale=3, invalid="it lagged"))
    assert found.changes == ()
    assert found.skipped == ("50 players: INVALID in the second run (it lagged)",)


def test_steps_of_one_size_are_matched_in_order() -> None:
    before, after = noisy_run(1), noisy_run(2)
    before.steps.append(noisy_run(3, scale=2).steps[0])
    after.steps.append(noisy_run(4, scale=2).steps[0])
    after.steps.append(noisy_run(5).steps[0])
    found = compare(before, after)
    assert not found.regressions
    assert found.skipped == ("50 players: only in the second run",)


def test_the_same_files_and_seed_give_the_same_answer() -> None:
    before, after = noisy_run(1), noisy_run(2, scale=1.05)
    assert compare(before, after) == compare(before, after)
    assert compare(before, after) != compare(before, after, Rules(seed=2))


def test_a_long_run_costs_no_more_than_its_share() -> None:
    hour = Noise(seconds=1000, moves=20)
    seconds = Seconds(noisy_run(1, hour).steps[0].seconds, noisy_run(2, QUIET).steps[0].seconds)
    assert seconds.rows == 200 + 12
    assert seconds.samples.sum() == 4 * (1000 * 20 + 60 * 200)


def test_drawn_percentiles_are_those_of_the_merged_histograms() -> None:
    run = noisy_run(1, replace(QUIET, seconds=6))
    seconds = Seconds(run.steps[0].seconds, run.steps[0].seconds)
    weights = np.array([[1, 1, 1, 1, 1, 1], [2, 0, 3, 0, 0, 1]], float)
    for percent in (1.0, 50.0, 99.0, 100.0):
        drawn = np.exp(Percentile(seconds, percent).of(weights, seconds.before))
        for row, found in zip(weights, drawn, strict=True):
            merged = type(run.steps[0].seen.every)()
            for second, times in zip(run.steps[0].seconds, row, strict=True):
                for _ in range(int(times)):
                    merged.merge(second.every)
            assert found == pytest.approx(merged.percentile_ms(percent))


@pytest.mark.parametrize(
    ("probability", "freedom", "value"),
    [(0.975, 3, 3.182), (0.975, 10, 2.228), (0.995, 5, 4.032), (0.995, 30, 2.750)],
)
def test_student_s_t(probability: float, freedom: float, value: float) -> None:
    assert t_quantile(probability, freedom) == pytest.approx(value, rel=0.01)
