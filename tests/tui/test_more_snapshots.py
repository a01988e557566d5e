"""Pictures of what is not always there: games, dialogs, the light theme, a terminal without colour.

After a change that is meant: `make snapshots`. Not here: the board as it mostly is
(`test_snapshots`), whether every text can be read (`test_contrast`).
"""

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Input

from gridcli.core.geometry import Cell
from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.rounds import Mode, Phase, Place, Round
from gridcli.tui.app import PlayApp
from gridcli.tui.rooms import RoomScreen

from .fake_link import OWN_ID, walked_game

ROOMS = [
    RoomInfo("lobby", 5, Mode.ROAM, ("ada", "bob", "cyd")),
    RoomInfo("paint", 30, Mode.PAINT, tuple(f"painter{n}" for n in range(8))),
    RoomInfo("tag", 2, Mode.TAG, ("eve", "fay")),
]
PAINTED = {
    Cell(x, y): user_id
    for user_id, left in (("u-bob", 2), (OWN_ID, 9), ("u-cyd", 14))
    for x in range(left, left + 5)
    for y in range(2, 8)
}
POINTS = {"u-bob": 28, OWN_ID: 30, "u-cyd": 25}


def painting(phase: Phase, **more: object) -> Round:
    return Round(Mode.PAINT, 3, phase, 61_000, full=True, points=POINTS, paint=PAINTED, **more)  # type: ignore[arg-type]


def opened(screen: Screen[object]) -> bool:
    """Whether this is a dialog with all that belongs in it."""
    if isinstance(screen, RoomScreen):
        return len(screen.rooms) == len(ROOMS)
    return isinstance(screen, ModalScreen)


def test_a_round_of_paint_by_day(snap_compare: Any) -> None:
    game, link = walked_game(1)
    link.feed(painting(Phase.PLAYING))
    assert snap_compare(PlayApp(game, theme="light"), terminal_size=(120, 40))


def test_the_podium(snap_compare: Any) -> None:
    game, link = walked_game(1)
    best = (
        Place(OWN_ID, "K", "ada", 30),
        Place("u-bob", "B", "bob", 28),
        Place("u-cyd", "X", "cyd", 25),
    )
    link.feed(painting(Phase.PODIUM, podium=best))
    assert snap_compare(PlayApp(game), terminal_size=(100, 30))


def test_without_colour(snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    game, link = walked_game(1)
    link.feed(Round(Mode.TAG, 1, Phase.PLAYING, 60_000, full=True, it="u-cyd"))
    assert snap_compare(PlayApp(game), terminal_size=(80, 24))


@pytest.mark.parametrize("key", ["question_mark", "r", "n", "e"])
def test_dialogs(snap_compare: Any, key: str) -> None:
    async def open_dialog(pilot: Pilot[None]) -> None:
        await pilot.press(key)
        while not opened(pilot.app.screen):
            await pilot.pause()
        for asked in pilot.app.screen.query(Input):
            asked.cursor_blink = False
        await pilot.pause()

    game, link = walked_game(1)
    link.listed = ROOMS
    assert snap_compare(PlayApp(game), terminal_size=(80, 24), run_before=open_dialog)
