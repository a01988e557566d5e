"""What a stream of bytes has a terminal do beside showing characters.

Cuts it as ECMA-48 and xterm do, in UTF-8: C0 and C1 controls, escape, control and string sequences.
Not here: the screen that comes of it (`tui.terminal`, which uses pyte).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    \x1b\[ (?P<private>[<-?]*) (?P<numbers>[0-9:;]*) (?P<between>[ -/]*) (?P<final>[@-~])
  | \x1b (?P<string>[\]PX^_]) (?P<said>[^\x07\x1b]*) (?: \x07 | \x1b\\ )
  | \x1b (?P<escape>[ -/]*[0-~])
  | (?P<control>[\x00-\x1f\x7f\x80-\x9f])
    """,
    re.VERBOSE,
)


class Sequence(NamedTuple):
    """One of them: `kind` says what it does, `text` is all of it."""

    kind: str
    text: str


def sequences(stream: bytes) -> Iterator[Sequence]:
    """Every sequence and control of a stream; half a sequence at its end is left out.

    Modes are kinds of their own (`CSI ?1049h`), and so is the number of an operating system command
    (`OSC 52`); numbers that choose colours and places are not.
    """
    text = stream.decode("utf-8", "replace")
    for found in _TOKEN.finditer(text):
        yield Sequence(_kind(found), found[0])


def _kind(found: re.Match[str]) -> str:
    if found["final"]:
        numbers = found["numbers"] if found["final"] in "hlpqtun" or found["private"] else ""
        return f"CSI {found['private']}{numbers}{found['between']}{found['final']}"
    if found["string"]:
        name = {"]": "OSC", "P": "DCS", "X": "SOS", "^": "PM", "_": "APC"}[found["string"]]
        return f"{name} {found['said'].partition(';')[0]}"
    if found["escape"]:
        return f"ESC {found['escape']}"
    return f"control {ord(found['control']):02x}"
