"""Soak a server: an hour of churn, storms, slow readers, aborts and polls, and is it as before?

    make soak ARGS="--minutes 20"
    python tests/soak/run.py [--minutes 60] [--players N] [--seed N] [--port N]

The first Ctrl-C ends it early, with the account all the same. It ends with 1 where the server
holds more than before, or honest players lost something. Not here: what happens
(`soak.course`).
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import uvloop
from bench.machine import raise_file_limit
from servers import running_server
from soak.course import Plan, Soak
from soak.figures import Account

from server.settings import Settings


def say(text: str) -> None:
    """A line of the report, as it happens."""
    print(text, flush=True)


async def soak(plan: Plan, port: int) -> Account:
    """Start a server, and soak it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with running_server("--port", str(port), apart=True) as server:
        say(f"server {server.pid} at {server.url}, seed {plan.seed}")
        return await Soak(server, plan, say, stop).play()


def main() -> int:
    """Soak, report, and say by the exit code how it ended."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--minutes", type=int, default=60, help="how long (%(default)s)")
    options.add_argument(
        "--players", type=int, default=0, help="honest ones (as many as bring it near capacity)"
    )
    options.add_argument("--seed", type=int, default=1, help="of everybody's whims (%(default)s)")
    options.add_argument("--port", type=int, default=0, help="the server's (a free one)")
    given = options.parse_args()
    raise_file_limit()
    plan = Plan(given.minutes, given.players, given.seed, Settings().ping_interval_s)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        account = runner.run(soak(plan, given.port))
    say("\n".join(account.lines()))
    return 1 if account.faults() else 0


if __name__ == "__main__":
    sys.exit(main())
