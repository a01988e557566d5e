"""The same chat on python-socketio and aiohttp, with the fan-out manager.

python chat_fanout.py 5000
"""

import sys
from typing import Any

import socketio
from aiohttp import web
from server.fanout.manager import FanoutManager

sio = socketio.AsyncServer(async_mode="aiohttp", client_manager=FanoutManager())


async def index(request: web.Request) -> web.Response:
    return web.Response(text="A chat: connect to /chat")


@sio.on("connect", namespace="/chat")
async def connect(sid: str, environ: dict[str, Any], auth: dict[str, Any]) -> None:
    await sio.save_session(sid, {"name": auth["name"], "room": "lobby"}, "/chat")
    await sio.enter_room(sid, "lobby", "/chat")


@sio.on("join", namespace="/chat")
async def join(sid: str, data: dict[str, Any]) -> dict[str, Any]:
    async with sio.session(sid, "/chat") as session:
        await sio.leave_room(sid, session["room"], "/chat")
        session["room"] = data["room"]
        await sio.enter_room(sid, data["room"], "/chat")
    return {"ok": True}


@sio.on("say", namespace="/chat")
async def say(sid: str, data: dict[str, Any]) -> dict[str, Any]:
    session = await sio.get_session(sid, "/chat")
    message = {"name": session["name"], "text": data["text"]}
    await sio.emit("said", message, to=session["room"], namespace="/chat")
    return {"ok": True}


def create_app() -> web.Application:
    app = web.Application()
    app.router.add_get("/", index)
    sio.attach(app)
    return app


if __name__ == "__main__":
    web.run_app(create_app(), host="127.0.0.1", port=int(sys.argv[1]))
