"""Watching without playing: the switch, what keys and mouse do then, and what the screen says.

Not here: following while one plays (`test_watching`), the same on a real server (`test_pty_watch`).
"""

from textual.geometry import Offset

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.names import FULL
from gridcli.core.protocol.updates import Delta

from .driving import Driven, drive, lines, screen

GRID = Grid(200, 90)


def test_v_watches_and_plays_again() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        await driven.press("v")
        await driven.until(lambda: "spectating" in app.title_row.text, "the word")
        await driven.until(lambda: "You are watching" in screen(app), "what one can do")
        assert "v play" in lines(app.status)[0]
        assert "offline" not in screen(app)
        await driven.press("right")
        assert link.steps == []

        await driven.press("v")
        await driven.until(lambda: "spectating" not in app.title_row.text, "the end of it")
        assert link.became == [True, False]
        assert (link.target.symbol, link.mirror.symbol) == ("K", "K")
        await driven.press("right")
        assert link.steps == [Direction.RIGHT]

    drive(scenario, size=(100, 30))


def test_who_may_not_play_goes_on_watching() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        assert "spectating" in app.status.text
        link.refusal = Refusal(FULL, "the server is full")
        await driven.press("v")
        await driven.until(lambda: "the server is full" in screen(app), "the refusal")
        await driven.until(lambda: link.became == [False, True], "the return")
        await driven.drawn()
        assert "spectating" in app.status.text
        assert app.status.text.startswith("● live")
        await driven.press("v")
        await driven.until(lambda: "spectating" not in app.status.text, "to play")

    drive(scenario, spectate=True)


def test_protocol_1_has_no_spectators() -> None:
    async def scenario(driven: Driven) -> None:
        driven.link.protocol = 1
        await driven.press("v")
        await driven.until(lambda: "no spectators" in screen(driven.app), "the reason")
        assert driven.link.became == []

    drive(scenario)


def test_a_spectator_follows_by_key_and_lets_go_by_arrow() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        await driven.press("f")
        await driven.drawn()
        assert "spectating  following ada" in app.status.text
        await driven.press("down")
        await driven.drawn()
        assert "following" not in app.status.text
        await driven.press("f")
        link.feed(Delta(link.mirror.tick + 1, 4, leaves=["me"]))
        await driven.until(lambda: "ada has left. f follows another." in screen(app), "the toast")

    drive(scenario, grid=GRID, spectate=True)


def test_who_begins_to_watch_keeps_following() -> None:
    async def scenario(driven: Driven) -> None:
        app = driven.app
        await driven.press("f", "v")
        await driven.until(lambda: "spectating" in app.status.text, "watching")
        await driven.drawn()
        assert "following bob" in app.status.text
        await driven.press("v")
        await driven.until(lambda: "spectating" not in app.status.text, "playing")
        await driven.drawn()
        assert "following" not in app.status.text

    drive(scenario, grid=GRID)


def test_a_spectator_clicks_on_players_and_drags_the_grid() -> None:
    async def scenario(driven: Driven) -> None:
        app, board = driven.app, driven.app.board
        scale = board.scale
        at = Offset(16 * scale.cell_width, 8 * scale.cell_height) + board.gutter.top_left
        await driven.pilot.click("#board", offset=at)
        assert driven.game.follow.name == "cyd"
        await driven.press("escape", *["right"] * 30)
        origin = board.camera.origin
        await driven.pilot.mouse_down("#board", offset=(30, 10))
        await driven.pilot.hover("#board", offset=(30 - 5 * scale.cell_width, 12))
        await driven.pilot.mouse_up("#board", offset=(30 - 5 * scale.cell_width, 12))
        assert board.camera.origin == Cell(origin.x + 5, max(1, origin.y - 2))
        await driven.pilot.hover("#board", offset=(30, 10))
        assert board.camera.origin.x == origin.x + 5
        assert driven.link.steps == []
        assert driven.game.walk.goal is None
        assert "following" not in app.status.text

    drive(scenario, grid=GRID, spectate=True, size=(100, 30))
