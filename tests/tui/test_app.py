"""The screen under Textual's pilot: keys, sizes, states, and foreign text.

Not here: what it looks like (`test_snapshots`), the models behind it (`test_game`).
"""

import unicodedata
from random import Random

import pytest
from textual.geometry import Region
from textual.widgets import Input

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.names import BAD_ROOM
from gridcli.core.protocol.updates import Chat, Delta, Joiner, Notice, Welcome
from gridcli.link.states import Connecting, Live, Offline, Reconnecting, Refused
from gridcli.tui.help import HelpScreen
from gridcli.tui.rooms import RoomScreen

from .driving import Driven, drive, lines, prose, screen
from .fake_link import OWN_ID, everyone, moved

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


def test_foreign_markup_is_drawn_as_it_is() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        markup = "[bold red]boo[/] [@click=app.quit]x[/]"
        link.feed(Chat("u-bob", "[b]bob[/b]", markup))
        link.feed(
            Delta(link.mirror.tick + 1, 6, joins=[Joiner("u-x", "[", Cell(1, 1), "[red]eve[/]")])
        )
        link.feed(Notice("full", "[blink]hey[/]"))
        link.enter(Refused("gone", "[u]no[/]"))
        await driven.drawn()
        text = screen(driven.app) + prose(driven.app.log_view)
        assert markup in text
        assert "[b]bob[/b]" in text
        assert "[red]eve[/]" in text
        assert "[blink]hey[/]" in text
        assert "[u]no[/]" in text

    drive(scenario, size=(160, 50))


def test_nothing_foreign_reaches_the_terminal_as_an_escape() -> None:
    evil = "a\x1b[31mb\x9b2Jc\x07d\u202ee\u200bf\x00g\r\n\u2028h"

    async def scenario(driven: Driven) -> None:
        link = driven.link
        link.feed(Welcome(OWN_ID, evil, Grid(20, 10), 2, evil, evil))
        link.feed(everyone([(OWN_ID, evil, Cell(1, 1), evil), ("u2", "\x1b", Cell(2, 2), evil)]))
        link.feed(Chat("u2", evil, evil))
        link.feed(Notice("full", evil))
        link.feed(Delta(2, 3, joins=[Joiner("u3", "\x9b", Cell(3, 3), evil)]))
        for state in (Live(), Reconnecting(1, 1.0, evil), Offline(evil), Refused(evil, evil)):
            link.enter(state)
            await driven.drawn()
            assert_printable(screen(driven.app))
        link.enter(Live())
        link.refusal = Refusal(evil, evil)
        await driven.press("t", "x", "enter")
        await driven.until(lambda: len(driven.app._notifications) > 0, "a toast")
        await driven.press("r")
        await driven.until(lambda: isinstance(driven.app.screen, RoomScreen), "the dialog")
        await driven.drawn()
        assert_printable(screen(driven.app))

    drive(scenario, size=(160, 50))


def assert_printable(text: str) -> None:
    odd = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")}
    assert not odd
    assert "b2Jc" in text  # the harmless rest is there


def test_any_size_without_a_traceback() -> None:
    async def scenario(driven: Driven) -> None:
        rng = Random(2)
        for _ in range(50):
            await driven.pilot.resize_terminal(rng.randint(1, 200), rng.randint(1, 60))
            driven.link.feed(
                moved(driven.link, "u-bob", Cell(rng.randint(1, 50), rng.randint(1, 30)), 1)
            )
            await driven.drawn()
        await driven.pilot.resize_terminal(80, 24)
        await driven.drawn()
        assert "K" in screen(driven.app)
        assert "live" in screen(driven.app)

    drive(scenario, grid=Grid(50, 30))


def test_from_100_columns_there_is_a_sidebar() -> None:
    async def scenario(driven: Driven) -> None:
        text = screen(driven.app)
        for name in ("ada (you)", "bob", "cyd", "eve", "players 5", "events and chat", "lobby"):
            assert name in text
        assert driven.app.players.region.x > driven.app.board.region.right - 1
        assert driven.app.status.region.height == 1

    drive(scenario, size=(160, 50))
    drive(scenario, size=(100, 24))


def test_80_by_24_is_grid_status_and_two_lines_of_chat() -> None:
    async def scenario(driven: Driven) -> None:
        app = driven.app
        assert app.board.size == (80, 20)  # the whole grid, as large as it gets
        assert (app.log_view.size.height, app.status.size.height) == (2, 1)
        assert not app.players.display
        for text in ("one", "two", "three"):
            driven.link.feed(Chat("u-bob", "bob", text))
        await driven.drawn()
        assert [line.strip() for line in lines(app.log_view)] == ["bob two", "bob three"]
        await driven.press("pageup")
        await driven.drawn()
        assert [line.strip() for line in lines(app.log_view)] == ["bob one", "bob two"]
        driven.link.feed(Chat("u-bob", "bob", "four"))
        await driven.drawn()
        assert [line.strip() for line in lines(app.log_view)] == ["bob one", "bob two"]
        await driven.press("pagedown", "pagedown")
        await driven.drawn()
        assert [line.strip() for line in lines(app.log_view)] == ["bob three", "bob four"]

    drive(scenario)


def test_60_by_20_still_shows_everything_that_counts() -> None:
    async def scenario(driven: Driven) -> None:
        text = screen(driven.app)
        for part in ("lobby", "K", "B", "live", "5 online"):
            assert part in text

    drive(scenario, size=(60, 20))


@pytest.mark.parametrize("size", [(30, 8), (39, 30), (100, 11)])
def test_too_small_a_window_says_which_size_is_needed(size: tuple[int, int]) -> None:
    async def scenario(driven: Driven) -> None:
        assert screen(driven.app).split() == ["gridcli", "needs", "a", "window", "of", "40x12"]
        await driven.pilot.resize_terminal(40, 12)
        await driven.drawn()
        assert "needs" not in screen(driven.app)
        assert "live" in screen(driven.app)

    drive(scenario, size=size)


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


def test_status_says_how_the_connection_is() -> None:
    async def scenario(driven: Driven) -> None:
        link, clock, status = driven.link, driven.clock, driven.app.status
        driven.game.step(LEFT)
        clock.now_s += 0.012
        link.feed(moved(link, OWN_ID, Cell(9, 5), 1))
        await driven.drawn()
        assert status.text == "● live  lobby  seen 12 ms  █  5 online  websocket  protocol 2"

        link.enter(Connecting())
        await driven.drawn()
        assert status.text == "◌ connecting"

        link.enter(Reconnecting(2, 3.2, "connection reset"))
        await driven.drawn()
        assert status.text == "◐ reconnecting  attempt 2, next in 4 s  connection reset"
        clock.now_s += 2
        await driven.until(lambda: "next in 2 s" in status.text, "the countdown")
        clock.now_s += 2
        await driven.until(lambda: "attempt 2, trying" in status.text, "the attempt")

        link.enter(Refused("full", "the room is full"))
        await driven.drawn()
        assert status.text == "✕ refused  the room is full [full]  enter to rejoin"
        link.enter(Offline("closed by the server"))
        await driven.drawn()
        assert status.text == "○ offline  closed by the server  enter to rejoin"

        await driven.press("enter")
        await driven.until(lambda: link.opened == 1, "another try")
        await driven.until(lambda: status.text.startswith("● live"), "to be live again")
        await driven.press("enter")
        assert link.opened == 1  # nothing to rejoin

    drive(scenario)


def test_narrow_status_keeps_what_counts_most() -> None:
    async def scenario(driven: Driven) -> None:
        link, status = driven.link, driven.app.status

        def line() -> str:
            return lines(status)[0].strip()

        assert line() == "● live  lobby  - ms  5 online"
        link.enter(Connecting())
        await driven.drawn()
        assert line() == "◌ connecting"
        link.enter(Reconnecting(2, 9.0, "the connection was reset by somebody"))
        await driven.drawn()
        assert line() == "◐ reconnecting  attempt 2, next in 9 s"
        await driven.pilot.resize_terminal(120, 24)
        await driven.drawn()
        assert "reset by somebody" in line()
        link.enter(Live())
        await driven.drawn()
        assert line().endswith("q quit")

    drive(scenario, size=(40, 12))


def test_idle_player_sees_a_ping() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: "ping 4.2 ms" in driven.app.status.text, "a ping")

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
        await driven.press("f", "right", "down")
        assert board.camera.origin == Cell(origin.x + 1, origin.y + 1)
        assert link.steps == []
        await driven.press("f", "right")
        assert link.steps == [RIGHT]

    drive(scenario, grid=Grid(200, 90))


def test_spectator_looks_around() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.press("right", "right", "down")
        assert driven.app.board.camera.origin == Cell(3, 2)
        assert driven.link.steps == []
        await driven.drawn()
        assert "spectating" in driven.app.status.text

    drive(scenario, grid=Grid(200, 90), spectate=True)


def test_players_that_do_not_fit_are_counted() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        newcomers = [Joiner(f"b{n}", "B", Cell(1, 1), f"bot{n:03}") for n in range(300)]
        link.feed(Delta(link.mirror.tick + 1, 305, joins=newcomers))
        await driven.drawn()
        listed = lines(driven.app.players)[1:-1]
        assert "ada (you)" in listed[0]
        assert f"and {305 - len(listed) + 1} more" in listed[-1]
        assert "players 305" in screen(driven.app)
        assert "bot000, bot001, bot002 and 297 more joined" in prose(driven.app.log_view)

    drive(scenario, size=(120, 40))


def test_ascii_draws_nothing_else() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        link.feed(Chat("u-bob", "bøb", "naïve ☕"))
        link.feed(Delta(link.mirror.tick + 1, 6, joins=[Joiner("u-é", "É", Cell(2, 9), "Éva")]))
        driven.game.step(LEFT)
        link.feed(moved(link, OWN_ID, Cell(9, 5), 1))
        await driven.drawn()
        text = screen(driven.app)
        assert text.isascii(), sorted({c for c in text if not c.isascii()})
        assert "K" in text
        assert "b?b na?ve ?" in prose(driven.app.log_view)

    drive(scenario, size=(160, 50), app_options={"ascii_only": True})
    drive(scenario, size=(80, 24), app_options={"ascii_only": True})


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


def test_automatic_steps_are_taken() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: len(driven.link.steps) >= 3, "three steps")

    drive(scenario, app_options={"auto_move_ms": 0, "rng": Random(3)})


def test_greeting_is_a_toast_and_stays_in_the_log() -> None:
    async def scenario(driven: Driven) -> None:
        url = "http://127.0.0.1:8765"
        assert url in prose(driven.app.log_view)
        await driven.until(lambda: screen(driven.app).count(url) >= 2, "the toast")

    drive(scenario, app_options={"greeting": ["Friends join at http://127.0.0.1:8765"]})
