"""A position that plays, pauses, seeks and changes its speed, by a clock that is given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.deck import FASTEST, SLOWEST, Deck


class Clock:
    def __init__(self) -> None:
        self.now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


def deck_of(length_s: float, speed: float = 1.0) -> tuple[Deck, Clock]:
    clock = Clock()
    return Deck(clock, length_s, speed), clock


def test_it_plays_from_the_start_and_stops_at_the_end() -> None:
    deck, clock = deck_of(10.0)
    assert (deck.position_s, deck.playing, deck.at_end) == (0.0, True, False)
    clock.now_s += 4
    assert (deck.position_s, deck.playing) == (4.0, True)
    clock.now_s += 7
    assert (deck.position_s, deck.playing, deck.at_end) == (10.0, False, True)


def test_a_pause_takes_no_time_and_the_end_is_one() -> None:
    deck, clock = deck_of(10.0)
    clock.now_s += 3
    deck.toggle()
    clock.now_s += 100
    assert (deck.position_s, deck.playing) == (3.0, False)
    deck.toggle()
    clock.now_s += 1
    assert (deck.position_s, deck.playing) == (4.0, True)
    clock.now_s += 100
    deck.skip(-5)
    clock.now_s += 1
    assert (deck.position_s, deck.playing) == (5.0, False)


def test_at_the_end_going_on_is_beginning_again() -> None:
    deck, clock = deck_of(10.0)
    clock.now_s += 11
    deck.toggle()
    clock.now_s += 2
    assert (deck.position_s, deck.playing) == (2.0, True)


def test_what_plays_goes_on_playing_after_a_seek() -> None:
    deck, clock = deck_of(100.0)
    clock.now_s += 1
    deck.skip(30)
    clock.now_s += 1
    assert (deck.position_s, deck.playing) == (32.0, True)
    deck.skip(-1000)
    assert deck.position_s == 0.0
    deck.seek(1000)
    assert deck.at_end


def test_another_speed_counts_from_here_on() -> None:
    deck, clock = deck_of(100.0, speed=2.0)
    clock.now_s += 5
    deck.pace(1 / 4)
    assert (deck.position_s, deck.speed) == (10.0, 0.5)
    clock.now_s += 4
    assert deck.position_s == 12.0


@pytest.mark.parametrize(("asked", "given"), [(1000.0, FASTEST), (0.001, SLOWEST), (3.0, 3.0)])
def test_the_speed_has_bounds(asked: float, given: float) -> None:
    assert deck_of(1.0, asked)[0].speed == given
    deck, _ = deck_of(1.0)
    deck.pace(asked)
    assert deck.speed == given


def test_a_longer_recording_does_not_start_by_itself_again() -> None:
    deck, clock = deck_of(10.0)
    clock.now_s += 20
    deck.length_s = 30.0
    clock.now_s += 5
    assert (deck.position_s, deck.playing, deck.at_end) == (10.0, False, False)
    deck.length_s = 4.0
    assert deck.position_s == 4.0


OPERATIONS = st.one_of(
    st.tuples(st.just("pass"), st.floats(0, 50)),
    st.tuples(st.just("seek"), st.floats(-20, 120)),
    st.tuples(st.just("skip"), st.floats(-50, 50)),
    st.tuples(st.just("pace"), st.sampled_from([0.5, 2.0])),
    st.tuples(st.just("toggle"), st.none()),
    st.tuples(st.just("pause"), st.none()),
)


@given(st.floats(0, 100), st.lists(OPERATIONS, max_size=20))
def test_it_is_never_outside_and_moves_only_as_it_is_told(
    length_s: float, operations: list[tuple[str, float | None]]
) -> None:
    deck, clock = deck_of(length_s)
    for name, value in operations:
        before_s, playing = deck.position_s, deck.playing
        match name:
            case "pass":
                assert value is not None
                clock.now_s += value
                due_s = before_s + value * deck.speed if playing else before_s
                assert deck.position_s == pytest.approx(min(due_s, length_s), abs=1e-6)
            case "toggle" | "pause":
                getattr(deck, name)()
                restarted = name == "toggle" and before_s >= length_s
                assert deck.position_s == (0.0 if restarted else before_s)
                assert deck.playing == (name == "toggle" and not playing and length_s > 0)
            case "pace":
                deck.pace(value or 1.0)
                assert deck.position_s == before_s
            case _:
                getattr(deck, name)(value)
                assert deck.playing == (playing and not deck.at_end)
        assert 0 <= deck.position_s <= length_s
        assert SLOWEST <= deck.speed <= FASTEST
