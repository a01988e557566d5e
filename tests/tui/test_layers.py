"""What each cell shows where several things meet.

Not here: how it looks (`test_brush`), which cells are drawn anew (`test_damage`).
"""

from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import Cell
from gridcli.tui.layers import (
    FOLLOWED,
    IT,
    LEFT,
    RIGHT,
    Bubble,
    Room,
    Rows,
    Spot,
    Window,
    compose,
)
from gridcli.tui.trails import Trail

WINDOW = Window(1, 1, 11, 6)


def shown(room: Room, cell: Cell, **options: int) -> Spot | None:
    return compose(room, WINDOW, **options).get(cell.y, {}).get(cell.x)


def told(rows: Rows) -> set[Cell]:
    return {Cell(x, y) for y, row in rows.items() for x in row}


def test_player_covers_trail_and_paint_shows_through_both() -> None:
    here, there = Cell(3, 2), Cell(4, 2)
    room = Room(
        {"a": here},
        paint={here: "p", there: "q"},
        trails={here: Trail("b", 1), there: Trail("b", 2)},
    )
    assert shown(room, here) == Spot("a", 1, paint="p")
    assert shown(room, there) == Spot(paint="q", trail="b", age=2)


def test_oneself_is_on_top_then_who_is_marked() -> None:
    cell = Cell(5, 5)
    crowd = {"a": cell, "me": cell, "b": cell}
    assert shown(Room(crowd, "me"), cell) == Spot("me", 3)
    assert shown(Room(crowd, "x", marks={"b": IT}), cell) == Spot("b", 3, mark=IT)
    # Whoever is on top, it can be seen that it is here.
    assert shown(Room(crowd, "me", marks={"b": IT}), cell) == Spot("me", 3, mark=IT)
    both = Room(crowd, "me", marks={"a": FOLLOWED, "b": IT})
    assert shown(both, cell) == shown(both._replace(marks={"b": IT, "a": FOLLOWED}), cell)


def test_who_is_marked_stands_in_brackets_where_nobody_else_does() -> None:
    room = Room({"a": Cell(5, 3), "b": Cell(6, 3)}, marks={"a": IT}, paint={Cell(4, 3): "b"})
    assert shown(room, Cell(4, 3)) == Spot(paint="b", mark=IT, side=LEFT)
    assert shown(room, Cell(6, 3)) == Spot("b", 1)
    alone = Room({"a": Cell(10, 1)}, marks={"a": FOLLOWED})
    assert told(compose(alone, WINDOW)) == {Cell(9, 1), Cell(10, 1)}  # the other is out of view
    middle = Room({"a": Cell(5, 3)}, marks={"a": IT})
    assert shown(middle, Cell(6, 3)) == Spot(mark=IT, side=RIGHT)
    assert told(compose(middle, WINDOW, brackets=1)) == {Cell(4, 3), Cell(5, 3)}
    assert told(compose(middle, WINDOW, brackets=0)) == {Cell(5, 3)}
    assert compose(Room({}, marks={"a": IT}), WINDOW) == {}


def test_the_goal_of_a_walk_is_on_top_of_what_is_there() -> None:
    there = Cell(2, 2)
    assert shown(Room({}, goal=there), there) == Spot(goal=True)
    assert shown(Room({"a": there}, goal=there), there) == Spot("a", 1, goal=True)
    assert compose(Room({}, goal=Cell(11, 2)), WINDOW) == {}


def test_emote_is_shown_beside_its_player_with_a_ring() -> None:
    room = Room({"a": Cell(5, 3)}, emotes={"a": Bubble("heart", 2)})
    assert shown(room, Cell(5, 2)) == Spot(sign="heart", ring="a")
    ring = {cell for cell in told(compose(room, WINDOW)) if shown(room, cell) == Spot(ring="a")}
    assert ring == {
        Cell(x, y) for x in range(3, 8) for y in range(1, 6) if x in (3, 7) or y != 3
    } - {Cell(x, y) for x in (4, 5, 6) for y in (2, 4)}
    over = Room({"a": Cell(5, 3)}, emotes={"a": Bubble("heart", 0)})
    assert told(compose(over, WINDOW)) == {Cell(5, 3), Cell(5, 2)}


def test_emote_covers_nobody() -> None:
    cells = {"a": Cell(1, 1), "b": Cell(2, 1)}
    room = Room(cells, emotes={"a": Bubble("no", 0)})
    assert shown(room, Cell(1, 2)) == Spot(sign="no", ring="a")  # above is no cell, right is b
    boxed = Room(cells | {"c": Cell(1, 2)}, emotes={"a": Bubble("no", 0)})
    assert {spot.sign for row in compose(boxed, WINDOW).values() for spot in row.values()} == {""}
    gone = Room({}, emotes={"a": Bubble("no", 1)})
    assert compose(gone, WINDOW) == {}


CELLS = st.builds(Cell, st.integers(-2, 14), st.integers(-2, 9))
IDS = st.sampled_from(["a", "b", "c", "me"])


@given(
    st.builds(
        Room,
        cells=st.dictionaries(IDS, CELLS),
        own_id=st.just("me"),
        paint=st.dictionaries(CELLS, IDS),
        marks=st.dictionaries(IDS, st.sampled_from([IT, FOLLOWED])),
        goal=st.none() | CELLS,
        trails=st.dictionaries(CELLS, st.builds(Trail, IDS, st.integers(0, 3))),
        emotes=st.dictionaries(IDS, st.builds(Bubble, st.just("no"), st.integers(0, 3))),
    )
)
def test_only_cells_in_view_are_told_of_and_every_player_in_view_is(room: Room) -> None:
    rows = compose(room, WINDOW)
    assert all(WINDOW.holds(*cell) for cell in told(rows))
    in_view = [cell for cell in room.cells.values() if WINDOW.holds(*cell)]
    assert sum(spot.crowd for row in rows.values() for spot in row.values()) == len(in_view)
    own = room.cells.get("me")
    if own is not None and WINDOW.holds(*own):
        assert rows[own.y][own.x].user_id == "me"
