"""One run of the load generator against one server, with the server's CPU over the same window.

The generator is C (`generator/`), compiled into a temporary folder for each session. Not here:
which runs there are (`bench.fanout`), what comes of them (`bench.rows`).
"""

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .sides import Unavailable, on_core

SOURCES = Path(__file__).resolve().parent / "generator"
"""The load generator."""

JOIN_S = 90.0
"""How long all players may take to join."""

HOLD_S = 3.0
"""How long the memory of connections is given to settle: joining leaves much behind."""

_SPARE_S = 60.0


def compile_generator(folder: Path) -> Path:
    """The generator's binary, made in the folder.

    Raises:
        Unavailable: no compiler, or it fails.
    """
    compiler = shutil.which("cc")
    if not compiler:
        raise Unavailable(
            "cc, which compiles the load generator, is not installed "
            "(on Debian: apt-get install gcc libc6-dev)"
        )
    binary = folder / "generator"
    warnings = ("-Wall", "-Wextra", "-Werror")
    sources = sorted(str(path) for path in SOURCES.glob("*.c"))
    done = subprocess.run(
        [compiler, "-std=c11", "-O2", *warnings, "-o", str(binary), *sources],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Unavailable(f"cc could not compile the load generator:\n{done.stderr}")
    return binary


class Result(NamedTuple):
    """What one run told: the generator's JSON, and the share of a core that the server took."""

    generator: dict[str, Any]
    server_cpu: float | None


def cpu_s(pid: int) -> float:
    """Processor time of a process so far, with all of its threads."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def resident_kib(pid: int) -> int:
    """Memory of a process that is in RAM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)


@contextmanager
def _generating(
    binary: Path, url: str, core: int | None, options: dict[str, object]
) -> Iterator[subprocess.Popen[str]]:
    given = {"port": urlsplit(url).port, "join-timeout": JOIN_S, **options}
    flags = [text for name, value in given.items() for text in (f"--{name}", str(value))]
    # A flag without a value is given as an empty one.
    command = [str(binary), *(flag for flag in flags if flag)]
    with on_core(core):
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    with process:
        try:
            yield process
        finally:
            process.kill()


def run(
    binary: Path,
    url: str,
    *,
    core: int | None = None,
    server_pids: Sequence[int] = (),
    **options: object,
) -> Result:
    """Play against the server; options are the generator's own, `_` for `-`.

    Args:
        binary: the generator.
        url: where the server listens.
        core: that the generator stays on.
        server_pids: the processes whose processor time is the server's.
        options: see `generator --help`.

    Raises:
        Unavailable: nobody could join, or the generator failed.
    """
    given = {name.replace("_", "-"): value for name, value in options.items()}
    whole_s = sum(float(str(given.get(name, 10))) for name in ("seconds", "warmup", "settle"))
    marks: dict[str, tuple[float, float]] = {}
    said: list[str] = []
    with _generating(binary, url, core, given) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        watchdog = threading.Timer(whole_s + JOIN_S + _SPARE_S, process.kill)
        watchdog.start()
        try:
            for line in process.stderr:
                said.append(line.strip())
                if server_pids and said[-1] in ("window-start", "window-end"):
                    try:
                        marks[said[-1]] = (time.monotonic(), sum(map(cpu_s, server_pids)))
                    except FileNotFoundError:
                        pass  # the server has ended: the generator will tell
            output = process.stdout.read()
            status = process.wait()
        finally:
            watchdog.cancel()
    if status or not output:
        raise Unavailable(" ".join(said) or f"the generator ended with {status}")
    cpu = None
    if len(marks) == 2:
        (start_s, before_s), (end_s, after_s) = marks["window-start"], marks["window-end"]
        cpu = (after_s - before_s) / (end_s - start_s)
    return Result(json.loads(output), cpu)


def memory_kib(
    binary: Path,
    url: str,
    server_pid: int,
    *,
    players: int,
    protocol: int,
    core: int | None,
    hold_s: float = HOLD_S,
) -> float:
    """Growth of the server for each of so many players who joined and stand still.

    Raises:
        Unavailable: not all of them could join.
    """
    before = resident_kib(server_pid)
    options: dict[str, object] = {"players": players, "protocol": protocol, "hold": ""}
    with _generating(binary, url, core, options) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line or json.loads(line)["ready"] < players:
            raise Unavailable(f"not all of {players} players could join")
        time.sleep(hold_s)
        return (resident_kib(server_pid) - before) / players
