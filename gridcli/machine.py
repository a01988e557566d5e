"""What a run was measured with: the machine, the versions, the time of day.

Not here: how a run is written down (`gridcli.core.run.file`).
"""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

_LIBRARIES = (
    "aiohttp",
    "gevent",
    "hdrhistogram",
    "locust",
    "numpy",
    "orjson",
    "python-engineio",
    "python-socketio",
    "uvloop",
)


def machine() -> dict[str, str | int | float]:
    """Processors, memory in bytes, system and Python; no names of machines or people."""
    about: dict[str, str | int | float] = {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "cpus": os.cpu_count() or 1,
    }
    if hasattr(os, "sched_getaffinity"):
        about["cpus_allowed"] = len(os.sched_getaffinity(0))
    try:
        about["memory_bytes"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError):
        pass  # a system that does not tell
    return about


def versions(more: Sequence[str] = ()) -> dict[str, str]:
    """The versions of the libraries that have a part in the figures, where they are installed."""
    found = {}
    for library in (*_LIBRARIES, *more):
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    return found


def now_utc() -> str:
    """The time of day, as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
