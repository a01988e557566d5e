"""The machine and the software that figures were measured on, and which cores are used.

Not here: what was measured (`bench.rows`).
"""

import datetime
import importlib.metadata
import json
import os
import platform
import resource
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from gridcli.core.errors import SetupError
from server.engines.node_run import installed

LIBRARIES = ("python-socketio", "python-engineio", "aiohttp", "uvloop", "orjson")

_SPARE_FILES = 200


class Cores(NamedTuple):
    """Where the server and the generator are pinned; None: wherever the system puts them."""

    server: int | None = None
    generator: int | None = None


def pick_cores(pin: bool) -> Cores:
    """One core for the server and another one for the generator, where there are two."""
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[1]) if pin and len(allowed) > 1 else Cores()


def raise_file_limit() -> int:
    """Allow as many open files as the system lets us; children inherit it.

    Returns:
        How many players can be connected under the limit.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY:
        return 1_000_000
    return hard - _SPARE_FILES


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _node_versions() -> list[str]:
    node = shutil.which("node")
    try:
        package = installed() / "node_modules" / "socket.io" / "package.json"
    except SetupError:
        return []
    if not node:
        return []
    told = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    return [f"Node {told.lstrip('v')}", f"socket.io {json.loads(package.read_text())['version']}"]


def describe(cores: Cores) -> dict[str, str]:
    """The machine and the versions, in words."""
    pinned = (
        f"the server pinned to core {cores.server}, the generator to core {cores.generator}"
        if cores.server is not None
        else "nothing pinned to a core"
    )
    libraries = [f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES]
    python = f"Python {platform.python_version()}"
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{_processor()}, {os.cpu_count()} cores, Linux {platform.release()}",
        "pinned": pinned,
        "versions": ", ".join([python, *libraries, *_node_versions()]),
    }
