"""Axes: values keep their order and stay on the axis, ticks are round, apart, and not too many."""

import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from gridcli.report.scale import Scale, size_scale, thin, value_scale

VALUES = st.lists(st.floats(min_value=0, max_value=1e11), max_size=30)
SIZES = st.lists(st.integers(min_value=0, max_value=10**15), max_size=30)
ENDS = st.tuples(st.floats(-100, 2000), st.floats(-100, 2000)).filter(
    lambda e: abs(e[0] - e[1]) > 1
)


def check(scale: Scale, values: list[float]) -> None:
    low, high = sorted((scale.start, scale.end))
    places = [scale(value) for value in sorted(values)]
    assert all(low - 1e-6 <= place <= high + 1e-6 for place in places)
    in_order = sorted(places, reverse=scale.end < scale.start)
    assert all(math.isclose(a, b, abs_tol=1e-6) for a, b in zip(places, in_order, strict=True))


@given(VALUES, ENDS)
def test_values_keep_their_order_and_stay_on_the_axis(
    values: list[float], ends: tuple[float, float]
) -> None:
    scale = value_scale(values, *ends)
    assert scale.low < scale.high
    check(scale, values)


@given(SIZES, ENDS)
def test_sizes_too(sizes: list[int], ends: tuple[float, float]) -> None:
    scale = size_scale(sizes, *ends)
    assert scale.low < scale.high
    check(scale, [float(size) for size in sizes])


@given(VALUES, st.floats(50, 2000), st.floats(10, 60))
def test_ticks_are_on_the_axis_in_order_and_few(
    values: list[float], length: float, gap: float
) -> None:
    scale = value_scale(values, 0.0, length)
    ticks = scale.ticks(gap)
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= length / gap + 2
    assert all(scale.low * 0.99 <= tick <= scale.high * 1.01 for tick in ticks)


def test_far_apart_is_logarithmic_and_near_begins_at_0() -> None:
    assert value_scale([1, 3, 500], 0, 1).log
    near = value_scale([11, 12, 14], 0, 1)
    assert (near.log, near.low) == (False, 0.0)
    assert value_scale([0.0, None], 0, 1) == Scale(0.0, 1.0, 0, 1)


def test_ticks_are_round() -> None:
    assert Scale(0, 90, 0, 400).ticks(80) == [0, 20, 40, 60, 80]
    assert Scale(1, 1000, 0, 400, log=True).ticks(90) == [1, 10, 100, 1000]


@given(st.lists(st.floats(1, 1000), min_size=1, max_size=40), st.floats(5, 100))
def test_thinned_values_are_apart_and_hold_the_largest(values: list[float], gap: float) -> None:
    scale = Scale(1, 1000, 0, 500, log=True)
    kept = thin(values, scale, gap)
    assert kept[-1] == max(values)
    assert all(scale(b) - scale(a) >= gap for a, b in itertools.pairwise(kept))
