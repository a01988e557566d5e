"""Both event loops that a link runs on: the screen's and the bots'."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
import uvloop

both_loops = pytest.mark.parametrize(
    "loop", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
)
Loop = Callable[[], asyncio.AbstractEventLoop]


def play_on(loop: Loop, play: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine on such a loop."""

    async def run() -> None:
        async with asyncio.timeout(60):
            await play()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run())
