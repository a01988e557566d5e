"""Reading fields of untrusted JSON: each function returns the typed value or raises `BadInput`."""

from collections.abc import Mapping, Sequence

from ..errors import BadInput
from ..geometry import MAX_SIDE, Cell
from .names import BAD_PAYLOAD, TOO_LARGE

MAX_COUNT = 2**53
"""The largest integer that every JSON reader keeps exact."""
MAX_TEXT = 4096
"""The longest string that any field may hold, in characters."""
MAX_LABEL = 128
"""The longest id, symbol, name or room: a client keeps them for each player. Ours are 32 at most,
and ids of other servers are as long as a UUID."""


def bad(text: str) -> BadInput:
    """The one error of decoding."""
    return BadInput(BAD_PAYLOAD, text)


def mapping(value: object, what: str) -> Mapping[str, object]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise bad(f"{what} must be an object")
    return value


def rows(value: object, what: str) -> Sequence[object]:
    """A JSON list; absent (None) means empty."""
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise bad(f"{what} must be a list")
    return value


def row(value: object, length: int, what: str) -> Sequence[object]:
    """A JSON list of exactly so many entries."""
    if not isinstance(value, list | tuple) or len(value) != length:
        raise bad(f"{what} must be a list of {length}")
    return value


def text(value: object, what: str, *, optional: bool = False, most: int = MAX_TEXT) -> str:
    """A string; an optional one may be absent (None) and is then empty."""
    if optional and value is None:
        return ""
    if not isinstance(value, str):
        raise bad(f"{what} must be a string")
    if len(value) > most:
        raise BadInput(TOO_LARGE, f"{what} is too long")
    return value


def label(value: object, what: str, *, optional: bool = False) -> str:
    """A string that is short enough to be kept for each player."""
    return text(value, what, optional=optional, most=MAX_LABEL)


def identity(value: object, what: str) -> str:
    """A label that is not empty."""
    name = label(value, what)
    if not name:
        raise bad(f"{what} must not be empty")
    return name


def secret(value: object, what: str) -> str:
    """A string that is signed or compared as bytes; absent (None) means empty."""
    secret = text(value, what, optional=True)
    # The standard library's JSON reader lets lone surrogates through, which no bytes stand for.
    if not secret.isascii() and any("\ud800" <= c <= "\udfff" for c in secret):
        raise bad(f"{what} is not text")
    return secret


def count(value: object, what: str, *, least: int = 0) -> int:
    """An exact integer from `least` up; a boolean is none."""
    if type(value) is not int or not least <= value <= MAX_COUNT:
        raise bad(f"{what} must be an integer from {least} up")
    return value


def flag(value: object, what: str) -> bool:
    """A boolean; absent (None) means False."""
    if value is None:
        return False
    if not isinstance(value, bool):
        raise bad(f"{what} must be true or false")
    return value


def cell(x: object, y: object, what: str) -> Cell:
    """A cell of any grid that a client would accept."""
    # The fast path of every position received: two exact type checks and two comparisons.
    if type(x) is int and type(y) is int and 1 <= x <= MAX_SIDE and 1 <= y <= MAX_SIDE:
        return Cell(x, y)
    raise bad(f"{what} must be two integers from 1 to {MAX_SIDE}")
