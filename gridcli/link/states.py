"""How a link is doing, for screens and reports."""

from dataclasses import dataclass

from gridcli.core.errors import GridError, Mismatch, Refusal


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
    """The server does not let us in, or we will have no more of it: a code, and its text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Kicked:
    """The server has put us out: a code of the protocol, and its text."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Mismatched:
    """The server speaks a protocol that we don't, or is not the game; the text says what to try."""

    text: str


State = Connecting | Live | Reconnecting | Offline | Refused | Kicked | Mismatched

Ended = Offline | Refused | Kicked | Mismatched
"""From these nobody comes back unless `open` is called again."""


def state_after(error: GridError) -> Ended:
    """How a link is that will not try again because of an error."""
    if isinstance(error, Mismatch):
        return Mismatched(error.text)
    if isinstance(error, Refusal):
        return Refused(error.code, error.text)
    return Offline(str(error))


class NotLive(GridError):
    """A request was made, or was under way, while there was no connection."""
