"""The dashboard of a run: draws it, takes keys, and leaves the terminal as it was.

Drawn once a second, and when something is pressed or changes in between; what it costs is
measured by `tests/bench/dashboard_cost.py`. Not here: figures (`bots.dashboard.history`), the
picture (`bots.dashboard.frame`), lines for whatever is no terminal (`bots.report`).
"""

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from gridcli.core.run.model import Step
from gridcli.core.run.objective import Objective
from gridcli.core.text import foreign

from ..course import Course
from ..report import Progress
from ..swarm import Swarm
from .frame import frame
from .glyphs import Signs
from .history import History
from .keys import Keyboard, in_foreground
from .lines import Row
from .screen import Screen

_TICK_S = 0.25
"""How often is looked whether something has changed."""
_SOON_S = 0.05
"""How soon a key or another size of the window is answered."""
_KEPT = 500
"""Lines that others print meanwhile and that are printed at the end; of more, the last."""
_MORE, _FEWER = "+=", "-_−"


class Dashboard:
    """What a swarm's run shows on a terminal; a `bots.view.View`.

    Args:
        signs: what it is drawn with.
    """

    def __init__(self, signs: Signs) -> None:
        self._signs = signs
        self._descriptor = sys.stderr.fileno()
        self._screen = Screen(self._descriptor, self._keep)
        self._keyboard = Keyboard(self._pressed)
        self._course: Course | None = None
        self._history: History | None = None
        self._lines: Progress | None = None
        """What takes over if this fails."""
        self._said: deque[str] = deque(maxlen=_KEPT)
        self._unsaid = 0
        self._note = ""
        self._drawn: object = None
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def watching(self, course: Course, thresholds: Sequence[Objective]) -> Iterator[None]:
        """Show a run while it goes on."""
        self._course, self._history = course, History(course, thresholds)
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        loop.add_signal_handler(signal.SIGWINCH, self._soon)
        loop.add_signal_handler(signal.SIGQUIT, self._quit)
        self._tick()
        try:
            yield
        finally:
            self.clear()
            self._course = None
            for number in (signal.SIGTSTP, signal.SIGWINCH, signal.SIGQUIT):
                loop.remove_signal_handler(number)

    def say(self, text: str) -> None:
        """Something that stays: printed now, or once the screen is what it was."""
        if self._screen.is_open:
            self._keep(text)
        else:
            click.echo(text, err=True)

    def show(self, swarm: Swarm) -> None:
        """A second is over."""
        if self._lines is not None:
            self._lines.show(swarm)
        elif self._history is not None:
            self._draw(sample=True)

    def stopping(self) -> None:
        """The run is to end."""
        self._soon()

    def ended(self, step: Step, *, several: bool) -> None:
        """A step is over; it stands in the list of steps."""
        if self._lines is not None:
            self._lines.ended(step, several=several)

    def clear(self) -> None:
        """Leave the terminal as it was, and print what was said meanwhile; idempotent."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._leave()
        if self._unsaid:
            click.echo(f"({self._unsaid} lines before these are left out)", err=True)
        for line in self._said:
            click.echo(line, err=True)
        self._said.clear()
        self._unsaid = 0

    def _tick(self) -> None:
        """Draw what has changed between two seconds."""
        course = self._course
        if course is None or self._lines is not None:
            return
        self._timer = asyncio.get_running_loop().call_later(_TICK_S, self._tick)
        self._enter()
        swarm = course.swarm
        state = (
            *(swarm.phase, swarm.tally.live, course.players, course.wanted, course.stopping),
            *(self._screen.size, self._note),
        )
        if state != self._drawn and self._draw():
            self._drawn = state

    def _soon(self) -> None:
        """Draw again, once for all that happens within a moment."""
        if self._timer is not None:
            self._timer.cancel()
            self._drawn = None
            self._timer = asyncio.get_running_loop().call_later(_SOON_S, self._tick)

    def _draw(self, *, sample: bool = False) -> bool:
        """Draw what is known, or first what a second has brought; whether it was drawn."""
        try:
            if sample and self._history is not None:
                self._history.sample()
            return self._screen.draw(self._picture)
        except Exception as error:  # a fault of ours in a picture must not cost the run
            self.clear()
            self._lines = Progress()
            self.say(f"the dashboard failed, lines follow: {type(error).__name__}: {error}")
            return False

    def _picture(self, width: int, height: int) -> list[Row]:
        assert self._history is not None, "nothing is drawn before there is a run"
        figures = self._history.figures(keys=self._keyboard.is_open, note=self._note)
        return frame(figures, width, height, self._signs)

    def _pressed(self, key: str) -> None:
        course = self._course
        if course is None or course.stopping:
            return
        if key in _MORE:
            course.change(1)
        elif key in _FEWER:
            course.change(-1)
        elif key in "qQ":
            course.stop()
        self._soon()

    def _keep(self, line: str) -> None:
        self._unsaid += len(self._said) == _KEPT
        self._said.append(line)
        self._note = foreign(line) or self._note

    def _enter(self) -> None:
        """Take the terminal; after Ctrl-Z and `bg`, once it is ours again."""
        if not self._screen.is_open and in_foreground(self._descriptor):
            self._keyboard.open()
            self._screen.open()
            self._drawn = None

    def _leave(self) -> None:
        self._screen.close()
        self._keyboard.close()

    def _suspend(self) -> None:
        """Ctrl-Z: the shell gets its terminal back as it was, and we go on where we are let."""
        self._leave()
        self._die_of(signal.SIGTSTP)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, self._suspend)
        self._soon()

    def _quit(self) -> None:
        self._leave()
        self._die_of(signal.SIGQUIT)

    @staticmethod
    def _die_of(number: signal.Signals) -> None:
        """Let a signal do what it does where nobody handles it."""
        asyncio.get_running_loop().remove_signal_handler(number)
        os.kill(os.getpid(), number)
