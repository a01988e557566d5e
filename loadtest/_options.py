"""The options that the scenarios add to Locust's command line and to its web form.

Each can also come from the environment, as GRIDCLI_LOADTEST_<OPTION>. Not here: what a scenario
does with them (`loadtest._scenario`).
"""

import argparse
import math
from dataclasses import dataclass
from typing import Any

from gridcli.core.errors import BadInput
from gridcli.core.protocol.names import DEMO, LOBBY, TICKS
from gridcli.core.text import check_room

DEFAULT_HOST = "http://127.0.0.1:8765"
"""Where `gridcli serve` listens when it is told nothing."""


@dataclass(frozen=True, slots=True)
class Options:
    """What every scenario goes by."""

    rate: float = 4.0
    room: str = LOBBY
    protocol: int = TICKS
    seed: int = 1
    patience_s: float = 5.0


def add_options(parser: Any, **_: object) -> None:
    """Listener of Locust's `init_command_line_parser`."""
    default = Options()
    parser.add_argument(
        "--rate",
        type=_not_negative,
        default=default.rate,
        env_var="GRIDCLI_LOADTEST_RATE",
        help="Moves a second of each player; arrivals a second in Storm (default: %(default)s)",
    )
    parser.add_argument(
        "--grid-room",
        type=_room,
        default=default.room,
        env_var="GRIDCLI_LOADTEST_GRID_ROOM",
        help="Room that players are in; Rooms adds -2, -3, … for its others (default: %(default)s)",
    )
    parser.add_argument(
        "--protocol",
        type=int,
        choices=(DEMO, TICKS),
        default=default.protocol,
        env_var="GRIDCLI_LOADTEST_PROTOCOL",
        help="Protocol to ask for; a server that knows only 1 is spoken to in 1 "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=default.seed,
        env_var="GRIDCLI_LOADTEST_SEED",
        help="Seed of every player's choices (default: %(default)s)",
    )
    parser.add_argument(
        "--patience",
        type=_not_negative,
        default=default.patience_s,
        env_var="GRIDCLI_LOADTEST_PATIENCE",
        help="Seconds after which a move that was not seen is lost (default: %(default)s)",
    )
    # Nobody but this machine, unless asked for: the web interface starts load for anyone, and
    # the port for workers takes orders.
    parser.set_defaults(web_host="127.0.0.1", master_bind_host="127.0.0.1")


def read_options(parsed: Any) -> Options:
    """The options of a test that begins; the web form may have changed them without checks."""
    return Options(
        rate=max(float(parsed.rate), 0.0),
        room=str(parsed.grid_room),  # the server refuses a bad one, which is a failure to see
        protocol=DEMO if int(parsed.protocol) == DEMO else TICKS,
        seed=int(parsed.seed),
        patience_s=max(float(parsed.patience), 0.1),
    )


def _not_negative(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return number


def _room(text: str) -> str:
    try:
        return check_room(text)
    except BadInput as error:
        raise argparse.ArgumentTypeError(error.text) from None
