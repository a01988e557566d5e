"""How a link is doing, for screens and reports."""

from dataclasses import dataclass

from gridcli.core.errors import GridError


@dataclass(frozen=True, slots=True)
class Connecting:
    """The first connection is under way."""


@dataclass(frozen=True, slots=True)
class Live:
    """Connected, and the mirror shows what the server sends."""


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The connection was lost; attempt number `attempt` begins in `wait_s` seconds."""

    attempt: int
    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Offline:
    """Closed by us, or given up."""

    reason: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not want us: a code of the protocol, and its text."""

    code: str
    text: str


State = Connecting | Live | Reconnecting | Offline | Refused


class NotLive(GridError):
    """A request was made, or was under way, while there was no connection."""
