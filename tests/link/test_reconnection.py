"""The link after a loss: the same player again, a new server, or the end.

Not here: the waits between attempts (`test_backoff`), a first connection that fails
(`test_failures`).
"""

import os
import signal
import time
from typing import Any

import pytest
from servers import running_server
from waiting import until
from watched_link import Watched, scene

from gridcli.core.errors import CannotConnect
from gridcli.core.geometry import Direction
from gridcli.link.states import Kicked, Live, NotLive, Offline, Reconnecting
from gridcli.link.target import Target


def test_comes_back_as_the_same_player(start_server: Any) -> None:
    server = start_server()

    async def play() -> None:
        ann = Watched(Target(server.url, "ann", "den"))
        bob = Watched(Target(server.url, "bob", "den"))
        await ann.link.open()
        await bob.link.open()
        for _ in range(3):
            ann.link.step(Direction.RIGHT)
        me = ann.link.mirror.user_id
        await until(lambda: bob.link.mirror.seqs.get(me) == 3, "the steps")
        before = (me, ann.link.mirror.symbol, bob.link.mirror.cells[me])
        assert ann.link._session is not None
        ann.link._session.connection.end("cable pulled")
        await until(lambda: any(isinstance(s, Reconnecting) for s in ann.states), "the loss")
        await until(lambda: ann.states[-1] == Live(), "the return")
        mirror = ann.link.mirror
        assert (mirror.user_id, mirror.symbol, mirror.cell) == before
        assert (mirror.room, mirror.name) == ("den", "ann")
        assert ann.link.step(Direction.LEFT) == 1, "steps count anew with each connection"
        await until(lambda: bob.link.mirror.seqs.get(me) == 1, "the first step of the return")
        assert set(bob.link.mirror.cells) == {me, bob.link.mirror.user_id}, "a ghost"
        await ann.link.close()
        await bob.link.close()

    scene(play)


def test_goes_to_the_next_of_several_addresses(start_server: Any) -> None:
    second = start_server()
    nowhere = "http://127.0.0.1:9"

    async def play() -> None:
        with running_server() as first:
            ann = Watched(Target(nowhere, "ann", others=(first.url, second.url)))
            await ann.link.open()
            assert ann.link.place == first.url.removeprefix("http://")
            first.process.kill()
            await until(lambda: ann.link.place == second.url.removeprefix("http://"), "the next")
            await until(lambda: ann.states[-1] == Live(), "to be there")
            assert not any(isinstance(state, Offline) for state in ann.states)
            await ann.link.close()
        assert Watched(Target(second.url)).link.place == "", "there is nothing to tell"
        lost = Watched(Target(nowhere, others=("http://127.0.0.1:7",)))
        with pytest.raises(CannotConnect) as told:
            await lost.link.open()
        assert told.value.address == f"{nowhere}, http://127.0.0.1:7"

    scene(play)


def test_takes_over_while_the_old_connection_still_stands(start_server: Any) -> None:
    server = start_server()

    async def play() -> None:
        ann = Watched(Target(server.url, "ann"))
        await ann.link.open()
        again = Watched(Target(server.url, "ann"))
        again.link._resume = ann.link._resume
        await again.link.open()
        assert again.link.mirror.user_id == ann.link.mirror.user_id
        await until(lambda: isinstance(ann.states[-1], Kicked), "the old one put out")
        kicked = ann.states[-1]
        assert isinstance(kicked, Kicked)
        assert kicked.code == "gone"
        assert list(again.link.mirror.cells) == [again.link.mirror.user_id]
        stolen = Watched(Target(server.url, "eve"))
        stolen.link._resume = ann.link._resume  # spent: good for one return only
        await stolen.link.open()
        assert stolen.link.mirror.user_id != ann.link.mirror.user_id
        for each in (ann, again, stolen):
            await each.link.close()

    scene(play)


def test_survives_a_restart_of_the_server() -> None:
    async def play() -> None:
        with running_server() as first:
            port = first.url.rpartition(":")[2]
            ann = Watched(Target(first.url, "ann", "den"))
            await ann.link.open()
            mirror = ann.link.mirror
            for direction in (Direction.UP, Direction.LEFT, Direction.LEFT, Direction.DOWN):
                ann.link.step(direction)
            await until(lambda: mirror.seqs.get(mirror.user_id) == 4, "the steps")
            before = (mirror.name, mirror.symbol, mirror.room, mirror.cell)
            os.kill(first.pid, signal.SIGKILL)
            await until(lambda: isinstance(ann.states[-1], Reconnecting), "the loss")
            with pytest.raises(NotLive):
                ann.link.step(Direction.UP)
            attempts = len(ann.states)
            await until(lambda: len(ann.states) > attempts + 1, "more attempts")
        with running_server("--port", port) as second:
            there_s = time.monotonic()
            await until(lambda: ann.states[-1] == Live(), "the return")
            print(f"back {time.monotonic() - there_s:.2f} s after the server said where it is")
            # A new server knows no tokens of the old one: a new player, who looks as it did and
            # is where it was.
            assert (mirror.name, mirror.symbol, mirror.room, mirror.cell) == before
            eye = Watched(Target(second.url, room="den", spectate=True))
            await eye.link.open()
            assert list(eye.link.mirror.cells) == [mirror.user_id], "somebody else on the grid"
            ann.link.step(Direction.UP)
            await until(lambda: eye.link.mirror.seqs.get(mirror.user_id) == 1, "a step of it")
            for each in (eye, ann):
                await each.link.close()

    scene(play)


def test_without_reconnection_a_loss_is_the_end(start_server: Any) -> None:
    server = start_server()

    async def play() -> None:
        ann = Watched(Target(server.url), reconnect=False)
        await ann.link.open()
        server.stop()
        await until(lambda: isinstance(ann.states[-1], Offline), "the end")
        await ann.link.close()

    scene(play)
