"""Distributions of latency, with plain numbers."""

import math

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.latency import Latency, count

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


@given(st.lists(seconds, max_size=20), st.lists(seconds, max_size=20), st.booleans())
def test_since_a_copy_is_what_came_after_it(
    before: list[float], after: list[float], packed: bool
) -> None:
    made = latency(*before)
    copy = made.copy()
    made.add(after)
    if packed:
        made.pack()
        copy.pack()
    assert made.since(copy).bins() == latency(*after).bins()
    assert copy.bins() == latency(*before).bins()
    assert len(made) == len(before) + len(after)


@given(st.lists(seconds, max_size=20), st.lists(seconds, max_size=20))
def test_merging_is_adding_all(one: list[float], other: list[float]) -> None:
    merged, together = latency(*one), latency(*one, *other)
    merged.merge(latency(*other))
    assert len(merged) == len(together)
    assert merged.max_ms == together.max_ms
    for percent in (10, 50, 90, 99.9):
        assert merged.percentile_ms(percent) == together.percentile_ms(percent)


@given(st.lists(seconds, max_size=40))
def test_what_is_written_reads_the_same(values: list[float]) -> None:
    written = latency(*values).encode()
    read = Latency.decode(written)
    assert read.bins() == latency(*values).bins()
    assert read.encode() == written


@given(st.text(max_size=30))
def test_what_is_no_histogram_is_refused(text: str) -> None:
    try:
        Latency.decode(text)
    except ValueError:
        return
    assert not text


@given(st.lists(seconds, min_size=1, max_size=40))
def test_buckets_are_those_of_hdr_histogram(values: list[float]) -> None:
    theirs = HdrHistogram(1, 60_000_000, 3)
    for value in values:
        theirs.record_value(max(1, int(value * 1e6)))
    ours = latency(*values)
    for percent in (0.1, 50, 99, 100):
        # Theirs rounds the rank, ours takes the first that so many percent do not exceed.
        rank = math.ceil(percent / 100 * len(values) - 1e-9)
        theirs_us = theirs.get_value_at_percentile((rank - 0.25) / len(values) * 100)
        assert ours.percentile_ms(percent) == pytest.approx(theirs_us / 1000, rel=1e-3, abs=1e-3)


@given(st.lists(seconds, max_size=20), st.sampled_from([1, 200, 60_000, 2**31, 2**40]))
def test_packing_changes_no_figure(values: list[float], times: int) -> None:
    made = latency(*values)
    made.take((times - 1) * count(np.array(values, np.float32) * np.float32(1e6)))
    figures = [made.bins(), len(made), made.percentile_ms(99), made.mean_ms, made.max_ms]
    written = made.encode()
    made.pack()
    assert [
        made.bins(), len(made), made.percentile_ms(99), made.mean_ms, made.max_ms
    ] == figures  # fmt: skip
    assert made.encode() == written
    merged = latency(0.5)
    merged.merge(made)
    made.add([0.5])
    assert len(made) == len(merged) == figures[1] + 1
    assert made.bins() == merged.bins()
