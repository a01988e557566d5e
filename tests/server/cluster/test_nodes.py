"""Servers that share one grid, as processes of their own on a broker of their own.

The faults that brokers and nodes can have, at full length, are in `tests/faults`; the protocol
itself is tried without either in `test_simulation`.
"""

import asyncio
import os
import signal
from typing import Any

from brokers import Broker
from grid_nodes import Player, agree, health, metric, nodes
from servers import Server
from socketio_player import Client, play
from waiting import until

from gridcli.core.geometry import Direction
from gridcli.core.protocol.updates import Backlog, Chat, Emote, Notice
from gridcli.link.states import Live
from gridcli.link.target import Target
from server.cluster.redis_bus import RedisBus


def test_one_grid_whichever_node_and_dialect(broker: Broker) -> None:
    async def scene(first: Server, second: Server) -> None:
        ada, eve = Player(first, "den", "ada"), Player(second, "den", "eve")
        demo = Client()
        await ada.link.open()
        await eve.link.open()
        await demo.connect(second.url, ["polling"])
        await demo.emit("join", {"room": "den"})
        ids = {ada.link.mirror.user_id, eve.link.mirror.user_id, demo.user_id}
        for player in (ada, eve):
            await until(lambda p=player: set(p.link.mirror.who) == ids, "everyone")
            assert player.link.mirror.users == 3
        counts = ("users_connected", "l_users")
        await until(
            lambda: [n for event, n in demo.events if event in counts][-1:] == [3],
            "the count in protocol 1",
        )

        me = ada.link.mirror.user_id
        for number in range(12):
            ada.link.step(list(Direction)[number % 3])
            if number % 4 == 3:  # in bursts, and each position is owed to protocol 1
                await until(lambda n=number: ada.link.mirror.seqs.get(me) == n + 1, "the steps")

        def seen() -> list[Any]:
            return [p["pos"] for p in demo.of("user_position") if p.get("userId") == me]

        await until(lambda: len(seen()) >= 12, "every position on the other node")
        assert seen()[-1] == list(ada.link.mirror.cells[me])
        await until(
            lambda: eve.link.mirror.cells.get(me) == ada.link.mirror.cells[me], "the same place"
        )

        await ada.link.say("hello over there")
        await until(lambda: eve.of(Chat), "the chat")
        assert [(c.name, c.text) for c in eve.of(Chat)] == [("ada", "hello over there")]
        await ada.link.show("wave")
        await until(lambda: eve.of(Emote) == [Emote(me, "wave")], "the emote")
        bob = Player(second, name="bob")
        await bob.link.open()
        await bob.link.go_to("den")
        (backlog,) = bob.of(Backlog)
        assert [line.text for line in backlog.lines] == ["hello over there"]
        rooms = {info.room: (info.users, set(info.names)) for info in await bob.link.rooms()}
        symbol = ada.link.mirror.who[demo.user_id].symbol
        assert rooms == {"den": (4, {"ada", "eve", "bob", symbol}), "lobby": (0, set())}
        await bob.link.close()
        await until(agree([first, second], 3), "equal digests")
        await ada.link.close()
        await until(lambda: me not in eve.link.mirror.who, "the end of ada")
        await until(
            lambda: {"userId": me, "remove": True} in demo.of("user_position"), "it in protocol 1"
        )
        await eve.link.close()
        await demo.sio.disconnect()

    with nodes(broker.url, 2) as (first, second):
        play(scene(first, second))


def test_whoever_loses_a_node_comes_back_on_another_as_the_same(redis: Broker) -> None:
    async def scene(servers: list[Server]) -> None:
        first, second = servers
        ada, eve = Player(first, name="ada"), Player(second, name="eve")
        await ada.link.open()
        await eve.link.open()
        ada.link.step(Direction.UP)
        me = ada.link.mirror.user_id
        await until(lambda: eve.link.mirror.seqs.get(me) == 1, "the step on the other node")
        cell = eve.link.mirror.cells[me]
        ada.link.target = Target(second.url, name="ada")  # as a proxy in front would send it
        os.kill(first.pid, signal.SIGKILL)
        await until(lambda: isinstance(ada.link.state, Live), "ada again")
        await until(lambda: ada.link.mirror.cell is not None, "its place")
        assert ada.link.mirror.user_id == me
        assert ada.link.mirror.cell == cell
        await until(lambda: health(second)["peers"] == [], "the end of the node that was killed")
        assert set(eve.link.mirror.who) == {me, eve.link.mirror.user_id}
        await ada.link.close()
        await eve.link.close()

    with nodes(redis.url, 2) as servers:
        play(scene(servers))


def test_a_node_that_stops_sends_its_clients_away_first(redis: Broker) -> None:
    async def scene(servers: list[Server]) -> None:
        first, second = servers
        crowd = [Player(first) for _ in range(8)]
        for player in crowd:
            await player.link.open()
        await until(agree(servers, 8), "the crowd on both nodes")
        before = [(p.link.mirror.user_id, p.link.mirror.cell) for p in crowd]
        for player in crowd:
            player.link.target = Target(second.url)
        first.process.terminate()
        await until(lambda: health(second)["own"] == 8, "all of them on the other node")
        await until(lambda: all(isinstance(p.link.state, Live) for p in crowd), "all live")
        after = [(p.link.mirror.user_id, p.link.mirror.cell) for p in crowd]
        assert after == before
        assert health(second)["peers"] == []
        for player in crowd:
            await player.link.close()

    with nodes(redis.url, 2) as servers:
        play(scene(servers))
        assert servers[0].process.wait(10) == 0


def test_a_broker_that_goes_and_comes_back(redis: Broker) -> None:
    async def scene(servers: list[Server]) -> None:
        first, second = servers
        ada, eve = Player(first, name="ada"), Player(second, name="eve")
        await ada.link.open()
        await eve.link.open()
        await until(agree(servers, 2), "both on both nodes")
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, redis.stop)
        try:
            await until(lambda: ada.of(Notice), "the notice")
            assert ada.of(Notice)[-1].code == "isolated"
            ada.link.step(Direction.UP)
            me = ada.link.mirror.user_id
            await until(lambda: ada.link.mirror.seqs.get(me) == 1, "the step: ada plays on")
            await until(lambda: len(eve.link.mirror.who) == 1, "eve alone")
        finally:
            await loop.run_in_executor(None, redis.start)
        await until(lambda: ada.of(Notice)[-1].code == "reunited", "the good news")
        await until(agree(servers, 2), "equal worlds again")
        await until(lambda: eve.link.mirror.cells == ada.link.mirror.cells, "the same for clients")
        assert isinstance(ada.link.state, Live), "and nobody was dropped"
        assert not [s for s in (ada, eve) if s.link.mirror.gaps]
        await ada.link.close()
        await eve.link.close()

    with nodes(redis.url, 2) as servers:
        play(scene(servers))


def test_what_is_not_sealed_or_too_long_is_dropped_and_counted(redis: Broker) -> None:
    async def scene(servers: list[Server]) -> None:
        before = [health(server)["digest"] for server in servers]
        bus = await RedisBus(redis.url, redis.url).connect()
        await bus.publish([b"x" * 70_000, b"", b"\x00\xff", b'{"kind": "bye"}'] * 5)
        dropped = 'gridcli_bus_dropped_total{reason="%s"}'
        for server in servers:
            await until(lambda s=server: metric(s, dropped % "forged") == 15, "15 forged")
            assert metric(server, dropped % "oversized") == 5
        await bus.close()
        assert [health(server)["digest"] for server in servers] == before
        assert all(len(health(server)["peers"]) == 1 for server in servers)

    with nodes(redis.url, 2) as servers:
        play(scene(servers))
        for server in servers:
            lines = [line for line in server.output if "was dropped" in line]
            assert 1 <= len(lines) <= 3, "one line a second at most"
