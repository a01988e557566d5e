"""A server that means harm against link, screen, bots and Locust, for as long as is wanted.

    python tests/fuzz_client/run.py --cases 2000 --seed 1

Prints what it does and a summary; ends with 1 where anything was found. The same seed gives the
same sessions of the link; how far the others get in their time depends on the machine.
Not here: the small share of it that `make test` runs (the tests beside this).
"""

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from fuzz_client import test_bots  # noqa: E402
from fuzz_client.acts import ACTS, FIRST  # noqa: E402
from fuzz_client.link_cases import Cases, Report, rss_mib, shorten_patience  # noqa: E402
from fuzz_client.screens import (  # noqa: E402
    answers_keys,
    await_packets,
    evil_process,
    kinds_of,
    playing,
    sent,
    smuggled,
)
from fuzz_client.screens import rss_mib as rss_of  # noqa: E402
from run_bots import bots  # noqa: E402
from run_locust import Locust  # noqa: E402
from servers import running_server  # noqa: E402

from gridcli.link.target import Transport  # noqa: E402

TRANSPORTS = (Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE, Transport.AUTO)
BATCH = 100
MOST_MIB = 400
SCREEN_ACTS = ("chatter", "talk,before,leave,wire,put_out,open", "passers,talk", "crowd", "beats")


def link_sessions(count: int, seed: int) -> Report:
    """So many sessions of a link, each seed's batch in turn."""
    shorten_patience(setattr)
    total = Report()
    while total.cases < count:
        batch = min(BATCH, count - total.cases)
        cases = Cases(seed * 1000 + total.cases // BATCH, packets_each=400, limit=100_000)
        report = asyncio.run(cases.run(batch, TRANSPORTS))
        total.cases += report.cases
        total.packets += report.packets
        total.findings += report.findings
        for act, number in report.acts.items():
            total.acts[act] = total.acts.get(act, 0) + number
        if rss_mib() > MOST_MIB:
            total.findings.append(f"the link's process took {rss_mib():.0f} MiB")
        print(
            f"link: {total.cases} sessions, {total.packets} packets, at most {rss_mib():.0f} MiB, "
            f"{len(total.findings)} findings",
            flush=True,
        )
        for finding in report.findings:
            print(f"FOUND: {finding}", flush=True)
    return total


def screens(packets: int, seed: int) -> list[str]:
    """The screen, with each kind of session until so many packets were sent."""
    with running_server() as server, playing(server.url) as terminal:
        terminal.wait_until(lambda: "live" in terminal.text(), "the board")
        answers_keys(terminal)
    tame = kinds_of(bytes(terminal.written))
    findings = []
    for acts in SCREEN_ACTS:
        for transport in ("websocket", "polling"):
            options = ("--transport", transport)
            with evil_process(seed, acts, packets_each=2000) as server:
                with playing(server.url, *options, columns=100, lines=24) as terminal:
                    terminal.wait_until(lambda: "help" in terminal.text(), "the screen")
                    await_packets(terminal, server, packets, limit_s=25)
                    answers_keys(terminal)
                    mib = rss_of(terminal.pid)
                number = sent(server)
            odd = smuggled(bytes(terminal.written), tame)
            findings += [f"screen, {acts}, {transport}: {each}" for each in odd[:5]]
            if mib > MOST_MIB:
                findings.append(f"screen, {acts}, {transport}: {mib:.0f} MiB")
            print(
                f"screen: {acts}, {transport}: {number} packets, {len(terminal.written)} bytes "
                f"drawn, {mib:.0f} MiB, {len(odd)} sequences of the server's",
                flush=True,
            )
    return findings


def swarms(seed: int) -> None:
    """Bots, over each transport, with each kind of session."""
    for act in ACTS:
        for transport in ("websocket", "polling"):
            with evil_process(seed, act, packets_each=5000) as server:
                ended = bots(
                    "--server", server.url, "--duration", "3s", *test_bots.OPTIONS,
                    "--transport", transport,
                )  # fmt: skip
            test_bots.check(ended)
            print(f"bots: {act}, {transport}: exit code {ended.returncode}", flush=True)


def users() -> list[str]:
    """Locust's users, over each transport, with each kind of session."""
    findings = []
    for act in (*ACTS, *FIRST):
        for scenario in ("Players", "Polling"):
            what = f"locust, {act}, {scenario}"
            with evil_process(1, act, packets_each=5000) as server, TemporaryDirectory() as folder:
                options = f"{scenario} --headless --host {server.url} -u 50 -r 50 -t 5s"
                ended = Locust(Path(folder), options, {}).result()
                sessions = int(server.output[-1].split()[1])
            if "Traceback" in ended.output:
                findings.append(f"{what}: {ended.output}")
            if ended.most_mib > MOST_MIB:
                findings.append(f"{what}: {ended.most_mib:.0f} MiB")
            print(
                f"{what}: {sessions} sessions, exit code {ended.code}, "
                f"at most {ended.most_mib:.0f} MiB",
                flush=True,
            )
    return findings


def main() -> int:
    """Run all four; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000, help="sessions of the link")
    parser.add_argument("--packets", type=int, default=50_000, help="packets to each screen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["link", "screen", "bots", "locust"])
    options = parser.parse_args()
    findings: list[str] = []
    parts: dict[str, Callable[[], object]] = {
        "link": lambda: findings.extend(link_sessions(options.cases, options.seed).findings),
        "screen": lambda: findings.extend(screens(options.packets, options.seed)),
        "bots": lambda: swarms(options.seed),
        "locust": lambda: findings.extend(users()),
    }
    for name, part in parts.items():
        if options.only in (None, name):
            try:
                part()
            except AssertionError as error:
                findings.append(f"{name}: {error}")
    for finding in findings[:50]:
        print(f"FOUND: {finding}")
    print(f"seed {options.seed}: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
