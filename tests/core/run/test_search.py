"""Searches on simulated servers of known capacity: the number, its interval, and the ends.

Not here: real servers.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridcli.core.run.capacity import Capacity, Trial
from gridcli.core.run.search import Search

LIMIT_MS = 100.0
MOST_TRIALS = 25
ODD = 0.05
"""The share of trials in which something else made everything three times slower."""

Curve = Callable[[float], float]
"""p99 in ms by players / capacity: the limit at 1."""


def queue(load: float) -> float:
    """As waiting in a queue: 20 ms when idle, no end at a quarter above the capacity."""
    return 20 / (1 - 0.8 * load) if load < 1.25 else 5000.0


def power(load: float) -> float:
    return 30 * (1 + 7 / 3 * load**7)


def hinge(load: float) -> float:
    return 40 * max(1.0, 2.5 * load**6)


def cliff(load: float) -> float:
    return 20.0 if load <= 1 else 3000.0


@dataclass
class Simulated:
    """A server whose p99 follows a curve, noisily, behind a generator of limited power."""

    capacity: float
    curve: Curve
    noise: float = 0.0
    rng: Random | None = None
    generator: float = math.inf

    def p99_ms(self, players: int) -> float:
        value = self.curve(players / self.capacity)
        if self.rng is not None:
            value *= math.exp(self.rng.gauss(0, self.noise))
            value *= 3 if self.rng.random() < ODD else 1
        return value


def run(search: Search, server: Simulated, *, margins: bool = True) -> Capacity:
    while (players := search.next_trial()) is not None:
        if players > server.generator:
            search.record(players, None)
            continue
        p99_ms = server.p99_ms(players)
        search.record(players, p99_ms < LIMIT_MS, p99_ms / LIMIT_MS if margins else None)
    return search.result()


def covers(found: Capacity, capacity: float) -> bool:
    return found.low <= int(capacity) and (found.high is None or int(capacity) <= found.high)


def agree(found: list[Capacity]) -> bool:
    mean = sum(capacity.players for capacity in found) / len(found)
    return all(abs(capacity.players / mean - 1) <= 0.05 for capacity in found)


@pytest.mark.parametrize("margins", [True, False], ids=["margins", "yes or no"])
def test_five_searches_agree_and_their_intervals_cover_the_truth(margins: bool) -> None:
    rng = Random(11)
    groups, covered = [], []
    for _ in range(30 if margins else 12):
        curve = rng.choice([queue, power, hinge])
        noise = rng.uniform(0.05, 0.2 if margins else 0.1)
        server = Simulated(math.exp(rng.uniform(3.5, 8.5)), curve, noise, rng)
        found = [run(Search(10, 20_000), server, margins=margins) for _ in range(5)]
        assert max(len(capacity.trials) for capacity in found) <= MOST_TRIALS
        groups.append(agree(found))
        covered += [covers(capacity, server.capacity) for capacity in found]
    assert sum(groups) >= 0.95 * len(groups)
    assert sum(covered) >= 0.9 * len(covered)


def test_what_fails_at_once_is_found_as_well() -> None:
    rng = Random(5)
    covered = []
    for _ in range(25):
        server = Simulated(math.exp(rng.uniform(3, 8.5)), cliff, 0.05, rng)
        found = run(Search(10, 20_000), server, margins=False)
        assert found.players == pytest.approx(server.capacity, rel=0.05, abs=1)
        covered.append(covers(found, server.capacity))
    assert sum(covered) >= 0.9 * len(covered)


@given(st.integers(1, 20))
def test_small_numbers_are_exact(capacity: int) -> None:
    found = run(Search(4, 64), Simulated(capacity, cliff))
    assert (found.players, found.low, found.high) == (capacity, capacity, capacity)
    assert found.row_below is not None
    assert found.row_above is not None
    assert found.trials[found.row_below].players == capacity
    assert found.trials[found.row_above].players == capacity + 1
    assert len(found.trials) < MOST_TRIALS


@pytest.mark.parametrize("curve", [queue, power, hinge])
def test_margins_save_trials(curve: Curve) -> None:
    def trials(margins: bool) -> int:
        server = Simulated(700, curve, 0.1, Random(2))
        found = [run(Search(20, 9000), server, margins=margins) for _ in range(6)]
        return sum(len(capacity.trials) for capacity in found)

    assert trials(True) < 0.97 * trials(False)


def test_losses_may_begin_before_it_gets_slow() -> None:
    search = Search(10, 5000)
    while (players := search.next_trial()) is not None:
        p99_ms = queue(players / 900)
        search.record(players, p99_ms < LIMIT_MS and players <= 600, p99_ms / LIMIT_MS)
    assert search.result().players == pytest.approx(600, rel=0.03)


def test_nothing_holds() -> None:
    found = run(Search(100, 5000, least=2), Simulated(0.5, queue, 0.1, Random(1)))
    assert (found.players, found.low, found.censored) == (0, 0, "least")
    assert found.row_below is None
    assert found.row_above is not None
    assert found.trials[found.row_above].players == 2
    assert len(found.trials) <= 10


def test_everything_holds() -> None:
    found = run(Search(10, 1500), Simulated(9000, queue, 0.1, Random(4)))
    assert (found.players, found.high, found.censored) == (1500, None, "most")
    assert found.low >= 1400
    assert found.row_above is None
    assert found.row_below is not None
    assert found.trials[found.row_below].players == 1500
    assert len(found.trials) <= 12


def test_too_few_trials_to_find_an_end() -> None:
    found = run(Search(10, 20_000, most_trials=4), Simulated(9000, queue))
    assert (found.players, found.high, found.censored) == (80, None, "most")


@pytest.mark.parametrize("generator", [30, 250, 317, 639, 641])
def test_the_generator_gives_up_first(generator: int) -> None:
    server = Simulated(2000, queue, 0.1, Random(4), generator=generator)
    found = run(Search(10, 5000), server)
    assert found.censored == "generator"
    assert generator / 1.06 <= found.players <= generator
    assert found.high is None
    assert len(found.trials) <= 20


def test_the_generator_gives_up_right_above_the_knee() -> None:
    server = Simulated(500, queue, 0.05, Random(4), generator=560)
    found = run(Search(10, 5000), server)
    assert found.censored == ""
    assert covers(found, 500)
    assert found.players == pytest.approx(500, rel=0.03)


def test_a_generator_that_makes_nothing() -> None:
    found = run(Search(10, 5000), Simulated(500, queue, generator=0))
    assert (found.players, found.low, found.high) == (0, 0, None)
    assert found.censored == "generator"


@pytest.mark.parametrize("outcome", [False, None])
def test_one_odd_trial_is_made_again(outcome: bool | None) -> None:
    search = Search(10, 5000)
    for size in (10, 20, 40):
        assert search.next_trial() == size
        search.record(size, True)
    assert search.next_trial() == 80
    search.record(80, outcome)
    assert search.next_trial() == 80
    search.record(80, True)
    assert search.next_trial() == 160


def test_a_server_is_not_asked_for_far_more_than_it_has_held() -> None:
    # Everything fails from the second size on, until the doubt is gone and all goes well again.
    search, tried, held = Search(10, 100_000), [], [10]
    while (players := search.next_trial()) is not None:
        assert players <= 2 * max(held)
        tried.append(players)
        outcome = len(tried) not in (2, 3)
        search.record(players, outcome)
        held += [players] if outcome else []
    assert max(tried) > 1000


outcomes = st.tuples(st.sampled_from([True, True, False, False, None]), st.none() | st.floats())


@settings(max_examples=40, deadline=None)
@given(
    st.lists(outcomes, min_size=1, max_size=30),
    st.integers(1, 30),
    st.integers(0, 100),
    st.integers(0, 2000),
)
def test_whatever_comes_out_the_search_ends_in_order(
    program: list[tuple[bool | None, float | None]], least: int, above: int, further: int
) -> None:
    start, most = least + above, least + above + further
    search = Search(start, most, least=least, most_trials=MOST_TRIALS)
    made: list[Trial] = []
    while (players := search.next_trial()) is not None:
        assert least <= players <= most
        assert search.next_trial() == players
        held, margin = program[len(made) % len(program)]
        search.record(players, held, margin)
        made.append(Trial(players, held, margin))
        assert len(made) <= MOST_TRIALS
    found = search.result()
    assert str(found.trials) == str(tuple(made))
    assert found.low <= found.players <= most
    assert found.high is None or found.players <= found.high
    assert (found.high is None) == (found.censored in ("most", "generator"))
    assert (found.players < least) == (found.players == 0)
    if found.row_below is not None:
        assert made[found.row_below].held
        assert made[found.row_below].players <= found.players
    if found.row_above is not None:
        assert made[found.row_above].held is False
        assert made[found.row_above].players > found.players


def test_what_makes_no_sense_is_refused() -> None:
    for start, most in ((0, 10), (20, 10)):
        with pytest.raises(ValueError, match="sizes"):
            Search(start, most)
    with pytest.raises(ValueError, match="growth"):
        Search(1, 10, growth=1.0)
    with pytest.raises(ValueError, match="no trial"):
        Search(1, 10).result()
    with pytest.raises(ValueError, match="player"):
        Search(1, 10).record(0, True)
