"""A broadcast application that numbers its own events: rooms in which everybody hears everybody.

    python tests/truth/chat_server.py

It knows nothing of the grid game: `say` with n is `said` with {from, n} to the whole room, the
speaker included; `join` changes rooms, and answers. Not here: who talks (`talkers`).
"""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import socketio
from aiohttp import web

from server.fanout.manager import FanoutManager

ROOM = "lobby"

sio = socketio.AsyncServer(
    async_mode="aiohttp", client_manager=FanoutManager(), async_handlers=False, ping_interval=60
)
rooms: dict[str, str] = {}


@sio.event
async def connect(sid: str, environ: object) -> None:
    await join(sid, ROOM)


@sio.event
async def join(sid: str, room: str) -> str:
    if sid in rooms:
        await sio.leave_room(sid, rooms[sid])
    rooms[sid] = room
    await sio.enter_room(sid, room)
    return room


@sio.event
async def say(sid: str, number: int) -> None:
    await sio.emit("said", {"from": sid, "n": number}, room=rooms[sid])


@sio.event
async def disconnect(sid: str, reason: str) -> None:
    del rooms[sid]


async def main() -> None:
    """Serve until ended."""
    app = web.Application()
    sio.attach(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
