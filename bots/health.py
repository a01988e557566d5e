"""Watches the swarm's own process: how late its event loop comes back.

Not here: which lateness is too much (`gridcli.core.run.health`).
"""

import asyncio
import time

from gridcli.core.run.timeline import Timeline

_PROBE_S = 0.05


async def watch(timeline: Timeline) -> None:
    """Measure the loop's lag until cancelled."""
    while True:
        due_s = time.monotonic() + _PROBE_S
        await asyncio.sleep(_PROBE_S)
        timeline.late(max(0.0, time.monotonic() - due_s))
