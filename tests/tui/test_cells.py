"""The screen that the tests read: what terminals show of characters that are half overwritten.

Not here: what our own screen writes (`test_foreign_text`).
"""

import pyte
import pytest
from rich.cells import cell_len
from tui.cells import CellScreen


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a日b", "a日b"),
        ("日\x1b[1;1Hx", "x "),
        ("日\x1b[1;2Hx", " x"),
        ("日本\x1b[1;2H語", " 語 "),
        ("日\x1b[1;1Hxy", "xy"),
        ("e\u0301日", "\u00e9日"),
    ],
)
def test_halves_are_blank(written: str, shown: str) -> None:
    screen = CellScreen(8, 1)
    pyte.Stream(screen).feed(written)
    (line,) = screen.display
    assert line.rstrip() == shown.rstrip()
    assert cell_len(line) == 8


def test_every_moment_of_a_redraw_can_be_read() -> None:
    screen = CellScreen(6, 2)
    stream = pyte.Stream(screen)
    for character in "日本語\r\n語本日\x1b[1;1Ha日bc\x1b[2;2H日本x\x1b[1;3H│":
        stream.feed(character)
        assert [cell_len(line) for line in screen.display] == [6, 6]
    assert screen.display == ["a │bc ", " 日本x"]
