"""What the screen says of the connection: the status line in each state, pings, the greeting.

Not here: what the model makes of states (`test_game`), the dimmed grid (`test_drawing`).
"""

import pytest

from gridcli.core.geometry import Cell, Direction
from gridcli.core.protocol.updates import Notice
from gridcli.link.states import (
    Connecting,
    Kicked,
    Live,
    Mismatched,
    Offline,
    Reconnecting,
    Refused,
    State,
)
from gridcli.tui.board import Stage

from .driving import Driven, drive, lines, prose, screen
from .fake_link import OWN_ID, moved


def test_status_says_how_the_connection_is() -> None:
    async def scenario(driven: Driven) -> None:
        link, clock, status = driven.link, driven.clock, driven.app.status
        driven.game.step(Direction.LEFT)
        clock.now_s += 0.012
        link.feed(moved(link, OWN_ID, Cell(9, 5), 1))
        await driven.drawn()
        assert status.text == "● live  lobby  seen 12 ms  █  5 online  ws  protocol 2"

        link.feed(Notice("isolated", "this server can't reach the others"))
        await driven.drawn()
        assert "cut off from other servers" in status.text
        link.feed(Notice("reunited", "this server reaches the others again"))
        link.place = "grid.example:8801"
        await driven.drawn()
        assert status.text.endswith("5 online  ws  protocol 2  at grid.example:8801")

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
        assert status.text == "✕ refused  the room is full [full]  Enter rejoins"
        link.enter(Kicked("gone", "you have connected again from elsewhere"))
        await driven.drawn()
        said = "✕ kicked  you have connected again from elsewhere [gone]  Enter rejoins"
        assert status.text == said
        link.enter(Mismatched("the server speaks protocol 3; update gridcli"))
        await driven.drawn()
        said = "✕ mismatch  the server speaks protocol 3; update gridcli  Enter tries again"
        assert status.text == said
        link.enter(Offline("closed by the server"))
        await driven.drawn()
        assert status.text == "○ offline  closed by the server  Enter rejoins"

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

        assert line().split("   ") == ["● live  lobby  - ms  5 online", "? help"]
        link.enter(Connecting())
        await driven.drawn()
        assert line() == "◌ connecting"
        link.enter(Reconnecting(2, 9.0, "the connection was reset by somebody"))
        await driven.drawn()
        assert line() == "◐ reconnecting  attempt 2, next in 9 s"
        await driven.pilot.resize_terminal(120, 24)
        await driven.drawn()
        assert "reset by somebody" in lines(driven.app.title_row)[0]
        link.enter(Live())
        await driven.drawn()
        assert line().startswith("←↑↓→ move  t chat")
        assert line().endswith("protocol 2")
        assert "╭─ lobby  ● live  ws " in lines(driven.app.title_row)[0]
        assert lines(driven.app.title_row)[0].endswith(" 5 online ─╮")

    drive(scenario, size=(40, 12))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Connecting(), ["connecting"]),
        (Reconnecting(3, 2.0, "connection reset"), ["reconnecting", "attempt 3", "next in 2 s"]),
        (Offline("gave up"), ["offline", "gave up", "Enter rejoins"]),
        (Refused("full", "no room"), ["refused", "no room [full]", "Enter rejoins"]),
        (Kicked("gone", "elsewhere"), ["kicked", "elsewhere [gone]", "Enter rejoins"]),
        (Mismatched("update gridcli"), ["mismatch", "update gridcli", "Enter tries again"]),
    ],
)
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (160, 50)])
def test_a_banner_over_the_grid_says_that_it_is_not_how_things_are(
    state: State, words: list[str], size: tuple[int, int]
) -> None:
    async def scenario(driven: Driven) -> None:
        banner, stage = driven.app.banner, driven.app.query_one(Stage)
        assert not banner.display
        driven.link.enter(state)
        await driven.drawn()
        text = prose(banner)
        assert all(word in text for word in words), text
        assert stage.region.contains_region(banner.region)
        assert stage.region.width - banner.region.width in range(4) or banner.region.y > 2
        driven.link.enter(Live())
        await driven.drawn()
        assert not banner.display

    drive(scenario, size=size)


@pytest.mark.parametrize("state", [Offline("x"), Refused("x", "x"), Kicked("x", "x")])
def test_enter_rejoins_after_every_end(state: State) -> None:
    async def scenario(driven: Driven) -> None:
        driven.link.enter(state)
        await driven.press("enter")
        await driven.until(lambda: driven.link.opened == 1, "another try")
        assert "connected again" in prose(driven.app.log_view)

    drive(scenario)


def test_idle_player_sees_a_ping() -> None:
    async def scenario(driven: Driven) -> None:
        await driven.until(lambda: "ping 4.2 ms" in driven.app.status.text, "a ping")

    drive(scenario)


def test_greeting_is_a_toast_and_stays_in_the_log() -> None:
    async def scenario(driven: Driven) -> None:
        url = "http://127.0.0.1:8765"
        assert url in prose(driven.app.log_view)
        await driven.until(lambda: screen(driven.app).count(url) >= 2, "the toast")
        await driven.press("t")  # the toast lies over the chat
        await driven.until(lambda: screen(driven.app).count(url) == 1, "the toast to go")

    drive(scenario, app_options={"greeting": ["Friends join at http://127.0.0.1:8765"]})
