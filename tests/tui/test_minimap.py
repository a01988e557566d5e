"""The map of a grid that is not whole in view: what is on it, and where it stands.

Not here: what the board shows (`test_drawing`), the camera (`test_camera`).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gridcli.core.geometry import Cell, Grid
from gridcli.tui.layers import Window
from gridcli.tui.minimap import EACH_S, Minimap
from gridcli.tui.overview import Size, fit_map, overview

from .driving import Driven, drive, lines
from .fake_link import OWN_ID, PEOPLE, moved

SIDES = st.integers(1, 1000)


@given(st.builds(Grid, SIDES, SIDES), st.integers(1, 60), st.integers(1, 12))
def test_a_map_fits_its_room(grid: Grid, columns: int, height: int) -> None:
    size = fit_map(grid, Size(columns, height))
    assert 1 <= size.columns <= columns
    assert 1 <= size.lines <= height


@given(st.builds(Grid, SIDES, SIDES), st.data(), st.booleans())
def test_everyone_is_on_the_map_once_and_oneself_is_marked(
    grid: Grid, data: st.DataObject, ascii_only: bool
) -> None:
    cells = st.builds(Cell, st.integers(1, grid.width), st.integers(1, grid.height))
    people = data.draw(st.dictionaries(st.text(max_size=3), cells, max_size=20))
    own = data.draw(st.none() | cells)
    left, top = data.draw(cells)
    window = Window(left, top, min(left + 80, grid.width + 1), min(top + 20, grid.height + 1))
    size = fit_map(grid, Size(30, 8))
    rows = overview(people, own, grid, window, size, ascii_only=ascii_only)
    assert [len(row) for row in rows] == [size.columns] * size.lines
    marks = [mark for row in rows for mark in row]
    assert all(cell_len(mark.text) == 1 for mark in marks)
    assert all(mark.text.isascii() for mark in marks) or not ascii_only
    assert sum(mark.players for mark in marks) == len(people)
    assert sum(mark.own for mark in marks) == (own is not None)
    if own is not None:
        assert next(mark for mark in marks if mark.own).seen >= window.holds(*own)


def test_who_is_where_is_where_the_dots_are() -> None:
    grid, size = Grid(8, 8), Size(4, 2)  # each cell is one dot
    window = Window(1, 1, 5, 5)
    people = {"a": Cell(1, 1), "b": Cell(2, 1), "c": Cell(8, 8), "d": Cell(8, 8)}
    rows = overview(people, None, grid, window, size)
    assert [[mark.text for mark in row] for row in rows] == [
        ["⠉", " ", " ", " "],
        [" ", " ", " ", "⢀"],
    ]
    assert rows[1][3].players == 2
    assert [mark.seen for mark in rows[0]] == [True, True, False, False]
    plain = overview(people, Cell(8, 8), grid, window, size, ascii_only=True)
    assert "".join(mark.text for mark in plain[0]) == ":-  "
    assert plain[1][3].text == "@"


def test_the_edge_of_what_is_in_view_has_corners() -> None:
    rows = overview({}, None, Grid(100, 100), Window(21, 21, 81, 81), Size(10, 5))
    assert ["".join(mark.text for mark in row) for row in rows] == [
        "          ",
        "  ╭    ╮  ",
        "          ",
        "  ╰    ╯  ",
        "          ",
    ]
    rows = overview({}, None, Grid(100, 100), Window(21, 21, 81, 81), Size(10, 5), ascii_only=True)
    assert ["".join(mark.text for mark in row) for row in rows][1:4] == [
        "  +----+  ",
        "  |    |  ",
        "  +----+  ",
    ]


def shown(driven: Driven) -> list[Minimap]:
    return [minimap for minimap in driven.app.maps if minimap.display and minimap.region]


@pytest.mark.parametrize(
    ("size", "where"),
    [((160, 50), "map-beside"), ((100, 24), "map-beside"), ((80, 24), "map-over"), ((40, 12), "")],
)
def test_a_map_is_shown_where_the_grid_is_not_whole_in_view(
    size: tuple[int, int], where: str
) -> None:
    async def large(driven: Driven) -> None:
        assert [minimap.id for minimap in shown(driven)] == ([where] if where else [])
        await driven.press("m")
        await driven.drawn()
        assert shown(driven) == []
        await driven.press("m")
        await driven.drawn()
        assert [minimap.id for minimap in shown(driven)] == ([where] if where else [])
        for minimap in shown(driven):
            assert "◆" in "".join(lines(minimap))
            height = minimap.size.height
            assert 3 <= height <= 9

    async def small(driven: Driven) -> None:
        assert shown(driven) == []

    drive(large, size=size, grid=Grid(300, 150))
    if where:
        drive(small, size=size)


def test_the_map_keeps_away_from_its_player() -> None:
    async def scenario(driven: Driven) -> None:
        board, (minimap,) = driven.app.board, shown(driven)
        for number, cell in enumerate(
            [Cell(2, 2), Cell(2, 149), Cell(299, 149), Cell(299, 2), Cell(150, 75), Cell(2, 149)]
        ):
            driven.clock.now_s += 2 * EACH_S
            driven.link.feed(moved(driven.link, OWN_ID, cell, number))
            await driven.drawn()
            await driven.drawn()
            at = board.content_region.offset
            x = at.x + (cell.x - board.camera.origin.x) * board.scale.cell_width
            y = at.y + (cell.y - board.camera.origin.y) * board.scale.cell_height
            assert board.content_region.contains(x, y)
            assert not minimap.region.contains(x, y)
            assert driven.app.board.parent is not None
            assert minimap.region in driven.app.board.parent.region  # type: ignore[attr-defined]

    drive(scenario, size=(80, 24), grid=Grid(300, 150))


def test_the_map_follows_who_moves_a_few_times_a_second() -> None:
    async def scenario(driven: Driven) -> None:
        (minimap,) = shown(driven)
        driven.clock.now_s += 2 * EACH_S
        await driven.drawn()
        before = lines(minimap)
        driven.link.feed(moved(driven.link, "u-bob", Cell(290, 140), 1))
        await driven.drawn()
        driven.link.feed(moved(driven.link, "u-bob", Cell(10, 140), 2))
        await driven.drawn()
        assert minimap.late
        driven.clock.now_s += 2 * EACH_S
        # Nothing else changes: it catches up by itself.
        await driven.until(lambda: lines(minimap) != before, "the map")

    drive(scenario, size=(120, 40), grid=Grid(300, 150), people=PEOPLE)
