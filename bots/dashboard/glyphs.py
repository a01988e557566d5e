"""The signs and colours of the dashboard: bars, sparklines, large digits, in Unicode or ASCII.

Colours are told apart by those who are colour-blind (Okabe and Ito), on dark and light ground;
nothing is told by colour alone. Not here: what they show (`bots.dashboard.panels`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box

BLUE, ORANGE, GREEN, RED, PURPLE = "#3a9bd9", "#e69f00", "#1a9e76", "#d55e00", "#c0719f"
FAINT = "dim"

_EIGHTHS = "▁▂▃▄▅▆▇█"
_ASCII_LEVELS = "_.:-=+*#"

_DIGITS = {
    "0": ("┏━┓", "┃ ┃", "┗━┛"),
    "1": (" ╻ ", " ┃ ", " ╹ "),
    "2": ("╺━┓", "┏━┛", "┗━╸"),
    "3": ("╺━┓", "╺━┫", "╺━┛"),
    "4": ("╻ ╻", "┗━┫", "  ╹"),
    "5": ("┏━╸", "┗━┓", "╺━┛"),
    "6": ("┏━╸", "┣━┓", "┗━┛"),
    "7": ("╺━┓", "  ┃", "  ╹"),
    "8": ("┏━┓", "┣━┫", "┗━┛"),
    "9": ("┏━┓", "┗━┫", "╺━┛"),
    ".": (" ", " ", "."),
    ",": (" ", " ", ","),
    "–": ("   ", "╺━╸", "   "),
    "k": ("   ", "   ", " k "),
    "M": ("   ", "   ", " M "),
}
"""Three lines each; lines of one digit are equally wide."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What stands for what.

    Attributes:
        levels: from least to most, for sparklines and columns.
        large: whether there are digits three lines high.
        cut: ends what did not fit.
    """

    ascii_only: bool
    border: box.Box
    levels: str
    full: str
    empty: str
    limit: str
    on: str
    waiting: str
    good: str
    bad: str
    here: str
    arrow: str
    nothing: str
    minus: str
    times: str
    tick: str
    line: str
    corner: str
    mark: str
    large: bool
    cut: str

    def shown(self, words: str) -> str:
        """Foreign words, as far as there are signs for them."""
        return words.encode("ascii", "replace").decode() if self.ascii_only else words


UNICODE = Signs(
    ascii_only=False,
    border=box.ROUNDED,
    levels=_EIGHTHS,
    full="━",
    empty="─",
    limit="┃",
    on="●",
    waiting="◌",
    good="✓",
    bad="✗",
    here="▸",
    arrow="→",
    nothing="–",
    minus="−",
    times="×",
    tick="┤",
    line="─",
    corner="└",
    mark="┬",
    large=True,
    cut="…",
)
ASCII = Signs(
    ascii_only=True,
    border=box.ASCII,
    levels=_ASCII_LEVELS,
    full="=",
    empty=".",
    limit="|",
    on="*",
    waiting=".",
    good="ok",
    bad="!",
    here=">",
    arrow="->",
    nothing="-",
    minus="-",
    times="x",
    tick="|",
    line="-",
    corner="+",
    mark="+",
    large=False,
    cut="",
)


def area(values: Sequence[float | None], width: int, height: int, signs: Signs) -> list[str]:
    """The last values as columns, from nothing to the largest of them; a gap for None."""
    shown = values[-width:] if width > 0 else ()
    top = max((value for value in shown if value is not None), default=0.0) or 1.0
    levels = len(signs.levels)
    full = height * levels
    heights = [None if v is None else max(1, min(round(v / top * full), full)) for v in shown]
    return [row_of(heights, below, signs) for below in range(full - levels, -1, -levels)]


def row_of(heights: Sequence[int | None], below: int, signs: Signs) -> str:
    """One line of columns whose heights are in eighths of a line, with so much below it."""
    last = len(signs.levels) - 1
    return "".join(
        " " if height is None or height <= below else signs.levels[min(height - below - 1, last)]
        for height in heights
    )


def sparkline(values: Sequence[float | None], width: int, signs: Signs) -> str:
    """The same in one line."""
    return area(values, width, 1, signs)[0]


def bar(part: float, width: int, signs: Signs) -> tuple[str, str]:
    """How much of a whole: what is full and what is empty of a bar of this width."""
    full = max(0, min(width, round(part * width)))
    return signs.full * full, signs.empty * (width - full)


def large(text: str) -> tuple[str, str, str] | None:
    """Digits three lines high; None for a text that has others in it."""
    if not all(character in _DIGITS for character in text):
        return None
    rows = zip(*(_DIGITS[character] for character in text), strict=True)
    top, middle, low = ("".join(row) for row in rows)
    return top, middle, low
