"""The token bucket of one session, on a clock of the test's own. Not here: sessions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.edge.budget import Budget

gaps = st.lists(st.floats(0, 3), max_size=200)


@given(gaps, st.floats(0.5, 50), st.integers(1, 60))
def test_never_more_than_the_burst_and_the_rate(
    gaps: list[float], per_s: float, burst: int
) -> None:
    budget, now_s, taken = Budget(per_s, burst), 100.0, []
    for gap in gaps:
        now_s += gap
        if budget.take(now_s):
            taken.append(now_s)
    for i, begin in enumerate(taken):
        for j in range(i, len(taken)):
            assert j - i + 1 <= burst + (taken[j] - begin) * per_s + 1e-6


@given(st.integers(1, 60), st.floats(0.5, 50))
def test_who_keeps_to_the_rate_is_never_refused(burst: int, per_s: float) -> None:
    budget = Budget(per_s, burst)
    assert all(budget.take(50 + n * 1.0001 / per_s) for n in range(300))


def flood(times: float, seconds: float, per_s: float = 20.0) -> float | None:
    """When an even flood of so many times the rate was too much; None if it never was."""
    budget = Budget(per_s, 40)
    for n in range(int(seconds * times * per_s)):
        now_s = 1000 + n / (times * per_s)
        if not budget.take(now_s) and budget.flooded(now_s):
            return now_s - 1000
    return None


@pytest.mark.parametrize("times", [1, 2, 4, 4.9])
def test_less_than_five_times_the_rate_is_refused_but_no_flood(times: float) -> None:
    assert flood(times, 60) is None


@pytest.mark.parametrize(("times", "by_s"), [(5.2, 6.0), (10, 3.0), (100, 0.3)])
def test_a_flood_is_one_within_five_seconds_at_five_times_the_rate(
    times: float, by_s: float
) -> None:
    since_s = flood(times, 60)
    assert since_s is not None
    assert since_s <= by_s


def test_two_bursts_far_apart_are_no_flood() -> None:
    budget = Budget(20, 40)
    for begin in range(0, 600, 30):
        for _ in range(300):
            assert budget.take(begin) or not budget.flooded(begin)
