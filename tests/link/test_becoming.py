"""Coming back as somebody else: a spectator, a player again, another name.

Not here: coming back after a loss (`test_reconnection`).
"""

from typing import Any

import pytest
from servers import HURRIED
from waiting import until
from watched_link import Watched, scene

from gridcli.core.errors import Refusal
from gridcli.core.geometry import Direction
from gridcli.link.states import Connecting, Live
from gridcli.link.target import Target


def test_a_player_watches_and_plays_on_where_it_stood(start_server: Any) -> None:
    server = start_server(*HURRIED)

    async def play() -> None:
        ann, bob = Watched(Target(server.url, "ann", "den")), Watched(Target(server.url, "", "den"))
        await ann.link.open()
        await bob.link.open()
        mirror, others = ann.link.mirror, bob.link.mirror
        for _ in range(5):
            ann.link.step(Direction.RIGHT)
        await until(lambda: mirror.seqs.get(mirror.user_id) == 5, "the steps")
        symbol, cell = mirror.symbol, mirror.cell

        await ann.link.become(name="ann", symbol=symbol, spectate=True)
        assert (mirror.room, mirror.cell) == ("den", None)
        assert list(mirror.cells) == [others.user_id]
        await until(lambda: list(others.cells) == [others.user_id], "the leave")
        assert ann.states == [Connecting(), Live()] * 2, "never offline"

        await ann.link.become(name="ann", symbol=symbol, spectate=False)
        assert (mirror.symbol, mirror.cell, mirror.name, mirror.room) == (
            symbol,
            cell,
            "ann",
            "den",
        )
        await until(lambda: others.cells.get(mirror.user_id) == cell, "the return")
        assert set(others.cells) == {others.user_id, mirror.user_id}, "a ghost"
        assert ann.link.step(Direction.LEFT) == 1
        await ann.link.close()
        await bob.link.close()

    scene(play)


def test_who_is_refused_can_be_what_it_was(start_server: Any) -> None:
    server = start_server("--max-players", "1")

    async def play() -> None:
        ann = Watched(Target(server.url, "ann", "den", spectate=True))
        bob = Watched(Target(server.url, "bob", "den"))
        await ann.link.open()
        await bob.link.open()
        with pytest.raises(Refusal, match="full"):
            await ann.link.become(name="ann", symbol="", spectate=False)
        await ann.link.become(name="ann", symbol="", spectate=True)
        assert ann.link.mirror.room == "den"
        assert list(ann.link.mirror.cells) == [bob.link.mirror.user_id]
        await ann.link.close()
        await bob.link.close()

    scene(play)
