"""Rooms, players and what is decided about them."""

from copy import deepcopy
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.names import BAD_PAYLOAD, FULL, GONE, LOBBY, SYMBOLS
from gridcli.core.protocol.requests import Step
from gridcli.core.world import DEFAULT_LIMITS, Joined, Left, Limits, Moved, World

RNG = Random(5)


SMALL = Grid(4, 3)


def world_of(*user_ids: str, grid: Grid = SMALL, limits: Limits = DEFAULT_LIMITS) -> World:
    """A world with these players in the lobby."""
    world = World(grid, limits)
    for user_id in user_ids:
        enter(world, user_id)
    return world


def enter(world: World, user_id: str, room: str = LOBBY, cell: Cell | None = None) -> Joined:
    (joined,) = world.decide_join(user_id, room, RNG, cell=cell)
    assert isinstance(joined, Joined)
    world.apply(joined)
    return joined


def go(world: World, user_id: str, room: str) -> None:
    for change in world.decide_go(user_id, room, RNG):
        world.apply(change)


def walk(world: World, user_id: str, direction: Direction, seq: int | None = None) -> Moved:
    moved = world.decide_step(user_id, Step(direction, seq))
    world.apply(moved)
    return moved


def code_of(caught: pytest.ExceptionInfo[Refusal]) -> str:
    return caught.value.code


def test_deciding_changes_nothing() -> None:
    world = world_of("ann", "ben")
    before = deepcopy(world.rooms)
    world.decide_join("cid", "den", RNG)
    world.decide_step("ann", Step(Direction.UP, 3))
    world.decide_go("ann", "den", RNG)
    world.decide_leave("ann")
    assert world.rooms == before
    assert len(world) == 2


def test_a_newcomer_gets_a_free_cell_and_a_rare_symbol() -> None:
    world = World(Grid(5, 5))
    joined = [enter(world, str(n)) for n in range(len(SYMBOLS))]
    assert {j.symbol for j in joined} == set(SYMBOLS)
    assert all(world.grid.holds(j.cell) for j in joined)
    assert all(j.name == j.symbol for j in joined)
    assert enter(world, "twice").symbol in SYMBOLS


def test_a_full_grid_is_shared() -> None:
    world = world_of("ann", grid=Grid(1, 1))
    assert enter(world, "ben").cell == Cell(1, 1)


def test_one_who_comes_back_keeps_symbol_name_and_cell() -> None:
    world = world_of("ann")
    (joined,) = world.decide_join("b", "den", RNG, name="Ben", symbol="Z", cell=Cell(9, 2))
    assert joined == Joined("den", "b", "Z", "Ben", Cell(4, 2))


def test_nobody_joins_twice() -> None:
    with pytest.raises(Refusal) as caught:
        world_of("ann").decide_join("ann", "den", RNG)
    assert code_of(caught) == BAD_PAYLOAD


@pytest.mark.parametrize(
    ("direction", "cell"),
    [
        (Direction.UP, (1, 1)),
        (Direction.LEFT, (1, 1)),
        (Direction.DOWN, (1, 2)),
        (Direction.RIGHT, (2, 1)),
    ],
)
def test_a_step_from_the_corner(direction: Direction, cell: tuple[int, int]) -> None:
    world = World(Grid(4, 3))
    enter(world, "ann", cell=Cell(1, 1))
    assert walk(world, "ann", direction, 1) == Moved(LOBBY, "ann", Cell(*cell), 1)
    assert world.rooms[LOBBY].players["ann"].cell == cell


def test_seq_must_grow_but_may_skip() -> None:
    world = world_of("ann")
    walk(world, "ann", Direction.UP, 1)
    walk(world, "ann", Direction.UP, 5)
    for seq in (5, 4, 1):
        with pytest.raises(Refusal) as caught:
            world.decide_step("ann", Step(Direction.UP, seq))
        assert code_of(caught) == BAD_PAYLOAD
    assert walk(world, "ann", Direction.UP).seq == 6


def test_a_change_of_room_keeps_the_player_and_its_numbers() -> None:
    world = world_of("ann")
    walk(world, "ann", Direction.UP, 4)
    player = deepcopy(world.rooms[LOBBY].players["ann"])
    left, joined = world.decide_go("ann", "den", RNG)
    assert left == Left(LOBBY, "ann")
    assert isinstance(joined, Joined)
    assert (joined.room, joined.symbol, joined.name, joined.seq) == (
        "den",
        player.symbol,
        player.name,
        4,
    )
    assert world.decide_go("ann", LOBBY, RNG) == []


def test_rooms_come_with_the_first_and_go_with_the_last() -> None:
    world = world_of("ann")
    go(world, "ann", "den")
    assert set(world.rooms) == {LOBBY, "den"}
    assert world.room_of("ann").name == "den"
    enter(world, "ben", "den")
    go(world, "ann", LOBBY)
    assert set(world.rooms) == {LOBBY, "den"}
    for change in world.decide_leave("ben"):
        world.apply(change)
    assert set(world.rooms) == {LOBBY}
    for change in world.decide_leave("ann"):
        world.apply(change)
    assert set(world.rooms) == {LOBBY}
    assert len(world) == 0


def test_one_who_left_is_gone() -> None:
    world = world_of("ann")
    for change in world.decide_leave("ann"):
        world.apply(change)
    assert "ann" not in world
    assert world.decide_leave("ann") == []
    for ask in (
        lambda: world.decide_step("ann", Step(Direction.UP, 1)),
        lambda: world.decide_go("ann", "den", RNG),
        lambda: world.room_of("ann"),
    ):
        with pytest.raises(Refusal) as caught:
            ask()
        assert code_of(caught) == GONE


def test_a_full_server_refuses() -> None:
    world = world_of("ann", "ben", limits=Limits(players=2))
    with pytest.raises(Refusal) as caught:
        world.decide_join("cid", "den", RNG)
    assert code_of(caught) == FULL


def test_a_full_room_refuses_joins_and_changes() -> None:
    world = world_of("ann", "ben", limits=Limits(players_per_room=2))
    enter(world, "cid", "den")
    for ask in (
        lambda: world.decide_join("dot", LOBBY, RNG),
        lambda: world.decide_go("cid", LOBBY, RNG),
    ):
        with pytest.raises(Refusal) as caught:
            ask()
        assert code_of(caught) == FULL
    assert world.decide_go("ann", LOBBY, RNG) == []  # there already
    go(world, "ann", "den")
    go(world, "cid", LOBBY)


def test_the_number_of_rooms_is_limited() -> None:
    world = world_of("ann", "ben", "cid", limits=Limits(rooms=2))
    go(world, "ann", "den")
    for ask in (
        lambda: world.decide_go("ben", "attic", RNG),
        lambda: world.decide_join("dot", "attic", RNG),
    ):
        with pytest.raises(Refusal) as caught:
            ask()
        assert code_of(caught) == FULL
    go(world, "ann", "attic")  # the den goes as the attic comes
    assert set(world.rooms) == {LOBBY, "attic"}
    go(world, "ben", "attic")
    with pytest.raises(Refusal):
        world.decide_go("ann", "den", RNG)  # the attic stays: ben is in it


def test_the_lobby_makes_no_place_when_it_empties() -> None:
    world = world_of("ann", limits=Limits(rooms=1))
    with pytest.raises(Refusal):
        world.decide_go("ann", "den", RNG)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdef"),
            st.sampled_from(["in", "out", "go"]),
            st.sampled_from([LOBBY, "den", "attic", "yard"]),
        ),
        max_size=40,
    )
)
def test_limits_and_whereabouts_hold_whatever_happens(program: list[tuple[str, str, str]]) -> None:
    limits = Limits(rooms=3, players=4, players_per_room=2)
    world = World(Grid(2, 2), limits)
    for user_id, act, room in program:
        try:
            if act == "in":
                changes = world.decide_join(user_id, room, RNG)
            elif act == "go":
                changes = world.decide_go(user_id, room, RNG)
            else:
                changes = world.decide_leave(user_id)
        except Refusal:
            continue
        for change in changes:
            world.apply(change)
        assert len(world.rooms) <= limits.rooms
        assert LOBBY in world.rooms
        assert all(r.players for r in world.rooms.values() if r.name != LOBBY)
        assert all(len(r.players) <= limits.players_per_room for r in world.rooms.values())
        everyone = [u for r in world.rooms.values() for u in r.players]
        assert len(everyone) == len(set(everyone)) == len(world) <= limits.players
        assert all(u in world.room_of(u).players for u in everyone)
