"""What a client makes of updates, right ones and wrong ones. The law itself: test_changes."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from core_strategies import deltas, updates
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.errors import BadInput, Excess
from gridcli.core.geometry import Cell, Grid
from gridcli.core.mirror import Identity, Mirror
from gridcli.core.protocol.names import DEMO, TICKS
from gridcli.core.protocol.updates import (
    Chat,
    Delta,
    Echo,
    Joiner,
    Notice,
    Online,
    Placed,
    Removed,
    Status,
    Update,
    Welcome,
)

HERE = Cell(1, 1)


def mirror_of(*user_ids: str, tick: int = 4) -> Mirror:
    """A protocol-2 mirror with these players, each at its first step."""
    mirror = Mirror()
    mirror.apply(Welcome("ann", "K", Grid(7, 5), TICKS, "Ann", "den"))
    mirror.apply(
        Delta(
            tick,
            len(user_ids),
            full=True,
            joins=[Joiner(u, "K", HERE, u.title()) for u in user_ids],
            cells=dict.fromkeys(user_ids, HERE),
            seqs=dict.fromkeys(user_ids, 1),
        )
    )
    return mirror


def test_a_mirror_is_empty_at_first() -> None:
    mirror = Mirror()
    assert (mirror.user_id, mirror.protocol, mirror.cell, mirror.users) == ("", DEMO, None, 0)


def test_a_welcome_says_who_and_where_we_are() -> None:
    mirror = mirror_of("ann")
    assert (mirror.user_id, mirror.symbol, mirror.name) == ("ann", "K", "Ann")
    assert (mirror.room, mirror.protocol, mirror.grid) == ("den", TICKS, Grid(7, 5))
    assert mirror.cell == HERE


def test_a_second_welcome_forgets_the_old_room_and_keeps_its_name_if_none_is_given() -> None:
    mirror = mirror_of("ann", "ben")
    mirror.apply(Welcome("ann", "K", Grid(3, 3)))
    assert not mirror.cells
    assert not mirror.who
    assert not mirror.seqs
    assert mirror.tick == -1
    assert (mirror.room, mirror.name, mirror.grid) == ("den", "K", Grid(3, 3))


def test_ticks_in_turn_are_no_gap() -> None:
    mirror = mirror_of("ann")
    for tick in (5, 6, 7):
        mirror.apply(Delta(tick, 1))
    assert (mirror.gaps, mirror.tick) == (0, 7)


@pytest.mark.parametrize("ticks", [[6], [4], [5, 5], [5, 3]])
def test_missing_doubled_and_swapped_ticks_are_gaps(ticks: list[int]) -> None:
    mirror = mirror_of("ann")
    for tick in ticks:
        mirror.apply(Delta(tick, 1))
    assert mirror.gaps == 1


def test_a_full_state_mends_a_gap_without_counting_one() -> None:
    mirror = mirror_of("ann", "ben")
    mirror.apply(Delta(90, 1, full=True, joins=[Joiner("cid", "B", HERE, "Cid")]))
    assert mirror.gaps == 0
    assert mirror.cells == {"cid": HERE}
    assert mirror.seqs == {"cid": 0}
    assert mirror.who == {"cid": Identity("B", "Cid")}


def test_a_player_that_never_joined_is_refused_and_not_kept() -> None:
    mirror = mirror_of("ann")
    with pytest.raises(BadInput):
        mirror.apply(Delta(5, 1, cells={"zoe": HERE, "ann": Cell(2, 1)}, seqs={"zoe": 1, "ann": 2}))
    assert mirror.cells == {"ann": Cell(2, 1)}
    assert mirror.seqs == {"ann": 2}


def test_the_demo_dialect() -> None:
    mirror = Mirror()
    mirror.apply(Welcome("ann", "K", Grid(20, 10)))
    mirror.apply(Status({"ann": "K", "ben": "B"}, {"ann": HERE, "ben": Cell(2, 2)}))
    assert mirror.users == 2
    mirror.apply(Placed("cid", "C", Cell(3, 3)))
    mirror.apply(Placed("ben", "B", Cell(2, 3)))
    mirror.apply(Online(3))
    mirror.apply(Removed("ann"))
    mirror.apply(Removed("nobody"))
    assert mirror.users == 3
    assert mirror.cells == {"ben": Cell(2, 3), "cid": Cell(3, 3)}
    assert mirror.who == {"ben": Identity("B", "B"), "cid": Identity("C", "C")}
    assert mirror.cell is None
    mirror.apply(Status({"dot": "D"}, {"dot": HERE}))
    assert mirror.cells == {"dot": HERE}
    assert mirror.users == 1


def test_words_change_nothing() -> None:
    mirror = mirror_of("ann")
    before = (dict(mirror.cells), dict(mirror.who), mirror.users, mirror.tick)
    for update in (Echo("ann"), Chat("ann", "Ann", "hi"), Notice("full", "no")):
        mirror.apply(update)
    assert (mirror.cells, mirror.who, mirror.users, mirror.tick) == before


@given(st.lists(deltas(), max_size=6))
def test_cells_and_who_agree_whatever_a_server_sends(updates: list[Delta]) -> None:
    mirror = Mirror()
    for update in updates:
        try:
            mirror.apply(update)
        except BadInput:
            pass
        assert mirror.cells.keys() == mirror.who.keys() == mirror.seqs.keys()
        assert (mirror.tick, mirror.users) == (update.tick, update.users)


@given(st.lists(updates, max_size=6), st.lists(updates, max_size=6))
def test_a_copy_knows_the_same_and_stays_as_it_is(
    before: list[Update], after: list[Update]
) -> None:
    mirror = Mirror(shared=False)
    for update in before:
        _apply(mirror, update)
    copied, kept = mirror.copy(), deepcopy(vars(mirror))
    for update in after:
        _apply(mirror, update)
    assert _all(vars(copied)) == _all(kept)
    for update in after:
        _apply(copied, update)
    assert _all(vars(copied)) == _all(vars(mirror))


def _apply(mirror: Mirror, update: Update) -> None:
    with suppress(BadInput, Excess):
        mirror.apply(update)


def _all(known: dict[str, Any]) -> dict[str, object]:
    """All that a mirror knows, as a value that can be compared."""
    scene, contest = known["scene"], known["contest"]
    rest = {key: value for key, value in known.items() if key not in ("scene", "contest")}
    return rest | {
        "scene": (scene.who, scene.cells, scene.seqs, scene.tick),
        "contest": contest and vars(contest),
    }
