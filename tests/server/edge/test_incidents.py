"""A handler that fails: logged once under a number, answered, and the player stays.

Not here: input that is refused (`tests/abuse`).
"""

import asyncio
import logging
import re

import pytest
from aiohttp import web
from socketio_player import Client

from server.app import GAME, create_app
from server.settings import Settings


@pytest.mark.parametrize("event", ["join", "chat"])
def test_a_failure_is_an_incident(event: str, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        app = create_app(Settings())
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        game = app[GAME]
        whole, game.others = game.others, Broken()
        game.world.decide_go = Broken().say
        client = Client()
        await client.connect(
            f"http://127.0.0.1:{runner.addresses[0][1]}", ["websocket"], {"protocol": 2}
        )
        answer = await client.call(event, {"room": "den", "text": "hello"})
        assert answer["ok"] is False
        assert answer["code"] == "internal"
        (record,) = [r for r in caplog.records if r.levelno >= logging.ERROR]
        (incident,) = re.findall(r"incident ([0-9a-f]{8})", record.getMessage())
        assert incident in answer["text"]
        assert "a broken part" not in answer["text"]
        game.others = whole
        assert (await client.call("movement", {"direction": "up", "seq": 1})) == {"ok": True}
        await client.sio.disconnect()
        await runner.cleanup()

    asyncio.run(scene())


class Broken:
    """A part that fails, as a defect of ours would."""

    notice = None

    def say(self, *_: object) -> None:
        raise RuntimeError("a broken part")
