"""What a server holds, minute by minute, and whether it is what it held before anybody came.

Not here: who comes (`soak.scenes`), how a soak goes (`soak.course`).
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from scraping import at_rest, scrape
from servers import Server
from soak.honest import Seen

MIB = 2**20
RSS_SHARE = 0.05
"""How much more memory the server may hold afterwards."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What `/metrics` shows of the server's process at one moment."""

    at_s: float
    players: int
    sessions: int
    rss: int
    """Bytes in memory."""
    files: int
    tasks: int
    cpu_s: float
    waiting_s: float
    """How long the process was ready to run and had no core: others were using them."""
    stalls: int
    slow_closed: int

    def cores_since(self, before: "Figures") -> float:
        """How much of a core the process has used in between."""
        return (self.cpu_s - before.cpu_s) / (self.at_s - before.at_s)

    def busy_since(self, before: "Figures") -> float:
        """How much of the time it had something to do: near 1 it is at its capacity, however much
        of a core the machine leaves it."""
        waited = (self.waiting_s - before.waiting_s) / (self.at_s - before.at_s)
        return self.cores_since(before) + waited


async def figures(server: Server) -> Figures:
    """Ask a server, which is one process."""
    return await asyncio.to_thread(_figures, server)


def _figures(server: Server) -> Figures:
    shown = scrape(server.url)
    waiting_ns = Path(f"/proc/{server.pid}/schedstat").read_text().split()[1]
    return Figures(
        time.monotonic(),
        int(shown["gridcli_players"]),
        int(shown["gridcli_sessions"]),
        int(shown["process_resident_memory_bytes"]),
        int(shown["process_open_fds"]),
        int(shown["gridcli_tasks"]),
        shown["process_cpu_seconds_total"],
        int(waiting_ns) / 1e9,
        int(shown["gridcli_loop_stalls_total"]),
        int(shown['gridcli_slow_readers_total{outcome="closed"}']),
    )


async def idle(server: Server, still_s: float) -> Figures:
    """What it holds when everybody has left and nothing of them is under way.

    Args:
        server: which one.
        still_s: how long files and tasks must have been the same.

    Raises:
        AssertionError: that never came.
    """
    await asyncio.to_thread(at_rest, server.url, still_s)
    return await figures(server)


@dataclass(frozen=True, slots=True)
class Minute:
    """A line of the account; the counts are those of this minute alone."""

    number: int
    honest: Seen
    before: Figures
    after: Figures
    reconnects: int
    visits: int
    aborts: int

    def row(self) -> str:
        """In words and figures, under `HEAD`."""
        seen, after = self.honest, self.after
        mark = "*" if seen.invalid else " "
        cores, busy = after.cores_since(self.before), after.busy_since(self.before)
        return (
            f"{self.number:6d} {after.players:8d} {seen.p50_ms:7.1f} {seen.p99_ms:7.1f}{mark}"
            f"{seen.lost:6d} {after.rss / MIB:7.1f} {after.files:6d} {after.tasks:6d}"
            f" {cores:5.0%} {busy:5.0%} {after.stalls - self.before.stalls:7d}"
            f" {self.reconnects:11d} {after.slow_closed - self.before.slow_closed:12d}"
            f" {self.visits:7d} {self.aborts:7d}"
        )


HEAD = (
    "minute  players  p50 ms  p99 ms   lost  RSS MB  files  tasks   CPU  busy  stalls"
    "  reconnects  slow closed  visits  aborts"
)


@dataclass(frozen=True, slots=True)
class Account:
    """A soak from before to after."""

    fresh: Figures
    """Before anybody had ever come."""
    baseline: Figures
    minutes: tuple[Minute, ...]
    end: Figures
    trouble: dict[str, int]
    """What kept visitors from being served, and how often."""

    @property
    def lost(self) -> int:
        """Deliveries that honest players missed."""
        return sum(minute.honest.lost for minute in self.minutes)

    @property
    def put_out(self) -> int:
        """Honest players who lost their connection, or never came in."""
        return sum(m.honest.dropped + sum(m.honest.failed.values()) for m in self.minutes)

    @property
    def growth(self) -> float:
        """Of the memory, as a share of the baseline."""
        return self.end.rss / self.baseline.rss - 1

    def faults(self, *, with_memory: bool = True) -> list[str]:
        """What is not as it should be, in words."""
        before, after = self.baseline, self.end
        found = [
            f"{name}: {was} before, {now} afterwards"
            for name, was, now in (
                ("players", 0, after.players),
                ("files", before.files, after.files),
                ("tasks", before.tasks, after.tasks),
            )
            if was != now
        ]
        if self.lost:
            found.append(f"honest players missed {self.lost} deliveries")
        if self.put_out:
            found.append(f"{self.put_out} honest players lost their place")
        if with_memory and self.growth > RSS_SHARE:
            found.append(f"memory grew by {self.growth:.1%}")
        return found

    def lines(self) -> list[str]:
        """The end of the report."""
        rows = [
            f"{name:<9} RSS {f.rss / MIB:.1f} MB, {f.files} files, {f.tasks} tasks, "
            f"{f.players} players"
            for name, f in (("fresh", self.fresh), ("baseline", self.baseline), ("end", self.end))
        ]
        rows.append(f"memory    {self.growth:+.1%} (at most {RSS_SHARE:+.0%})")
        owed = sum(minute.honest.owed for minute in self.minutes)
        rows.append(f"honest    {owed} deliveries, {self.lost} lost, {self.put_out} put out")
        for minute in self.minutes:
            failed = minute.honest.failed.items()
            rows += [
                f"put out   {times} × {what} (minute {minute.number})" for what, times in failed
            ]
        rows += [f"trouble   {times} × {what}" for what, times in self.trouble.items()]
        faults = self.faults()
        rows.append("verdict   " + ("; ".join(faults) if faults else "as before"))
        return rows
