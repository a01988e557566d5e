"""Swarms in rooms that play a game: they play it, and the account of deliveries is as anywhere.

Not here: how well the strategies play (`tests/core/test_game_strategies`).
"""

import asyncio
import threading
from collections.abc import Callable

import pytest
from run_bots import bots, only_step, result
from servers import HURRIED, Server
from waiting import until
from watched_link import Watched

from gridcli.core.protocol.rounds import Mode, Phase, Round
from gridcli.link.target import Target


@pytest.mark.parametrize(
    ("room", "script"), [("paint", "painter"), ("tag", "tagger"), ("tag", "random")]
)
def test_a_swarm_plays_and_loses_nothing(
    start_server: Callable[..., Server], room: str, script: str
) -> None:
    server = start_server(*HURRIED, "--round", "2s", "--podium", "1s")
    seen: list[Round] = []

    async def watch() -> None:
        eye = Watched(Target(server.url, room=room, spectate=True))
        await eye.link.open()
        await until(lambda: not swarm.is_alive(), "the end of the swarm", patience_s=90)
        assert eye.link.mirror.gaps == 0
        seen.extend(update for update in eye.updates if isinstance(update, Round))
        await eye.link.close()

    ended = []
    args = ("--room", room, "--script", script, "--count", "8", "--rate", "10", "--seed", "1")
    swarm = threading.Thread(
        target=lambda: ended.append(
            bots("--server", server.url, *args, "--duration", "5s", "--json")
        )
    )
    swarm.start()
    asyncio.run(watch())
    step = only_step(result(ended[0]))
    counts = step["counts"]
    assert counts["owed"] == counts["seen"] > 0
    assert (counts["lost"], counts["ambiguous"], counts["doubled"]) == (0, 0, 0)
    assert {told.mode for told in seen} == {Mode(room)}
    assert {Phase.PLAYING, Phase.PODIUM} <= {told.phase for told in seen}
    assert max(told.number for told in seen) >= 2
    if room == "paint":
        podium = next(told.podium for told in seen if told.podium)
        assert sum(place.points for place in podium) > 3 * 8, "more than where they stood"
    else:
        assert len({told.it for told in seen} - {""}) > 1
