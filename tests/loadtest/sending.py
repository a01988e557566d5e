"""Many greenlets send over one connection to a server that reads slowly: prints what arrived.

Run by `test_sending` in a process of its own, because gevent's patches reach all of it.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import re  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from base64 import b64encode  # noqa: E402
from hashlib import sha1  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from wire_frames import CLOSE, PING, PONG, TEXT, frame, unmasked  # noqa: E402

from loadtest._websocket import WebSocketConnection  # noqa: E402

SENDERS, EACH = 20, 8
SIZES = [1, 60, 5_000, 100_000]
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_OPEN = b'0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000}'


def serve(listener: socket.socket, heard: list[list[object]]) -> None:
    client, _ = listener.accept()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32_768)
    request = b""
    while b"\r\n\r\n" not in request:
        request += client.recv(4096)
    key = re.search(rb"(?i)sec-websocket-key: *(\S+)", request)
    assert key is not None
    accept = b64encode(sha1(key[1] + _GUID).digest())
    client.sendall(
        b"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
        + accept
        + b"\r\n\r\n"
        + frame(_OPEN)
        + frame(b"during", PING)
    )
    unread = b""
    while data := client.recv(65_536):
        gevent.sleep(0)
        unread += data
        while (found := unmasked(unread)) is not None:
            opcode, payload, unread = found
            heard.append([opcode, payload[:16].decode("latin-1"), len(payload)])
            if opcode == CLOSE:
                client.close()
                return


def main() -> None:
    heard: list[list[object]] = []
    listener = socket.create_server(("127.0.0.1", 0))
    server = gevent.spawn(serve, listener, heard)
    connection = WebSocketConnection(f"http://127.0.0.1:{listener.getsockname()[1]}", 20.0)
    connection._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)

    def send(sender: int) -> None:
        for number in range(EACH):
            size = SIZES[(sender + number) % len(SIZES)]
            connection.send(f"4{sender}.{number} ".ljust(size, "x"))

    def receive() -> None:
        try:
            while True:
                connection.receive()
        except Exception:
            pass  # the end

    receiver = gevent.spawn(receive)
    senders = [gevent.spawn(send, number) for number in range(SENDERS)]
    gevent.joinall(senders, raise_error=True, timeout=60)
    connection.goodbye("41")
    gevent.joinall([server, receiver], raise_error=True, timeout=60)
    connection.close()
    assert {TEXT, PONG, CLOSE} == {entry[0] for entry in heard}
    print(json.dumps(heard))


if __name__ == "__main__":
    main()
