"""A session of measurements: which rows there are, in which order, and what is written of them.

The sides take turns at each number of players; then the gap in which each one's capacity lies is
halved a few times. Not here: the command line (`bench.fanout`), one run (`bench.measure`).
"""

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .machine import describe, pick_cores
from .measure import Result, memory_kib, run
from .plot import plot
from .rows import DELIVERIES_MS, PLAYERS_MS, Row, gap
from .sides import Side, Unavailable, running
from .table import page, progress

PLAYERS = {
    1: (20, 50, 100, 200, 300, 500, 700, 900, 1100, 1300, 1600, 2000, 2500, 3000),
    2: (20, 50, 100, 200, 500, 1000, 1500, 2000, 2500, 3000, 3500, 4000),
}
QUICK = {1: (20, 100, 300), 2: (20, 100, 500)}
FEW = 100
"""Up to so many players a row is cheap and noisy: it is the median of three rounds at least."""

HALVINGS = 3


def say(text: str) -> None:
    """Progress, kept apart from the results."""
    print(text, file=sys.stderr, flush=True)


class Session:
    """All rows of a session, and what kept others from being measured."""

    def __init__(self, given: argparse.Namespace, generator: Path, most_players: int) -> None:
        self.rows: list[Row] = []
        self.memory: dict[Side, float] = {}
        self.problems: list[str] = []
        self._given = given
        self._generator = generator
        self._most_players = most_players
        self._cores = pick_cores(not given.no_pin)
        self._out: set[Side] = set()

    def numbers(self, side: Side) -> Sequence[int]:
        """With how many players the side is measured."""
        plan = QUICK if self._given.quick else PLAYERS
        return self._given.players or plan[side.protocol]

    def measure(self) -> None:
        """Every row, with the sides taking turns at each number of players."""
        for players in sorted({n for side in self._given.sides for n in self.numbers(side)}):
            sides = [s for s in self._given.sides if s not in self._out]
            self._rows([side for side in sides if players in self.numbers(side)], players)
        if not self._given.quick and not self._given.players:
            for side in self._given.sides:
                for limit_ms in (PLAYERS_MS, DELIVERIES_MS):
                    self._narrow(side, limit_ms)
        if self._given.memory and not self._given.quick:
            for side in self._given.sides:
                self._memory(side)

    def _narrow(self, side: Side, limit_ms: float) -> None:
        """Halve the gap between the most players that met the limit and the next that did not."""
        for _ in range(HALVINGS):
            between = gap(self.rows, side, limit_ms)
            if between is None:
                return
            self._out.discard(side)
            self._rows([side], between)

    def _rows(self, sides: Sequence[Side], players: int) -> None:
        if sides and players > self._most_players:
            self._problem(
                f"{players} players: the limit of open files allows {self._most_players} "
                "(raise it with ulimit -n)"
            )
            self._out.update(sides)
            return
        least = 1 if self._given.quick or players > FEW else 3
        rows = {side: Row(side, players) for side in sides}
        for _ in range(self._given.rounds or least):
            for side, row in rows.items():
                if side not in self._out:
                    self._round(row)
        for side, row in rows.items():
            if row.results and row.collapsed:
                self._out.add(side)

    def _round(self, row: Row) -> None:
        try:
            result = self._run(row.side, row.players)
            if result.generator["saturated"]:
                say("the generator was late; once more ...")
                result = self._run(row.side, row.players)
        except Unavailable as error:
            self._problem(f"{row.side.label}, {row.players} players: {error}")
            self._out.add(row.side)
            return
        if not row.results:
            self.rows.append(row)
        row.results.append(result)
        say(progress(Row(row.side, row.players, [result])))

    def _run(self, side: Side, players: int) -> Result:
        given = self._given
        with running(side, given.grid, self._cores.server) as server:
            return run(
                self._generator,
                server.url,
                core=self._cores.generator,
                server_pids=[server.pid],
                protocol=side.protocol,
                players=players,
                rate=given.rate,
                seconds=given.seconds,
                warmup=given.warmup,
            )

    def _memory(self, side: Side) -> None:
        say(f"{side.label}: memory of a connection ...")
        try:
            with running(side, self._given.grid, self._cores.server) as server:
                self.memory[side] = memory_kib(
                    self._generator,
                    server.url,
                    server.pid,
                    players=min(self._given.memory, self._most_players),
                    protocol=side.protocol,
                    core=self._cores.generator,
                )
        except Unavailable as error:
            self._problem(f"{side.label}, memory: {error}")
        else:
            say(f"{side.label}: {self.memory[side]:.1f} KiB a connection")

    def _problem(self, text: str) -> None:
        say(text)
        self.problems.append(text)

    def write(self) -> None:
        """Print what has been measured, and keep it with a plot and the raw figures."""
        given, folder = self._given, self._given.out
        facts = describe(self._cores)
        facts["command"] = shlex.join(["python", "tests/bench/fanout.py", *sys.argv[1:]])
        facts["work"] = (
            f"Each player moves {given.rate:g} times a second, all in one room of {given.grid} "
            f"cells; {given.seconds:g} s after a warm-up of {given.warmup:g} s."
        )
        raw: dict[str, Any] = {
            "facts": facts,
            "problems": self.problems,
            "kib_a_connection": {side.key: kib for side, kib in self.memory.items()},
            "rows": [
                {
                    "side": row.side.key,
                    "players": row.players,
                    "rounds": [
                        {"server_cpu": r.server_cpu, "generator": r.generator} for r in row.results
                    ],
                }
                for row in self.rows
            ],
        }
        text = page(self.rows, self.memory, facts, self.problems)
        print(text, end="", flush=True)
        if not folder:
            return
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "fanout.json").write_text(json.dumps(raw, indent=1) + "\n")
        (folder / "fanout.svg").write_text(plot(self.rows))
        (folder / "fanout.md").write_text(text)
        say(f"written to {folder}/fanout.md, fanout.svg and fanout.json")
