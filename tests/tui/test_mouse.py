"""Walking by mouse: where clicks and drags lead, and what ends a walk.

Not here: which step comes when (`test_walk`), a real terminal's mouse (`test_pty_walk`).
"""

import pytest
from textual.geometry import Offset

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.updates import Welcome
from gridcli.link.states import Live, Reconnecting
from gridcli.tui.automove import seeded_auto_move
from gridcli.tui.walk import STUCK_S

from .driving import Driven, drive, lines
from .fake_link import OWN_ID, everyone, moved

LEFT, RIGHT, UP, DOWN = Direction.LEFT, Direction.RIGHT, Direction.UP, Direction.DOWN


def place_of(driven: Driven, cell: Cell) -> Offset:
    """Where on the board a cell is drawn, counted from the board's corner with its frame."""
    board = driven.app.board
    scale, origin = board.scale, board.camera.origin
    x = (cell.x - origin.x) * scale.cell_width + scale.cell_width // 2
    y = (cell.y - origin.y) * scale.cell_height
    at = Offset(x, y)
    assert board.cell_at(*at) == cell
    return at + board.gutter.top_left


def goal_shown(driven: Driven) -> bool:
    return "×" in "".join(lines(driven.app.board)).replace("20×10", "")


async def press(driven: Driven, cell: Cell) -> None:
    await driven.pilot.mouse_down("#board", offset=place_of(driven, cell))


async def drag(driven: Driven, cell: Cell) -> None:
    await driven.pilot.hover("#board", offset=place_of(driven, cell))


async def release(driven: Driven, cell: Cell) -> None:
    await driven.pilot.mouse_up("#board", offset=place_of(driven, cell))


async def click(driven: Driven, cell: Cell) -> None:
    await press(driven, cell)
    await release(driven, cell)


async def frames(driven: Driven, seconds: float, *, seen: bool = True) -> None:
    """Let so much time pass on the clock, and the server show each step at once."""
    link = driven.link
    done = link.mirror.seqs.get(OWN_ID, 0)
    for _ in range(round(seconds / 0.04)):
        driven.clock.now_s += 0.04
        driven.app.redraw()
        while seen and done < len(link.steps):
            mirror = link.mirror
            assert mirror.cell is not None
            cell = mirror.grid.step(mirror.cell, link.steps[done])
            done += 1
            link.feed(moved(link, OWN_ID, cell, done))
    await driven.drawn()


@pytest.mark.parametrize("size", [(160, 50), (100, 30), (80, 24), (60, 20), (40, 12)])
def test_a_click_walks_there_at_a_steady_pace(size: tuple[int, int]) -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        goal = Cell(13, 3)  # from 10, 5, and in view in each size
        await click(driven, goal)
        await frames(driven, 0.3)
        assert 2 <= len(link.steps) <= 4, "one at a time"
        assert goal_shown(driven)
        await frames(driven, 3)
        assert link.mirror.cell == goal
        assert sorted(link.steps) == sorted([RIGHT, RIGHT, RIGHT, UP, UP])
        assert not goal_shown(driven)
        await frames(driven, 3)
        assert len(link.steps) == 5

    drive(scenario, size=size)


def test_a_click_on_the_frame_or_beside_the_grid_is_none() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.pilot.click("#stage", offset=(0, 0))
        await driven.pilot.click("#title")
        await driven.pilot.click("#status")
        await frames(driven, 1)
        assert driven.link.steps == []
        assert driven.game.walk.goal is None

    drive(scenario, size=(160, 50))


def test_a_drag_takes_the_goal_along_and_may_leave_the_board() -> None:
    async def scenario(driven: Driven) -> None:
        link, walk = driven.link, driven.game.walk
        await press(driven, Cell(20, 5))
        await frames(driven, 0.3)
        assert set(link.steps) == {RIGHT}
        await drag(driven, Cell(2, 5))
        assert walk.goal == Cell(2, 5)
        await driven.pilot.hover("#players", offset=(3, 3))
        await driven.until(lambda: walk.goal is not None and walk.goal.x == 20, "the edge")
        await driven.pilot.mouse_up("#players", offset=(3, 3))
        await drag(driven, Cell(2, 5))  # no more than a move of the mouse
        await driven.drawn()
        assert walk.goal is not None
        assert walk.goal.x == 20
        await frames(driven, 3)
        assert link.mirror.cell is not None
        assert link.mirror.cell.x == 20

    drive(scenario, size=(120, 40))


def test_holding_the_button_goes_on_while_the_grid_scrolls() -> None:
    async def scenario(driven: Driven) -> None:
        board, link = driven.app.board, driven.link
        before = board.camera.origin
        edge = board.nearest_cell(1000, 5)
        await press(driven, edge)
        await frames(driven, 12)
        assert link.mirror.cell is not None
        assert link.mirror.cell.x > edge.x + 20
        assert board.camera.origin.x > before.x + 20
        here = link.mirror.cell
        await release(driven, board.nearest_cell(1000, 5))
        await frames(driven, 12)
        assert here.x < link.mirror.cell.x < here.x + board.scale.columns
        assert driven.game.walk.goal is None

    drive(scenario, grid=Grid(1000, 90))


@pytest.mark.parametrize("key", ["a", "up", "escape"])
def test_keys_end_a_walk(key: str) -> None:
    async def scenario(driven: Driven) -> None:
        await click(driven, Cell(20, 5))
        await frames(driven, 0.5)
        await driven.press(key)
        assert driven.game.walk.goal is None
        taken = len(driven.link.steps)
        await frames(driven, 2)
        assert len(driven.link.steps) == taken
        assert not goal_shown(driven)

    drive(scenario)


def test_a_walk_that_is_not_seen_ends() -> None:
    async def scenario(driven: Driven) -> None:
        await click(driven, Cell(20, 10))
        await frames(driven, STUCK_S + 0.2, seen=False)
        assert driven.game.walk.goal is None
        assert len(driven.link.steps) == 15

    drive(scenario)


def test_a_lost_connection_and_another_room_end_a_walk() -> None:
    async def scenario(driven: Driven) -> None:
        link, walk = driven.link, driven.game.walk
        await click(driven, Cell(20, 10))
        link.enter(Reconnecting(1, 1.0, "reset"))
        assert walk.goal is None
        await click(driven, Cell(20, 10))
        assert walk.goal is None, "there is nobody to walk"
        link.enter(Live())
        await click(driven, Cell(20, 10))
        assert walk.goal == Cell(20, 10)
        link.feed(Welcome(OWN_ID, "K", link.mirror.grid, 2, "ada", "garden"))
        link.feed(everyone([(OWN_ID, "K", Cell(3, 3), "ada")]))
        await frames(driven, 0.2)
        assert walk.goal is None

    drive(scenario)


def test_a_click_gives_the_keys_back_to_the_grid() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("t")
        await click(driven, Cell(11, 5))
        await frames(driven, 1)
        await driven.press("a")
        assert driven.link.steps == [RIGHT, LEFT]

    drive(scenario)


def test_automatic_steps_wait_while_one_walks() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        await driven.until(lambda: len(link.steps) >= 2, "automatic steps")
        await click(driven, Cell(20, 5))
        assert driven.game.walk.goal is not None
        taken = len(link.steps)
        assert not any(driven.app.step_by_itself(UP) for _ in range(5))
        await frames(driven, 3)
        assert set(link.steps[taken : taken + 5]) == {RIGHT}
        assert driven.game.walk.goal is None

    drive(scenario, app_options={"auto_move": seeded_auto_move(0, "random", 3)})
