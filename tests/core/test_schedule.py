"""The open schedule: times fixed beforehand."""

import math
from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.schedule import Schedule, Timetable

RATES = st.floats(0.1, 100)
STARTS = st.floats(0, 1e6)


@given(RATES, STARTS, st.integers())
def test_times_are_evenly_apart_from_a_phase_on(rate: float, start_s: float, seed: int) -> None:
    schedule = Schedule(rate, start_s, Random(seed))
    times = [schedule.next_s() for _ in range(20)]
    assert start_s <= times[0] <= start_s + 1 / rate + 1e-6
    steps = [b - a for a, b in pairwise(times)]
    assert all(abs(step - 1 / rate) < 1e-6 * max(1.0, start_s) for step in steps)


@given(RATES, st.integers(), st.integers(0, 50), st.floats(0, 100))
def test_skipping_gives_up_what_was_due_and_nothing_else(
    rate: float, seed: int, taken: int, now_s: float
) -> None:
    schedule, same = Schedule(rate, 0.0, Random(seed)), Schedule(rate, 0.0, Random(seed))
    for _ in range(taken):
        schedule.next_s()
        same.next_s()
    missed = schedule.skip_to(now_s)
    skipped = [same.next_s() for _ in range(missed)]
    assert all(due_s <= now_s + 1e-6 for due_s in skipped)
    following = schedule.next_s()
    assert following == same.next_s()
    if missed:
        assert following > now_s - 1e-6


def test_seeded_alike_it_is_alike() -> None:
    one, two = (Schedule(4.0, 5.0, Random(3)) for _ in range(2))
    assert [one.next_s() for _ in range(5)] == [two.next_s() for _ in range(5)]


def test_the_end_cuts_by_intended_time_and_not_by_when_it_is_looked_at() -> None:
    times = list(Schedule(10, 0.0, Random(3)).until(2.0))
    assert len(times) == 20
    assert max(times) < 2.0


def test_no_rate_no_times() -> None:
    schedule = Schedule(0, 0.0, Random(1))
    assert list(schedule.until()) == []
    assert schedule.skip_to(100.0) == 0


TIMES = st.lists(st.floats(0, 1e4), max_size=30).map(sorted)
SPEEDS = st.floats(0.1, 100)


@given(TIMES, STARTS, SPEEDS)
def test_a_timetable_gives_its_times_at_its_speed_and_then_none(
    times_s: list[float], start_s: float, speed: float
) -> None:
    timetable = Timetable(times_s, start_s, speed)
    given_s = list(timetable.until())
    assert given_s == [start_s + time_s / speed for time_s in times_s]
    assert timetable.taken == len(times_s)
    assert timetable.next_s() == math.inf
    assert timetable.taken == len(times_s)


@given(TIMES, SPEEDS, st.integers(0, 30), st.floats(0, 1e5))
def test_a_timetable_skips_what_was_due_and_nothing_else(
    times_s: list[float], speed: float, taken: int, now_s: float
) -> None:
    timetable, same = Timetable(times_s, 5.0, speed), Timetable(times_s, 5.0, speed)
    for _ in range(taken):
        timetable.next_s()
        same.next_s()
    missed = timetable.skip_to(now_s)
    assert all(same.next_s() <= now_s for _ in range(missed))
    following_s = timetable.next_s()
    assert following_s == same.next_s() > now_s
