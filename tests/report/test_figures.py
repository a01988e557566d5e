"""What is shown of a run: nothing across an INVALID step, and long runs without loss."""

from report import runs

from gridcli.core.run.model import Run
from gridcli.report.figures import (
    distinct_steps,
    invalid_over_players,
    moments,
    outcome,
    over_players,
    percentile_of,
)

P99 = percentile_of("every", 99)


def test_a_size_is_its_median_and_an_invalid_one_breaks_the_curve() -> None:
    steps = [
        runs.step(20, seconds=1, median_ms=30),
        runs.step(10, seconds=1),
        runs.step(20, seconds=1, median_ms=10),
        runs.step(20, seconds=1, median_ms=20),
        runs.step(15, seconds=1, invalid="too slow"),
    ]
    assert over_players(steps, P99) == [(10, P99(steps[1])), (15, None), (20, P99(steps[3]))]
    assert invalid_over_players(steps, P99) == [(15, P99(steps[4]))]


def test_one_trusted_step_is_enough_for_its_size() -> None:
    steps = [runs.step(10, seconds=1, invalid="too slow"), runs.step(10, seconds=1)]
    assert over_players(steps, P99) == [(10, P99(steps[1]))]


def totals(run: Run, most: int) -> tuple[int, float, float, float | None]:
    shown = moments(run, most)
    whole = [moment.every for moment in shown]
    lengths = len(run.steps[0].seconds) / len(shown)
    return (
        sum(len(each) for each in whole),
        round(sum(moment.owed for moment in shown) * lengths),
        sum(moment.lost for moment in shown) * lengths,
        max(each.max_ms or 0.0 for each in whole),
    )


def test_a_long_run_is_down_sampled_without_losing_a_sample() -> None:
    run = runs.run(runs.step(10, seconds=120, lost=7))
    assert len(moments(run, 60)) == 60
    assert totals(run, 60) == totals(run, 1000)


def test_merged_seconds_keep_the_number_of_players() -> None:
    run = runs.run(runs.step(10, seconds=12))
    assert {moment.players for moment in moments(run, 4)} == {10}


def test_a_sliver_at_the_end_is_no_second_of_its_own() -> None:
    step = runs.step(10, seconds=5)
    step.duration_s = 4.01
    shown = moments(runs.run(step))
    assert len(shown) == 4
    assert sum(len(moment.every) for moment in shown) == len(step.seen.every)


def test_the_rows_beside_a_capacity_are_among_the_curves() -> None:
    run = runs.capacity()
    chosen = distinct_steps(run, 6)
    assert len(chosen) <= 6
    assert chosen[0].players == 20
    found = run.capacity
    assert found is not None
    assert found.below is not None
    assert found.above is not None
    beside = {run.steps[found.trials[i].step].players for i in (found.below, found.above)}
    assert beside <= {step.players for step in chosen}


def test_the_outcome_in_a_word() -> None:
    words = {code: outcome(runs.run(exit_code=code)) for code in (0, 1, 98, 99, 130)}
    assert words == {0: "ok", 1: "FAILED", 98: "INVALID", 99: "FAILED", 130: "interrupted"}
