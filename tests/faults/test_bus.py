"""What goes over the bus: how soon it arrives, how much it is, and what is not taken in.

Not here: the protocol by itself (`tests/server/cluster`).
"""

import asyncio
import time
from pathlib import Path

import orjson
import pytest
from faults.cluster import Cluster, running_cluster
from faults.crowd import Crowd
from faults.figures import Figures, percentile
from faults.scenes import Play, crowd_on, one_world
from waiting import until

from gridcli.core.protocol.names import TICKS
from server.cluster import wire
from server.cluster.urls import bus_of
from server.cluster.wire import MAX_BYTES, Message, Sealer


def test_move_seen_elsewhere(cluster: Cluster, figures: Figures, play: Play, whole: bool) -> None:
    players, rate, seconds = (300, 1.0, 20.0) if whole else (60, 1.0, 2.0)

    async def scene() -> None:
        async with crowd_on(cluster, players, rate=rate) as crowd:
            await asyncio.sleep(1.0)
            for name, watcher in crowd.watchers.items():
                elsewhere = [player for player in crowd.ticks if player.node != name]
                watcher.time_moves({player.user_id: player.sent_s for player in elsewhere})
            for player in crowd.players:
                player.seen_s = []
            crowd.lateness_s = []
            await asyncio.sleep(seconds)
            own_s = [taken_s for player in crowd.players for taken_s in player.seen_s]
            await one_world(cluster, crowd)
            seen_s = [taken_s for w in crowd.watchers.values() for taken_s in w.seen_s]
            expected = sum(
                len(player.sent_s) for player in crowd.ticks
            )  # each is seen on two other nodes
            assert len(seen_s) >= expected, "moves were not seen on other nodes"
            for what, samples, limits in (
                ("another node", seen_s, (None, 100.0, 250.0)),
                ("its own node", own_s, (None, None, None)),
            ):
                for percent, limit in zip((50, 95, 99), limits, strict=True):
                    taken_ms = 1000 * percentile(samples, percent)
                    figures.add(
                        *(f"move → {what} p{percent}", taken_ms, "ms"),
                        at_most=limit,
                        count=len(samples),
                    )
            lag_ms = 1000 * percentile(crowd.lateness_s, 99)
            figures.add("this process's own lag p99", lag_ms, "ms")
            assert crowd.absences() == []

    play(scene)


async def traffic(cluster: Cluster, crowd: Crowd, seconds: float) -> tuple[float, float, float]:
    """Bytes a second that all nodes publish, and are sent; and the players' moves a second."""
    names = list(cluster.nodes)
    await asyncio.sleep(0.3)
    before = [cluster.proxy.count(name) for name in names]
    moves, began_s = crowd.moves, time.monotonic()
    await asyncio.sleep(seconds)
    after = [cluster.proxy.count(name) for name in names]
    took_s = time.monotonic() - began_s
    pairs = list(zip(before, after, strict=True))
    return (
        sum(late.sent - early.sent for early, late in pairs) / took_s,
        sum(late.received - early.received for early, late in pairs) / took_s,
        (crowd.moves - moves) / took_s,
    )


def add_traffic(figures: Figures, label: str, told: tuple[float, float, float]) -> None:
    out, into, moves = told
    figures.add(f"{label}: moves", moves, "1/s")
    figures.add(f"{label}: published", out / 1000, "kB/s")
    figures.add(f"{label}: delivered", into / 1000, "kB/s")
    if moves:
        figures.add(f"{label}: published per move", out / moves, "B")


def test_traffic(cluster: Cluster, figures: Figures, play: Play, whole: bool) -> None:
    """It grows with what changes and with the nodes that hear of it; who stands still is free."""
    sizes, seconds = ((100, 300), 32.0) if whole else ((10, 40), 1.0)
    published: dict[str, float] = {}

    async def scene() -> None:
        for players in sizes:
            async with Crowd(cluster.url, players, {}, protocols=(TICKS,)) as crowd:
                crowd.movers = sizes[0]
                for rate in (0.0, 2.0, 10.0) if whole else (2.0,):
                    crowd.rate = rate
                    told = await traffic(cluster, crowd, seconds)
                    label = f"{players} players, {sizes[0]} at {rate:g}/s, 3 nodes"
                    add_traffic(figures, label, told)
                    published[f"{players} {rate:g}"] = told[0]
                await crowd.rest()
        few, many = (published[f"{players} 2"] for players in sizes)
        figures.add("published by more players, same moves", many / few, "times", at_most=1.5)
        if whole:
            idle, busy = (published[f"{sizes[1]} {rate}"] for rate in (0, 10))
            figures.add("published by who stands still", idle / many, "times", at_most=0.5)
            figures.add("published for five times the moves", busy / many, "times", at_most=5.0)

    play(scene)


@pytest.mark.whole
@pytest.mark.parametrize("count", [1, 2, 4])
def test_traffic_by_nodes(
    shared_cluster: Cluster, figures: Figures, play: Play, count: int, tmp_path: Path
) -> None:
    """The same players and moves on fewer and on more nodes."""
    names = tuple(f"t{number}" for number in range(count))
    with running_cluster(shared_cluster.broker, tmp_path, names, edge=False) as cluster:
        urls = [node.url for node in cluster.nodes.values()]

        async def scene() -> None:
            players = Crowd(lambda number: urls[number % count], 100, {}, protocols=(TICKS,))
            async with players as crowd:
                crowd.rate = 0.0
                await cluster.digests_equal(30.0)
                crowd.rate = 2.0
                told = await traffic(cluster, crowd, 32.0)
                add_traffic(figures, f"100 players at 2/s, {count} nodes", told)
                await crowd.rest()

        play(scene)


def test_forged(cluster: Cluster, figures: Figures, play: Play) -> None:
    """Whatever is put on the bus by others is counted, hardly logged, and changes nothing."""
    own, foreign = Sealer(cluster.secret), Sealer(b"another cluster's")
    join: wire.Body = {"changes": [["+", "evil", "lobby", "X", "evil", 1, 1, 0, 1]]}
    count = 50

    def sealed(sealer: Sealer, kind: str, body: wire.Body, seq: int = 1) -> bytes:
        return sealer.encode(Message("evil", "boot", seq, kind, body))

    attacks = {
        "forged": [
            sealed(foreign, wire.DELTA, join),
            sealed(Sealer(b""), wire.BYE, {}),
            sealed(own, wire.DELTA, join)[:-1] + b" ",
            b"",
            b"x" * 40,
            bytes(range(256)),
        ],
        "oversized": [
            sealed(own, wire.CHAT, {"text": "x" * MAX_BYTES}),
            b"y" * (MAX_BYTES + 1),
        ],
        "garbled": [
            sealed(own, "no such kind", {}),
            own.encode(Message("evil", "b" * 99, 1, wire.DELTA, join)),
            own.encode(Message("", "boot", 1, wire.DELTA, join)),
            own.encode(Message("evil", "boot", 0, wire.DELTA, join)),
        ],
    }

    async def scene() -> None:
        async with crowd_on(cluster, 20) as crowd:
            await one_world(cluster, crowd)
            world = (await cluster.health("n1")).digest
            printed = {name: len(node.server.output) for name, node in cluster.nodes.items()}
            before = await dropped()
            bus = bus_of(cluster.broker.url)
            connection = await bus.connect()
            began_s = time.monotonic()
            try:
                heard = await connection.receive()  # a heartbeat of a node, to be said again
                for _ in range(count):
                    for messages in attacks.values():
                        await connection.publish(messages)
                await connection.publish([*heard] * 10)
                expected = {key: before[key] + count * len(attacks[key[1]]) for key in before}
                async with asyncio.timeout(20.0):
                    while (now := await dropped()) != expected:
                        assert all(now[key] <= expected[key] for key in now), now
                        await asyncio.sleep(0.05)
            finally:
                await connection.close()
            for name, node in cluster.nodes.items():  # at most one a second, so it may come later
                await until(lambda: len(node.server.output) > printed[name], "a line")  # noqa: B023
            took_s = time.monotonic() - began_s
            await cluster.digests_equal(10.0)
            assert (await cluster.health("n1")).digest == world
            for name, node in cluster.nodes.items():
                lines = node.server.output[printed[name] :]
                assert 1 <= len(lines) <= took_s + 2, lines
                assert cluster.secret.decode() not in "".join(lines)
                assert (await node.health()).peers == cluster.nodes.keys() - {name}
            crowd.rate = 2.0
            moves = crowd.moves
            await until(lambda: crowd.moves > moves + 20, "moves")
            await one_world(cluster, crowd)
            assert crowd.absences() == []
            total = sum(count * len(messages) for messages in attacks.values())
            figures.add("dropped and counted by each node", total, "")
            figures.add(
                "log lines for them, at most",
                max(
                    len(node.server.output) - printed[name] for name, node in cluster.nodes.items()
                ),
                "",
            )

    async def dropped() -> dict[tuple[str, str], float]:
        return {
            (name, reason): await node.counter("gridcli_bus_dropped_total", reason=reason)
            for name, node in cluster.nodes.items()
            for reason in attacks
        }

    assert orjson.loads(sealed(own, wire.BYE, {}).partition(b".")[2])["kind"] == wire.BYE
    play(scene)
