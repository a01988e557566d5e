"""When ticks are made without our fan-out: on python-socketio's own manager, for comparison.

The same rule as `server.fanout.flusher`: at once after idle, then no sooner than a multiple of
what the last one cost. Not here: the ticks (`server.ticker`).
"""

import asyncio
import logging
import time

from .fanout.flusher import Pace
from .metrics import Metrics
from .ticker import Ticker

log = logging.getLogger("gridcli.server")


class StockPace:
    """Calls a ticker in a task of its own for as long as there are changes."""

    def __init__(self, ticker: Ticker, metrics: Metrics, pace: Pace) -> None:
        self._ticker = ticker
        self._metrics = metrics
        self._pace = pace
        self._ticking: asyncio.Task[None] | None = None

    def soon(self) -> None:
        """There is something to tell."""
        if self._ticking is None:
            self._ticking = asyncio.get_running_loop().create_task(self._tick())
            self._ticking.add_done_callback(_log_failure)

    async def _tick(self) -> None:
        try:
            began_s = time.thread_time()
            while await self._ticker.tick():
                cost_s = time.thread_time() - began_s
                self._metrics.flush_seconds.observe(cost_s)
                await asyncio.sleep(self._pace.pause_s(cost_s))
                began_s = time.thread_time()
        finally:
            self._ticking = None


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("a room's delta could not be made", exc_info=task.exception())
