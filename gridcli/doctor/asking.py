"""What only the terminal itself knows: how wide it draws, whether it has a mouse, how fast it is.

It is asked with control sequences, and answers on the keyboard's side. All terminals answer the
last question (what they are), so whatever is unanswered by then will stay so. Not here: what
follows from it (`gridcli.doctor.terminal`).
"""

import os
import re
import select
import termios
import time
from dataclasses import dataclass

SAMPLES = "▂⣿●→"
"""Of the characters that the screen is drawn with; each takes one cell."""
PATIENCE_S = 1.0
"""How long a terminal may take; one that is far away takes some tenths of a second."""

_WHERE = "\x1b[6n"
_MOUSE = "\x1b[?1006$p"
_WHAT = "\x1b[c"
_WIPE = "\r\x1b[2K"
_AT = re.compile(rb"\x1b\[\d+;(\d+)R")
_HAS_MOUSE = re.compile(rb"\x1b\[\?1006;(\d)\$y")
_IS = re.compile(rb"\x1b\[\?[\d;]*c")


@dataclass(frozen=True, slots=True)
class Answers:
    """What the terminal said. None: it did not."""

    cells: int | None
    """How many cells the samples took together."""
    mouse: bool | None
    """Whether it can tell which cell the mouse is on."""
    took_ms: float
    """From the question to the last answer."""


def ask(keyboard: int, screen: int) -> Answers | None:
    """Ask the terminal; None where it answers nothing at all.

    What somebody types meanwhile is lost.

    Args:
        keyboard: the descriptor that its answers are read from, a terminal.
        screen: the descriptor that it draws what is written to.
    """
    try:
        before = termios.tcgetattr(keyboard)
    except termios.error:
        return None
    quiet = termios.tcgetattr(keyboard)
    quiet[3] &= ~(termios.ICANON | termios.ECHO)
    # Apple's terminal takes the question about the mouse for text.
    mouse = "" if os.environ.get("TERM_PROGRAM") == "Apple_Terminal" else _MOUSE
    try:
        termios.tcsetattr(keyboard, termios.TCSAFLUSH, quiet)
        began_s = time.monotonic()
        os.write(screen, f"\r{SAMPLES}{_WHERE}{mouse}{_WIPE}{_WHAT}".encode())
        said = _listen(keyboard, began_s + PATIENCE_S)
        took_ms = 1000 * (time.monotonic() - began_s)
    except OSError:
        return None
    finally:
        termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)
    if not said:
        return None
    at, has_mouse = _AT.search(said), _HAS_MOUSE.search(said)
    return Answers(
        cells=int(at[1]) - 1 if at else None,
        mouse=has_mouse[1] != b"0" if has_mouse else None,
        took_ms=took_ms,
    )


def _listen(keyboard: int, end_s: float) -> bytes:
    said = b""
    while not _IS.search(said):
        left_s = end_s - time.monotonic()
        if left_s <= 0 or not select.select([keyboard], [], [], left_s)[0]:
            break
        said += os.read(keyboard, 1024)
    return said
