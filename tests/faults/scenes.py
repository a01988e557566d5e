"""Steps that several scenarios share: a crowd on a cluster, one node's end, what was kept.

Not here: the limits, which stand in the scenarios.
"""

import time
from collections.abc import Awaitable, Callable, Iterable

from faults.cluster import Cluster
from faults.crowd import Crowd
from faults.figures import Figures, percentile
from faults.nodes import Node
from faults.player import Absence

Play = Callable[[Callable[[], Awaitable[None]]], None]
"""What the fixture `play` is: runs a scene on an event loop of its own."""

SOON_S = 30.0
"""How long short proofs wait for what takes a moment on a machine of one's own."""


def crowd_on(cluster: Cluster, count: int, **options: float) -> Crowd:
    """Players who come in through nginx, and a watcher on each node."""
    watched = {name: node.url for name, node in cluster.nodes.items()}
    return Crowd(cluster.url, count, watched, **options)


def fullest(crowd: Crowd) -> str:
    """The node with most of both kinds, those who keep their identity and those who cannot.

    nginx deals at random, and may leave all of one kind in a small crowd out on any one node.
    """

    def fewer(node: str) -> int:
        there = crowd.on(node)
        ticks = sum(player.ticks for player in there)
        return min(ticks, len(there) - ticks)

    return max(crowd.watchers, key=fewer)


async def one_world(cluster: Cluster, crowd: Crowd, since_s: float | None = None) -> float:
    """Rest; the seconds from then, or from now, until all nodes have one world.

    Clients of all nodes must see it, too, and in it those who play and nobody else.
    """
    since_s = since_s or time.monotonic()
    await crowd.rest()
    took_s = await cluster.digests_equal(SOON_S, since_s)
    await crowd.one_view()
    await crowd.all_answered()
    assert ghosts(crowd) == set()
    return took_s


def ghosts(crowd: Crowd) -> set[str]:
    """Who is seen on some node and does not play, or plays and is not seen on all."""
    playing = {player.user_id for player in crowd.players if player.live}
    watchers = [watcher for watcher in crowd.watchers.values() if watcher.live]
    return {
        user_id for watcher in watchers for user_id in playing ^ watcher.link.mirror.cells.keys()
    }


async def end(node: Node, figures: Figures) -> None:
    """SIGTERM, and what it owes those around it."""
    asked_s = time.monotonic()
    node.terminate()
    figures.add("SIGTERM → readyz 503", await node.unready(asked_s), "s", at_most=0.1)
    figures.add("SIGTERM → exit", await node.exited(asked_s), "s", at_most=10.0)
    assert node.server.process.returncode == 0, node.server.transcript()


def add_interruptions(figures: Figures, absences: list[Absence], percent: float) -> None:
    """How long players could not play, each by its own clock; at most 3 s."""
    figures.add(
        f"interruption p{percent:g}",
        percentile((absence.took_s for absence in absences), percent),
        *("s",),
        at_most=3.0,
        count=len(absences),
    )


def strangers(absences: Iterable[Absence]) -> list[Absence]:
    """Those who did not come back as who they were."""
    return [absence for absence in absences if not absence.kept_identity]


def add_kept(figures: Figures, absences: list[Absence], at_least: float) -> None:
    """How many percent came back as who and where they were."""
    same = [absence for absence in absences if absence.kept_identity]
    there = [absence for absence in same if absence.kept_cell]
    for what, kept in (("identity", same), ("identity and cell", there)):
        share = 100 * len(kept) / len(absences)
        figures.add(f"{what} kept", share, "%", at_least=at_least, count=len(absences))
