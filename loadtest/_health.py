"""Watches this process's own loop: how late it comes back.

Not here: which lateness is too much (`gridcli.core.run.health`).
"""

import time

import gevent

from gridcli.core.run.timeline import Timeline

_PROBE_S = 0.05


def watch(timeline: Timeline) -> None:
    """Measure the loop's lag until killed."""
    while True:
        due_s = time.monotonic() + _PROBE_S
        gevent.sleep(_PROBE_S)
        timeline.late(max(0.0, time.monotonic() - due_s))
