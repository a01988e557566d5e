"""Every text can be read: a contrast of 4.5 to what is behind it, in both of our themes.

What is drawn is looked at, not the style sheet. Dots of empty cells, frames and bars are no text;
a grid that is not how things are is dimmed on purpose. Not here: what it looks like
(`test_snapshots`).
"""

from collections.abc import Iterator

import pytest
from rich.color import Color
from textual.geometry import Region
from textual.widget import Widget

from gridcli.core.geometry import Cell
from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.rounds import Mode, Phase, Place, Round
from gridcli.core.protocol.updates import Backlog, Chat, Delta, Joiner, Notice
from gridcli.link.states import Kicked, Live, Mismatched, Offline, Reconnecting, Refused
from gridcli.tui.board import Board
from gridcli.tui.theme import THEMES

from .driving import Driven, drive
from .fake_link import OWN_ID, moved

LEAST = 4.5


def luminance(color: Color) -> float:
    """Relative luminance as WCAG 2 has it."""
    parts = (part / 255 for part in color.get_truecolor())
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def texts(driven: Driven, *, board: bool = True) -> Iterator[tuple[str, float]]:
    """Each run of text on the topmost screen, and its contrast."""
    for widget in driven.app.screen.walk_children(Widget):
        if not (widget.display and widget.region) or (isinstance(widget, Board) and not board):
            continue
        width, height = widget.outer_size
        for strip in widget.render_lines(Region(0, 0, width, height)):
            for text, style, _ in strip:
                if style is None or not any(c.isalnum() for c in text):
                    continue
                assert style.color is not None
                assert style.bgcolor is not None
                yield text, contrast(style.color, style.bgcolor)


def readable(driven: Driven, *, board: bool = True) -> None:
    faint = {
        f"{text.strip()!r}: {value:.2f}"
        for text, value in texts(driven, board=board)
        if value < LEAST
    }
    assert not faint


@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("size", [(160, 50), (80, 24)])
def test_what_is_on_the_screen(theme: str, size: tuple[int, int]) -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        crowd = [
            Joiner(f"p{n}", "BCDFGHJKLMNPQRSTVWXYZ"[n % 21], Cell(n % 20 + 1, n // 20 + 1), f"p{n}")
            for n in range(60)
        ]
        link.feed(Delta(link.mirror.tick + 1, 65, joins=crowd))
        link.feed(Backlog((Chat("u-bob", "bob", "earlier"), Chat("u-cyd", "cyd", "ada?"))))
        link.feed(Chat("u-dee", "D", "hey ada!"))
        link.feed(Chat(OWN_ID, "ada", "yes"))
        link.feed(Notice("full", "a warning"))
        driven.clock.now_s += 100
        link.feed(moved(link, "u-bob", Cell(9, 9), 1))
        driven.clock.now_s += 2
        await driven.drawn()
        assert sum(1 for _ in texts(driven)) > 50
        readable(driven)

        link.feed(Round(Mode.TAG, 1, Phase.PLAYING, 60_000, full=True, it="u-cyd"))
        driven.clock.now_s += 2
        await driven.drawn()
        readable(driven)
        link.feed(Round(Mode.TAG, 1, Phase.PLAYING, 60_000, it=OWN_ID))
        driven.app.notify("a toast")
        await driven.drawn()
        readable(driven)
        podium = [Place("u-bob", "B", "bob", 3), Place(OWN_ID, "K", "ada", 2)]
        link.feed(Round(Mode.TAG, 1, Phase.PODIUM, 9_000, full=True, podium=podium))
        await driven.drawn()
        readable(driven)

    drive(scenario, size=size, app_options={"theme": theme})


@pytest.mark.parametrize("theme", list(THEMES))
def test_painted_cells(theme: str) -> None:
    async def scenario(driven: Driven) -> None:
        link = driven.link
        painters = [f"p{n}" for n in range(20)]
        joins = [Joiner(name, "B", Cell(n + 1, 3), name) for n, name in enumerate(painters)]
        link.feed(Delta(link.mirror.tick + 1, 25, joins=joins))
        paint = {Cell(x, y): painters[(x + y) % 20] for x in range(1, 21) for y in range(1, 11)}
        link.feed(Round(Mode.PAINT, 1, Phase.PLAYING, 60_000, full=True, paint=paint))
        await driven.drawn()
        readable(driven)

    drive(scenario, size=(160, 50), app_options={"theme": theme})


@pytest.mark.parametrize("theme", list(THEMES))
def test_states(theme: str) -> None:
    async def scenario(driven: Driven) -> None:
        for state in (
            Reconnecting(2, 3.0, "reset"),
            Offline("closed"),
            Refused("full", "no room"),
            Kicked("gone", "elsewhere"),
            Mismatched("update gridcli"),
            Live(),
        ):
            driven.link.enter(state)
            await driven.drawn()
            readable(driven, board=False)

    drive(scenario, app_options={"theme": theme})


@pytest.mark.parametrize("theme", list(THEMES))
@pytest.mark.parametrize("key", ["question_mark", "r", "n", "e", "ctrl+p", "t"])
def test_dialogs(theme: str, key: str) -> None:
    async def scenario(driven: Driven) -> None:
        driven.link.listed = [RoomInfo("lobby", 5), RoomInfo("den", 3, Mode.TAG, ("zoe", "max"))]
        await driven.press(key)
        if key != "t":
            await driven.until(lambda: len(driven.app.screen_stack) > 1, "the dialog")
        await driven.drawn()
        await driven.pilot.pause()
        readable(driven, board=key == "t")
        await driven.press("down")
        await driven.drawn()
        readable(driven, board=key == "t")

    drive(scenario, app_options={"theme": theme})
