"""Which part of the grid is in the window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import Cell, Grid
from gridcli.tui.camera import Camera, Scale, fit

SIDES = st.integers(1, 1000)
GRIDS = st.builds(Grid, SIDES, SIDES)


@pytest.mark.parametrize(
    ("grid", "window", "expected"),
    [
        (Grid(20, 10), (120, 40), Scale(6, 3, 20, 10)),
        (Grid(20, 10), (80, 20), Scale(4, 2, 20, 10)),
        (Grid(20, 10), (66, 29), Scale(3, 2, 20, 10)),
        (Grid(20, 10), (60, 16), Scale(2, 1, 20, 10)),
        (Grid(20, 10), (30, 16), Scale(1, 1, 20, 10)),
        (Grid(60, 60), (80, 20), Scale(1, 1, 60, 20)),
        (Grid(30, 60), (80, 20), Scale(2, 1, 30, 20)),
        (Grid(100, 60), (80, 20), Scale(1, 1, 80, 20)),
    ],
)
def test_cells_are_as_large_as_the_window_allows(
    grid: Grid, window: tuple[int, int], expected: Scale
) -> None:
    assert fit(grid, *window) == expected


@given(GRIDS, st.integers(1, 300), st.integers(1, 100))
def test_what_is_drawn_fits_the_window_and_fitting_it_again_changes_nothing(
    grid: Grid, width: int, height: int
) -> None:
    scale = fit(grid, width, height)
    assert scale.width <= width
    assert scale.height <= height
    assert fit(grid, scale.width, scale.height) == scale


@given(GRIDS, st.integers(1, 300), st.integers(1, 100), st.data())
def test_camera_keeps_a_walker_in_view_and_never_leaves_the_grid(
    grid: Grid, width: int, height: int, data: st.DataObject
) -> None:
    scale, camera = fit(grid, width, height), Camera()
    for _ in range(4):
        cell = Cell(data.draw(st.integers(1, grid.width)), data.draw(st.integers(1, grid.height)))
        camera.follow(cell, grid, scale)
        x, y = camera.origin
        assert x <= cell.x < x + scale.columns
        assert y <= cell.y < y + scale.rows
        assert 1 <= x <= grid.width - scale.columns + 1
        assert 1 <= y <= grid.height - scale.rows + 1


def test_camera_rests_while_the_walker_is_in_the_middle() -> None:
    grid, camera = Grid(100, 100), Camera()
    scale = Scale(1, 1, 20, 20)
    camera.follow(Cell(50, 50), grid, scale)
    before = camera.origin
    for x in range(before.x + 5, before.x + 15):
        camera.follow(Cell(x, 50), grid, scale)
        assert camera.origin == before
    camera.follow(Cell(before.x + 15, 50), grid, scale)
    assert camera.origin == Cell(before.x + 1, before.y)


def test_camera_pans_to_the_edge_and_no_further() -> None:
    grid, camera, scale = Grid(30, 30), Camera(), Scale(1, 1, 20, 20)
    camera.pan(100, -5, grid, scale)
    assert camera.origin == Cell(11, 1)
