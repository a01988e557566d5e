"""What each cell of the window shows: paint, trails, players, marks, emotes, in this order.

Only cells that show anything are told of. Pure; two equal `Rows` look the same, so comparing
them says what has to be drawn anew. Not here: glyphs and colours (`gridcli.tui.brush`), drawing
(`gridcli.tui.board`).
"""

from collections.abc import Mapping
from typing import NamedTuple

from gridcli.core.geometry import Cell

from .trails import Trail

_AROUND = ((0, -1), (1, 0), (-1, 0), (0, 1))
"""Where an emote is shown beside its player: the first of these that is free."""
IT, FOLLOWED = "it", "followed"
"""Marks of players, as brackets."""
LEFT, RIGHT = "left", "right"


class Spot(NamedTuple):
    """What one cell shows.

    One of `user_id`, `trail`, `sign` and `side` at most is drawn, on the cell's paint and under a
    ring. Players are named by their ids.
    """

    user_id: str = ""
    """The player on top."""
    crowd: int = 0
    """How many players share the cell."""
    paint: str = ""
    """Whose colour the cell has."""
    trail: str = ""
    """Who was here a moment ago."""
    age: int = 0
    """How faint the trail is."""
    mark: str = ""
    """`IT` or `FOLLOWED`, of the player here; where there is a side, of the one beside."""
    side: str = ""
    """`LEFT` or `RIGHT`: this is a bracket of the mark."""
    sign: str = ""
    """The emote that is shown here, of the player in `ring`."""
    ring: str = ""
    """Whose emote's ring passes through here."""
    goal: bool = False
    """Whether one walks here."""


Rows = dict[int, dict[int, Spot]]
"""By `y` and `x`."""


class Window(NamedTuple):
    """The cells in view: `left <= x < right`, `top <= y < bottom`."""

    left: int
    top: int
    right: int
    bottom: int

    def holds(self, x: int, y: int) -> bool:
        """Whether a cell is in view."""
        return self.left <= x < self.right and self.top <= y < self.bottom


class Bubble(NamedTuple):
    """An emote, and how many cells its ring is away from the player; 0 for no ring."""

    emote: str
    ring: int


class Room(NamedTuple):
    """All that there is to show of a room."""

    cells: Mapping[str, Cell]
    own_id: str = ""
    paint: Mapping[Cell, str] = {}
    marks: Mapping[str, str] = {}
    """By user id, what is marked of whom."""
    goal: Cell | None = None
    trails: Mapping[Cell, Trail] = {}
    emotes: Mapping[str, Bubble] = {}


def compose(room: Room, window: Window, *, brackets: int = 2) -> Rows:
    """What each cell of a window shows; cells that show nothing are left out.

    Args:
        room: what there is.
        window: the cells in view.
        brackets: how many of the cells beside a marked player are needed for its brackets: both
            where a cell has one column, the left one where it has two, none where they fit into
            its own.
    """
    rows: Rows = {}
    if room.paint:
        _paint(rows, room.paint, window)
    _trails(rows, room.trails, window)
    _players(rows, room, window)
    for user_id, mark in room.marks.items():
        cell = room.cells.get(user_id)
        if cell is not None:
            _mark(rows, mark, cell, window, brackets)
    if room.goal is not None and window.holds(*room.goal):
        row = rows.setdefault(room.goal.y, {})
        row[room.goal.x] = row.get(room.goal.x, _NOTHING)._replace(goal=True)
    for user_id, bubble in room.emotes.items():
        cell = room.cells.get(user_id)
        if cell is not None:
            _emote(rows, user_id, bubble, cell, window)
    return rows


def _paint(rows: Rows, paint: Mapping[Cell, str], window: Window) -> None:
    left, top, right, bottom = window
    # A big grid may be all painted; what is looked at is bounded by the window.
    colours: dict[str, Spot] = {}
    whose = paint.get
    for y in range(top, bottom):
        row = {}
        for x in range(left, right):
            owner = whose((x, y))  # type: ignore[call-overload]  # a tuple is as good a key
            if owner is not None:
                spot = colours.get(owner)
                if spot is None:
                    spot = colours[owner] = Spot(paint=owner)
                row[x] = spot
        if row:
            rows[y] = row


def _trails(rows: Rows, trails: Mapping[Cell, Trail], window: Window) -> None:
    left, top, right, bottom = window
    for (x, y), (user_id, age) in trails.items():
        if left <= x < right and top <= y < bottom:
            row = rows.setdefault(y, {})
            under = row.get(x)
            row[x] = Spot("", 0, under.paint if under else "", user_id, age)


def _players(rows: Rows, room: Room, window: Window) -> None:
    left, top, right, bottom = window
    own_id, marks = room.own_id, room.marks
    for user_id, (x, y) in room.cells.items():
        if left <= x < right and top <= y < bottom:
            row = rows.setdefault(y, {})
            under = row.get(x)
            if under is None:
                row[x] = Spot(user_id, 1)
            elif not under.crowd:
                row[x] = Spot(user_id, 1, under.paint)
            else:
                # Oneself on top; else who is marked; else who was told of first.
                onto = user_id == own_id or (user_id in marks and under.user_id != own_id)
                top_id = user_id if onto else under.user_id
                row[x] = Spot(top_id, under.crowd + 1, under.paint)


def _mark(rows: Rows, mark: str, cell: Cell, window: Window, brackets: int) -> None:
    if window.holds(*cell):
        row = rows[cell.y]
        # Whoever is on top, it can be seen that who is marked is here.
        if row[cell.x].mark != IT:
            row[cell.x] = row[cell.x]._replace(mark=mark)
    for x, side in ((cell.x - 1, LEFT), (cell.x + 1, RIGHT))[:brackets]:
        if window.holds(x, cell.y):
            row = rows.setdefault(cell.y, {})
            under = row.get(x, _NOTHING)
            if not under.crowd and under.mark != IT:
                row[x] = Spot(paint=under.paint, mark=mark, side=side)


def _emote(rows: Rows, user_id: str, bubble: Bubble, cell: Cell, window: Window) -> None:
    radius = bubble.ring
    for dx in range(-radius, radius + 1) if radius else ():
        for dy in range(-radius, radius + 1):
            if max(abs(dx), abs(dy)) == radius and window.holds(cell.x + dx, cell.y + dy):
                row = rows.setdefault(cell.y + dy, {})
                row[cell.x + dx] = row.get(cell.x + dx, _NOTHING)._replace(ring=user_id)
    for dx, dy in _AROUND:
        x, y = cell.x + dx, cell.y + dy
        if not window.holds(x, y):
            continue
        row = rows.setdefault(y, {})
        under = row.get(x, _NOTHING)
        if not (under.crowd or under.sign):
            row[x] = Spot(paint=under.paint, sign=bubble.emote, ring=user_id, goal=under.goal)
            return


_NOTHING = Spot()
