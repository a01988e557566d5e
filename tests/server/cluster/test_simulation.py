"""The replication at rest: whatever happened to bus and nodes, all worlds are the same.

Hundreds of seeds, each a story of its own: players who move, change rooms, vanish and come back,
on a bus that loses, doubles, delays and reorders, among nodes that crash and are cut off. Not
here: stories that are told on purpose (`test_replication`).
"""

import os
from collections import Counter

import pytest
from simulated_cluster import Cluster, Faults

SEEDS = int(os.environ.get("GRIDCLI_SIMULATION_SEEDS", "300"))
_BATCHES = 10


def storm(cluster: Cluster, seconds: float) -> None:
    """Everything at once, for a while."""
    rng = cluster.rng
    end_s = cluster.now_s + seconds
    while cluster.now_s < end_s:
        cluster.act()
        chance = rng.random()
        names = sorted(cluster.nodes)
        if chance < 0.01 and len(cluster.alive) > 1:
            name = rng.choice([node.name for node in cluster.alive])
            (cluster.crash if rng.random() < 0.6 else cluster.stop)(name)
        elif chance < 0.03:
            cluster.start(rng.choice(names))
        elif chance < 0.04:
            node = rng.choice(cluster.alive)
            node.cut = not node.cut
        cluster.run(rng.uniform(0, 0.05))


def settle(cluster: Cluster, seconds: float) -> None:
    """The end of all trouble."""
    cluster.faults = Faults()
    for name in list(cluster.nodes):
        cluster.start(name)
        cluster.nodes[name].cut = False
    cluster.run(seconds)


def check_accounts(cluster: Cluster) -> None:
    owners: Counter[str] = Counter()
    for node in cluster.alive:
        for user_id in node.replica.own:
            owners[user_id] += 1
    assert set(owners.values()) <= {1}, "a player is with one node"
    shown = {row.user_id for row in cluster.view(cluster.alive[0])}
    assert shown == set(owners), "and everyone shows the players that are somewhere"
    for client in cluster.clients:
        if client.node is not None:
            assert client.user_id in client.node.replica.own, "who is connected plays"


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_worlds_are_equal_at_rest(batch: int) -> None:
    for seed in range(batch, SEEDS, _BATCHES):
        cluster = Cluster(seed, nodes=2 + seed % 3, clients=6)
        cluster.faults = Faults(
            lost=0.05 * (seed % 2), doubled=0.1 * (seed // 2 % 2), reordered=0.1 * (seed // 4 % 2)
        )
        storm(cluster, 6.0)
        settle(cluster, 10.0)
        assert cluster.equal, f"seed {seed}"
        check_accounts(cluster)


@pytest.mark.parametrize("batch", range(_BATCHES))
def test_within_two_seconds_of_a_bad_bus(batch: int) -> None:
    for seed in range(batch, SEEDS // 3, _BATCHES):
        cluster = Cluster(seed, nodes=3, clients=12)
        cluster.faults = Faults(lost=0.05, doubled=0.1, reordered=0.1)
        end_s = cluster.now_s + 4.0
        while cluster.now_s < end_s:
            cluster.act()
            cluster.run(cluster.rng.uniform(0, 0.02))
        cluster.run(3.0)  # until the last half-open connection has been noticed
        cluster.faults = Faults()
        assert cluster.run(2.0, until=lambda c=cluster: c.equal), f"seed {seed}"
        cluster.run(2.0)
        assert cluster.equal, f"seed {seed}"
        check_accounts(cluster)
