"""What a server can be told: one frozen object, made by the command line or the environment.

`gridcli serve`, tests and Gunicorn all end up here, so a setting exists once. Not here: the
options' names and helps (`server.command`).
"""

from dataclasses import dataclass, field
from pathlib import Path

from gridcli.core.geometry import DEFAULT_GRID, Grid
from gridcli.core.modes.rounds import Times
from gridcli.core.text import TextLimits
from gridcli.core.world import Limits

from .edge.limits import EdgeLimits
from .modes import DEFAULT_MODES, Pattern

DEFAULT_LIMITS = Limits()
DEFAULT_TEXT = TextLimits()
DEFAULT_EDGE = EdgeLimits()
DEFAULT_TIMES = Times()
DEFAULT_PORT = 8765
DEFAULT_ENGINE = "aiohttp"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one server process. Times carry their unit."""

    engine: str = DEFAULT_ENGINE
    """What serves: a name of `server.engines.table`."""
    async_mode: str = ""
    """Of the Flask engine: threading, eventlet or gevent; empty for what the process is patched
    for."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    grid: Grid = DEFAULT_GRID
    limits: Limits = DEFAULT_LIMITS
    text: TextLimits = DEFAULT_TEXT
    edge: EdgeLimits = DEFAULT_EDGE
    allowed_origins: tuple[str, ...] = ()
    """Origins that browsers may connect from besides our own; `*` lets every one in."""
    tick_floor_ms: float = 20.0
    """The shortest time between two deltas of a room."""
    flush_floor_ms: float = 0.5
    """The shortest time between two flushes."""
    flush_ceiling_ms: float = 100.0
    """The longest time that a change waits for its flush."""
    flush_rest: float = 0.5
    """A flush is followed by a pause of so many times its cost."""
    fanout: bool = True
    """Whether fan-out is ours, or python-socketio's own for comparison."""
    grace_s: float = 60.0
    """How long after a disconnection a resume token gives the player back."""
    modes: tuple[Pattern, ...] = DEFAULT_MODES
    """What is played in which room; on a grid of several servers nothing is."""
    times: Times = DEFAULT_TIMES
    """How long a round and its podium are."""
    chat_backlog: int = 50
    """How many of a room's last chat lines a newcomer is told."""
    ping_interval_s: float = 8.0
    ping_timeout_s: float = 5.0
    """Together the longest that a vanished client stays on the grid."""
    node: str = ""
    """This process's name among others, `[a-z0-9]{1,16}`; empty for a random one."""
    message_queue: str = field(default="", repr=False)
    """The URL of the broker that makes several nodes one grid; empty for a node of its own."""
    require_bus: bool = False
    """Whether a broker that can't be reached at the start ends the process."""
    cluster_secret: bytes = field(default=b"", repr=False)
    """What nodes sign their messages and their players' resume tokens with."""
    log_level: str = "info"
    log_format: str = "text"
    token_file: Path | None = None
    """Where the tokens are without which nobody joins; None lets everyone in."""
    open_spectating: bool = False
    """Whether spectators need none of them."""
