"""A terminal's screen whose text can be read at any moment, also in the middle of a redraw.

Not here: the process that writes on it (`terminal`, `web/bare_page`).
"""

import pyte
from wcwidth import wcwidth


class CellScreen(pyte.Screen):
    """pyte's screen, with halves of wide characters as terminals show them: blank.

    A write over one half of a wide character leaves pyte (0.8.2) with the other one, and its own
    `display` raises `IndexError` or skips a cell then. Between two reads of what a process
    writes, that is an everyday state.
    """

    @property
    def display(self) -> list[str]:
        """The lines as text; each fills the screen's columns."""
        return [self._line(y) for y in range(self.lines)]

    def _line(self, y: int) -> str:
        cells = [self.buffer[y][x].data for x in range(self.columns)]
        shown = []
        for x, data in enumerate(cells):
            has_stub = x + 1 < self.columns and cells[x + 1] == ""
            if data == "":  # the second half: shown with the first, if that is still there
                whole = x > 0 and _is_wide(cells[x - 1])
                shown.append("" if whole else " ")
            else:
                shown.append(" " if _is_wide(data) and not has_stub else data)
        return "".join(shown)


def _is_wide(data: str) -> bool:
    return data != "" and wcwidth(data[0]) == 2
