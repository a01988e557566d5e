"""Walks by mouse: every walk ends where it was pointed at, whatever the connection is like.

Not here: clicks and drags on the screen (`test_mouse`).
"""

from collections import deque
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.tui.walk import STEP_EACH_S, STUCK_S, Walk

GRID = Grid(20, 10)
FRAME_S = 0.04
cells = st.builds(Cell, st.integers(1, GRID.width), st.integers(1, GRID.height))


class Wire:
    """A server that takes steps and shows each some time later; it refuses some."""

    def __init__(self, cell: Cell, delay_s: float, refuses: float, rng: Random) -> None:
        self.cell = cell
        """Where the server has the player."""
        self.seen = cell
        self._delay_s = delay_s
        self._refuses = refuses
        self._rng = rng
        self._shows: deque[tuple[float, Cell]] = deque()

    @property
    def under_way(self) -> int:
        return len(self._shows)

    def step(self, direction: Direction, now_s: float) -> None:
        if self._rng.random() >= self._refuses:
            self.cell = GRID.step(self.cell, direction)
        self._shows.append((now_s + self._delay_s, self.cell))

    def show(self, now_s: float) -> None:
        while self._shows and self._shows[0][0] <= now_s:
            self.seen = self._shows.popleft()[1]


def walked(walk: Walk, wire: Wire, now_s: float, until_s: float) -> list[float]:
    """Let frames pass until the walk is over; the times of its steps."""
    times = []
    while walk.goal is not None and now_s < until_s:
        wire.show(now_s)
        direction = walk.next(wire.seen, wire.under_way, GRID, now_s)
        if direction is not None:
            wire.step(direction, now_s)
            walk.took(direction, now_s)
            times.append(now_s)
        now_s += FRAME_S
    return times


@given(cells, cells, st.sampled_from([0.0, 0.03, 0.25, 1.5]), st.randoms(use_true_random=False))
def test_every_walk_arrives_by_a_shortest_way(
    start: Cell, goal: Cell, delay_s: float, rng: Random
) -> None:
    walk, wire = Walk(), Wire(start, delay_s, 0.0, rng)
    walk.to(goal, 5.0)
    times = walked(walk, wire, 5.0, 100.0)
    assert walk.goal is None
    assert wire.seen == goal
    assert len(times) == abs(goal.x - start.x) + abs(goal.y - start.y)
    for first, last in zip(times, times[10:], strict=False):  # eleven steps take a second
        assert last - first >= 10 * STEP_EACH_S - FRAME_S


@given(cells, cells, st.sampled_from([0.0, 0.25]), st.integers(0, 2**32))
def test_steps_that_are_refused_are_made_up_for(
    start: Cell, goal: Cell, delay_s: float, seed: int
) -> None:
    walk, wire = Walk(), Wire(start, delay_s, 0.1, Random(seed))
    walk.to(goal, 5.0)
    walked(walk, wire, 5.0, 100.0)
    assert wire.seen == goal


@given(cells, cells, cells, st.randoms(use_true_random=False))
def test_a_walk_turns_on_its_way(start: Cell, first: Cell, then: Cell, rng: Random) -> None:
    walk, wire = Walk(), Wire(start, 0.25, 0.0, rng)
    walk.to(first, 5.0)
    walked(walk, wire, 5.0, 5.5)
    walk.to(then, 5.5)
    walked(walk, wire, 5.5, 100.0)
    assert wire.seen == then


def test_a_walk_that_does_not_come_on_ends() -> None:
    walk = Walk()
    walk.to(Cell(9, 9), 5.0)
    steps, now_s = 0, 5.0
    while walk.goal is not None:
        direction = walk.next(Cell(1, 1), steps, GRID, now_s)
        if direction is not None:
            walk.took(direction, now_s)
            steps += 1
        now_s += FRAME_S
        assert now_s < 60
    assert steps == 16, "all that it takes, and none again"
    assert now_s - 5.0 < STUCK_S + 2 * FRAME_S


def test_clicking_anew_does_not_make_one_faster() -> None:
    walk = Walk()
    taken = 0
    for frame in range(100):
        now_s = 5.0 + frame * 0.01
        walk.to(Cell(20, 10), now_s)
        direction = walk.next(Cell(1, 1), taken, GRID, now_s)
        if direction is not None:
            walk.took(direction, now_s)
            taken += 1
        walk.stop()
    assert taken == 10
