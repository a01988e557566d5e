"""`gridcli bots` in a pseudo-terminal: what a person sees of it, and what is left behind.

Not here: the terminal (`tui.terminal`), bots without one (`run_bots`).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from run_bots import BOTS
from servers import PATIENT
from tui.terminal import Terminal

SHOWN, HIDDEN = b"\x1b[?1049h", b"\x1b[?1049l"
CURSOR_ON, CURSOR_OFF = b"\x1b[?25h", b"\x1b[?25l"
PLUS, MINUS, INTERRUPT, SUSPEND = b"+", b"-", b"\x03", b"\x1a"

_COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|9[0-7])[;m]")


@contextmanager
def watching(
    *args: str, columns: int = 80, lines: int = 24, shell: str = "", **env: str
) -> Iterator[Terminal]:
    """A run that is watched; it ends with the test, whatever happens.

    Args:
        args: of `gridcli bots`.
        columns, lines: of the terminal.
        shell: a shell's line that runs it as `"$@"`.
        env: more for its environment.
    """
    command = [*BOTS, *args]
    if shell:
        command = ["sh", "-c", shell, "sh", *command]
    terminal = Terminal(command, columns=columns, lines=lines, **(PATIENT | env))
    try:
        yield terminal
    finally:
        terminal.end()


def until_shown(terminal: Terminal, *words: str) -> None:
    """Wait until all of the words are on the screen."""
    terminal.wait_until(lambda: all(word in terminal.text() for word in words), str(words))


def until_ended(terminal: Terminal, status: int = 0) -> str:
    """Wait for the end of the run, which must be like that; what it printed after the dashboard."""
    terminal.wait_until(terminal.ended, "the end of the run")
    while not terminal.closed:
        terminal.read()
    assert terminal.status == status, terminal.text()
    return bytes(terminal.written).rpartition(HIDDEN)[2].decode()


def is_left_as_it_was(terminal: Terminal) -> bool:
    """Whether the terminal has its own screen, its cursor and its modes again."""
    written = bytes(terminal.written)
    return (
        SHOWN in written
        and written.rfind(HIDDEN) > written.rfind(SHOWN)
        and written.rfind(CURSOR_ON) > written.rfind(CURSOR_OFF)
        and terminal.modes() == [*terminal.modes_before]
    )


def has_colours(terminal: Terminal) -> bool:
    """Whether anything was written in a colour."""
    return _COLOUR.search(bytes(terminal.written)) is not None
