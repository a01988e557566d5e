"""Clients that send everything at once, and go whenever they like: nobody else may notice."""

import asyncio
import json
from random import Random

import aiohttp
import pytest
from aiohttp import web
from waiting import until

from gridcli.core.protocol.names import LOBBY
from gridcli.link.link import Link
from gridcli.link.target import Target
from server.app import GAME, create_app
from server.settings import Settings

CONNECT = {1: "40/grid-game,", 2: '40/grid-game,{"protocol":2}'}


def frames(protocol: int, seqs: int) -> list[str]:
    """CONNECT, steps, a change of room and back, more steps."""
    numbered = iter(range(1, seqs + 1))

    def step() -> str:
        payload: dict[str, object] = {"direction": "left"}
        if protocol == 2:
            payload["seq"] = next(numbered)
        return f'42/grid-game,["movement",{json.dumps(payload)}]'

    rooms = ['42/grid-game,["join",{"room":"den"}]', '42/grid-game,["leave",{}]']
    return [CONNECT[protocol], step(), step(), *rooms, step(), step()]


@pytest.mark.parametrize("protocol", [1, 2])
def test_whoever_does_not_wait_is_understood_all_the_same(protocol: int) -> None:
    async def scene() -> None:
        told: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        app = create_app(Settings())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        watch = Link(Target(url))
        await watch.open()
        rng = Random(protocol)
        async with aiohttp.ClientSession() as http:
            for number in range(60):
                socket = await http.ws_connect(f"{url}/socket.io/?EIO=4&transport=websocket")
                # Every third sends all of it and stays to see it done, the others stop anywhere.
                sent = frames(protocol, 4)
                if number % 3:
                    sent = sent[: rng.randint(1, len(sent))]
                for frame in sent:
                    await socket.send_str(frame)
                if number % 3 == 0:
                    await until(lambda: max(watch.mirror.seqs.values(), default=0) == 4, "steps")
                await socket.close()
                await until(lambda: len(app[GAME].world) == 1, "the end of the hasty one")
        await until(lambda: list(watch.mirror.cells) == [watch.mirror.user_id], "a ghost's end")
        assert watch.faults == watch.mirror.gaps == 0
        audience = app[GAME].audience
        assert [audience.count(LOBBY, dialect) for dialect in (1, 2)] == [0, 1]
        await watch.close()
        await runner.cleanup()
        assert told == []

    asyncio.run(scene())
