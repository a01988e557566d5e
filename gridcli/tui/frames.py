"""Frames: drawn when something has changed, no more often than the screen and its terminal can.

What changed is noted at once and drawn in one frame, however much it was. A frame that is due
comes at once, and a step of one's own does not wait for its turn. Not here: the pace
(`gridcli.tui.pace`), what is drawn (`gridcli.tui.app`).
"""

import asyncio
import math
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import copy_context
from typing import Protocol

from textual.app import App

from .innards import ask_for_sign, is_writing
from .pace import Pace

SETTLE_S = 0.25
"""How long the end waits for the terminal's last sign, which the next program would get."""
STUCK_S = 0.5
"""While nothing can be drawn for so long, nothing else is: what Textual would draw by itself, such
as a cursor that blinks, would fill its queue, and then block this process."""


class Scene(Protocol):
    """What frames are drawn of."""

    urgent: bool
    """Whether a change that waits for its frame should not wait for its turn."""


class Frames:
    """Draws an app's frames, from `start` on.

    Args:
        app: whose terminal it is.
        scene: says whether there is a hurry.
        draw: draws one frame.
        frames_per_second: at most; what is urgent comes between.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        app: App[None],
        scene: Scene,
        draw: Callable[[], None],
        frames_per_second: float,
        clock: Callable[[], float],
    ) -> None:
        self._app = app
        self._scene = scene
        self._draw = draw
        self._clock = clock
        self._pace = Pace(frames_per_second)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next: asyncio.TimerHandle | None = None
        self._context = copy_context()
        self._held_since_s: float | None = None
        self._stuck = ExitStack()
        self._settled = asyncio.Event()

    def start(self) -> None:
        """From now on, draw."""
        self._loop = asyncio.get_running_loop()
        # Textual's own: what wakes us may come from outside of it.
        self._context = copy_context()
        self.want()

    def want(self) -> None:
        """There is something to draw."""
        if self._loop is None:
            return
        wait_s = self._wait_s(self._clock())
        if self._next is not None:
            if self._next.when() <= self._loop.time() + wait_s:
                return
            self._next.cancel()
        # Also what is due at once waits for the loop: what else has arrived is drawn with it.
        self._later(wait_s)

    def answered(self) -> None:
        """The terminal gave its sign."""
        self._pace.answered(self._clock())
        self._settled.set()
        if self._next is not None:
            self.want()  # sooner than it was going to look again

    async def stop(self) -> None:
        """Draw no more, and wait a moment for the terminal's last sign."""
        self._loop = None
        if self._next is not None:
            self._next.cancel()
        self._release()
        if self._pace.waits:
            self._settled.clear()
            try:
                async with asyncio.timeout(SETTLE_S):
                    await self._settled.wait()
            except TimeoutError:
                pass

    def _later(self, wait_s: float) -> None:
        assert self._loop is not None
        self._next = self._loop.call_later(wait_s, self._turn, context=self._context)

    def _wait_s(self, now_s: float) -> float:
        return self._pace.wait_s(now_s, queued=is_writing(self._app), urgent=self._scene.urgent)

    def _turn(self) -> None:
        self._next = None
        if self._loop is None:
            return
        now_s = self._clock()
        wait_s = self._wait_s(now_s)
        if wait_s > 0:
            self._hold(now_s)
            self._later(wait_s)
            return
        self._release()
        self._draw()
        self._pace.drawn(now_s)
        if self._pace.asks:
            self._app.call_after_refresh(self._ask)

    def _ask(self) -> None:
        if self._loop is not None and self._pace.asks and ask_for_sign(self._app):
            self._pace.asked(self._clock())

    def _hold(self, now_s: float) -> None:
        if self._held_since_s is None:
            self._held_since_s = now_s
        elif now_s - self._held_since_s > STUCK_S:
            self._held_since_s = math.inf  # once
            self._stuck.enter_context(self._app.batch_update())

    def _release(self) -> None:
        self._held_since_s = None
        self._stuck.close()
