"""Paint: whose a cell is, and what that counts."""

from collections import Counter

from games import Arena
from hypothesis import given, settings
from hypothesis import strategies as st

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.protocol.rounds import Mode, Phase, Round

LEFT, RIGHT, UP, DOWN = Direction.LEFT, Direction.RIGHT, Direction.UP, Direction.DOWN


def full(arena: Arena) -> Round:
    return arena.game.full(arena.room, arena.now_s)


def test_one_paints_alone_and_first_where_it_stands() -> None:
    arena = Arena(Mode.PAINT)
    arena.enter("ann", 2, 2)
    assert (arena.game.phase, arena.game.number) == (Phase.PLAYING, 1)
    arena.step("ann", RIGHT, LEFT, UP, UP)
    assert full(arena).paint == {Cell(2, 2): "ann", Cell(3, 2): "ann", Cell(2, 1): "ann"}
    assert arena.points() == {"ann": 3}


def test_a_cell_is_of_who_stepped_there_last() -> None:
    arena = Arena(Mode.PAINT)
    arena.enter("ann", 1, 1)
    arena.enter("ben", 2, 1)
    assert full(arena).paint == {Cell(1, 1): "ann"}, "who comes has not stepped yet"
    arena.step("ben", LEFT)
    assert full(arena).paint == {Cell(1, 1): "ben"}
    assert arena.points() == {"ann": 0, "ben": 1}
    arena.step("ann", LEFT)
    assert arena.points() == {"ann": 0, "ben": 1}, "into the edge is no step onto a cell"


def test_what_one_painted_stays_when_it_leaves_and_counts_when_it_is_back() -> None:
    arena = Arena(Mode.PAINT)
    arena.enter("ann", 1, 1)
    arena.enter("ben", 5, 4)
    arena.step("ann", RIGHT, RIGHT)
    arena.leave("ann")
    assert arena.points() == {"ben": 0}
    assert len(full(arena).paint) == 3
    arena.step("ben", UP, LEFT, LEFT, UP, UP)
    assert len(full(arena).paint) == 7
    arena.enter("ann", 4, 4)
    assert arena.points() == {"ann": 2, "ben": 5}


def test_only_changes_are_told_and_points_with_the_beats() -> None:
    arena = Arena(Mode.PAINT)
    arena.enter("ann", 1, 1)
    first = arena.game.flush(arena.room, arena.now_s)
    assert first is not None
    assert (first.full, first.paint, first.points) == (True, {Cell(1, 1): "ann"}, {"ann": 1})
    assert arena.game.flush(arena.room, arena.now_s) is None
    arena.step("ann", RIGHT, LEFT)
    told = arena.game.flush(arena.room, arena.now_s)
    assert told is not None
    assert (told.full, told.paint, told.points) == (False, {Cell(2, 1): "ann"}, {})
    assert told.left_ms == 60_000
    arena.wait(0.5)
    told = arena.game.flush(arena.room, arena.now_s)
    assert told is not None
    assert (told.paint, told.points, told.left_ms) == ({}, {"ann": 2}, 59_500)
    arena.wait(0.5)
    assert arena.game.flush(arena.room, arena.now_s) is None, "nothing has changed"


def test_the_podium_shows_the_canvas_and_the_next_round_has_a_new_one() -> None:
    arena = Arena(Mode.PAINT)
    arena.enter("ann", 1, 1)
    arena.step("ann", RIGHT)
    arena.wait(60.0)
    assert arena.game.phase is Phase.PODIUM
    assert [(p.user_id, p.points) for p in arena.game.podium] == [("ann", 2)]
    arena.step("ann", RIGHT)
    assert len(full(arena).paint) == 2, "the canvas is dry"
    assert arena.points() == {"ann": 2}
    arena.wait(10.0)
    assert (arena.game.phase, arena.game.number) == (Phase.PLAYING, 2)
    assert full(arena).paint == {Cell(3, 1): "ann"}


ids = st.sampled_from("abcd")
acts = st.one_of(
    *[st.tuples(st.just("act"), ids, st.sampled_from(Direction))] * 4,
    st.tuples(st.just("leave"), ids),
    st.tuples(st.just("wait"), st.sampled_from([0.0, 0.1, 0.7, 3.0, 20.0, 70.0])),
)


@settings(max_examples=300)
@given(st.lists(acts, min_size=15, max_size=60))
def test_points_are_the_cells_of_those_present(program: list[tuple[object, ...]]) -> None:
    arena = Arena(Mode.PAINT, Grid(3, 2))
    for name, *arguments in program:
        before = arena.room.players.get(str(arguments[0]))
        start = before.cell if before else None
        getattr(arena, str(name))(*arguments)
        player = arena.room.players.get(str(arguments[0]))
        playing = arena.game.phase is Phase.PLAYING
        if name == "act" and playing and player and start not in (None, player.cell):
            assert full(arena).paint[player.cell] == player.user_id
        if arena.game.phase is not Phase.PLAYING:
            continue
        cells = Counter(full(arena).paint.values())
        present = arena.room.players.keys()
        assert arena.points() == {user_id: cells[user_id] for user_id in present}
        assert sum(arena.points().values()) == sum(cells[u] for u in present)
