"""Which room a view is of, in each dialect and on each way there."""

import pytest

from gridcli.core.errors import BadInput
from gridcli.core.geometry import Cell, Grid
from gridcli.core.mirror import Mirror, Strangers
from gridcli.core.protocol.names import DEMO, TICKS
from gridcli.core.protocol.updates import Chat, Delta, Joiner, Status, Welcome
from gridcli.core.whereabouts import Whereabouts

GRID = Grid(7, 5)
HERE = Cell(1, 1)


def full(tick: int = 1) -> Delta:
    return Delta(tick, 1, full=True, joins=[Joiner("ann", "K", HERE, "Ann")])


def test_protocol_2_is_where_the_welcome_says_and_not_where_we_asked_to_be() -> None:
    whereabouts = Whereabouts(Mirror(), "hall")
    whereabouts.take(Welcome("ann", "K", GRID, TICKS, "Ann", "den"))
    whereabouts.take(full())
    assert whereabouts.mirror.room == "den"
    assert whereabouts.mirror.cell == HERE


def test_protocol_2_is_elsewhere_from_the_full_state_on() -> None:
    whereabouts = Whereabouts(Mirror())
    whereabouts.take(Welcome("ann", "K", GRID, TICKS, "Ann", "den"))
    whereabouts.take(full(4))
    whereabouts.going_to = "hall"
    whereabouts.take(Delta(5, 1))
    whereabouts.take(Chat("ann", "Ann", "bye"))
    assert whereabouts.mirror.room == "den"
    whereabouts.take(full(9))
    assert whereabouts.mirror.room == "hall"


def test_protocol_1_never_says_and_a_status_that_nobody_asked_for_names_nothing() -> None:
    whereabouts = Whereabouts(Mirror(), "lobby")
    status = Status({"ann": "K"}, {"ann": HERE})
    for room in ("lobby", "hall"):
        whereabouts.going_to = room
        whereabouts.take(Welcome("ann", "K", GRID, DEMO))
        whereabouts.take(status)
        assert (whereabouts.mirror.room, whereabouts.going_to) == (room, "")
    whereabouts.take(status)
    assert whereabouts.mirror.room == "hall"


@pytest.mark.parametrize("state", [full(), Status({"ann": "K"}, {"ann": HERE})])
def test_a_state_before_any_welcome_is_for_nobody(state: Delta | Status) -> None:
    whereabouts = Whereabouts(Mirror(), "den")
    with pytest.raises(BadInput, match="nobody"):
        whereabouts.take(state)
    assert (whereabouts.mirror.room, len(whereabouts.mirror.cells)) == ("", 0)


def test_strangers_are_told_apart_from_what_is_not_taken_in() -> None:
    whereabouts = Whereabouts(Mirror())
    whereabouts.take(Welcome("ann", "K", GRID, TICKS, "Ann", "den"))
    whereabouts.take(full())
    with pytest.raises(Strangers):
        whereabouts.take(Delta(2, 2, cells={"ann": Cell(2, 1), "who": HERE}))
    assert whereabouts.mirror.cell == Cell(2, 1)
