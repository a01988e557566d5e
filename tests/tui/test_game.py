"""What the model makes of updates and states."""

import pytest

from gridcli.core.geometry import DEFAULT_GRID, Cell, Direction
from gridcli.core.protocol.updates import (
    Delta,
    Joiner,
    Notice,
    Online,
    Placed,
    Removed,
    Status,
    Welcome,
)
from gridcli.link.states import Connecting, Kicked, Live, Mismatched, Offline, Reconnecting, Refused
from gridcli.tui.game import NOTHING, Game, Part
from gridcli.tui.journal import Said

from .fake_link import OWN_ID, FakeLink, StillClock, moved, started_game


def told(game: Game) -> list[str]:
    return [entry.text for entry in game.journal if not isinstance(entry, Said)]


def timed(game: Game) -> float:
    """The median of the steps that were timed."""
    figures = game.pulse.figures(game.clock())
    assert figures is not None
    assert figures.kind == "seen"
    return figures.median


def demo_game() -> tuple[Game, FakeLink, StillClock]:
    """A game on a server that speaks protocol 1."""
    clock = StillClock()
    game = Game(clock=clock)
    link = FakeLink(game)
    link.protocol = 1
    link.feed(Welcome(OWN_ID, "K", DEFAULT_GRID))
    link.feed(Status({"u-bob": "B"}, {"u-bob": Cell(1, 1)}))
    link.feed(Placed(OWN_ID, "K", Cell(5, 5)))
    link.feed(Online(2))
    return game, link, clock


def test_who_is_there_already_has_not_joined() -> None:
    game, _, _ = started_game()
    assert told(game) == []


def test_arrivals_and_departures_are_told_by_name() -> None:
    game, link, _ = started_game()
    tick = link.mirror.tick
    link.feed(Delta(tick + 1, 6, joins=[Joiner("u-fay", "F", Cell(1, 1), "fay")]))
    link.feed(Delta(tick + 2, 5, leaves=["u-bob"]))
    link.feed(Delta(tick + 3, 5, leaves=["never-seen"]))
    assert told(game) == ["fay joined", "bob left"]


def test_ones_own_earlier_connection_is_nobody_who_left() -> None:
    game, link, _ = started_game()
    back = Joiner(OWN_ID, "K", Cell(10, 5), "ada")
    link.feed(Delta(link.mirror.tick + 1, 5, leaves=[OWN_ID], joins=[back]))
    assert told(game) == []


def test_protocol_1_tells_the_same_but_not_oneself() -> None:
    game, link, _ = demo_game()
    link.feed(Placed("u-x", "X", Cell(2, 2)))
    link.feed(Placed("u-x", "X", Cell(3, 2)))
    link.feed(Removed("u-x"))
    assert told(game) == ["X joined", "X left"]


def test_own_step_is_timed_by_its_number() -> None:
    game, link, clock = started_game()
    assert game.step(Direction.LEFT)
    clock.now_s += 0.030
    link.feed(moved(link, "u-bob", Cell(4, 4), 1))
    assert game.pulse.figures(clock()) is None
    link.feed(moved(link, OWN_ID, Cell(9, 5), 1))
    assert timed(game) == pytest.approx(30)


def test_own_step_in_protocol_1_is_timed_by_its_turn() -> None:
    game, link, clock = demo_game()
    assert game.pulse.figures(clock()) is None
    game.step(Direction.LEFT)
    clock.now_s += 0.050
    link.feed(Placed("u-bob", "B", Cell(1, 2)))
    link.feed(Placed(OWN_ID, "K", Cell(4, 5)))
    assert timed(game) == pytest.approx(50)


def test_steps_are_limited_and_need_a_connection() -> None:
    game, link, clock = started_game()
    taken = sum(game.step(Direction.UP) for _ in range(100))
    assert 1 < taken < 10
    clock.now_s += 60
    link.enter(Reconnecting(1, 1.0, "reset"))
    assert not game.step(Direction.UP)
    link.enter(Live())
    assert game.step(Direction.UP)
    assert len(link.steps) == taken + 1


def test_spectator_takes_no_step() -> None:
    game, link, _ = started_game(spectate=True)
    assert not game.step(Direction.UP)
    assert link.steps == []


def test_only_what_changed_is_drawn_again() -> None:
    game, link, _ = started_game()
    game.take_dirty()
    assert game.take_dirty() == NOTHING
    link.feed(moved(link, "u-bob", Cell(4, 4), 1))
    assert game.take_dirty() == Part.WORLD | Part.STATUS
    game.tell("a word")
    assert game.take_dirty() == Part.LOG


def test_states_and_notices_leave_a_line() -> None:
    game, link, _ = started_game()
    link.enter(Reconnecting(1, 0.5, "connection reset"))
    link.enter(Reconnecting(2, 1.0, "connection refused"))
    link.feed(Notice("rate-limited", "slow down"))
    link.enter(Refused("full", "the room is full"))
    link.enter(Offline("closed"))
    link.enter(Kicked("gone", "from elsewhere"))
    link.enter(Mismatched("update gridcli"))
    link.enter(Connecting())
    link.enter(Live())
    assert told(game) == [
        "connection lost: connection reset",
        "slow down [rate-limited]",
        "refused: the room is full [full]",
        "offline: closed",
        "put out by the server: from elsewhere [gone]",
        "update gridcli",
        "connected again",
    ]
