"""Which cells are drawn anew."""

from hypothesis import given
from hypothesis import strategies as st

from gridcli.tui.damage import Run, damage
from gridcli.tui.layers import Rows, Spot

ROWS = st.dictionaries(
    st.integers(1, 4),
    st.dictionaries(st.integers(1, 60), st.sampled_from([Spot("a", 1), Spot("b", 1)]), min_size=1),
)


def spot_at(rows: Rows, x: int, y: int) -> Spot | None:
    return rows.get(y, {}).get(x)


@given(ROWS, ROWS)
def test_runs_are_what_differs_and_little_else(before: Rows, after: Rows) -> None:
    runs = list(damage(before, after))
    drawn = {(x, run.y) for run in runs for x in range(run.left, run.right)}
    assert len(drawn) == sum(run.right - run.left for run in runs), "runs overlap"
    for y in range(1, 5):
        for x in range(1, 61):
            if spot_at(before, x, y) != spot_at(after, x, y):
                assert (x, y) in drawn
    for run in runs:
        for edge in (run.left, run.right - 1):
            assert spot_at(before, edge, run.y) != spot_at(after, edge, run.y)


def test_a_step_is_one_run_and_two_far_apart_are_two() -> None:
    before: Rows = {3: {5: Spot("a", 1), 40: Spot("b", 1)}}
    after: Rows = {3: {6: Spot("a", 1), 41: Spot("b", 1)}}
    assert sorted(damage(before, after)) == [Run(3, 5, 7), Run(3, 40, 42)]
    assert list(damage(before, {})) == [Run(3, 5, 6), Run(3, 40, 41)]
    assert list(damage(before, before)) == []
