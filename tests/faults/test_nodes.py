"""Nodes that are killed, stopped and replaced while people play: who is back when, as whom.

Not here: faults of the broker and of the way to it (`test_broker`).
"""

import asyncio
import time

import pytest
from faults.cluster import Cluster
from faults.crowd import Crowd
from faults.figures import Figures, percentile
from faults.player import Absence, Player
from faults.scenes import (
    SOON_S,
    Play,
    add_interruptions,
    add_kept,
    crowd_on,
    end,
    fullest,
    ghosts,
    one_world,
    strangers,
)
from waiting import until

from gridcli.link.target import Transport


async def ghosts_gone(crowd: Crowd, victim: str, lost: set[str]) -> dict[str, float]:
    """Wait until no other node shows anyone of these who is not back; when each was last seen."""
    ghosts = lost - {player.user_id for player in crowd.players if player.live}
    watchers = [w for name, w in crowd.watchers.items() if name != victim]
    await until(
        lambda: all(ghosts <= watcher.gone_s.keys() for watcher in watchers), "ghosts to go", SOON_S
    )
    return {ghost: max(watcher.gone_s[ghost] for watcher in watchers) for ghost in ghosts}


def test_kill(cluster: Cluster, figures: Figures, play: Play, whole: bool) -> None:
    players, kills = (60, 20) if whole else (20, 1)

    async def scene() -> None:
        back_s: list[float] = []
        kept: list[Absence] = []
        async with crowd_on(cluster, players) as crowd:
            for _ in range(kills):
                crowd.rate = 2.0
                await asyncio.sleep(1.0)
                victim = cluster.nodes[fullest(crowd)]
                doomed = crowd.on(victim.name)
                lost = {player.user_id for player in doomed}
                for watcher in crowd.watchers.values():
                    watcher.suspect(lost)
                killed_s = time.monotonic()
                victim.kill()
                others = [p for p in crowd.players if p not in doomed]
                await until(lambda: players_back(doomed, killed_s), "its players", SOON_S)  # noqa: B023
                back_s += [player.absences[-1].back_s - killed_s for player in doomed]
                gone_s = await ghosts_gone(crowd, victim.name, lost)
                figures.add(
                    *("ghosts gone", max(gone_s.values()) - killed_s, "s"),
                    at_most=6.0,
                    count=len(gone_s),
                )
                kept += [player.absences[-1] for player in doomed if player.ticks]
                assert not [a for p in others for a in p.absences if a.lost_s > killed_s]
                await asyncio.to_thread(victim.start)
                await crowd.all_live()
                await one_world(cluster, crowd)
        figures.add(
            "playing again p95", percentile(back_s, 95), "s", at_most=3.0, count=len(back_s)
        )
        figures.add("playing again, the last", max(back_s), "s")
        add_kept(figures, kept, at_least=0.0)
        assert not strangers(kept)
        assert not [a for a in kept if not a.kept_recent_cell]

    play(scene)


def players_back(players: list[Player], since_s: float) -> bool:
    """Whether all of them have been away since, and play again."""
    return all(p.live and p.absences and p.absences[-1].lost_s > since_s for p in players)


def test_rolling_restart(cluster: Cluster, figures: Figures, play: Play, whole: bool) -> None:
    players, restarts = (300, 3) if whole else (40, 2)

    async def scene() -> None:
        async with crowd_on(cluster, players, rate=1.0) as crowd:
            users = {player.user_id for player in crowd.ticks}
            for node in list(cluster.nodes.values())[:restarts]:
                await end(node, figures)
                await asyncio.to_thread(node.start)
                await crowd.all_live()
            await one_world(cluster, crowd)
            absences = crowd.absences()
            assert len({player.user_id for player in crowd.ticks}) == len(users) == len(crowd.ticks)
            add_interruptions(figures, absences, 99)
            kept = [a for player in crowd.ticks for a in player.absences]
            add_kept(figures, kept, at_least=100.0)
            assert not strangers(kept)
            assert users == {player.user_id for player in crowd.ticks}

    play(scene)


@pytest.mark.whole
def test_sigterm(cluster: Cluster, figures: Figures, play: Play) -> None:
    async def scene() -> None:
        async with crowd_on(cluster, 150) as crowd:
            await asyncio.sleep(2.0)
            before = crowd.on("n2")
            await end(cluster.nodes["n2"], figures)
            await crowd.all_live(without="n2")
            absences = [player.absences[-1] for player in before]
            add_interruptions(figures, absences, 99)
            add_kept(figures, [p.absences[-1] for p in before if p.ticks], at_least=99.0)
            assert len(crowd.absences()) == len(before), "players of other nodes were put out"
            await one_world(cluster, crowd)

    play(scene)


def test_storm(cluster: Cluster, figures: Figures, play: Play, whole: bool) -> None:
    """Everybody is thrown off at once: nginx's workers are killed, and new ones take over."""
    players = 1000 if whole else 150

    async def scene() -> None:
        async with crowd_on(cluster, players, rate=0.1) as crowd:
            thrown_s = time.monotonic()
            cluster.throw_off()
            # A request that died with its connection may have been made again by the HTTP client:
            # who polls need not notice.
            streaming = [p for p in crowd.players if p.link.target.transport != Transport.POLLING]
            await until(lambda: players_back(streaming, thrown_s), "everybody", 60.0)
            await crowd.all_live()
            absences = crowd.absences(thrown_s)
            back_s = [a.back_s - thrown_s for a in absences if a.back_s]
            figures.add("99 % back", percentile(back_s, 99), "s", at_most=15.0, count=len(back_s))
            figures.add("all back", max(back_s), "s", at_most=30.0, count=len(back_s))
            shares = crowd.spread()
            assert len(shares) == len(cluster.nodes)
            figures.add(
                *("spread, most to fewest", max(shares.values()) / min(shares.values()), "times"),
                at_most=1.5,
            )
            assert not strangers(a for p in crowd.ticks for a in p.absences)
            # Who polled, and came back as somebody else, is a silent connection to its node.
            await until(lambda: not ghosts(crowd), "the last ghost to go", SOON_S)
            gone_s = time.monotonic() - thrown_s
            figures.add("half-open connections gone", gone_s, "s", at_most=max(back_s) + 15.0)
            await one_world(cluster, crowd)

    play(scene)
