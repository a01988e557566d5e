"""A server that says the same to all, as fast as they take it: small frames of protocol 1.

    python tests/bench/flooder.py CONNECTIONS [CORE]

It prints its port, welcomes so many players, and then sends each of them the walk of 50 players
over the default grid, in bytes made beforehand, until standard input ends. When all have gone, the
next ones may come. Not here: who receives (`bench.flood`).
"""

import os
import re
import selectors
import socket
import sys
import threading
from base64 import b64encode
from hashlib import sha1
from random import Random

import orjson

NAMESPACE = b"/grid-game"
PLAYERS = [f"{number:x}".rjust(18, "u") for number in range(50)]
_STEPS = 20_000
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_OPEN = b'0{"sid":"flood","upgrades":[],"pingInterval":250000,"pingTimeout":200000}'


def frame(payload: bytes) -> bytes:
    """A server's text frame."""
    size = len(payload)
    head = bytes((0x81, size)) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")
    return head + payload


def event(name: str, payload: object) -> bytes:
    """The frame of an event."""
    return frame(b"42" + NAMESPACE + b"," + orjson.dumps([name, payload]))


def walk() -> bytes:
    """Frames of players who go somewhere each time; 88 bytes or so, and 2 of WebSocket."""
    rng = Random(7)
    cells = {player: [rng.randint(10, 20), 10] for player in PLAYERS}
    frames = []
    for number in range(_STEPS):
        player = PLAYERS[number % len(PLAYERS)]
        cell = cells[player]
        axis = rng.randrange(2)
        cell[axis] = min(max(cell[axis] + rng.choice((-1, 1)), 1), (20, 10)[axis])
        frames.append(event("user_position", {"userId": player, "symbol": "K", "pos": cell}))
    return b"".join(frames)


def _welcome(player: str) -> bytes:
    everyone = {player: {"pos": [1, 1], "symbol": "K"} for player in PLAYERS}
    return (
        frame(b"40" + NAMESPACE + b',{"sid":"flood"}')
        + event("message", {"userId": player, "symbol": "K", "gridDimension": [20, 10]})
        + event("grid_status", everyone)
    )


def _greet(listener: socket.socket, number: int) -> socket.socket:
    """Take in one player, up to its place in the room."""
    client, _ = listener.accept()
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(4096)
    found = re.search(rb"(?i)sec-websocket-key: *(\S+)", request)
    assert found is not None
    accept = b64encode(sha1(found[1] + _GUID).digest())
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n" + frame(_OPEN)
    )
    client.recv(4096)  # its CONNECT, whatever the mask
    client.sendall(_welcome(PLAYERS[number % len(PLAYERS)]))
    client.setblocking(False)
    return client


def flood(clients: list[socket.socket], block: memoryview) -> None:
    """Send until all of them have gone."""
    selector = selectors.DefaultSelector()
    sent = dict.fromkeys(clients, 0)
    for client in clients:
        selector.register(client, selectors.EVENT_WRITE)
    while sent:
        for key, _ in selector.select():
            client = key.fileobj
            assert isinstance(client, socket.socket)
            try:
                sent[client] += client.send(block[sent[client] :])
                if sent[client] == len(block):
                    sent[client] = 0
            except BlockingIOError:
                pass
            except OSError:
                selector.unregister(client)
                client.close()
                del sent[client]


def main() -> None:
    """Serve until standard input ends."""
    count = int(sys.argv[1])
    if len(sys.argv) > 2:
        os.sched_setaffinity(0, {int(sys.argv[2])})
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    block = memoryview(walk())
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            flood([_greet(listener, number) for number in range(count)], block)


if __name__ == "__main__":
    main()
