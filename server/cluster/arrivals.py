"""What both brokers' connections share: what has come, the loss, and its reason for people.

A library's background task puts messages in; `receive` takes them out. The first reason for a
loss stays, and everything that waits learns of it. Not here: sockets (`redis_bus`, `amqp_bus`).
"""

import asyncio
import re
from collections.abc import Coroutine, Iterator, Sequence
from errno import errorcode
from os import strerror
from socket import gaierror
from ssl import SSLCertVerificationError, SSLError
from typing import Any, TypeVar

from .bus import BusError

MAX_WAITING_BYTES = 64 * 1024 * 1024
"""A reader this far behind is cut off rather than kept in memory."""

_CLEANING_UP_S = 0.3
"""How long a library may take to end a call that was cancelled."""
_REASON_CHARACTERS = 120
_ERRNO = re.compile(r"\[Errno (\d+)\]")

T = TypeVar("T")


class Arrivals:
    """The messages of one connection that nobody has taken yet."""

    def __init__(self) -> None:
        self._messages: list[bytes] = []
        self._bytes = 0
        self._news = asyncio.Event()
        self._lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    @property
    def lost(self) -> bool:
        """Whether the connection is lost, or closed."""
        return self._lost.done()

    def put(self, message: bytes) -> None:
        """Take in what has come."""
        if self._lost.done():
            return
        self._messages.append(message)
        self._bytes += len(message)
        self._news.set()
        if self._bytes > MAX_WAITING_BYTES:
            self.end("too slow to take in what comes")

    def end(self, reason: str) -> None:
        """The connection is lost; what was not taken goes with it."""
        if not self._lost.done():
            self._lost.set_result(reason)
            self._messages.clear()
            self._news.set()

    def check(self) -> None:
        """Raise `BusError` if the connection is lost."""
        if self._lost.done():
            raise BusError(self._lost.result())

    async def take(self) -> Sequence[bytes]:
        """Wait for messages, and return all that are there. Raises `BusError` on a loss."""
        while not self._messages:
            self.check()
            self._news.clear()
            await self._news.wait()
        taken, self._messages, self._bytes = self._messages, [], 0
        return taken

    async def finish(self, work: Coroutine[object, object, T]) -> T:
        """Return what a call into the library returns, unless the loss comes first.

        It runs in a task of its own, so that a `CancelledError` here means that *we* were
        cancelled: libraries raise it of their own accord when a connection breaks. Raises
        `BusError` for a loss, and whatever else the call raises.
        """
        task = asyncio.ensure_future(work)
        # Somebody has to look at what comes of it, or it is logged as a mistake.
        task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        either: set[asyncio.Future[Any]] = {task, self._lost}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=_CLEANING_UP_S)
        self.check()
        if task.cancelled():
            raise BusError("connection lost")
        return task.result()


def reason_of(error: BaseException, *secrets: str | None) -> str:
    """Why something failed, in one short line that holds none of the secrets."""
    # A library's own error may be an `OSError`, too, with the number of the TLS error that led to
    # it, which would mean something else.
    found = sorted(causes(error), key=lambda cause: not isinstance(cause, SSLError))
    for cause in found:
        told = _system_reason(cause)
        if told:
            return told
    return one_line(str(error), *secrets) or type(error).__name__


def one_line(text: str, *secrets: str | None) -> str:
    """The beginning of a text, without the secrets and on one line."""
    # The longest first: one secret may be part of another.
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return " ".join(text.split())[:_REASON_CHARACTERS]


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _system_reason(error: BaseException) -> str:
    if isinstance(error, SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message or error.reason}"
    if isinstance(error, SSLError):
        return f"TLS failed: {(error.reason or 'no reason given').lower().replace('_', ' ')}"
    if isinstance(error, gaierror):
        return "unknown host"
    if isinstance(error, asyncio.IncompleteReadError | EOFError):
        return "connection closed by the broker"
    if isinstance(error, OSError):
        # A name with several addresses fails with one error for all, that has no number.
        found = _ERRNO.search(str(error))
        number = error.errno or (int(found[1]) if found else 0)
        if number in errorcode:
            return strerror(number).lower()
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return "connection lost"
    return ""
