"""Cells, steps and the edge."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import DEFAULT_GRID, Cell, Direction, Grid, toward

small_grids = st.builds(Grid, st.integers(1, 6), st.integers(1, 6))
places = st.builds(Cell, st.integers(1, 6), st.integers(1, 6))


@pytest.mark.parametrize(
    ("corner", "blocked"),
    [
        (Cell(1, 1), {Direction.UP, Direction.LEFT}),
        (Cell(20, 1), {Direction.UP, Direction.RIGHT}),
        (Cell(1, 10), {Direction.DOWN, Direction.LEFT}),
        (Cell(20, 10), {Direction.DOWN, Direction.RIGHT}),
    ],
)
def test_the_edge_stops_a_step(corner: Cell, blocked: set[Direction]) -> None:
    stopped = {d for d in Direction if DEFAULT_GRID.step(corner, d) == corner}
    assert stopped == blocked


def test_up_is_towards_smaller_y() -> None:
    cell = Cell(5, 5)
    assert [DEFAULT_GRID.step(cell, d) for d in Direction] == [(5, 4), (5, 6), (4, 5), (6, 5)]


@given(small_grids, places, st.sampled_from(Direction))
def test_a_step_stays_on_the_grid_and_goes_one_cell_at_most(
    grid: Grid, cell: Cell, direction: Direction
) -> None:
    start = grid.clamp(cell)
    end = grid.step(start, direction)
    assert grid.holds(end)
    assert abs(end.x - start.x) + abs(end.y - start.y) <= 1


@given(small_grids, st.builds(Cell, st.integers(), st.integers()))
def test_clamp_gives_the_nearest_cell(grid: Grid, cell: Cell) -> None:
    def distance(other: Cell) -> int:
        return abs(other.x - cell.x) + abs(other.y - cell.y)

    assert distance(grid.clamp(cell)) == min(map(distance, grid.cells()))
    assert grid.holds(grid.clamp(cell))


@given(small_grids)
def test_cells_are_all_that_the_grid_holds_row_by_row(grid: Grid) -> None:
    cells = list(grid.cells())
    assert cells == sorted(set(cells), key=lambda cell: (cell.y, cell.x))
    assert len(cells) == grid.width * grid.height
    assert all(grid.holds(cell) for cell in cells)


@given(places, places)
def test_toward_gets_there_by_the_shortest_way(start: Cell, goal: Cell) -> None:
    grid, cell, steps = Grid(6, 6), start, 0
    while (direction := toward(cell, goal)) is not None:
        cell = grid.step(cell, direction)
        steps += 1
    assert cell == goal
    assert steps == abs(goal.x - start.x) + abs(goal.y - start.y)
