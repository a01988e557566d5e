"""Keep the garbage collector from stalling a process that serves or measures.

Server, swarm and Locust scenarios all call this once they have imported and built what stays.
"""

import ctypes
import gc

_THRESHOLD = 20_000
"""New objects between two collections of the youngest generation; Python's default is 700, which
ten thousand deliveries a second reach every few milliseconds."""


def steady_heap() -> None:
    """Take what exists out of all later collections, and make those rare.

    A full collection walks every object of every library that was imported, 50 ms at a time:
    players wait for it, and a generator measures its own pause.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_THRESHOLD, 20, 50)


def give_back() -> None:
    """Return what nobody uses to the system; for when nobody waits, as it takes milliseconds.

    glibc keeps what was freed: after a crowd that has gone, megabytes.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # glibc alone has it
        trim(0)
