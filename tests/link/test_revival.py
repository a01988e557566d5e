"""A server of one's own that dies: started again where it was, but not for ever.

Not here: what its players see (`tests/tui/test_pty_restarts.py`).
"""

import asyncio
import os
import signal
import socket

from processes import alive
from waiting import until
from watched_link import Watched, scene

from gridcli.core.geometry import Direction
from gridcli.link.local import LocalServer, running
from gridcli.link.revival import DEATHS, WITHIN_S, Revival
from gridcli.link.states import Live, Reconnecting
from gridcli.link.target import Target


class Clock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_its_players_are_back_who_and_where_they_were() -> None:
    async def play() -> None:
        said: list[str] = []
        server = await LocalServer.start(args=("--grid", "50x40"))
        revival = Revival(server, said.append)
        players = [Watched(Target(server.url, name, "den")) for name in ("ann", "bob", "cyd")]
        watcher = Watched(Target(server.url, room="den", spectate=True))
        for player in (*players, watcher):
            await player.link.open()
        for player in players:
            for _ in range(3):
                player.link.step(Direction.RIGHT)
        mirrors = [player.link.mirror for player in players]
        await until(lambda: all(m.seqs.get(m.user_id) == 3 for m in mirrors), "the steps")
        before = [(m.name, m.symbol, m.room, m.cell) for m in mirrors]

        os.kill(server.pid, signal.SIGKILL)
        await until(lambda: len(said) == 1, "the news")
        assert said == ["the server was killed by SIGKILL; it is started again"]
        for player in (*players, watcher):
            await until(lambda p=player: isinstance(p.states[-1], Live), "the return")
            assert any(isinstance(state, Reconnecting) for state in player.states)
        assert revival.server.url == server.url
        assert revival.server.pid != server.pid
        assert mirrors[0].grid == (50, 40), "a server with the same options"
        assert [(m.name, m.symbol, m.room, m.cell) for m in mirrors] == before
        everyone = {m.user_id for m in mirrors}
        for mirror in (*mirrors, watcher.link.mirror):
            await until(lambda m=mirror: m.cells.keys() == everyone, "all, and no ghosts")
        for player in (*players, watcher):
            await player.link.close()
        await revival.stop()
        assert not alive(revival.server.pid)

    scene(play)


def test_not_for_ever() -> None:
    async def play() -> None:
        said: list[str] = []
        clock = Clock()
        revival = Revival(await LocalServer.start(), said.append, clock)
        for death in range(1, DEATHS):
            os.kill(revival.server.pid, signal.SIGKILL)
            await until(lambda n=death: len(said) == n, "the news")
        clock.now_s += WITHIN_S  # those were long ago
        for death in range(1, DEATHS):
            os.kill(revival.server.pid, signal.SIGKILL)
            await until(lambda n=death: len(said) == DEATHS - 1 + n, "the news")
            assert said[-1].endswith("it is started again")
            assert await running(revival.server.url)
        os.kill(revival.server.pid, signal.SIGKILL)
        await until(lambda: said[-1].endswith("it is not started again"), "the end")
        assert not await running(revival.server.url)
        await revival.stop()

    scene(play)


def test_says_why_it_can_not_be_started_again() -> None:
    async def play() -> None:
        said: list[str] = []
        server = await LocalServer.start()
        port = int(server.url.rpartition(":")[2])
        os.kill(server.pid, signal.SIGSTOP)
        revival = Revival(server, said.append)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as other:
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            os.kill(server.pid, signal.SIGKILL)

            async def take() -> None:
                while True:
                    try:
                        other.bind(("127.0.0.1", port))
                        return other.listen()
                    except OSError:
                        await asyncio.sleep(0)

            await take()
            await until(lambda: said, "the news")
            assert f"can't be started again: port {port}" in said[0]
        await revival.stop()

    scene(play)


def test_nothing_is_left_when_it_is_stopped_while_it_starts_one() -> None:
    async def play() -> None:
        server = await LocalServer.start()
        url, said = server.url, []
        revival = Revival(server, said.append)
        os.kill(server.pid, signal.SIGKILL)
        await until(lambda: not alive(server.pid), "its death")
        await asyncio.sleep(0)
        await revival.stop()
        assert said == []
        await until(lambda: not alive(revival.server.pid), "the end")
        assert not await running(url)

    scene(play)
