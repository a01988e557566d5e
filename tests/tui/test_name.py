"""The dialog for one's name and symbol, and becoming that. Not here: the link (`tests/link`)."""

from textual.widgets import Input

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import BAD_NAME
from gridcli.tui.name_screen import NameScreen
from gridcli.tui.symbols import Symbols

from .driving import Driven, drive, prose, screen


async def asked(driven: Driven) -> None:
    """Open the dialog."""
    await driven.press("n")
    await driven.until(lambda: isinstance(driven.app.screen, NameScreen), "the dialog")
    await driven.drawn()


def test_another_name_and_symbol() -> None:
    async def scenario(driven: Driven) -> None:
        app, link = driven.app, driven.link
        await asked(driven)
        assert app.screen.query_one(Input).value == "ada"
        assert app.screen.query_one(Symbols).chosen == "K"
        await driven.pilot.press("backspace", *"Grace", "tab", "z", "enter")
        await driven.until(lambda: link.mirror.name == "Grace", "the new name")
        assert (link.target.name, link.target.symbol) == ("Grace", "Z")
        assert not link.target.spectate
        assert link.mirror.room == "lobby"
        await driven.drawn()
        assert "connected again" not in prose(driven.app.log_view), "nothing was amiss"

    drive(scenario)


def test_arrows_and_mouse_choose_a_symbol_and_any_will_do() -> None:
    async def scenario(driven: Driven) -> None:
        await asked(driven)
        symbols = driven.app.screen.query_one(Symbols)
        await driven.pilot.press("tab", "left")
        assert symbols.chosen == "J"
        await driven.pilot.press("right", "right")
        assert symbols.chosen == "L"
        await driven.pilot.click("#symbols", offset=(6, 0))
        assert symbols.chosen == "B"
        await driven.pilot.click("#symbols", offset=(1, 1))
        assert symbols.chosen == "T", "the second line"
        await driven.pilot.click("#symbols", offset=(1, 0))
        assert symbols.chosen == ""
        await driven.pilot.press("enter")
        await driven.until(lambda: driven.link.target.name == "ada", "the change")
        assert driven.link.target.symbol == ""

    drive(scenario, size=(60, 20))


def test_nothing_changes_where_nothing_was_changed() -> None:
    async def scenario(driven: Driven) -> None:
        for keys in (["enter"], ["x", "escape"]):
            await asked(driven)
            await driven.pilot.press(*keys)
            await driven.until(lambda: not isinstance(driven.app.screen, NameScreen), "the end")
        assert driven.link.became == []
        assert driven.link.steps == []

    drive(scenario)


def test_a_name_that_is_refused_leaves_one_who_one_was() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        link.target = type(link.target)(link.target.url, name="ada")
        await asked(driven)
        driven.app.screen.query_one(Input).value = "\u200b"
        await driven.pilot.press("enter")
        assert "printable" in screen(driven.app)
        driven.app.screen.query_one(Input).value = "Zoë"
        link.refusal = Refusal(BAD_NAME, "a name is written in ASCII here")
        await driven.pilot.press("enter")
        await driven.until(lambda: "written in ASCII" in screen(driven.app), "the reason")
        await driven.until(lambda: driven.game.live, "to be back")
        assert (link.target.name, link.target.symbol) == ("ada", "K")

    drive(scenario)


def test_protocol_1_has_no_names() -> None:
    async def scenario(driven: Driven) -> None:
        driven.link.protocol = 1
        await driven.press("n")
        await driven.until(lambda: "no names" in screen(driven.app), "the reason")
        assert not isinstance(driven.app.screen, NameScreen)

    drive(scenario)
