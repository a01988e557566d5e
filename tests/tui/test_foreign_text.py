"""What others wrote, on our screen: no markup, no escapes, and ASCII where nothing else goes.

Not here: how text is made harmless (`tests/core/test_text`).
"""

import unicodedata

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.updates import Chat, Delta, Joiner, Notice, Welcome
from gridcli.link.states import Live, Offline, Reconnecting, Refused
from gridcli.tui.rooms import RoomScreen

from .driving import Driven, drive, prose, screen
from .fake_link import OWN_ID, everyone, moved


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


def test_ascii_draws_nothing_else() -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        link.feed(Chat("u-bob", "bøb", "naïve ☕"))
        link.feed(Delta(link.mirror.tick + 1, 6, joins=[Joiner("u-é", "É", Cell(2, 9), "Éva")]))
        driven.game.step(Direction.LEFT)
        link.feed(moved(link, OWN_ID, Cell(9, 5), 1))
        await driven.drawn()
        text = screen(driven.app)
        assert text.isascii(), sorted({c for c in text if not c.isascii()})
        assert "K" in text
        assert "<b?b> na?ve ?" in prose(driven.app.log_view)

    drive(scenario, size=(160, 50), app_options={"ascii_only": True})
    drive(scenario, size=(80, 24), app_options={"ascii_only": True})
