"""What the screen keeps of a hostile server's words: names, looks, rooms, lines, steps under way.

Not here: the terminal (`test_screen`).
"""

import pytest
from fuzz_client import broken
from tui.driving import Driven, drive

from gridcli.core.geometry import Cell, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.updates import Chat, Delta, Joiner, Notice, Placed, Update, Welcome
from gridcli.core.text import MAX_CHAT, foreign
from gridcli.tui import brush
from gridcli.tui.board import Board
from gridcli.tui.game import Game
from gridcli.tui.journal import Said, Told
from gridcli.tui.pulse import Pulse
from gridcli.tui.room_list import RoomList

HERE = Cell(1, 1)


class OnlyMirror:
    """As much of a link as the model asks for."""

    def __init__(self) -> None:
        self.mirror = Mirror()


def fed(*updates: Update) -> Game:
    game, link = Game(), OnlyMirror()
    game.join(link)  # type: ignore[arg-type]
    for update in updates:
        link.mirror.apply(update)
        game.updated(update, 0.0)
    return game


@pytest.mark.parametrize("protocol", [1, 2])
def test_names_of_an_earlier_room_are_forgotten(protocol: int) -> None:
    welcome = Welcome("own", "K", Grid(9, 9), protocol)
    updates: list[Update] = []
    for number in range(50):
        updates.append(welcome)
        if protocol == 1:
            updates.append(Placed(f"p{number}", "B", HERE))
        else:
            updates.append(Delta(number, 1, joins=[Joiner(f"j{number}", "B", HERE, "Bob")]))
    game = fed(*updates)
    assert len(game._hearing._names) == 1
    assert len(game.activity._last_s) == 1


def test_lines_of_the_log_are_short_and_plain() -> None:
    texts = [*broken.TEXTS, "long " * 800]
    game = fed(*(Chat("u", text[:128], text) for text in texts), *(Notice("x", t) for t in texts))
    for entry in game.journal:
        assert isinstance(entry, Said | Told)
        assert len(entry.text) <= MAX_CHAT + 4
        assert entry.text.removesuffix(" [x]") == foreign(entry.text.removesuffix(" [x]"))


def test_only_rooms_that_may_be_asked_for_are_offered() -> None:
    visited = ["den", *broken.TEXTS, "x" * 128, "hut"]
    assert RoomList("lobby", visited).matching("") == ["lobby", "den", "hut"]


def test_steps_that_are_never_shown_are_forgotten() -> None:
    pulse = Pulse()
    for seq in range(5000):
        pulse.stepped(seq, 0.0)
    assert len(pulse._under_way) <= 1000
    assert pulse.seen_next(1.0)


def test_looks_of_passers_by_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(brush, "_MOST", 20)

    async def scenario(driven: Driven) -> None:
        link = driven.link
        for number in range(30):
            user_id, tick = f"p{number}", link.mirror.tick
            cell = Cell(1 + number % 9, 1)
            link.feed(Delta(tick + 1, 1, joins=[Joiner(user_id, "B", cell, "")]))
            await driven.drawn()
            link.feed(Delta(tick + 2, 1, leaves=[user_id]))
            await driven.drawn()
        in_use = driven.app.query_one(Board)._brush
        assert in_use is not None
        assert 0 < len(in_use._drawn) <= 20

    drive(scenario, size=(100, 30))
