"""How many small frames a second one core takes in: our link, and what others are made of.

    python tests/bench/flood.py [--connections 50] [--seconds 4] [--rounds 3] [SIDE ...]

One process sends prebuilt `user_position` frames of 88 bytes to 50 connections as fast as they are
taken, on a core of its own; another one receives, and the sides take turns. Figures are deliveries
for each second of processor time, the kernel's part included. A further side is one function in
`SIDES`. Not here: the sender (`bench.flooder`).
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import Cores, describe, pick_cores

NAMESPACE = "/grid-game"
EVENT = "user_position"
_WARM_UP_S = 1.0
_kept: list[object] = []
"""What would be closed if nobody held it."""


class Taken(NamedTuple):
    """What a receiver took in, and at what cost."""

    deliveries: int
    wall_s: float
    cpu_s: float


class Count:
    """How much has come so far."""

    def __init__(self) -> None:
        self.n = 0


Receive = Callable[[str, Count], Awaitable[object]]
"""Opens one connection, adds one to the count for each delivery, and returns something to keep."""


def receiving(receive: Receive) -> Callable[[str, int, float], Taken]:
    """A side that receives on an event loop, by how it opens one connection."""

    async def measured(url: str, connections: int, seconds: float) -> Taken:
        from gridcli.heap import steady_heap

        count = Count()
        _kept.extend([await receive(url, count) for _ in range(connections)])
        steady_heap()
        await asyncio.sleep(_WARM_UP_S)
        before, wall_s, cpu_s = count.n, time.perf_counter(), time.process_time()
        await asyncio.sleep(seconds)
        return Taken(count.n - before, time.perf_counter() - wall_s, time.process_time() - cpu_s)

    def run(url: str, connections: int, seconds: float) -> Taken:
        import uvloop

        return uvloop.run(measured(url, connections, seconds))

    return run


async def transport(url: str, count: Count) -> object:
    """Our transport alone: from bytes to `on_frame`."""
    from gridcli.core.protocol.packets import encode_connect
    from gridcli.link.dial import client_session, dial
    from gridcli.link.target import Target, Transport

    def on_frame(frame: bytes) -> None:
        count.n += 1

    http = client_session()
    connection = await dial(http, Target(url, transport=Transport.WEBSOCKET))
    await http.close()
    connection.send(encode_connect(None))
    return asyncio.create_task(connection.run(on_frame))


async def link(url: str, count: Count) -> object:
    """Our link as bots and screens have it: decoded, and in the mirror."""
    from gridcli.core.protocol.updates import Update
    from gridcli.link.link import Link
    from gridcli.link.target import Target, Transport

    def on_update(update: Update, received_s: float) -> None:
        count.n += 1

    link = Link(Target(url, transport=Transport.WEBSOCKET, protocol=1), on_update=on_update)
    await link.open()
    return link


async def aiohttp_orjson(url: str, count: Count) -> object:
    """aiohttp's WebSocket, and orjson on what follows the namespace."""
    import aiohttp
    import orjson

    http = aiohttp.ClientSession()
    socket = await http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket")
    await socket.send_str(f"40{NAMESPACE},")
    prefix = f"42{NAMESPACE},"

    async def receive() -> None:
        async for message in socket:
            text = message.data
            if text.startswith(prefix):
                orjson.loads(text[len(prefix) :])
                count.n += 1

    return http, asyncio.create_task(receive())


async def python_socketio(url: str, count: Count) -> object:
    """python-socketio's own client, with one handler."""
    import socketio

    client = socketio.AsyncClient(reconnection=False, handle_sigint=False)

    async def handler(data: Any) -> None:
        count.n += 1

    client.on(EVENT, handler, namespace=NAMESPACE)
    await client.connect(url, transports=["websocket"], namespaces=[NAMESPACE])
    return client


def bots(url: str, connections: int, seconds: float) -> Taken:
    """`gridcli bots`: link, mirror, ledger and histograms."""
    import uvloop
    from bench.flood_bots import flooded

    return Taken(*uvloop.run(flooded(url, connections, seconds, keeps=True)))


def bots_without_ledger(url: str, connections: int, seconds: float) -> Taken:
    """The same, but nothing is accounted for."""
    import uvloop
    from bench.flood_bots import flooded

    return Taken(*uvloop.run(flooded(url, connections, seconds, keeps=False)))


def locust(url: str, connections: int, seconds: float) -> Taken:
    """The players of the Locust scenarios: mirror, ledger, histograms, Locust's statistics."""
    from bench.flood_locust import flooded

    return Taken(*flooded(url, connections, seconds, keeps=True))


def locust_without_ledger(url: str, connections: int, seconds: float) -> Taken:
    """The same, but nothing is accounted for."""
    from bench.flood_locust import flooded

    return Taken(*flooded(url, connections, seconds, keeps=False))


SIDES: dict[str, Callable[[str, int, float], Taken]] = {
    "transport": receiving(transport),
    "link": receiving(link),
    "bots": bots,
    "bots, no ledger": bots_without_ledger,
    "locust": locust,
    "locust, no ledger": locust_without_ledger,
    "aiohttp+orjson": receiving(aiohttp_orjson),
    "python-socketio": receiving(python_socketio),
}
"""Each runs in a process of its own: address, connections and seconds in, what it took out."""


def measure(side: str, port: int, given: argparse.Namespace, cores: Cores) -> Taken:
    """One side, once, in a fresh process."""
    command = [sys.executable, __file__, side, "--receive", str(port)]
    command += ["--connections", str(given.connections), "--seconds", str(given.seconds)]
    core = cores.generator
    pinned = (lambda: os.sched_setaffinity(0, {core})) if core is not None else None
    done = subprocess.run(
        command,
        stdout=subprocess.PIPE,
        check=True,
        timeout=60 + 3 * given.seconds,
        preexec_fn=pinned,
    )
    return Taken(*json.loads(done.stdout))


def main() -> None:
    """Measure, and print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("sides", nargs="*", metavar="SIDE", help=", ".join(SIDES))
    options.add_argument("--connections", type=int, default=50, help="connections (50)")
    options.add_argument("--seconds", type=float, default=4.0, help="length of each run (4)")
    options.add_argument("--rounds", type=int, default=3, help="runs of each side (3)")
    options.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options.add_argument("--receive", type=int, metavar="PORT", help=argparse.SUPPRESS)
    given = options.parse_args()
    if unknown := set(given.sides) - SIDES.keys():
        options.error(f"no such side: {', '.join(sorted(unknown))}; there are {', '.join(SIDES)}")
    if given.receive:
        taken = SIDES[given.sides[0]](
            f"http://127.0.0.1:{given.receive}", given.connections, given.seconds
        )
        print(json.dumps(taken), flush=True)
        os._exit(0)  # connections are open in the middle of a flood, and nobody waits for them
    cores = pick_cores(pin=True)
    sides = given.sides or list(SIDES)
    command = [sys.executable, str(Path(__file__).parent / "flooder.py"), str(given.connections)]
    command += [str(cores.server)] if cores.server is not None else []
    rates: dict[str, list[float]] = {side: [] for side in sides}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        port = int(sender.stdout.readline())
        for number in range(given.rounds):
            for side in sides:
                taken = measure(side, port, given, cores)
                rates[side].append(taken.deliveries / taken.cpu_s)
                print(
                    f"round {number + 1}, {side}: {taken.deliveries / taken.wall_s:.0f}/s "
                    f"on {taken.cpu_s / taken.wall_s:.2f} of a core",
                    file=sys.stderr,
                )
        sender.stdin.close()
    medians = {side: statistics.median(values) for side, values in rates.items()}
    about = describe(cores)
    if given.json:
        print(json.dumps({"machine": about, "per_core": medians, "rounds": rates}))
        return
    print(f"{given.connections} connections; {about['machine']}; {about['versions']}\n")
    print("| side | deliveries/s on one core | each |")
    print("|---|---|---|")
    for side, rate in medians.items():
        print(f"| {side} | {rate:,.0f} | {1e6 / rate:.2f} µs |")


if __name__ == "__main__":
    main()
