"""The machine: processors, open files, and how late its timers are.

Not here: what a run file says of it (`gridcli.machine`).
"""

import os
import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass

from gridcli.machine import machine

from .findings import Finding, Section, warning

FEW_FILES = 1024
_RESERVE = 64
LATE_MS = 10.0
"""Timers that are later than this at their 95th percentile put a run's figures in doubt."""
_NAP_S, _NAPS = 0.001, 60


@dataclass(frozen=True, slots=True)
class Machine:
    """What can be known of a machine at one moment."""

    about: dict[str, str | int | float]
    """As `gridcli.machine.machine` gives it."""
    load: float | None
    """Processes that ran or wanted to, on average over the last minute."""
    files: int | None
    """How many files a process may have open before it asks for more; None: any number."""
    most_files: int | None
    """How many it may ask for."""
    late_ms: Sequence[float]
    """By how much some timers were late."""


def read_machine() -> Machine:
    """Look at this machine; takes about a tenth of a second."""
    soft, hard = map(_bounded, resource.getrlimit(resource.RLIMIT_NOFILE))
    try:
        load = os.getloadavg()[0]
    except OSError:
        load = None
    return Machine(machine(), load, soft, hard, [_nap_ms() for _ in range(_NAPS)])


def look_at_machine(machine: Machine) -> Section:
    """What it means for a server, and for bots that measure one."""
    return Section("Machine", [_processors(machine), _files(machine), _timers(machine)])


def _processors(machine: Machine) -> Finding:
    about = machine.about
    cpus = int(about.get("cpus_allowed", about["cpus"]))
    text = f"{cpus} {'processor' if cpus == 1 else 'processors'}"
    if cpus < int(about["cpus"]):
        text += f" of {about['cpus']}"
    if "memory_bytes" in about:
        text += f", {float(about['memory_bytes']) / 2**30:.1f} GiB"
    text += f", {about['system']} on {about['architecture']}"
    facts: dict[str, object] = {**about, "load": machine.load}
    if machine.load is not None:
        text += f", load {machine.load:.1f}"
    if cpus == 1:
        return warning(
            "processors",
            text,
            "a server and the bots that measure it share one: put one of them elsewhere",
            **facts,
        )
    if machine.load is not None and machine.load > cpus:
        return warning(
            "processors", text, "it is busy with other things; measure when it is not", **facts
        )
    return Finding("processors", text, facts=facts)


def _files(machine: Machine) -> Finding:
    facts = {"soft": machine.files, "hard": machine.most_files}
    if machine.files is None:
        return Finding("open files", "as many as wanted", facts=facts)
    text = f"{machine.files} (ulimit -n): about {machine.files - _RESERVE} bots of one process"
    most = machine.most_files
    if machine.files < FEW_FILES:
        allowed = FEW_FILES if most is None else min(most, FEW_FILES)
        more = (
            f"ulimit -n {allowed}" if allowed > machine.files else "ask for more; see limits.conf"
        )
        return warning("open files", text, more, **facts)
    if most is None or most > machine.files:
        text += f"; ulimit -n {most or 'unlimited'} allows more"
    return Finding("open files", text, facts=facts)


def _timers(machine: Machine) -> Finding:
    late = sorted(machine.late_ms)
    usual, p95 = late[len(late) // 2], late[int(0.95 * (len(late) - 1))]
    clock = time.get_clock_info("monotonic")
    text = f"{usual:.1f} ms late, {p95:.1f} ms at p95"
    facts = {
        "median_late_ms": round(usual, 3),
        "p95_late_ms": round(p95, 3),
        "resolution_ns": round(clock.resolution * 1e9),
    }
    if p95 > LATE_MS:
        return warning(
            "timers",
            text,
            "the machine is busy, or shared: what bots measure here will be late by as much",
            **facts,
        )
    return Finding("timers", text, facts=facts)


def _nap_ms() -> float:
    began_s = time.monotonic()
    time.sleep(_NAP_S)
    return 1000 * (time.monotonic() - began_s - _NAP_S)


def _bounded(limit: int) -> int | None:
    return None if limit == resource.RLIM_INFINITY else limit
