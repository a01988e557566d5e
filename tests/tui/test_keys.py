"""What keys do: steps, chat, rooms, help and the camera.

Not here: what is drawn (`test_drawing`), how many steps a held key makes (`test_model`).
"""

from random import Random

import pytest
from textual.widgets import Input

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import BAD_ROOM
from gridcli.core.strategies import STRATEGIES, seed_of
from gridcli.tui.automove import seeded_auto_move
from gridcli.tui.help import HelpScreen
from gridcli.tui.rooms import RoomScreen

from .driving import Driven, drive, lines, screen
from .fake_link import OWN_ID, moved

UP, DOWN, LEFT, RIGHT = Direction.UP, Direction.DOWN, Direction.LEFT, Direction.RIGHT


def test_arrows_wasd_and_hjkl_move() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("up", "down", "left", "right")
        await driven.press("w", "s", "a", "d")
        await driven.press("k", "j", "h", "l")
        assert driven.link.steps == [UP, DOWN, LEFT, RIGHT] * 3

    drive(scenario)


@pytest.mark.parametrize("opener", ["t", "slash"])
def test_keys_are_text_while_chatting(opener: str) -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press(opener)
        await driven.press(*"wasdhjklqrft", "question_mark", "up", "down", "left", "right", "tab")
        assert driven.app.chat_input.value == "wasdhjklqrft?"
        assert driven.link.steps == []
        assert driven.app.is_running

        await driven.press("enter")
        await driven.until(lambda: driven.link.said == ["wasdhjklqrft?"], "the line to be said")
        assert driven.app.chat_input.value == ""
        await driven.press("w")
        assert driven.link.steps == [UP]

        await driven.press(opener, "x", "escape", "s")
        assert driven.link.steps == [UP, DOWN]
        assert driven.link.said == ["wasdhjklqrft?"]

    drive(scenario)


def test_q_ends_the_game() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("q")
        await driven.until(lambda: not driven.app.is_running, "the end")
        assert driven.app.return_code == 0

    drive(scenario)


def test_rooms() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        await driven.press("r")
        await driven.until(lambda: isinstance(app.screen, RoomScreen), "the dialog")
        await driven.press(*"no room", "enter")
        assert isinstance(app.screen, RoomScreen)
        assert "letters" in screen(app)
        assert link.went == []
        app.screen.query_one(Input).value = ""
        await driven.press(*"garden", "enter")
        await driven.until(lambda: link.went == ["garden"], "the change of room")
        await driven.until(lambda: "garden" in app.status.text, "the new room")
        assert len(link.mirror.who) == 1

        await driven.press("r")
        await driven.until(lambda: isinstance(app.screen, RoomScreen), "the dialog")
        await driven.press("down", "enter")
        await driven.until(lambda: link.went == ["garden", "lobby"], "the way back")

        link.refusal = Refusal(BAD_ROOM, "no such room")
        await driven.press("r")
        await driven.until(lambda: isinstance(app.screen, RoomScreen), "the dialog")
        await driven.press(*"attic", "enter")
        await driven.until(lambda: "no such room" in screen(app), "the refusal")
        assert link.steps == []

    drive(scenario)


def test_help_opens_and_closes() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("question_mark")
        await driven.until(lambda: isinstance(driven.app.screen, HelpScreen), "the help")
        assert "hjkl" in screen(driven.app)
        await driven.press("w", "escape")
        assert not isinstance(driven.app.screen, HelpScreen)
        assert driven.link.steps == []

    drive(scenario)


def test_camera_follows_on_a_large_grid_and_can_be_let_go() -> None:
    async def scenario(driven: Driven) -> None:
        board, link = driven.app.board, driven.link
        for cell in (Cell(200, 90), Cell(1, 1), Cell(100, 50)):
            link.feed(moved(link, OWN_ID, cell, 1))
            await driven.drawn()
            assert "K" in "".join(lines(board))
        origin = board.camera.origin
        await driven.press("c", "right", "down")
        assert board.camera.origin == Cell(origin.x + 1, origin.y + 1)
        assert link.steps == []
        await driven.press("c", "right")
        assert link.steps == [RIGHT]
        await driven.press("c", "escape", "left")
        assert link.steps == [RIGHT, LEFT]

    drive(scenario, grid=Grid(200, 90))


def test_spectator_looks_around() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("right", "right", "down")
        assert driven.app.board.camera.origin == Cell(3, 2)
        assert driven.link.steps == []
        await driven.drawn()
        assert "spectating" in driven.app.status.text

    drive(scenario, grid=Grid(200, 90), spectate=True)


def test_automatic_steps_are_taken() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: len(driven.link.steps) >= 3, "three steps")
        first = Random(seed_of(3, 0))
        assert driven.link.steps[:3] == [STRATEGIES["random"]()(Mirror(), first) for _ in range(3)]

    drive(scenario, app_options={"auto_move": seeded_auto_move(0, "random", 3)})
