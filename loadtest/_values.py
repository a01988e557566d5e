"""Values of options that need more than a number: each is checked and kept as plain text.

Locust sends options to its workers and puts them into its web form, so they stay strings and
numbers; a fault is said before the test begins, with code 2. Not here: the options
(`loadtest._options`).
"""

import argparse
import math
import os
from pathlib import Path

from gridcli.core.errors import BadInput
from gridcli.core.run.objective import BadObjective, parse_objective
from gridcli.core.text import check_room
from gridcli.core.tokens import OWN_TOKEN, BadTokens, own_token

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}


def not_negative(text: str) -> float:
    """A number from 0 up."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 up")
    return number


def seconds(text: str) -> float:
    """A time such as `10s`, `500ms` or `2m`, in seconds; a plain number is seconds."""
    number = text.rstrip("smu")
    unit = text[len(number) :] or "s"
    try:
        value = float(number) * _UNITS[unit]
    except (ValueError, KeyError):
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time; write 10s, 500ms or 2m")
    return value


def room(text: str) -> str:
    """A room's name."""
    try:
        return check_room(text)
    except BadInput as error:
        raise argparse.ArgumentTypeError(error.text) from None


def conditions(text: str) -> str:
    """Conditions such as `seen_ms:p99<100,lost=0`."""
    try:
        parse_objective(text)
    except BadObjective as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def steps(text: str) -> str:
    """Numbers of users between commas: `10,50,100`."""
    try:
        least = min(numbers(text))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no list of numbers; write 10,50,100"
        ) from None
    if least < 1:
        raise argparse.ArgumentTypeError("a step has at least one user")
    return text


def numbers(text: str) -> tuple[int, ...]:
    """What `steps` let through. Raises `ValueError`."""
    return tuple(int(part) for part in text.split(","))


def writable(text: str) -> str:
    """A file that can be written; it is made where it does not exist."""
    try:
        with Path(text).open("ab"):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise argparse.ArgumentTypeError(f"cannot write {text}: {reason}") from None
    return text


def token_file(text: str) -> str:
    """A file with a token in it."""
    try:
        token_in(text)
    except (OSError, UnicodeDecodeError, BadTokens) as error:
        reason = str(error) if isinstance(error, BadTokens) else "it can't be read as text"
        raise argparse.ArgumentTypeError(f"{text}: {reason}") from None
    return text


def token_in(file: str | None) -> str:
    """The token of a file, or where none is named the environment's.

    Raises:
        OSError, UnicodeDecodeError: it can't be read. BadTokens: it holds none.
    """
    if not file:
        return os.environ.get(OWN_TOKEN, "").strip()
    return own_token(Path(file).read_text(encoding="utf-8-sig"))
