"""What keys do while a recording plays.

Not here: the mouse (`test_replay_mouse`), what the bar looks like (`test_bar`), that any moment is
as it was (`test_showing`).
"""

from dataclasses import replace

import pytest
from recordings import HEADER, OWN_ID, heard, live, recording, state
from tui.driving import screen

from gridcli.core.geometry import Cell, Grid
from gridcli.core.protocol.updates import Delta, Joiner, Welcome
from gridcli.tui.help import HelpScreen

from .replaying import Watched, a_game, watch


def test_it_plays_by_the_clock_and_stops_at_the_end() -> None:
    async def scenario(watched: Watched) -> None:
        assert watched.cell is None
        await watched.passes(3.5)
        assert watched.cell == Cell(4, 1)
        await watched.passes(100)
        assert watched.cell == Cell(20, 1)
        assert watched.shows("0:20.00 / 0:20")
        assert watched.shows(" end")
        assert watched.toasts[-1] == "The end. Space plays it again."
        await watched.press("space")
        await watched.passes(2.5)
        assert watched.cell == Cell(3, 1)
        assert watched.shows("0:02 / 0:20")
        await watched.passes(100)
        assert watched.toasts[-2:] == ["The end. Space plays it again."] * 2

    watch(scenario)


def test_space_pauses_and_plays_on() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.passes(3.5)
        await watched.press("space")
        await watched.passes(60)
        assert watched.shows("0:03.50 / 0:20")
        assert watched.cell == Cell(4, 1)
        await watched.press("p")
        await watched.passes(1)
        assert watched.cell == Cell(5, 1)

    watch(scenario)


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        ("right", "0:05.00"),
        ("right right right left", "0:10.00"),
        ("left", "0:00.00"),
        ("up", "0:20.00"),
        ("shift+right shift+left", "0:00.00"),
        ("end", "0:20.00"),
        ("end home", "0:00.00"),
        ("end down", "0:00.00"),
        ("7", "0:14.00"),
        ("7 0", "0:00.00"),
    ],
)
def test_keys_seek(keys: str, position: str) -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("space", *keys.split())
        assert watched.shows(f"{position} / 0:20")
        seconds = int(float(position.partition(":")[2]))
        assert watched.cell == (Cell(min(seconds, 20), 1) if seconds else None)

    watch(scenario)


def test_what_plays_plays_on_after_a_seek() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("5")
        await watched.passes(1.5)
        assert watched.shows("0:11 / 0:20")
        assert watched.cell == Cell(12, 1)
        await watched.press("left")
        assert watched.cell == Cell(7, 1), "between two steps"

    watch(scenario)


def test_one_change_at_a_time() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.passes(9.0)
        seen = []
        for key in ["full_stop", "full_stop", "full_stop", "comma", "comma", "comma", "comma"]:
            await watched.press(key)
            await watched.passes(5)  # it is paused
            seen.append((watched.app.bar.text.split(" ")[0], watched.log[-1]))
        assert seen == [
            ("0:09.02", "ben joined"),
            ("0:10.02", "ben joined"),
            ("0:10.50", "at 10"),
            ("0:10.02", "ben joined"),
            ("0:09.02", "ben joined"),
            ("0:08.02", "ben joined"),
            ("0:07.02", "ben joined"),
        ]
        await watched.press("home", "comma")
        assert watched.shows("0:00.00 / 0:20")
        await watched.press("end", "full_stop")
        assert watched.shows("0:20.00 / 0:20")

    watch(scenario)


@pytest.mark.parametrize(
    ("keys", "label", "seconds"),
    [
        ("right_square_bracket", "2×", 2.0),
        ("plus plus equals_sign", "8×", 8.0),
        ("minus", "½×", 0.5),
        ("left_square_bracket " * 9, "⅛×", 0.125),
        ("right_square_bracket " * 9, "16×", 16.0),
        ("minus plus", "1×", 1.0),
    ],
)
def test_the_speed(keys: str, label: str, seconds: float) -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press(*keys.split())
        assert watched.app.bar.text.endswith(f"  {label}")
        await watched.passes(1)
        assert watched.app._projector.position_s == pytest.approx(seconds)

    watch(scenario)


def test_the_speed_that_was_asked_for() -> None:
    async def scenario(watched: Watched) -> None:
        assert watched.app.bar.text.endswith("  3×")
        await watched.passes(2)
        assert watched.cell == Cell(6, 1)

    watch(scenario, speed=3.0)


def test_the_journal_is_that_of_the_moment() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("end")
        assert watched.log == ["ben joined", "at 10", "at 15", "offline: closed by us"]
        await watched.press("6")
        assert watched.log == ["ben joined", "at 10"]
        assert "at 10" in screen(watched.app)
        assert "at 15" not in screen(watched.app)
        await watched.press("1")
        assert watched.log == []
        assert "players 1" not in screen(watched.app)

    watch(scenario)


def test_the_latency_is_the_recorded_one() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.passes(3.5)
        assert "seen 20 ms" in watched.app.status.text
        await watched.press("minus", "minus", "9")
        await watched.passes(2)
        assert "seen 20 ms" in watched.app.status.text

    watch(scenario)


@pytest.mark.parametrize("key", ["t", "slash", "r", "v", "b", "enter"])
def test_what_a_player_does_is_not_to_be_done_and_that_is_said_once(key: str) -> None:
    async def scenario(watched: Watched) -> None:
        await watched.passes(2.5)
        before = len(watched.toasts)
        await watched.press(key, key)
        await watched.press("t", "r")
        assert [text.partition(":")[0] for text in watched.toasts[before:]] == [
            "This is a recording"
        ]
        assert watched.app.focused is None
        assert watched.cell == Cell(3, 1)

    watch(scenario)


def test_letters_look_around_and_c_follows_again() -> None:
    people = [Joiner(OWN_ID, "K", Cell(60, 20), "ada")]
    entries = [
        heard(0.0, Welcome(OWN_ID, "K", Grid(120, 40), 2, "ada", "den")),
        heard(0.0, Delta(0, 1, full=True, joins=people)),
        live(0.0),
        state(9.0, "offline", reason="closed by us"),
    ]

    async def scenario(watched: Watched) -> None:
        app = watched.app
        await watched.passes(1)
        origin = app.board.camera.origin
        await watched.press("d", "l", "s", "j", "a")
        assert app.board.camera.origin == Cell(origin.x + 1, origin.y + 2)
        assert app.game.follow.free
        await watched.press("escape")
        assert not app.game.follow.free
        await watched.press("c", "w")
        assert app.game.follow.free
        assert app.game.mirror.cell == Cell(60, 20)

    watch(scenario, entries)


def test_f_follows_others_and_goes_on_after_a_seek() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("6", "f")
        assert watched.app.game.follow.name == "ben"
        await watched.press("9")
        assert watched.app.game.follow.name == "ben"

    watch(scenario)


def test_the_help_says_what_keys_do_here() -> None:
    async def scenario(watched: Watched) -> None:
        await watched.press("question_mark")
        assert isinstance(watched.app.screen, HelpScreen)
        shown = screen(watched.app)
        for text in (
            "5 seconds back or on",
            "0123456789",
            "half or double the speed",
            "▴ ◆ ✕",
            "bar: go there",
        ):
            assert text in shown
        assert "go to another room" not in shown
        assert "walk there" not in shown
        await watched.press("escape")
        assert not isinstance(watched.app.screen, HelpScreen)

    watch(scenario, size=(100, 50))


def test_a_recording_of_many_says_whose_view_it_is() -> None:
    async def scenario(watched: Watched) -> None:
        title, subtitle = watched.app.bar.border_title, watched.app.bar.border_subtitle
        assert title == "replay game.jsonl"
        assert str(subtitle).startswith("player 3 of 9, bots 2026-11-22")
        await watched.passes(2.5)
        assert watched.cell == Cell(3, 1)

    header = replace(HEADER, tool="bots", players=9, incoming=(0, 3))
    entries = [entry._replace(player=3) for entry in a_game()]
    others = [entry._replace(time_s=0.0, player=0) for entry in a_game()[:3]]
    watch(scenario, others + entries, header=header, player=3, size=(120, 40))


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (b'{"time_s":21.0,"pla', "The recording is cut off in its last line, and played up to"),
        (b'{"time_s":21.0,"pla\n{}\n', "is broken: line 47 is not JSON. It is played up to there."),
    ],
)
def test_a_recording_that_ends_badly_is_played_up_to_there(end: bytes, said: str) -> None:
    async def scenario(watched: Watched) -> None:
        assert any(said in text for text in watched.toasts)
        await watched.press("end")
        assert watched.shows("0:20.00 / 0:20")
        assert watched.cell == Cell(20, 1)

    watch(scenario, recording(a_game()) + end)
