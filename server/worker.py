"""One worker of `gridcli serve --workers`, a process of its own: `python -m server.worker NAME`.

Its settings come over standard input, so that no secret stands in a command line or an
environment; standard input stays open until the supervisor ends, and the worker with it.
Not here: who starts it (`server.workers`), the server itself (`server.run`).
"""

import pickle
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from gridcli.core.errors import GridError

from .lean import load_socketio
from .logs import log_as_set
from .settings import Settings

_SIZE = struct.Struct("!I")


def encode_orders(settings: Settings, folder: Path) -> bytes:
    """What the supervisor writes into a worker's standard input.

    Args:
        settings: whom to be.
        folder: where the workers of its port meet.
    """
    data = pickle.dumps((settings, folder))
    return _SIZE.pack(len(data)) + data


def decode_orders(stream: BinaryIO) -> tuple[Settings, Path]:
    """Read exactly what `encode_orders` made.

    Raises:
        EOFError: the stream ended before.
    """
    (size,) = _SIZE.unpack(_exactly(stream, _SIZE.size))
    # From our own supervisor, over a pipe that only it has.
    settings, folder = pickle.loads(_exactly(stream, size))
    assert isinstance(settings, Settings)
    assert isinstance(folder, Path)
    return settings, folder


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("standard input holds no orders; gridcli serve --workers starts this")
    return data


def main() -> int:
    """Serve until a signal or the supervisor's end; the process's exit status."""
    load_socketio()
    from .run import run

    settings, folder = decode_orders(sys.stdin.buffer)
    log_as_set(settings)
    try:
        orphaned = run(settings, while_stdin_open=True, siblings=folder)
    except GridError as error:
        print(f"gridcli: {error}", file=sys.stderr)
        return error.exit_code
    if orphaned:
        try:
            folder.rmdir()  # nobody else will; done by the last one to leave
        except OSError:
            pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
