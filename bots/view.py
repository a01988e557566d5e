"""What a run is watched with: a dashboard on a terminal, otherwise lines.

Not here: the dashboard (`bots.dashboard`), the lines (`bots.report`).
"""

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from gridcli.core.run.model import Step
from gridcli.core.run.objective import Objective

from .course import Course
from .report import Progress
from .swarm import Swarm


class View(Protocol):
    """Tells people how a run goes, on standard error."""

    def watching(
        self, course: Course, thresholds: Sequence[Objective]
    ) -> AbstractContextManager[None]:
        """Show a run while it goes on."""

    def say(self, text: str) -> None:
        """Something that stays."""

    def show(self, swarm: Swarm) -> None:
        """A second is over."""

    def stopping(self) -> None:
        """The run is to end, as somebody asked for."""

    def ended(self, step: Step, *, several: bool) -> None:
        """A step is over; `several` where there is more than one."""

    def clear(self) -> None:
        """Leave the terminal as it was; idempotent."""


def view_of(*, plain: bool, ascii_only: bool) -> View:
    """A dashboard where standard error is a terminal that can show it and is ours; else lines."""
    if plain or not _can_draw():
        return Progress(in_place=False if plain else None)
    # Only now: whoever gets lines need not wait for a library that draws.
    from .dashboard.dashboard import Dashboard
    from .dashboard.glyphs import ASCII, UNICODE

    encoding = (sys.stderr.encoding or "").lower().replace("-", "")
    return Dashboard(ASCII if ascii_only or not encoding.startswith("utf") else UNICODE)


def _can_draw() -> bool:
    if not sys.stderr.isatty() or os.environ.get("TERM", "dumb") in ("", "dumb", "unknown"):
        return False
    from .dashboard.keys import in_foreground

    return in_foreground(sys.stderr.fileno())
