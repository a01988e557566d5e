"""A link that remembers what it said, and a loop with a deadline to play in.

Not here: the servers to play on (`servers`), the waiting (`waiting`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any

from gridcli.core.protocol.updates import Update
from gridcli.link.link import Link
from gridcli.link.states import State
from gridcli.link.target import Target


class Watched:
    """A link and everything that it said."""

    def __init__(self, target: Target, **options: Any) -> None:
        self.updates: list[Update] = []
        self.states: list[State] = []
        self.link = Link(
            target,
            on_update=lambda update, received_s: self.updates.append(update),
            on_state=self.states.append,
            rng=Random(1),
            **options,
        )


def scene(play: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine."""

    async def run() -> None:
        async with asyncio.timeout(60):
            await play()

    asyncio.run(run())
