"""The best three of a round, over the half of the grid that the player is not on.

Nothing waits for it: one plays on, and it goes when the next round begins. Not here: when a round
ends (`standing`), the scoreboard (`players`).
"""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.geometry import Offset
from textual.widget import Widget
from textual.widgets import Static

from gridcli.core.protocol.rounds import Mode, Phase, Place

from .board import Board
from .game import Game
from .palette import fitted, look, own_look, shown
from .standing import ordinal

_UNITS = {Mode.PAINT: "cells", Mode.TAG: "s"}
_STEPS = {1: 3, 2: 2, 3: 1}
"""How many lines each of the places stands high."""
_METALS = {1: "#e0b43a", 2: "#a9b4c2", 3: "#b87a3d"}
_STEP, _BLOCK = 11, 7
"""How wide each of them stands, and the block under it."""
_ORDER = (2, 1, 3)
_LEAST_LINES = 20
"""With fewer lines of the grid there is room for a list alone."""


class _Best(NamedTuple):
    """One of the best: its face and what is written beneath."""

    face: Text
    name: str
    points: str


class Podium(Static):
    """Shown between two rounds, as the server says."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"podium--faint"}
    ALLOW_SELECT = False

    def __init__(self, game: Game, *, ascii_only: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.display = False
        self.game = game
        self.ascii_only = ascii_only
        self._said: tuple[object, ...] = ()

    def redraw(self, board: Board) -> None:
        """Appear, change or go; cheap when nothing changed."""
        game, standing = self.game, self.game.standing
        contest = standing.contest
        if contest is None or contest.phase is not Phase.PODIUM or not contest.podium:
            self.display = False
            self._said = ()
            return
        lines_there = self.parent.size.height if isinstance(self.parent, Widget) else 0
        small = lines_there < _LEAST_LINES
        left_s, own = standing.left_s(game.clock()), standing.place_of(game.mirror.user_id)
        dark = self.app.current_theme.dark
        said = (contest.number, tuple(contest.podium), left_s, own, small, dark)
        if said != self._said:
            self._said = said
            unit = _UNITS.get(contest.mode, "points")
            best = [self._best(place, unit, dark=dark) for place in contest.podium[: len(_STEPS)]]
            lines = _list(best) if small else self._stairs(best)
            playing = game.mirror.cell is not None and own is not None
            if own is not None and playing and own.place > len(best):
                lines.append(Text(f"you are {ordinal(own.place)} with {own.points} {unit}"))
            if left_s is not None:
                lines.append(Text(f"the next round begins in {left_s} s", self._faint))
            self.border_title = f"round {contest.number} of {contest.mode}"
            self.update(Text("\n").join(lines))
            self.display = True
        self._make_way(board, lines_there)

    @property
    def _faint(self) -> Style:
        return self.get_component_rich_style("podium--faint", partial=True)

    def _best(self, place: Place, unit: str, *, dark: bool) -> _Best:
        if place.user_id == self.game.mirror.user_id:
            face = own_look(place.symbol, dark=dark, ascii_only=self.ascii_only)
        else:
            face = look(place.user_id, place.symbol, dark=dark, ascii_only=self.ascii_only)
        name = shown(place.name, ascii_only=self.ascii_only)
        return _Best(Text(face.glyph, face.style), name, f"{place.points} {unit}")

    def _stairs(self, best: Sequence[_Best]) -> list[Text]:
        """Three blocks of different heights, with a player on each."""
        block = "#" if self.ascii_only else "█"
        lines = [Text() for _ in range(max(_STEPS.values()) + 3)]
        for number in _ORDER:
            if number > len(best):
                column = [Text(" " * _STEP) for _ in lines]
            else:
                one, height = best[number - 1], _STEPS[number]
                above = max(_STEPS.values()) - height
                half, colour = block * (_BLOCK // 2 - 1), _METALS[number]
                stones = [_centred(Text(block * _BLOCK, colour)) for _ in range(height)]
                stones[0] = _centred(
                    Text.assemble((half, colour), (f" {number} ", "bold"), (half, colour))
                )
                column = [
                    *(Text(" " * _STEP) for _ in range(above)),
                    _centred(one.face),
                    *stones,
                    _centred(Text(self._cut(one.name), "bold")),
                    _centred(Text(self._cut(one.points))),
                ]
            for line, part in zip(lines, column, strict=True):
                line.append_text(part)
        return lines

    def _cut(self, text: str) -> str:
        """A text that stands in a column of the podium."""
        return fitted(text, min(cell_len(text), _STEP - 1), ascii_only=self.ascii_only)

    def _make_way(self, board: Board, lines_there: int) -> None:
        """Stand over the half that the player is not on."""
        mirror, scale = self.game.mirror, board.scale
        line = mirror.cell.y - board.camera.origin.y if mirror.cell is not None else 0
        away = max(lines_there // 4, 1)
        offset = Offset(0, away if 2 * line < scale.rows else -away)
        if self.offset != offset:
            self.offset = offset


def _centred(text: Text) -> Text:
    before = (_STEP - text.cell_len) // 2
    return Text.assemble(" " * before, text, " " * (_STEP - text.cell_len - before))


def _list(best: Sequence[_Best]) -> list[Text]:
    """A line for each."""
    return [
        Text.assemble(f"{number} ", one.face, f" {one.name}  {one.points}")
        for number, one in enumerate(best, 1)
    ]
