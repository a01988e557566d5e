"""Tag: who is it, who can be made it, and what it costs."""

from games import Arena
from hypothesis import given, settings
from hypothesis import strategies as st

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.modes.tag import NO_BACK_S
from gridcli.core.protocol.rounds import Mode, Phase

LEFT, RIGHT, UP, DOWN = Direction.LEFT, Direction.RIGHT, Direction.UP, Direction.DOWN


def two() -> tuple[Arena, str, str]:
    """A game of two, and who is it and who is not; they are next to each other."""
    arena = Arena(Mode.TAG)
    arena.enter("ann", 1, 1)
    assert arena.game.phase is Phase.WAITING, "alone there is nobody to catch"
    assert arena.game.it == ""
    arena.enter("ben", 2, 1)
    assert (arena.game.phase, arena.game.number) == (Phase.PLAYING, 1)
    it = arena.game.it
    return arena, it, {"ann": "ben", "ben": "ann"}[it]


def toward(arena: Arena, who: str, whom: str) -> Direction:
    players = arena.room.players
    return RIGHT if players[who].cell.x < players[whom].cell.x else LEFT


def test_a_touch_passes_it_on_and_not_back_at_once() -> None:
    arena, it, other = two()
    arena.step(it, toward(arena, it, other))
    assert arena.game.it == other
    # Both are on one cell: who is it now runs off and comes back too early.
    arena.step(other, DOWN, UP)
    assert arena.game.it == other, "no tag-backs"
    arena.now_s += NO_BACK_S
    arena.step(other, DOWN)
    assert arena.game.it == other, "off the cell: touches are steps onto one"
    arena.step(other, UP)
    assert arena.game.it == it


def test_who_runs_into_it_is_it() -> None:
    arena, it, other = two()
    arena.step(other, toward(arena, other, it))
    assert arena.game.it == other
    arena.step(it, DOWN, UP)
    assert arena.game.it == other, "the tagger is safe for a while also when it comes itself"


def test_a_third_can_be_touched_at_once() -> None:
    arena, it, other = two()
    arena.enter("cid", 2, 2)
    arena.enter("dot", 1, 2)
    arena.step(it, toward(arena, it, other))
    assert arena.game.it == other
    arena.step(other, DOWN)
    assert arena.game.it in ("cid", "dot")


def test_steps_of_others_onto_each_other_are_nothing() -> None:
    arena, it, _ = two()
    arena.enter("cid", 4, 4)
    arena.enter("dot", 5, 4)
    arena.step("cid", RIGHT)
    arena.step("dot", RIGHT)  # into the edge, with somebody there
    assert arena.game.it == it


def test_points_are_seconds_of_not_being_it() -> None:
    arena, it, other = two()
    arena.wait(10.0)
    assert arena.points() == {it: 0, other: 10}
    arena.step(it, toward(arena, it, other))
    arena.wait(4.5)
    assert arena.points() == {it: 4, other: 10}
    arena.enter("cid", 5, 4)
    arena.wait(3.0)
    assert arena.points() == {it: 7, other: 10, "cid": 3}


def test_when_it_leaves_another_is_it() -> None:
    arena, it, other = two()
    arena.enter("cid", 5, 4)
    arena.leave(it)
    assert arena.game.it in (other, "cid")
    assert set(arena.points()) == {other, "cid"}


def test_who_comes_back_within_the_round_keeps_its_points() -> None:
    arena, it, other = two()
    arena.wait(10.0)
    arena.leave(other)
    arena.wait(2.0)
    assert arena.game.phase is Phase.PLAYING, "it may have lost its connection only"
    assert arena.points() == {it: 0}
    arena.enter(other, 5, 4)
    arena.wait(3.0)
    assert (arena.game.number, arena.points()) == (1, {it: 0, other: 13})


def test_alone_one_waits_and_everything_begins_anew() -> None:
    arena, it, other = two()
    arena.wait(10.0)
    arena.leave(other)
    arena.wait(7.0)
    assert (arena.game.phase, arena.game.it, arena.points()) == (Phase.WAITING, "", {})
    arena.enter("cid", 5, 4)
    assert (arena.game.phase, arena.game.number) == (Phase.PLAYING, 2)
    assert arena.points() == {it: 0, "cid": 0}


def test_a_round_ends_with_a_podium_and_the_next_one_begins() -> None:
    arena, it, other = two()
    for n in range(3):
        arena.enter(f"late{n}", 5, 4)
        arena.wait(10.0)
    arena.wait(30.0)
    assert (arena.game.phase, arena.game.it) == (Phase.PODIUM, "")
    podium = [(place.user_id, place.points) for place in arena.game.podium]
    assert podium == [(other, 60), ("late0", 60), ("late1", 50)]
    before = arena.points()
    arena.step(it, toward(arena, it, other))
    arena.leave("late2")
    arena.enter("late3", 5, 4)
    arena.wait(5.0)
    assert arena.game.it == "", "nobody is it on the podium"
    assert arena.points() == {u: n for u, n in before.items() if u != "late2"} | {"late3": 0}
    arena.wait(5.0)
    assert (arena.game.phase, arena.game.number, arena.game.podium) == (Phase.PLAYING, 2, ())
    assert set(arena.points().values()) == {0}


ids = st.sampled_from("abcd")
acts = st.one_of(
    *[st.tuples(st.just("act"), ids, st.sampled_from(Direction))] * 4,
    st.tuples(st.just("leave"), ids),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.1, 0.7, 3.0, 20.0, 70.0])),
)


@settings(max_examples=300)
@given(st.lists(acts, min_size=15, max_size=60))
def test_exactly_one_is_it_whatever_happens(program: list[tuple[object, ...]]) -> None:
    arena = Arena(Mode.TAG, Grid(3, 2))
    played_s = 0.0
    number = 0
    for name, *arguments in program:
        it, mover, before_s = arena.game.it, str(arguments[0]), arena.now_s
        cells = {player.user_id: player.cell for player in arena.room.players.values()}
        getattr(arena, str(name))(*arguments)
        if arena.game.number != number:
            number, played_s = arena.game.number, 0.0
        elif name == "act" and arena.game.it != it and it:
            assert mover in (it, arena.game.it), "who passes it on is one of the two"
            (cell,) = {arena.room.players[user_id].cell for user_id in (it, arena.game.it)}
            assert cells.get(mover) != cell
        played_s += arena.now_s - before_s
        playing = arena.game.phase is Phase.PLAYING
        assert bool(arena.game.it) == (playing and bool(arena.room.players))
        assert not arena.game.it or arena.game.it in arena.room.players
        if arena.game.phase is Phase.WAITING:
            assert len(arena.room.players) < 2
            assert arena.points() == {}
        else:
            assert arena.points().keys() == arena.room.players.keys()
            assert all(0 <= n <= played_s for n in arena.points().values())


def test_a_cell_is_no_touch_where_nobody_is() -> None:
    arena, it, _ = two()
    arena.step(it, DOWN)
    assert arena.game.it == it
    assert arena.room.players[it].cell.y == 2
    assert arena.room.occupancy.cells[Cell(arena.room.players[it].cell.x, 2)] == 1
