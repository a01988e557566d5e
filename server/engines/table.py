"""The engines of `gridcli serve --engine`, by name: where each runs, and what it does without.

One more engine is one more line here. Not here: the options themselves (`server.options`).
"""

import importlib
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, NamedTuple

from gridcli.core.errors import SetupError

from ..lean import load_socketio


class Engine(NamedTuple):
    """How to serve the game."""

    runner: str
    """The module and the function that serves until a signal: `run(settings, ...)`."""
    unused: frozenset[str] = frozenset()
    """Parameters of the command that mean nothing to it."""
    needs: str = ""
    """A package that has to be there besides our own."""
    extra: str = ""
    """The extra of ours that brings it."""
    lean: bool = False
    """Whether it serves on python-socketio and nothing else of that, see `server.lean`."""


AT_THE_EDGE = frozenset(
    {"max_message", "max_body", "max_body_packets", "event_rate", "event_burst", "join_timeout"}
    | {"max_connections", "max_address_connections", "trusted_networks", "trusted_proxies"}
)
"""What only our own server with our own fan-out limits: the libraries alone have no such limits."""

_TEXT = frozenset({"max_name", "max_room_name", "max_chat", "alphabet"})

_OURS_ALONE = AT_THE_EDGE | frozenset(
    {"tick_floor", "flush_floor", "flush_ceiling", "flush_rest", "fanout", "grace", "workers"}
    | {"cluster_secret", "require_bus", "token_file", "open_spectating"}
    | {"chat_backlog", "mode", "round", "podium"}
)
"""What only our own server has: fan-out, ticks, coming back, tokens, a grid of several servers."""

ENGINES = {
    "aiohttp": Engine("server.run:run", frozenset({"async_mode"}), lean=True),
    "flask": Engine(
        "server.engines.flask_run:run",
        _OURS_ALONE | _TEXT,
        needs="flask_socketio",
        extra="flask",
    ),
    "uvicorn": Engine(
        "server.engines.asgi_run:run_asgi",
        _OURS_ALONE
        - {"tick_floor", "flush_floor", "flush_ceiling", "flush_rest", "grace"}
        - {"token_file", "open_spectating", "chat_backlog", "mode", "round", "podium"}
        | {"async_mode", "message_queue"},
        needs="uvicorn",
        extra="stacks",
        lean=True,
    ),
    "node": Engine(
        "server.engines.node_run:run_node",
        _OURS_ALONE
        | _TEXT
        | {"async_mode", "message_queue", "host", "max_rooms", "max_players", "max_room_players"}
        | {"allowed_origins", "ping_interval", "ping_timeout", "node", "log_level", "log_format"},
    ),
}


def runner_of(name: str) -> Callable[..., Any]:
    """What serves with this engine; its libraries are loaded now, or once it runs.

    Raises:
        SetupError: they are not there.
    """
    engine = ENGINES[name]
    require(engine.needs, engine.extra)
    if engine.lean:
        load_socketio()
    module, function = engine.runner.split(":")
    runner: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return runner


def require(package: str, extra: str) -> None:
    """Say what to install if a package is not there; no name is always there.

    Raises:
        SetupError: it is not.
    """
    # Who is loaded already may have put another module in its own place, as kombu does.
    if package and package not in sys.modules and find_spec(package) is None:
        raise SetupError(f"{package} is not installed; pip install 'gridcli[{extra}]'")
