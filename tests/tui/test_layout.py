"""What has room on a screen, from 160 columns down to too few.

Not here: what it looks like (`test_snapshots`), the status line's words (`test_states`).
"""

from random import Random

import pytest

from gridcli.core.geometry import Cell, Grid
from gridcli.core.protocol.updates import Chat, Delta, Joiner

from .driving import Driven, drive, lines, prose, screen
from .fake_link import moved


def test_any_size_without_a_traceback() -> None:
    async def scenario(driven: Driven) -> None:
        rng = Random(2)
        for _ in range(60):
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
        assert [line.strip() for line in lines(app.log_view)] == ["<bob> two", "<bob> three"]
        await driven.press("pageup")
        await driven.drawn()
        above, below = (line.strip() for line in lines(app.log_view))
        assert (above, below.split("   ")[0]) == ("<bob> one", "<bob> two")
        assert below.endswith("more below: PgDn")
        driven.link.feed(Chat("u-bob", "bob", "four"))
        await driven.drawn()
        above, below = (line.strip() for line in lines(app.log_view))
        assert (above, below.split("   ")[0]) == ("<bob> one", "<bob> two")
        assert below.endswith("1 new below: PgDn")
        await driven.press("pagedown", "pagedown")
        await driven.drawn()
        assert [line.strip() for line in lines(app.log_view)] == ["<bob> three", "<bob> four"]

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
