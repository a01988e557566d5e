"""The folder can be lifted out: copied under another name, it serves somebody else's program."""

import shutil
from pathlib import Path

from fresh_python import run_fresh
from servers import ROOT

APPLICATION = """
import asyncio, sys
import socketio
from aiohttp import web
from elsewhere.manager import FanoutManager
from elsewhere.testing import InProcess

sio = socketio.AsyncServer(
    async_mode="aiohttp",
    client_manager=FanoutManager(),
    # The polling client waits for its last poll, which ends with the heartbeat.
    ping_interval=1,
    ping_timeout=1,
)

@sio.event
async def say(sid, text):
    await sio.emit("said", text)

async def main():
    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    heard = asyncio.Queue()
    async with socketio.AsyncSimpleClient() as one, socketio.AsyncSimpleClient() as other:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        await one.connect(url)
        await other.connect(url, transports=["polling"])
        await one.emit("say", "hello")
        assert await one.receive() == await other.receive() == ["said", "hello"]
    await runner.cleanup()
    assert not {"server", "gridcli"} & {name.partition(".")[0] for name in sys.modules}

with InProcess(sio) as server:
    one, other = server.test_client(), server.test_client()
    one.emit("say", "hi")
    assert other.get_received() == [{"name": "said", "args": ["hi"], "namespace": "/"}]

asyncio.run(main())
"""


def test_a_copy_of_the_folder_needs_nothing_else_of_ours(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "server" / "fanout", tmp_path / "elsewhere")
    (tmp_path / "application.py").write_text(APPLICATION)
    run_fresh("application.py", cwd=tmp_path)
