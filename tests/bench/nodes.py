"""How many players two nodes hold that share one grid, against one node: in turn, in one run.

    python tests/bench/nodes.py [--seconds 6] [--rounds 2] [--out FILE]

The nodes, the broker and the generator share the machine's cores, and nothing is pinned: with two
cores this shows what a second node costs, not what a second machine brings. In protocol 1, because
the generator tells protocol 2's ticks apart by their numbers, which each node counts by itself.
Not here: one server by itself (`bench.fanout`), faults (`tests/faults`).
"""

import argparse
import secrets
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import Cores, describe, raise_file_limit
from bench.measure import Result, compile_generator, run
from bench.rows import PLAYERS_MS, Row
from bench.session import say
from bench.sides import GRIDCLI, Unavailable
from bench.table import table
from brokers import private_redis
from edge import children_of
from servers import ROOT, Server

_PAGE = """# Two nodes against one

How many players are held at p99 < {limit:g} ms of move → seen with every move seen: everybody in
one room of 20x10 cells, 4 moves a second each, protocol 1, {seconds:g} s a trial.

{table}

- {date}, `{command}`
- {machine}
- {versions}

What it does not say: nodes, broker and generator shared the cores, and nothing was pinned, so this
is what a second node costs on a machine that one node and its load fill already, not what a second
machine brings. The generator alone took {generator:.2f} cores beside two nodes. All in one room is
the worst case: each node writes every move to each of its own players, and takes in those of the
other. Of the 100 ms up to 50 go by until a node tells the other what has changed.
"""

MANY = ("--max-room-players", "10000", "--max-players", "20000")
LARGEST = 6000
FINEST = 0.05
"""The capacity is told this closely, as a share of it."""


class Nodes(NamedTuple):
    """Servers of one grid behind one port."""

    url: str
    pids: list[int]


class Kind(NamedTuple):
    """How many nodes there are, and whether they have a broker."""

    label: str
    count: int
    bus: bool


KINDS = (
    Kind("one node by itself", 1, False),
    Kind("one node with a broker", 1, True),
    Kind("two nodes", 2, True),
)


@contextmanager
def running(kind: Kind, broker_url: str, secret: Path) -> Iterator[Nodes]:
    """Fresh nodes."""
    command = [sys.executable, "-m", "gridcli", "serve", "--port", "0", *MANY]
    if kind.bus:
        command += ["--message-queue", broker_url, "--cluster-secret", str(secret)]
    if kind.count > 1:
        command += ["--workers", str(kind.count)]
    server = Server(command)
    try:
        pids = [*children_of(server.pid).values()] if kind.count > 1 else [server.pid]
        yield Nodes(server.url, pids)
    finally:
        server.stop()


def capacity(measure: Callable[[int], Result], first: int = 500) -> tuple[int, list[Row]]:
    """The most players at p99 below the limit with every move seen: doubled, then halved."""
    rows: list[Row] = []
    holds, fails = 0, LARGEST
    players = first
    while players < LARGEST:
        rows.append(Row(GRIDCLI, players, [measure(players)]))
        row = rows[-1]
        good = row.ms("p99") < PLAYERS_MS and row.all_seen
        told = f"p99 {row.ms('p99'):.0f} ms, server {row.server_cpu or 0:.2f} cores"
        say(f"  {players} players: {told}{', the generator was late' if row.saturated else ''}")
        holds, fails = (players, fails) if good else (holds, players)
        if fails - holds <= FINEST * fails:
            break
        players = 2 * players if fails == LARGEST else (holds + fails) // 2
    return holds, rows


def measure_all(given: argparse.Namespace, folder: Path, generator: Path) -> list[list[str]]:
    """A line for each kind and round."""
    secret = folder / "secret"
    secret.write_text(secrets.token_hex(16))
    lines = []
    with private_redis() as broker:
        for number in range(given.rounds):
            for kind in KINDS:
                say(f"{kind.label}, round {number + 1}:")

                def measure(players: int, kind: Kind = kind) -> Result:
                    with running(kind, broker.url, secret) as nodes:
                        return run(
                            generator,
                            nodes.url,
                            server_pids=nodes.pids,
                            protocol=GRIDCLI.protocol,
                            players=players,
                            seconds=given.seconds,
                        )

                held, rows = capacity(measure)
                best = next((row for row in rows if row.players == held), rows[-1])
                figures = [best.ms("p99"), best.server_cpu or 0.0, best.figure("generator_cpu")]
                lines.append([kind.label, f"{held}", *(f"{value:.3g}" for value in figures)])
    return lines


def main() -> int:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=6.0, help="of each trial (%(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="of everything (%(default)s)")
    parser.add_argument("--out", type=Path, help="file for the table, too")
    given = parser.parse_args()
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        try:
            generator = compile_generator(Path(folder))
            lines = measure_all(given, Path(folder), generator)
        except Unavailable as error:
            say(str(error))
            return 1
    head = [
        "servers",
        "players held",
        "p99 there, ms",
        "servers' cores there",
        "generator's cores there",
    ]
    facts = describe(Cores())
    text = _PAGE.format(
        limit=PLAYERS_MS,
        seconds=given.seconds,
        table=table(head, lines),
        command=shlex.join(["python", "tests/bench/nodes.py", *sys.argv[1:]]),
        generator=float(lines[-1][-1]),
        **facts,
    )
    print(text)
    if given.out:
        (ROOT / given.out).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
