"""Single stories of the replication: who comes back where, what a cut or a crash leaves behind.

Not here: the same by chance, for hundreds of seeds (`test_simulation`).
"""

import pytest
from simulated_cluster import Cluster
from simulated_node import Client, moves_of

from gridcli.core.geometry import Direction
from gridcli.core.protocol.requests import Step
from gridcli.core.protocol.updates import Chat, Emote


def alone(cluster: Cluster, name: str) -> Client:
    """A new client on a node."""
    client = Client(len(cluster.clients))
    cluster.clients.append(client)
    cluster.nodes[name].admit(client)
    return client


def step(client: Client, direction: Direction) -> None:
    assert client.node is not None
    client.seq += 1
    world = client.node.world
    world.apply(world.decide_step(client.user_id, Step(direction, client.seq)))


def test_every_position_is_told_elsewhere_in_order() -> None:
    cluster = Cluster(1, nodes=2)
    cluster.run(1.0)
    client = alone(cluster, "n1")
    cluster.run(1.0)
    walked = []
    for number in range(40):
        step(client, list(Direction)[number % 3])
        walked.append(
            cluster.nodes["n1"].world.room_of(client.user_id).players[client.user_id].cell
        )
        cluster.run(cluster.rng.choice([0.0, 0.0, 0.01, 0.2]))
    cluster.run(1.0)
    seen = moves_of(cluster.nodes["n2"], client.user_id)
    assert [moved.cell for moved in seen] == walked
    assert [moved.seq for moved in seen] == sorted(moved.seq for moved in seen)
    assert seen[-1].seq == 40


def test_who_came_and_went_within_one_delta_can_come_back_elsewhere() -> None:
    cluster = Cluster(13, nodes=2)
    cluster.run(1.0)
    client = alone(cluster, "n1")
    step(client, Direction.LEFT)
    step(client, Direction.UP)
    n1, n2 = cluster.nodes["n1"], cluster.nodes["n2"]
    user_id = client.user_id
    cell = n1.world.room_of(user_id).players[user_id].cell
    n1.lose(client)
    assert user_id not in n2.world, "nothing was told before"
    cluster.run(0.1)
    assert len(moves_of(n2, user_id)) == 2, "protocol 1 is owed these, too"
    n2.admit(client)
    assert (client.user_id, client.lives) == (user_id, 0)
    assert n2.world.room_of(user_id).players[user_id].cell == cell


def test_who_comes_back_elsewhere_is_the_same_and_its_old_node_lets_go() -> None:
    cluster = Cluster(2, nodes=3)
    client = alone(cluster, "n1")
    cluster.run(1.0)
    step(client, Direction.LEFT)
    cluster.run(0.5)
    before = cluster.view(cluster.nodes["n1"])
    user_id, old = client.user_id, cluster.nodes["n1"]
    cluster.nodes["n2"].admit(client)
    assert client.user_id == user_id
    cluster.run(0.5)
    assert user_id not in old.replica.own, "the higher generation wins"
    assert not old.clients, "and the loser has closed its connection"
    assert cluster.equal
    (row,) = cluster.view(old)
    assert row[:6] == before[0][:6], "the same in every way, and on the same cell"
    assert row.generation == before[0].generation + 1


def test_a_token_is_good_once_in_the_whole_cluster() -> None:
    cluster = Cluster(3, nodes=2)
    client, thief = alone(cluster, "n1"), Client(9)
    cluster.run(1.0)
    thief.token = client.token
    cluster.nodes["n2"].admit(client)
    cluster.run(0.5)
    cluster.nodes["n1"].admit(thief)
    assert thief.user_id != client.user_id
    assert thief.lives == 1


def test_the_same_token_on_two_nodes_at_once() -> None:
    cluster = Cluster(4, nodes=3)
    client, twin = alone(cluster, "n1"), Client(9)
    cluster.run(1.0)
    twin.token = client.token
    cluster.nodes["n2"].admit(client)
    cluster.nodes["n3"].admit(twin)
    assert twin.user_id == client.user_id, "neither node can know of the other yet"
    cluster.run(1.0)
    owners = [node.name for node in cluster.alive if client.user_id in node.replica.own]
    assert owners == ["n3"], "one of them has it, and all agree which"
    assert cluster.equal


@pytest.mark.parametrize("again", [False, True])
def test_a_crash_leaves_no_ghosts_and_whoever_was_there_can_come_back(again: bool) -> None:
    cluster = Cluster(5, nodes=3)
    client = alone(cluster, "n1")
    user_id = client.user_id
    cluster.run(1.0)
    crashed_s = cluster.now_s
    cluster.nodes["n1"].alive = False
    if again:
        cluster.run(0.8)
        cluster.start("n1")
    shown = lambda: any(user_id in node.world for node in cluster.alive)  # noqa: E731
    assert cluster.run(6.0, until=lambda: not shown())
    assert cluster.now_s - crashed_s < 6.0
    cluster.run(1.0)
    client.node = None
    cluster.nodes["n1" if again else "n2"].admit(client)
    assert client.user_id == user_id, "also on the node's next boot, whom the others told"
    cluster.run(1.0)
    assert cluster.equal


def test_a_node_that_is_cut_off_says_so_and_is_forgotten_until_it_is_back() -> None:
    cluster = Cluster(6, nodes=3)
    client, other = alone(cluster, "n1"), alone(cluster, "n2")
    cluster.run(2.0)
    n1, n2 = cluster.nodes["n1"], cluster.nodes["n2"]
    n1.cut, cut_s = True, cluster.now_s
    assert cluster.run(3.0, until=lambda: not n1.replica.up)
    assert cluster.now_s - cut_s <= 3.0
    cluster.run(6.0)
    assert other.user_id not in n1.world
    assert client.user_id not in n2.world
    assert client.user_id in n1.world, "whoever is here plays on"
    step(client, Direction.UP)
    n1.cut = False
    assert cluster.run(3.0, until=lambda: cluster.equal and n1.replica.up)
    assert {row.user_id for row in cluster.view(n2)} == {client.user_id, other.user_id}


def test_coming_back_elsewhere_while_the_old_node_is_cut_off() -> None:
    cluster = Cluster(7, nodes=3)
    client = alone(cluster, "n1")
    cluster.run(2.0)
    n1, n2 = cluster.nodes["n1"], cluster.nodes["n2"]
    n1.cut = True
    cluster.run(7.0)
    n2.admit(client)
    assert client.lives == 0
    n2.lose(client)  # and it goes again: nobody is to take the old node's word for its being there
    n1.cut = False
    cluster.run(5.0)
    assert cluster.equal
    assert not cluster.view(n2)
    assert not n1.clients


def test_a_stall_of_ones_own_evicts_nobody() -> None:
    cluster = Cluster(8, nodes=2)
    there = alone(cluster, "n2")
    cluster.run(2.0)
    n1 = cluster.nodes["n1"]
    n1.cut = True  # while it stands still, nothing reaches it
    n1.wake = lambda: None
    n1._timer += 1
    cluster.run(6.0)
    n1.cut = False
    n1.take_in(n1.replica.advance(cluster.now_s))
    assert there.user_id in n1.world
    assert n1.replica.up


def test_a_graceful_end_takes_its_players_at_once() -> None:
    cluster = Cluster(9, nodes=2)
    client = alone(cluster, "n1")
    cluster.run(1.0)
    cluster.stop("n1")
    cluster.run(0.1)
    n2 = cluster.nodes["n2"]
    assert client.user_id not in n2.world or client.node is n2
    assert "n1" not in n2.replica.peers
    cluster.run(1.5)
    assert client.node is n2
    assert client.lives == 0


@pytest.mark.parametrize("emote", [False, True], ids=["chat", "emote"])
def test_talk_comes_after_what_its_speaker_did(emote: bool) -> None:
    cluster = Cluster(10, nodes=2)
    cluster.run(1.0)
    client = alone(cluster, "n1")
    said = Emote(client.user_id, "wave") if emote else Chat(client.user_id, "ada", "hello")
    cluster.nodes["n1"].replica.say("lobby", said)
    cluster.run(0.5)
    n2 = cluster.nodes["n2"]
    assert n2.said == [("lobby", said)]
    assert client.user_id in n2.world


def test_another_grid_or_the_same_name_is_told_and_kept_out() -> None:
    cluster = Cluster(11, nodes=2)
    client = alone(cluster, "n1")
    n1, n2 = cluster.nodes["n1"], cluster.nodes["n2"]
    n2.replica._hearing._grid = [9, 9]
    cluster.run(2.0)
    assert client.user_id not in n2.world
    assert any("--grid" in line for line in n2.replica.complaints)
    cluster.nodes["twin"] = n1.__class__(cluster, "n1")
    cluster.run(2.0)
    assert any("--node" in line for line in n1.replica.complaints)


def test_traffic_follows_changes_not_steps() -> None:
    slow, fast = (Cluster(12, nodes=2) for _ in range(2))
    for cluster, steps in ((slow, 1), (fast, 8)):
        client = alone(cluster, "n1")
        cluster.run(2.0)
        cluster.published_bytes = 0
        for _ in range(100):
            for _ in range(steps):
                step(client, cluster.rng.choice(list(Direction)))
            cluster.run(0.05)
    assert fast.published_bytes < 1.5 * slow.published_bytes
