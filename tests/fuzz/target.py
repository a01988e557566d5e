"""The server that is attacked: ours, in a process that collects its garbage when it is told to.

CPython leaves cycles of dead objects for minutes; memory that is only waiting for a collection is
no leak, and would hide one. It logs each line, however often it said the same, so that a session
can be asked for its own. Run as a script it is `gridcli` in all else. Not here: what is
looked at in it (`fuzz.watch`).
"""

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def attacked_server(*options: str) -> Iterator[Any]:
    """Our server with these options of `gridcli serve`, on a free port."""
    from servers import Server

    server = Server([sys.executable, __file__, "serve", "--port", "0", *options])
    try:
        yield server
    finally:
        server.stop()


def collect_garbage(pid: int) -> None:
    """Have that server collect its garbage, soon."""
    os.kill(pid, signal.SIGUSR2)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parent.parent.parent)
    from gridcli.cli import main
    from server import log_limit

    log_limit.LINES = sys.maxsize
    signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
    main()
