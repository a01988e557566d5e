"""What the mouse does while a recording plays: on the bar, and on the board.

Not here: keys (`test_replay_keys`), a real terminal's mouse (`test_replay_command`).
"""

import pytest

from gridcli.core.geometry import Cell

from .replaying import LENGTH_S, Watched, watch


def test_the_mouse_seeks_drags_and_pauses() -> None:
    async def scenario(watched: Watched) -> None:
        bar, pilot = watched.app.bar, watched.pilot
        columns = [c for c in range(80) if bar.position_at(c) is not None]
        await pilot.click(bar, offset=(columns[0], 0))
        await watched.drawn()
        assert watched.shows("0:00 / 0:20")
        await pilot.click(bar, offset=(columns[-1], 0))
        await watched.drawn()
        assert watched.shows(" end")
        await pilot.mouse_down(bar, offset=(columns[-1], 0))
        await pilot.hover(bar, offset=(columns[len(columns) // 2], 0))
        await watched.drawn()
        assert watched.app._projector.position_s == pytest.approx(LENGTH_S / 2, abs=0.5)
        await pilot.hover("#board", offset=(1, 1))
        await pilot.mouse_up("#board", offset=(1, 1))
        await watched.drawn()
        assert watched.shows("0:00.00 / 0:20"), "a drag may leave the bar"
        await pilot.hover(bar, offset=(columns[-1], 0))
        await watched.drawn()
        assert watched.shows("0:00.00 / 0:20"), "the button is up"
        await pilot.click(bar, offset=(1, 0))
        await watched.passes(2.5)
        assert watched.shows("0:02 / 0:20")

    watch(scenario)


def test_a_click_on_the_board_follows_and_moves_nobody() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("space", "6")
        board = watched.app.board
        at = next(
            (x, y)
            for y in range(board.size.height)
            for x in range(board.size.width)
            if board.cell_at(x, y) == Cell(5, 5)
        )
        await watched.pilot.click(board, offset=at)
        await watched.passes(3)
        assert watched.app.game.follow.name == "ben"
        assert watched.app.game.walk.goal is None

    watch(scenario)
