"""How many players two nodes hold that share one grid, against one node: in turn, in one run.

    python tests/bench/nodes.py [--protocols 1,2] [--seconds 6] [--out FILE]

The nodes, the broker and the generator share the machine's cores, and nothing is pinned: with two
cores this shows what a second node costs, not what a second machine brings. Not here: one server
by itself (`bench.fanout`), faults (`tests/faults`).
"""

import argparse
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import Cores, describe, raise_file_limit
from bench.measure import Result, compile_generator, run
from bench.rows import PLAYERS_MS, Row
from bench.session import say
from bench.sides import Side, Unavailable
from bench.table import table
from brokers import private_redis
from edge import children_of
from servers import ROOT, Server

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


def capacity(
    protocol: int, measure: Callable[[int], Result], first: int = 500
) -> tuple[int, list[Row]]:
    """The most players at p99 below the limit with every move seen: doubled, then halved."""
    side = Side("nodes", "nodes", protocol)
    rows: list[Row] = []
    holds, fails = 0, LARGEST
    players = first
    while players < LARGEST:
        rows.append(Row(side, players, [measure(players)]))
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
    """A line for each protocol, kind and round."""
    secret = folder / "secret"
    secret.write_text(secrets.token_hex(16))
    lines = []
    with private_redis() as broker:
        for protocol in given.protocols:
            for number in range(given.rounds):
                for kind in KINDS:
                    say(f"protocol {protocol}, {kind.label}, round {number + 1}:")

                    def measure(
                        players: int, kind: Kind = kind, protocol: int = protocol
                    ) -> Result:
                        nodes: AbstractContextManager[Nodes] = running(kind, broker.url, secret)
                        with nodes as up:
                            return run(
                                generator,
                                up.url,
                                server_pids=up.pids,
                                protocol=protocol,
                                players=players,
                                seconds=given.seconds,
                            )

                    held, rows = capacity(protocol, measure)
                    best = next((row for row in rows if row.players == held), None)
                    lines.append(
                        [
                            f"{protocol}",
                            kind.label,
                            f"{held}",
                            f"{best.ms('p99'):.0f}" if best else "",
                            f"{best.server_cpu:.2f}" if best and best.server_cpu else "",
                        ]
                    )
    return lines


def main() -> int:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--protocols", default="1,2", help="which (%(default)s)")
    parser.add_argument("--seconds", type=float, default=6.0, help="of each trial (%(default)s)")
    parser.add_argument("--rounds", type=int, default=2, help="of everything (%(default)s)")
    parser.add_argument("--out", type=Path, help="file for the table, too")
    given = parser.parse_args()
    given.protocols = [int(protocol) for protocol in given.protocols.split(",")]
    raise_file_limit()
    with tempfile.TemporaryDirectory() as folder:
        try:
            generator = compile_generator(Path(folder))
            lines = measure_all(given, Path(folder), generator)
        except Unavailable as error:
            say(str(error))
            return 1
    head = ["protocol", "servers", "players held", "p99 there, ms", "servers' cores there"]
    facts = describe(Cores())
    text = "\n".join([table(head, lines), "", f"{facts['date']}, {facts['machine']}.", ""])
    print(text)
    if given.out:
        (ROOT / given.out).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
