"""A chat that does what tests ask of it, right or wrong, and knows how often it did wrong.

    python tests/faulty_chat.py --lose 10 --double 7

It tells the truth at `/truth`. Not here: the example in `docs/examples/chat`, which does no wrong.
"""

import argparse
import asyncio
from typing import Any

import socketio
from aiohttp import web

parser = argparse.ArgumentParser()
parser.add_argument("--namespace", default="/")
parser.add_argument("--path", default="socket.io")
parser.add_argument("--lose", type=int, help="every so many messages one member is left out")
parser.add_argument("--double", type=int, help="every so many are told twice")
parser.add_argument("--put-out", type=int, help="after so many a speaker is thrown off, once")
parser.add_argument("--not-to-self", action="store_true")
parser.add_argument("--silent", action="store_true", help="welcome with an event, acknowledge none")
parser.add_argument("--refuse", help="answer to joining")
parser.add_argument("--deny", help="refuse to connect")
parser.add_argument("--binary", action="store_true", help="send bytes beside every message")
args = parser.parse_args()

sio = socketio.AsyncServer(async_mode="aiohttp", async_handlers=False)
rooms: dict[str, str] = {}
truth = {"messages": 0, "lost": 0, "doubled": 0, "put_out": 0}


async def connect(sid: str, environ: object, auth: object) -> None:
    if args.deny:
        raise socketio.exceptions.ConnectionRefusedError(args.deny)


async def join(sid: str, room: str) -> dict[str, Any]:
    if args.refuse:
        return {"ok": False, "text": args.refuse}
    rooms[sid] = room
    await sio.enter_room(sid, room, args.namespace)
    if args.silent:
        await sio.emit("welcome", {"you": sid}, to=sid, namespace=args.namespace)
    return {"ok": True}


async def say(sid: str, number: int) -> None:
    room = rooms[sid]
    members = [each for each, where in rooms.items() if where == room]
    skipped = [sid] if args.not_to_self else []
    truth["messages"] += 1
    count = truth["messages"]
    others = [each for each in members if each != sid]
    if args.lose and count % args.lose == 0 and others:
        skipped.append(others[count % len(others)])
        truth["lost"] += 1
    times = 1
    if args.double and count % args.double == 0:
        times = 2
        truth["doubled"] += len(members) - len(skipped)
    for _ in range(times):
        await sio.emit(
            "said",
            {"from": sid, "n": number},
            room=room,
            skip_sid=skipped,
            namespace=args.namespace,
        )
    if args.binary:
        await sio.emit("said", {"bytes": b"\x00\x01"}, room=room, namespace=args.namespace)
    if count == args.put_out:
        truth["put_out"] += 1
        await sio.disconnect(sid, namespace=args.namespace)


async def disconnect(sid: str, reason: str) -> None:
    rooms.pop(sid, None)


async def tell(request: web.Request) -> web.Response:
    return web.json_response(truth)


async def main() -> None:
    for handler in (connect, join, say, disconnect):
        sio.on(handler.__name__, handler, namespace=args.namespace)
    app = web.Application()
    app.router.add_get("/truth", tell)
    sio.attach(app, socketio_path=args.path)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
