"""A protocol-1 server with faults on purpose: it is late by a known time, or loses deliveries.

Every step is carried out and told so many milliseconds after it came, in order; with `--lose N`
each N-th one is kept from one member of the room; with `--full-at N` the delay grows with the
players, steeply, to 100 ms at N of them: a server of known capacity. It spells the events itself
and imports nothing of gridcli, so that what is measured against it owes nothing to our own server.
The first line of output is the address.
"""

import argparse
import asyncio
import random

import socketio
from aiohttp import web

NAMESPACE = "/grid-game"
GRID = (20, 10)
STEPS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}


class Game:
    def __init__(self, sio, delay_s, lose_every, full_at):
        self.sio = sio
        self.delay_s = delay_s
        self.full_at = full_at
        self.lose_every = lose_every
        self.moves = 0
        self.places = {}
        self.due = asyncio.Queue()
        self.changing = asyncio.Lock()
        """Nobody moves between what a newcomer is shown and what it hears first."""
        for name in ("connect", "disconnect", "movement"):
            sio.on(name, getattr(self, name), namespace=NAMESPACE)

    async def emit(self, event, payload, **kwargs):
        await self.sio.emit(event, payload, namespace=NAMESPACE, **kwargs)

    async def connect(self, sid, environ, auth=None):
        asyncio.get_running_loop().call_soon(asyncio.create_task, self.welcome(sid))

    async def welcome(self, sid):
        async with self.changing:
            self.places[sid] = tuple(random.randint(1, side) for side in GRID)
            whose = {"userId": sid, "symbol": "B", "gridDimension": GRID}
            await self.emit("message", whose, to=sid)
            everyone = {s: {"pos": pos, "symbol": "B"} for s, pos in self.places.items()}
            await self.emit("grid_status", everyone, to=sid)
            await self.sio.enter_room(sid, "lobby", namespace=NAMESPACE)
            await self.tell_position(sid)

    async def disconnect(self, sid, reason=None):
        if self.places.pop(sid, None):
            await self.emit("user_position", {"userId": sid, "remove": True}, room="lobby")

    async def movement(self, sid, payload):
        delay_s = 0.1 * (len(self.places) / self.full_at) ** 4 if self.full_at else self.delay_s
        due_s = asyncio.get_running_loop().time() + delay_s
        self.due.put_nowait((due_s, sid, payload["direction"]))

    async def work(self):
        while True:
            due_s, sid, direction = await self.due.get()
            await asyncio.sleep(due_s - asyncio.get_running_loop().time())
            async with self.changing:
                if sid in self.places:
                    await self.step(sid, direction)

    async def step(self, sid, direction):
        self.places[sid] = tuple(
            min(max(at + step, 1), side)
            for at, step, side in zip(self.places[sid], STEPS[direction], GRID, strict=True)
        )
        self.moves += 1
        losing = self.lose_every and self.moves % self.lose_every == 0
        others = [member for member in self.places if member != sid]
        await self.tell_position(sid, skip_sid=others[0] if losing and others else None)

    async def tell_position(self, sid, **kwargs):
        position = {"userId": sid, "symbol": "B", "pos": self.places[sid]}
        await self.emit("user_position", position, room="lobby", **kwargs)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--delay", type=float, default=0, metavar="MS")
    parser.add_argument("--lose", type=int, default=0, metavar="N")
    parser.add_argument("--full-at", type=int, default=0, metavar="N")
    options = parser.parse_args()
    sio = socketio.AsyncServer(async_mode="aiohttp", namespaces=[NAMESPACE])
    app = web.Application()
    sio.attach(app)
    game = Game(sio, options.delay / 1000, options.lose, options.full_at)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("http://{}:{}".format(*site._server.sockets[0].getsockname()), flush=True)
    await game.work()


if __name__ == "__main__":
    asyncio.run(main())
