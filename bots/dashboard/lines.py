"""Lines of words in styles, and boxes of them, as the segments that Rich writes.

Rich's own text, panels and layouts do the same, and wrap, measure and nest besides: for a picture
a second that costs three times as much of the loop that measures. Not here: the words
(`bots.dashboard.panels`).
"""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from .glyphs import FAINT, Signs

Part = str | tuple[str, str]
"""Words, or words and their style as Rich spells it."""
Row = list[Segment]
"""One line of the screen."""


class Line:
    """Words, some with a style; foreign ones are never markup."""

    __slots__ = ("parts",)

    def __init__(self, *parts: Part) -> None:
        self.parts = [(part, "") if isinstance(part, str) else part for part in parts]

    @property
    def width(self) -> int:
        """How many cells it takes."""
        return sum(cell_len(words) for words, _ in self.parts)

    @property
    def plain(self) -> str:
        """The words alone."""
        return "".join(words for words, _ in self.parts)

    def append(self, words: str, style: str = "") -> "Line":
        """Add words at the end; returns the line itself."""
        self.parts.append((words, style))
        return self

    def extend(self, other: "Line") -> "Line":
        """Add another line at the end; returns the line itself."""
        self.parts += other.parts
        return self

    def fitted(self, width: int, signs: Signs) -> Row:
        """Exactly so many cells of it: what is more is cut off, what is missing is blank."""
        row, left = [], width
        for words, style in self.parts:
            size = cell_len(words)
            if size > left:
                sign = signs.cut if left >= len(signs.cut) else ""
                words, size = set_cell_size(words, left - len(sign)) + sign, left
            if size:
                row.append(Segment(words, Style.parse(style) if style else None))
            left -= size
            if left <= 0:
                return row
        row.append(Segment(" " * left))
        return row


def stacked(lines: Sequence[Line], width: int, height: int, signs: Signs) -> list[Row]:
    """Lines below each other: so many, the last ones blank where there are fewer."""
    rows = [line.fitted(width, signs) for line in lines[:height]]
    return rows + [[Segment(" " * width)] for _ in range(height - len(rows))]


def box(
    title: Line, lines: Sequence[Line], width: int, height: int, signs: Signs, below: str = ""
) -> list[Row]:
    """Lines in a box of this size, which has a title, and maybe words below."""
    faint, border = Style.parse(FAINT), signs.border
    edge_left, edge_right = (
        Segment(f"{border.mid_left} ", faint),
        Segment(f" {border.mid_right}", faint),
    )
    name = Line((f"{border.top_left}{border.top} ", FAINT)).extend(title).append(" ")
    name.append(border.top * (width - name.width - 1), FAINT)
    end = f" {below} {border.bottom}" if below else ""
    low = f"{border.bottom_left}{border.bottom * (width - 2 - len(end))}{end}{border.bottom_right}"
    inside = stacked(lines, width - 4, height - 2, signs)
    return [
        [*name.fitted(width - 1, signs), Segment(border.top_right, faint)],
        *([edge_left, *row, edge_right] for row in inside),
        [Segment(low, faint)],
    ]


def beside(*blocks: list[Row]) -> list[Row]:
    """Blocks of one height, from left to right."""
    return [[segment for row in rows for segment in row] for rows in zip(*blocks, strict=True)]
