"""A TLS server that never comes to the end of its first record: prints how each transport ends.

    python dripping.py SECONDS_TO_OPEN

Run by `test_hostile_server` in a process of its own, because gevent's patches reach all of it.
"""

from gevent import monkey

monkey.patch_all()

import json  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402

import gevent  # noqa: E402

from gridcli.core.errors import CannotConnect  # noqa: E402
from loadtest._polling import PollingConnection  # noqa: E402
from loadtest._websocket import WebSocketConnection  # noqa: E402

RECORD = b"\x16\x03\x03\x40\x00"
"""The head of a handshake record of 16 KiB."""


def drip(client: socket.socket) -> None:
    try:
        client.sendall(RECORD)
        while True:
            gevent.sleep(0.05)
            client.sendall(b"\x02")
    except OSError:
        client.close()


def serve(listener: socket.socket) -> None:
    while True:
        client, _ = listener.accept()
        gevent.spawn(drip, client)


def main() -> None:
    open_s = float(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0))
    gevent.spawn(serve, listener)
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    ended = {}
    for transport in (WebSocketConnection, PollingConnection):
        began_s = time.monotonic()
        try:
            transport(url, open_s)
        except CannotConnect as error:
            ended[transport.__name__] = [str(error), time.monotonic() - began_s]
    assert len(ended) == 2, "connected?"
    print(json.dumps(ended))


if __name__ == "__main__":
    main()
