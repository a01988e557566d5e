"""A grid game whose every delivery is late by an amount that it knows.

    python tests/truth/delay_server.py TRUTH [--delays …] [--protocol …]
                                       [--freeze-after … --freeze …]

It prints its address. Each move becomes one tick (or position) of its own, written to each receiver
after a delay drawn by seed, event and receiver, and never before its predecessor, as on any TCP
connection. Each delivery goes to the file TRUTH at SIGTERM, as four doubles: the mover's number
(its id without the u), its move's, the receiver's, and the seconds that really passed from the
arrival of the move to the write. A freeze stops everything for a while. It imports nothing of the
product. Not here: WebSocket and Engine.IO (`odd_server`).
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from array import array
from collections import deque
from collections.abc import Callable
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from odd_server import NAMESPACE, Peer
from wire_frames import frame

LONGEST_S = 0.5
_WIDTH, _HEIGHT = 20, 10
_STEPS = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}

DelayOf = Callable[[float], float]
"""From the time of an arrival to the delay of one receiver."""


def uniform(rng: Random) -> DelayOf:
    """0 to 500 ms, exactly even: a receiver is written to every 500 ms, at a phase of its own."""
    phase_s = rng.uniform(0, LONGEST_S)
    return lambda now_s: LONGEST_S - (now_s - phase_s) % LONGEST_S


def each(rng: Random) -> DelayOf:
    """0 to 500 ms, drawn anew for every event; who is overtaken waits."""
    return lambda now_s: rng.uniform(0, LONGEST_S)


def exponential(rng: Random) -> DelayOf:
    """20 ms, and 30 ms more on average."""
    return lambda now_s: 0.02 + rng.expovariate(1 / 0.03)


def fixed(rng: Random) -> DelayOf:
    """Always the same for one receiver, 0 to 500 ms."""
    delay_s = rng.uniform(0, LONGEST_S)
    return lambda now_s: delay_s


def two_points(rng: Random) -> DelayOf:
    """25 ms, and 400 ms once in 200 times."""
    return lambda now_s: 0.4 if rng.random() < 0.005 else 0.025


def none(rng: Random) -> DelayOf:
    """Written at once."""
    return lambda now_s: 0.0


Outcome = tuple[int, int, float]
"""A move whose outcome is told: the mover's number, the move's, and when it arrived."""

DELAYS = {each_.__name__: each_ for each_ in (uniform, each, exponential, fixed, two_points, none)}


class Member:
    """One player: where it is, and what waits to be written to it."""

    def __init__(self, number: int, peer: Peer, delay_of: DelayOf, truth: "array[float]") -> None:
        self.number = number
        self.user_id = f"u{number}"
        self.cell = (1 + number % _WIDTH, 1)
        self.seq = 0
        self._peer = peer
        self._delay_of = delay_of
        self._truth = truth
        self._waiting: deque[tuple[float, bytes, Outcome | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def tell(self, data: bytes, of: Outcome | None) -> None:
        """Write this after its delay; what is no move's outcome is only written in turn."""
        due_s = of[2] + self._delay_of(of[2]) if of is not None else 0.0
        if self._waiting:
            due_s = max(due_s, self._waiting[-1][0])
        self._waiting.append((due_s, data, of))
        self._write_due()

    def _write_due(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting and self._waiting[0][0] <= time.monotonic():
            _, data, of = self._waiting.popleft()
            now_s = time.monotonic()
            self._peer.writer.write(data)
            if of is not None:
                mover, seq, arrived_s = of
                self._truth.extend((mover, seq, self.number, now_s - arrived_s))
        if self._waiting:
            loop = asyncio.get_running_loop()
            wait_s = self._waiting[0][0] - time.monotonic()
            self._timer = loop.call_later(max(0.0, wait_s), self._write_due)


class Game:
    """One room, in one of the protocols."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.truth = array("d")
        self._options = options
        self._members: dict[str, Member] = {}
        self._made = 0
        self._tick = 0
        self._moved = False

    async def play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from its handshake to its end."""
        peer = Peer(reader, writer)
        member: Member | None = None
        try:
            await peer.accept(ping_s=300.0)
            assert (await peer.text()).startswith(f"40{NAMESPACE},")
            peer.say(f'40{NAMESPACE},{{"sid":"odd"}}')
            member = self._come(peer)
            while not (said := await peer.text()).startswith("41"):
                if said.startswith(f'42{NAMESPACE},["movement",'):
                    self._step(member, json.loads(said[said.index("[") :])[1], time.monotonic())
        except (EOFError, ConnectionError):
            pass
        finally:
            if member is not None:
                self._go(member)
            writer.close()

    def _come(self, peer: Peer) -> Member:
        self._made += 1
        rng = Random(f"{self._options.seed} {self._made}")
        member = Member(self._made, peer, DELAYS[self._options.delays](rng), self.truth)
        user_id = member.user_id
        self._members[user_id] = member
        welcome = {"userId": user_id, "symbol": "K", "gridDimension": [_WIDTH, _HEIGHT]}
        everyone = self._members.values()
        if self._options.protocol == 1:
            member.tell(_event("message", welcome), None)
            status = {m.user_id: {"pos": m.cell, "symbol": "K"} for m in everyone}
            member.tell(_event("grid_status", status), None)
            self._tell_position(member, None)
            return member
        ticks = {"protocol": 2, "name": user_id, "room": "lobby", "resume": ""}
        member.tell(_event("message", welcome | ticks), None)
        joins = [[m.user_id, "K", *m.cell, m.user_id] for m in everyone]
        moves = [[m.user_id, *m.cell, m.seq] for m in everyone if m.seq]
        full = {"tick": self._tick, "full": True, "joins": joins, "moves": moves}
        member.tell(_event("grid_delta", full | {"users": len(everyone)}), None)
        self._tell_tick({"joins": [[user_id, "K", *member.cell, user_id]]}, None)
        return member

    def _step(self, member: Member, body: dict[str, object], arrived_s: float) -> None:
        dx, dy = _STEPS[str(body["direction"])]
        x, y = member.cell
        member.cell = min(max(x + dx, 1), _WIDTH), min(max(y + dy, 1), _HEIGHT)
        member.seq += 1
        of = member.number, member.seq, arrived_s
        if self._options.protocol == 1:
            self._tell_position(member, of)
        else:
            assert body["seq"] == member.seq
            self._tell_tick({"moves": [[member.user_id, *member.cell, member.seq]]}, of)
        if not self._moved and self._options.freeze:
            loop = asyncio.get_running_loop()
            loop.call_later(self._options.freeze_after, time.sleep, self._options.freeze)
        self._moved = True

    def _go(self, member: Member) -> None:
        del self._members[member.user_id]
        if self._options.protocol == 1:
            self._tell_all(
                _event("user_position", {"userId": member.user_id, "remove": True}), None
            )
        else:
            self._tell_tick({"leaves": [member.user_id]}, None)

    def _tell_position(self, member: Member, of: Outcome | None) -> None:
        position = {"userId": member.user_id, "symbol": "K", "pos": member.cell}
        self._tell_all(_event("user_position", position), of)

    def _tell_tick(self, what: dict[str, object], of: Outcome | None) -> None:
        self._tick += 1
        tick = {"tick": self._tick, **what, "users": len(self._members)}
        self._tell_all(_event("grid_delta", tick), of)

    def _tell_all(self, data: bytes, of: Outcome | None) -> None:
        for member in self._members.values():
            member.tell(data, of)


def _event(name: str, payload: object) -> bytes:
    return frame(f"42{NAMESPACE},{json.dumps([name, payload], separators=(',', ':'))}".encode())


async def main() -> None:
    """Serve until told to end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("truth", type=Path)
    parser.add_argument("--delays", choices=DELAYS, default="none")
    parser.add_argument("--protocol", type=int, choices=(1, 2), default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--freeze-after", type=float, default=0.0)
    parser.add_argument("--freeze", type=float, default=0.0)
    game, ended = Game(options := parser.parse_args()), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = await asyncio.start_server(game.play, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await ended.wait()
    options.truth.write_bytes(game.truth.tobytes())


if __name__ == "__main__":
    asyncio.run(main())
