"""Distributions of latency, with plain numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.latency import Latency, MoveSeen
from gridcli.core.moves import Move

seconds = st.floats(1e-6, 59)


def latency(*values: float) -> Latency:
    made = Latency()
    made.add(values)
    return made


def test_no_samples_no_figures() -> None:
    assert len(latency()) == 0
    assert latency().percentile_ms(50) is None
    assert latency().max_ms is None


def test_seconds_go_in_and_milliseconds_come_out() -> None:
    made = latency(*(n / 1000 for n in range(1, 1001)))
    assert len(made) == 1000
    for percent in (1, 50, 95, 99):
        assert made.percentile_ms(percent) == pytest.approx(percent * 10, rel=2e-3)
    assert made.max_ms == pytest.approx(1000, rel=2e-3)


def test_equal_samples_are_all_counted() -> None:
    made = latency(0.005, 0.005, 0.005, 0.1)
    assert len(made) == 4
    assert made.percentile_ms(75) == pytest.approx(5, rel=2e-3)


def test_what_is_out_of_range_counts_at_its_end() -> None:
    made = latency(0.0, -1.0, 3600.0)
    assert len(made) == 3
    assert made.percentile_ms(50) == pytest.approx(0.001)
    assert made.max_ms == pytest.approx(60_000, rel=2e-3)


@given(st.lists(seconds, min_size=1, max_size=40), st.floats(1, 100))
def test_a_percentile_is_a_sample_to_three_digits(values: list[float], percent: float) -> None:
    found = latency(*values).percentile_ms(percent)
    assert found is not None
    assert any(found == pytest.approx(value * 1000, rel=2e-3, abs=2e-3) for value in values)


@given(st.lists(seconds, max_size=20), st.lists(seconds, max_size=20))
def test_merging_is_adding_all(one: list[float], other: list[float]) -> None:
    merged, together = latency(*one), latency(*one, *other)
    merged.merge(latency(*other))
    assert len(merged) == len(together)
    assert merged.max_ms == together.max_ms
    for percent in (10, 50, 90, 99.9):
        assert merged.percentile_ms(percent) == together.percentile_ms(percent)


def move(intended_s: float, sent_s: float, *seen_s: float) -> Move:
    return Move("ann", 1, "lobby", 1, intended_s, sent_s, None, len(seen_s), list(seen_s))


def test_latency_runs_from_the_intended_time() -> None:
    seen = MoveSeen()
    seen.add([move(10.0, 10.5, 11.0, 10.6, 10.7, 10.8), move(20.0, 20.0)])
    assert [len(part) for part in (seen.every, seen.first, seen.median, seen.last)] == [4, 1, 1, 1]
    assert seen.first.max_ms == pytest.approx(600, rel=2e-3)
    assert seen.median.max_ms == pytest.approx(700, rel=2e-3)
    assert seen.last.max_ms == pytest.approx(1000, rel=2e-3)
    assert seen.every.max_ms == pytest.approx(1000, rel=2e-3)
    assert seen.from_send.max_ms == pytest.approx(500, rel=2e-3)
    assert len(seen.from_send) == 4
