"""The mouse and spectating in a real terminal, on a real server.

Not here: every key and size (`test_mouse`, `test_spectating`).
"""

import sys

from servers import Server

from .terminal import Terminal

PLAY = [sys.executable, "-m", "gridcli", "play", "--name", "ada"]


def mouse(
    terminal: Terminal, column: int, line: int, *, up: bool = False, drag: bool = False
) -> None:
    """What a terminal sends of the first button, at a place that counts from 0."""
    code, end = 32 if drag else 0, "m" if up else "M"
    terminal.type(f"\x1b[<{code};{column + 1};{line + 1}{end}".encode())


def test_a_click_walks_and_v_watches_and_comes_back(grid_server: Server) -> None:
    terminal = Terminal([*PLAY, "--server", grid_server.url, "--room", "mouse"])
    try:
        terminal.wait_until(lambda: terminal.own_glyph() is not None, "the board")
        found = terminal.own_glyph()
        assert found is not None
        symbol, x, _ = found
        column, line = (62, 18) if x < 40 else (18, 3)
        mouse(terminal, column, line)
        mouse(terminal, column, line, up=True)
        terminal.wait_until(lambda: "×" in terminal.text(), "the goal's mark")
        terminal.wait_until(lambda: "×" not in terminal.text(), "the walk")
        found = terminal.own_glyph()
        assert found is not None
        assert abs(found[1] - column) <= 3, "in the cell that was clicked"
        assert abs(found[2] - line) <= 1

        terminal.type(b"v")
        terminal.wait_until(
            lambda: "spectating" in terminal.text() and "0 online" in terminal.text(), "watching"
        )
        assert terminal.own_glyph() is None
        assert "offline" not in terminal.text()
        terminal.type(b"v")
        terminal.wait_until(lambda: terminal.own_glyph() == found, "the same player, there")
        terminal.wait_until(lambda: "1 online" in terminal.text(), "nobody else")
        assert found[0] == symbol
        terminal.type(b"q")
        terminal.wait_until(terminal.ended, "the end")
        assert terminal.status == 0
    finally:
        terminal.end()
