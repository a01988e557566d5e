"""The deltas of a room whose last member goes while changes wait, from inside one event loop."""

import asyncio
from random import Random

from aiohttp import web

from gridcli.core.geometry import Direction
from gridcli.link.link import Link
from gridcli.link.target import Target
from server.app import create_app
from server.settings import Settings


def test_a_room_that_empties_and_fills_again_keeps_its_ticks() -> None:
    async def scene() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        # A pause so long that changes are always waiting when somebody leaves.
        app = create_app(Settings(flush_floor_ms=30, flush_ceiling_ms=60))
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        for number in range(20):
            link = Link(Target(url), rng=Random(number))
            await link.open()
            for direction in Direction:
                link.step(direction)
            await link.probe()  # the steps were taken, and wait for the next delta
            assert link.mirror.gaps == 0
            await link.close()
        await runner.cleanup()

    told: list[object] = []
    asyncio.run(scene())
    assert told == []
