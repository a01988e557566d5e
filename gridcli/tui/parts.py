"""The parts of the screen that can have changed, and what is worth a toast.

Not here: what changes them (`gridcli.tui.game`, `gridcli.tui.hearing`).
"""

from enum import Flag, auto
from typing import NamedTuple


class Part(Flag):
    """A part of the model that changed since it was drawn."""

    WORLD = auto()
    PEOPLE = auto()
    LOG = auto()
    STATUS = auto()


NOTHING = Part(0)
EVERYTHING = Part.WORLD | Part.PEOPLE | Part.LOG | Part.STATUS


class Toast(NamedTuple):
    """What is worth more than a line of the log."""

    text: str
    warning: bool = False
