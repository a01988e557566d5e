"""Who makes how much trouble, all at the same time.

Not here: what each of them does (`soak.visitors`, `soak.rude`).
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

from soak.rude import Rude
from soak.visitors import Visitors

from gridcli.link.dial import client_session


@dataclass(frozen=True, slots=True)
class Scale:
    """How many there are of each at any time."""

    visitors: int
    pollers: int
    talkers: int
    sailors: int
    """Who are all cut off and come back in each period."""
    slow: int
    aborting: int


WHOLE = Scale(visitors=24, pollers=12, talkers=4, sailors=200, slow=8, aborting=4)
SMALL = Scale(visitors=4, pollers=2, talkers=1, sailors=20, slow=2, aborting=2)


class Trouble:
    """Those who make it, and what they count."""

    def __init__(self, visitors: Visitors, rude: Rude) -> None:
        self._visitors = visitors
        self._rude = rude

    @property
    def visits(self) -> int:
        """Visitors who have come and gone."""
        return self._visitors.visits

    @property
    def reconnects(self) -> int:
        """Clients who came back after a storm."""
        return self._visitors.reconnects

    @property
    def slow(self) -> int:
        """Clients who did not read, and are gone."""
        return self._rude.slow

    @property
    def aborts(self) -> dict[str, int]:
        """Clients who vanished, by the way."""
        return dict(self._rude.aborts)

    @property
    def trouble(self) -> dict[str, int]:
        """What none of them should meet with, and how often."""
        return dict(self._visitors.trouble + self._rude.trouble)


@asynccontextmanager
async def making_trouble(
    url: str, scale: Scale, rng: Random, *, period_s: float, heartbeat_s: float
) -> AsyncIterator[Trouble]:
    """All of them at once; when it ends they leave.

    Args:
        url: the server's address, on loopback.
        scale: how many there are.
        rng: where their whims come from.
        period_s: between two storms.
        heartbeat_s: the server's `--ping-interval`.
    """
    async with client_session() as http:
        visitors = Visitors(url, http, rng)
        rude = Rude(url, heartbeat_s, rng)
        parts: list[Coroutine[Any, Any, None]] = [
            *(visitors.churn() for _ in range(scale.visitors)),
            *(visitors.poll() for _ in range(scale.pollers)),
            *(visitors.talk() for _ in range(scale.talkers)),
            visitors.storm(scale.sailors, period_s),
            *(rude.never_read(period_s) for _ in range(scale.slow)),
            *(rude.abort() for _ in range(scale.aborting)),
        ]
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            yield Trouble(visitors, rude)
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ended:
            # They end only because they are cancelled, or because of what they count themselves.
            if isinstance(end, Exception):
                raise end
