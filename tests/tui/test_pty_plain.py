"""`--ascii` and NO_COLOR in a real terminal, through every dialog and state.

Not here: foreign text in ASCII (`test_foreign_text`), colours (`test_contrast`).
"""

import os
import re
import signal
import sys

import pytest
from servers import running_server

from .terminal import Terminal

PLAY = [sys.executable, "-m", "gridcli", "play"]
ESCAPE = b"\x1b"
DIALOGS = (b"?", b"r", b"n", b"e")
COLOUR = re.compile(rb"\x1b\[(?:[\d;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m")


def walk_through(terminal: Terminal) -> None:
    """Open every dialog, chat, show an emote, and play."""
    terminal.wait_until(lambda: " online" in terminal.text(), "the board")
    for key in DIALOGS:
        terminal.type(key)
        terminal.wait_until(lambda: "Esc" in terminal.text(), f"what {key!r} opens")
        terminal.type(ESCAPE)
        terminal.wait_until(lambda: "Esc" not in terminal.text(), "its end")
    terminal.type(b"thallo there\r")
    terminal.wait_until(lambda: "hallo there" in terminal.text(), "the chat")
    terminal.type(b"p")
    terminal.wait_until(lambda: "ping at" in terminal.text(), "the ping")
    terminal.type(b"wasd")


def leave_by_palette(terminal: Terminal) -> None:
    """Find the end among all commands."""
    terminal.type(b"\x10")
    terminal.wait_until(lambda: "Chat" in terminal.text(), "the palette")
    terminal.type(b"quit")
    terminal.wait_until(lambda: "(q)" in terminal.text(), "the command")
    terminal.type(b"\r")
    terminal.wait_until(terminal.ended, "the end")
    assert terminal.status == 0


@pytest.mark.parametrize("size", [(160, 50), (80, 24), (60, 20), (30, 8)])
def test_ascii_writes_no_other_byte(size: tuple[int, int]) -> None:
    columns, lines = size
    with running_server("--grid", "40x20") as server:
        terminal = Terminal(
            [*PLAY, "--server", server.url, "--room", "paint", "--ascii", "--name", "Zo\u00eb"],
            columns=columns,
            lines=lines,
        )
        try:
            if size == (30, 8):
                terminal.wait_until(lambda: "40x12" in terminal.text(), "the size that is needed")
                terminal.type(b"q")
                terminal.wait_until(terminal.ended, "the end")
            else:
                walk_through(terminal)
                os.kill(server.pid, signal.SIGKILL)
                terminal.wait_until(lambda: "reconnecting" in terminal.text(), "the banner")
                leave_by_palette(terminal)
        finally:
            terminal.end()
    odd = bytes(byte for byte in terminal.written if byte > 127)
    assert not odd, odd.decode(errors="replace")


def test_no_color_writes_none() -> None:
    with running_server() as server:
        terminal = Terminal(
            [*PLAY, "--server", server.url, "--room", "tag"], columns=120, lines=40, NO_COLOR="1"
        )
        try:
            walk_through(terminal)
            glyph = terminal.own_glyph()
            assert glyph is not None, "bold and reversed tell who one is"
            os.kill(server.pid, signal.SIGKILL)
            terminal.wait_until(lambda: "reconnecting" in terminal.text(), "the banner")
            leave_by_palette(terminal)
        finally:
            terminal.end()
    assert not COLOUR.findall(bytes(terminal.written))[:5]
