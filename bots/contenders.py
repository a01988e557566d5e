"""The servers that `gridcli stacks` compares, and whether they can run on this machine.

All are engines of `gridcli serve`, so each can be played on, too. Not here: the engines
(`server.engines.table`), the comparison (`bots.stacks`).
"""

import shutil
from importlib.util import find_spec
from typing import NamedTuple

from gridcli.core.protocol.names import DEMO, TICKS

_ROOMY = ("--max-players", "20000", "--max-room-players", "20000", "--log-level", "error")
_AT_ANY_RATE = ("--event-rate", "0")
"""The others have no such limit."""
_FLASK = "pip install 'gridcli[flask]'"
_STACKS = "pip install 'gridcli[stacks]'"


class Contender(NamedTuple):
    """A server to compare."""

    key: str
    label: str
    args: tuple[str, ...] = ()
    """Options of `gridcli serve`."""
    protocol: int = DEMO
    module: str = ""
    """A Python package that it needs."""
    programs: tuple[str, ...] = ()
    """Programs that it needs."""
    hint: str = ""
    """How to get what it needs."""

    def missing(self) -> str:
        """Why it can't run here; empty when it can."""
        absent = [self.module] if self.module and find_spec(self.module) is None else []
        absent += [name for name in self.programs if shutil.which(name) is None]
        return f"{' and '.join(absent)} not installed; {self.hint}" if absent else ""


CONTENDERS = (
    Contender("gridcli", "gridcli", (*_AT_ANY_RATE, *_ROOMY)),
    Contender("ticks", "gridcli, protocol 2", (*_AT_ANY_RATE, *_ROOMY), TICKS),
    Contender("stock", "python-socketio on aiohttp", ("--stock", *_ROOMY)),
    Contender(
        "uvicorn",
        "python-socketio on uvicorn",
        ("--engine", "uvicorn", *_ROOMY),
        module="uvicorn",
        hint=_STACKS,
    ),
    *(
        Contender(
            mode,
            f"Flask-SocketIO, {mode}",
            ("--engine", "flask", "--async-mode", mode, *_ROOMY),
            module="eventlet" if mode == "eventlet" else "flask_socketio",
            hint=_FLASK,
        )
        for mode in ("threading", "gevent", "eventlet")
    ),
    Contender(
        "node",
        "Socket.IO on Node",
        ("--engine", "node"),
        programs=("node", "npm"),
        hint="on Debian: apt-get install nodejs npm",
    ),
)

LIBRARIES = (
    "eventlet",
    "Flask-SocketIO",
    "simple-websocket",
    "uvicorn",
    "websockets",
    "Werkzeug",
)
"""Of theirs, whose versions have a part in the figures."""
