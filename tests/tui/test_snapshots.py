"""Pictures of the screen. After a change that is meant: `pytest tests/tui --snapshot-update`.

Not here: what keys do and what is said (`test_keys`, `test_states`).
"""

from typing import Any

from textual.pilot import Pilot

from gridcli.core.geometry import Cell
from gridcli.core.protocol.updates import Chat, Delta, Joiner
from gridcli.link.states import Reconnecting
from gridcli.tui.app import PlayApp

from .fake_link import OWN_ID, FakeLink, walked_game


def played(*, ascii_only: bool = False) -> tuple[PlayApp, FakeLink]:
    """A screen in the middle of a game."""
    game, link = walked_game(4)
    link.feed(Delta(link.mirror.tick + 1, 6, joins=[Joiner("u-fay", "F", Cell(5, 8), "fay")]))
    link.feed(Chat("u-bob", "bob", "race you to the corner"))
    link.feed(Chat(OWN_ID, "ada", "[b]go[/b]!"))
    return PlayApp(game, ascii_only=ascii_only), link


def test_wide(snap_compare: Any) -> None:
    app, _ = played()
    assert snap_compare(app, terminal_size=(160, 50))


def test_80_by_24_chatting(snap_compare: Any) -> None:
    async def chat(pilot: Pilot[None]) -> None:
        app.chat_input.cursor_blink = False
        await pilot.press("t", *"hello")

    app, _ = played()
    assert snap_compare(app, terminal_size=(80, 24), run_before=chat)


def test_60_by_20_reconnecting_in_ascii(snap_compare: Any) -> None:
    async def lose_connection(pilot: Pilot[None]) -> None:
        link.enter(Reconnecting(2, 3.5, "connection reset"))
        app.redraw()
        await pilot.pause()

    app, link = played(ascii_only=True)
    assert snap_compare(app, terminal_size=(60, 20), run_before=lose_connection)
