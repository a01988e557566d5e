"""The broker stops, does not answer, or is slow: nobody is dropped, and the worlds come together.

Not here: what is said on the bus (`test_bus`), nodes that fail (`test_nodes`).
"""

import asyncio
import time

import pytest
from faults.cluster import Cluster
from faults.crowd import Crowd
from faults.figures import Figures, percentile
from faults.player import Player
from faults.scenes import SOON_S, Play, crowd_on, fullest, one_world
from waiting import until

from gridcli.core.protocol.names import ISOLATED, REUNITED

SLOW_S = 0.5


async def told(players: list[Player], code: str, since_s: float) -> float:
    """Wait until all have been given this notice; how long after that time the last one was."""
    await until(
        lambda: all(player.noticed(code, since_s) is not None for player in players),
        f"{len(players)} to be told {code!r}",
        SOON_S,
    )
    return max(player.noticed(code, since_s) or 0.0 for player in players)


def own_moves(crowd: Crowd) -> list[float]:
    """From each move to its own player's seeing it, since this was asked last."""
    samples = [taken_s for player in crowd.players for taken_s in player.seen_s]
    for player in crowd.players:
        player.seen_s = []
    return samples


def test_broker_stopped(cluster: Cluster, figures: Figures, play: Play, whole: bool) -> None:
    players, away_s = (60, 60.0) if whole else (20, 6.0)

    async def scene() -> None:
        async with crowd_on(cluster, players) as crowd:
            await asyncio.sleep(1.0)
            own_moves(crowd)
            stopped_s = time.monotonic()
            await asyncio.to_thread(cluster.broker.stop)
            notice_s = await told(crowd.ticks, ISOLATED, stopped_s)
            figures.add("notice", notice_s, "s", at_most=3.0, count=len(crowd.ticks))
            await asyncio.sleep(stopped_s + away_s - time.monotonic())
            meanwhile = own_moves(crowd)
            figures.add("own move p99, meanwhile", 1000 * percentile(meanwhile, 99), "ms")
            await crowd.rest()
            await asyncio.to_thread(cluster.broker.start)
            up_s = time.monotonic()
            figures.add("one world again", await one_world(cluster, crowd, up_s), "s", at_most=5.0)
            await told(crowd.ticks, REUNITED, stopped_s)
            assert crowd.absences() == []

    play(scene)


@pytest.mark.parametrize("cut", ["one", pytest.param("all", marks=pytest.mark.whole)])
def test_black_hole(cluster: Cluster, figures: Figures, play: Play, whole: bool, cut: str) -> None:
    """The way to the broker swallows everything, and no connection is told that it is dead."""
    players, cut_s = (60, 10.0) if whole else (20, 0.0)

    async def scene() -> None:
        async with crowd_on(cluster, players) as crowd:
            await asyncio.sleep(1.0)
            names = list(cluster.nodes) if cut == "all" else [fullest(crowd)]
            alone = [player for name in names for player in crowd.on(name) if player.ticks]
            began_s = time.monotonic()
            cluster.proxy.hole(*names)
            notice_s = await told(alone, ISOLATED, began_s)
            figures.add(f"{cut}: noticed", notice_s, "s", at_most=3.0, count=len(alone))
            await asyncio.sleep(max(0.0, began_s + cut_s - time.monotonic()))
            await crowd.rest()
            cluster.proxy.heal(*names)
            healed_s = time.monotonic()
            took_s = await one_world(cluster, crowd, healed_s)
            figures.add(f"{cut}: one world again", took_s, "s", at_most=3.0)
            await told(alone, REUNITED, began_s)
            others = [player for player in crowd.ticks if player not in alone]
            assert all(player.noticed(ISOLATED, began_s) is None for player in others)
            assert crowd.absences() == []

    play(scene)


def test_broker_slow(cluster: Cluster, figures: Figures, play: Play, whole: bool) -> None:
    players, seconds = (100, 20.0) if whole else (20, 1.5)

    async def scene() -> None:
        async with crowd_on(cluster, players) as crowd:
            await asyncio.sleep(1.0)
            own_moves(crowd)
            await asyncio.sleep(seconds)
            quick = own_moves(crowd)
            slow_s = time.monotonic()
            cluster.proxy.slow(delay_s=SLOW_S)
            await asyncio.sleep(seconds)
            slow = own_moves(crowd)
            p99_ms = 1000 * percentile(quick, 99)
            figures.add("own move p99, before", p99_ms, "ms", count=len(quick))
            p99_ms = 1000 * percentile(slow, 99)
            figures.add("own move p99, slow", p99_ms, "ms", at_most=50.0, count=len(slow))
            lag_ms = 1000 * percentile(crowd.lateness_s, 99)
            figures.add("this process's own lag p99", lag_ms, "ms")
            for node in cluster.nodes.values():
                waiting = await node.counter("gridcli_bus_waiting_bytes")
                assert waiting < 1024 * 1024, f"{node.name} holds {waiting} bytes back"
            assert all(player.noticed(ISOLATED, slow_s) is None for player in crowd.ticks)
            took_s = await one_world(cluster, crowd)
            figures.add("one world, at rest", took_s, "s")
            assert took_s > SLOW_S, "the broker was not slow"
            assert crowd.absences() == []

    play(scene)
