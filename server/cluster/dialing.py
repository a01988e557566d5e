"""Connecting to the broker, for as long as it takes.

A new attempt begins every second while the earlier ones may still succeed: a broker that is slow
is reached with the first, one that swallowed the first with a later. Not here: what a connection
is for (`node`).
"""

import asyncio
import logging
from collections.abc import Callable
from random import Random

from .bus import Bus, BusError, Connection

log = logging.getLogger("gridcli.cluster")

EVERY_S = 1.0
"""The time between two attempts."""
_FIRST_S = 0.1
"""The shortest pause after one that has failed."""
_AT_ONCE = 8
_REMIND_S = 60.0


async def dial(bus: Bus, rng: Random, failed: Callable[[BusError], None]) -> Connection:
    """The first connection that comes about.

    Args:
        bus: the broker.
        rng: where jitter comes from.
        failed: called with each attempt's failure; what it raises ends the dialing.
    """
    loop = asyncio.get_running_loop()
    attempts: list[asyncio.Task[Connection]] = []
    pause_s, complained_s = _FIRST_S, -_REMIND_S
    try:
        while True:
            attempts.append(loop.create_task(bus.connect()))
            while len(attempts) > _AT_ONCE:
                await _end(attempts.pop(0))
            next_s = loop.time() + EVERY_S
            while attempts and (left_s := next_s - loop.time()) > 0:
                done, _ = await asyncio.wait(
                    attempts, timeout=left_s, return_when=asyncio.FIRST_COMPLETED
                )
                for attempt in done:
                    attempts.remove(attempt)
                    try:
                        return attempt.result()
                    except Exception as cause:
                        error = _failure(cause)
                        if loop.time() >= complained_s + _REMIND_S:
                            complained_s = loop.time()
                            log.warning("cannot reach %s: %s; trying again", bus.address, error)
                        failed(error)
            if not attempts:
                await asyncio.sleep(rng.uniform(0.5, 1.0) * pause_s)
                pause_s = min(2 * pause_s, EVERY_S)
    finally:
        for attempt in attempts:
            await _end(attempt)


def _failure(error: Exception) -> BusError:
    """Whatever went wrong, as what we expect: a node that stops dialing never comes back."""
    if isinstance(error, BusError):
        return error
    log.error("connecting to the broker failed in an unexpected way", exc_info=error)
    return BusError(f"internal error: {type(error).__name__}")


async def _end(attempt: asyncio.Task[Connection]) -> None:
    attempt.cancel()
    await asyncio.wait([attempt])
    if not attempt.cancelled() and attempt.exception() is None:
        await attempt.result().close()  # it came about in this very moment
