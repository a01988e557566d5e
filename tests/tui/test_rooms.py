"""The rooms that are offered, and the dialog: live, filtered, by keys and by mouse.

Not here: going there and back by keys alone (`test_keys`).
"""

from collections.abc import Sequence

from textual.widgets import Input, OptionList

from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.rounds import Mode
from gridcli.link.states import NotLive
from gridcli.tui.room_list import RoomList
from gridcli.tui.rooms import RoomScreen

from .driving import Driven, drive, lines, screen

LISTED = [
    RoomInfo("lobby", 2, Mode.ROAM, ("ada", "bob")),
    RoomInfo("den", 1, Mode.ROAM, ("[b]cyd[/b]",)),
    RoomInfo("paint", 30, Mode.PAINT, tuple(f"p{n}" for n in range(8))),
    RoomInfo("dens", 4, Mode.TAG, ("eve",)),
]


async def opened(driven: Driven, listed: Sequence[RoomInfo] | None = LISTED) -> RoomScreen:
    """The dialog, once it shows the server's list."""
    driven.link.listed = listed
    await driven.press("r")
    await driven.until(lambda: isinstance(driven.app.screen, RoomScreen), "the dialog")
    dialog = driven.app.screen
    assert isinstance(dialog, RoomScreen)
    if listed is not None:
        await driven.until(lambda: len(dialog.rooms) == len(listed), "the list")
    await driven.drawn()
    return dialog


def offered(dialog: RoomScreen) -> list[str]:
    """What the list shows, each line without its blanks."""
    return [" ".join(line.split()) for line in lines(dialog.query_one(OptionList)) if line.strip()]


def test_the_busiest_come_first_and_stay_where_they_are() -> None:
    rooms = RoomList("den", ["hut"])
    assert rooms.matching("") == ["den", "hut", "lobby"]
    rooms.take(LISTED)
    assert rooms.matching("") == ["den", "paint", "dens", "lobby"]
    rooms.take([LISTED[1], RoomInfo("lobby", 99), RoomInfo("new", 100), LISTED[3]])
    assert rooms.matching("") == ["den", "dens", "lobby", "new"]
    rooms.take([RoomInfo("../etc", 5), RoomInfo("new", 1)])
    assert rooms.matching("") == ["den", "new"], "where one is, and what may be asked for"


def test_a_text_finds_rooms() -> None:
    rooms = RoomList("lobby", [])
    rooms.take([RoomInfo(room, 1) for room in ("garden", "den", "Dens", "attic")])
    assert rooms.matching("den") == ["den", "Dens", "garden"]
    assert rooms.matching("zzz") == []


def test_a_line_says_what_is_played_and_who_is_there() -> None:
    rooms = RoomList("lobby", [])
    rooms.take(LISTED)
    said = "paint paint 30 p0, p1, p2, p3, p4, p5, p6, p7 and 22 more"
    assert " ".join(rooms.line("paint", 72).plain.split()) == said
    assert rooms.line("lobby", 60).plain.startswith("▸ lobby")
    assert rooms.line("lobby", 60, ascii_only=True).plain.startswith("> lobby")
    for width in range(1, 80):
        assert rooms.line("paint", width).cell_len <= max(width, 27)


def test_arrows_choose_a_room() -> None:
    async def scenario(driven: Driven) -> None:
        dialog = await opened(driven)
        assert [line.split()[0] for line in offered(dialog)] == ["▸", "paint", "dens", "den"]
        assert "[b]cyd[/b]" in screen(driven.app)
        await driven.press("down", "down", "up", "enter")
        await driven.until(lambda: driven.link.went == ["paint"], "the change")
        assert driven.link.steps == []

    drive(scenario)


def test_the_list_is_live_and_the_mark_stays_on_its_room() -> None:
    async def scenario(driven: Driven) -> None:
        dialog = await opened(driven)
        await driven.press("down", "down")
        driven.link.listed = [RoomInfo("attic", 7, Mode.ROAM, ("zoe",)), LISTED[0], LISTED[3]]
        await driven.until(lambda: "zoe" in screen(driven.app), "the new list")
        assert [line.split()[0] for line in offered(dialog)] == ["▸", "dens", "attic"]
        await driven.press("enter")
        await driven.until(lambda: driven.link.went == ["dens"], "the change")

    drive(scenario)


def test_typing_filters_and_names_a_new_room() -> None:
    async def scenario(driven: Driven) -> None:
        dialog = await opened(driven)
        await driven.pilot.press(*"den")
        assert [line.split()[0] for line in offered(dialog)] == ["den", "dens"]
        await driven.pilot.press("s", "x")
        assert offered(dialog) == ["+ a new room: densx"]
        await driven.pilot.press("backspace", "backspace", "backspace")
        assert offered(dialog)[-1] == "+ a new room: de"
        await driven.press("down", "down", "enter")
        await driven.until(lambda: driven.link.went == ["de"], "the change")

    drive(scenario)


def test_a_click_goes_there_and_escape_stays() -> None:
    async def scenario(driven: Driven) -> None:
        await opened(driven)
        await driven.press("escape")
        assert not isinstance(driven.app.screen, RoomScreen)
        await opened(driven)
        await driven.press("enter")
        assert driven.link.went == [], "one is there already"
        await opened(driven)
        await driven.pilot.click("#room-list", offset=(5, 3))
        await driven.until(lambda: driven.link.went == ["den"], "the change")

    drive(scenario)


def test_without_a_list_one_goes_to_where_one_has_been() -> None:
    async def scenario(driven: Driven) -> None:
        dialog = await opened(driven, None)
        await driven.until(lambda: "no list" in screen(driven.app), "the reason")
        assert offered(dialog) == ["▸ lobby you are here"]
        await driven.pilot.press(*"hut", "enter")
        await driven.until(lambda: driven.link.went == ["hut"], "the change")
        dialog = await opened(driven, None)
        assert offered(dialog) == ["▸ hut you are here", "lobby"]

    drive(scenario)


def test_a_lost_connection_leaves_what_was_known() -> None:
    async def scenario(driven: Driven) -> None:
        dialog = await opened(driven)

        async def lost() -> Sequence[RoomInfo]:
            raise NotLive("not connected")

        dialog._ask = lost
        dialog._refresh()
        await driven.drawn()
        assert len(offered(dialog)) == 4
        dialog.query_one(Input).value = "no room"
        await driven.press("enter")
        assert "letters" in screen(driven.app)
        dialog._refresh()
        await driven.drawn()
        assert "letters" in screen(driven.app), "what is wrong stays until one types"

    drive(scenario)
