"""How the grid is drawn: one's own symbol, no more than has changed, and without colours.

Not here: what it looks like as a whole (`test_snapshots`), sizes (`test_layout`).
"""

import pytest
from textual.geometry import Region

from gridcli.core.geometry import Cell, Grid
from gridcli.link.states import Live, Reconnecting

from .driving import Driven, drive
from .fake_link import OWN_ID, moved


def test_own_symbol_is_bold_reversed_and_follows_the_state() -> None:
    async def scenario(driven: Driven) -> None:
        for cell in (Cell(1, 1), Cell(20, 10), Cell(7, 3)):
            driven.link.feed(moved(driven.link, OWN_ID, cell, 1))
            await driven.drawn()
            board = driven.app.board
            x, y = (cell.x - 1) * board.scale.cell_width, (cell.y - 1) * board.scale.cell_height
            owned = board.render_line(y).crop(x, x + board.scale.cell_width)
            assert owned.text.strip() == "K"
            assert all(s.style and s.style.bold and s.style.reverse for s in owned)
            others = [
                segment
                for line in range(board.size.height)
                for segment in board.render_line(line)
                if segment.style and segment.style.reverse
            ]
            assert len(others) == board.scale.cell_height  # nothing else is reversed

    drive(scenario)


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (60, 20), (40, 12)])
@pytest.mark.parametrize("grid", [Grid(20, 10), Grid(300, 200)])
def test_every_place_of_the_board_is_of_the_cell_that_is_drawn_there(
    size: tuple[int, int], grid: Grid
) -> None:
    async def scenario(driven: Driven) -> None:
        board = driven.app.board
        width, height = board.size
        at = {
            (x, y): board.cell_at(x, y) for y in range(-1, height + 1) for x in range(-1, width + 1)
        }
        own = {place for place, cell in at.items() if cell == driven.link.mirror.cell}
        reversed_ = set()
        for y in range(height):
            x = 0
            for segment in board.render_line(y):
                if segment.style and segment.style.reverse:
                    reversed_ |= {(x + n, y) for n in range(len(segment.text))}
                x += len(segment.text)
        assert own == reversed_ != set()
        assert {at[x, y] for x, y in at if x in (-1, width) or y in (-1, height)} == {None}
        assert all(cell is None or grid.holds(cell) for cell in at.values())

    drive(scenario, size=size, grid=grid)


def test_burst_costs_one_redraw_and_loses_no_move() -> None:
    async def scenario(driven: Driven) -> None:
        link, board = driven.link, driven.app.board
        before = board.frames
        for n in range(500):
            link.feed(moved(link, "u-bob", Cell(n % 20 + 1, n % 10 + 1), n + 1))
        link.feed(moved(link, "u-bob", Cell(20, 1), 501))
        assert board.frames == before
        await driven.until(lambda: board.frames > before, "a redraw")
        await driven.pilot.pause()
        assert board.frames == before + 1
        assert "B" in board.render_line(0).crop(board.size.width - board.scale.cell_width).text
        assert link.mirror.gaps == 0

    drive(scenario)


def test_a_move_repaints_its_own_lines_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(driven: Driven) -> None:
        board, rendered = driven.app.board, set()
        render_line = board.render_line
        monkeypatch.setattr(board, "render_line", lambda y: (rendered.add(y), render_line(y))[1])
        driven.link.feed(moved(driven.link, "u-cyd", Cell(17, 4), 1))  # from line 9
        await driven.drawn()
        height = board.scale.cell_height
        assert rendered == {*range(3 * height, 4 * height), *range(8 * height, 9 * height)}

        rendered.clear()
        driven.link.feed(moved(driven.link, "u-cyd", Cell(17, 4), 2))  # into the edge, say
        await driven.drawn()
        assert rendered == set()

    drive(scenario)


def test_grid_is_dimmed_while_reconnecting() -> None:
    async def scenario(driven: Driven) -> None:
        board = driven.app.board

        def dimmed() -> set[bool]:
            rows = [board.render_line(y) for y in range(board.size.height)]
            return {bool(s.style and s.style.dim) for row in rows for s in row}

        assert dimmed() == {False}
        driven.link.enter(Reconnecting(3, 4.0, "connection reset"))
        await driven.drawn()
        assert dimmed() == {True}
        driven.link.enter(Live())
        await driven.drawn()
        assert dimmed() == {False}

    drive(scenario)


def test_no_color_leaves_weight_and_reverse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scenario(driven: Driven) -> None:
        strips = [
            strip
            for widget in (driven.app.board, driven.app.players, driven.app.status)
            for strip in widget.render_lines(Region(0, 0, *widget.outer_size))
        ]
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert {str(style.color.name) for style in styles if style.color} <= {"default"}
        assert {str(style.bgcolor.name) for style in styles if style.bgcolor} <= {"default"}
        assert any(style.bold and style.reverse for style in styles)
        driven.link.enter(Reconnecting(1, 1.0, "reset"))
        await driven.drawn()

    drive(scenario, size=(160, 50))
