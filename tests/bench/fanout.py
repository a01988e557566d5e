"""How far one server process fans out: ours, the stock manager and Node, in turn, in one run.

    python tests/bench/fanout.py [--quick] [--players 20,50,100] [--sides gridcli,node] [--out DIR]

N players in one room move 4 times a second, with N growing until a side collapses. Prints a page,
and writes it with a plot and the raw figures; Ctrl-C keeps what was measured until then. Not here:
the servers (`bench.sides`), which rows there are (`bench.session`), the arithmetic (`bench.rows`).
"""

import argparse
import signal
import sys
import tempfile
from pathlib import Path
from types import FrameType

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import raise_file_limit
from bench.measure import compile_generator
from bench.session import Session, say
from bench.sides import SIDES, STOCK, Unavailable, knows_stock
from servers import ROOT

INTERRUPTED = 130


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="few players, short runs, no memory")
    add("--players", help="numbers of players, for both protocols (20,50,... up to the collapse)")
    add("--sides", default=",".join(s.key for s in SIDES), help="which (%(default)s)")
    add("--seconds", type=float, help="length of the measuring window (6; quick 3)")
    add("--warmup", type=float, help="seconds of moves before it (2; quick 1)")
    add("--rounds", type=int, help="runs of each row, then the median (1, and 3 of small rows)")
    add("--rate", type=float, default=4.0, help="moves a second of each player (%(default)s)")
    add("--grid", default="20x10", help="columns and rows (%(default)s)")
    add("--memory", type=int, default=1000, help="players for the memory of one; 0: leave it out")
    add("--no-pin", action="store_true", help="do not pin server and generator to cores")
    add("--out", type=Path, help="folder (docs/benchmarks; quick: none, it only prints)")
    given = parser.parse_args()
    keys = {side.key: side for side in SIDES}
    try:
        given.sides = [keys[key] for key in given.sides.split(",")]
        given.players = given.players and tuple(sorted(int(n) for n in given.players.split(",")))
    except (KeyError, ValueError) as error:
        parser.error(f"no such side or number: {error}")
    given.seconds = given.seconds or (3.0 if given.quick else 6.0)
    given.warmup = given.warmup or (1.0 if given.quick else 2.0)
    if not given.out and not given.quick:
        given.out = ROOT / "docs" / "benchmarks"
    return given


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Measure and write."""
    given = options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        try:
            generator = compile_generator(Path(folder))
        except Unavailable as error:
            say(str(error))
            return 1
        session = Session(given, generator, raise_file_limit())
        if STOCK in given.sides and not knows_stock():
            session.problems.append("gridcli serve has no --stock: both of its sides are the same")
        try:
            session.measure()
        except KeyboardInterrupt:
            say("interrupted: what was measured is kept")
            session.problems.append("interrupted before the end")
            status = INTERRUPTED
    if session.rows:
        session.write()
    return status


if __name__ == "__main__":
    sys.exit(main())
