"""The bus over Redis: one pub/sub channel, one connection to hear and one to speak.

The library's connections are used bare, without its client: that one would connect again on its
own, and nobody would learn what was missed. Redis has one set of channels for all its databases,
so a database's number is part of the channel's name: games with other databases are apart. Not
here: what a URL may be (`urls`), connecting again (`node`).
"""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

from redis.asyncio.connection import (
    AbstractConnection,
    Connection,
    UnixDomainSocketConnection,
    parse_url,
)
from redis.exceptions import AuthenticationError, InvalidResponse, RedisError

from .arrivals import Arrivals, causes, reason_of
from .bus import BusError
from .bus import Connection as BusConnection

CHANNEL = b"gridcli.%d"
"""The channel of a database."""

_SOCKET_OPTIONS = {
    getattr(socket, name): value
    for name, value in {
        "TCP_KEEPIDLE": 5,
        "TCP_KEEPINTVL": 5,
        "TCP_KEEPCNT": 2,
        "TCP_USER_TIMEOUT": 15_000,
    }.items()
    if hasattr(socket, name)
}
"""The system gives up a silent peer after 15 s, so that no socket of ours outlives it for long."""


class RedisBus:
    """Redis at a URL that `urls` has checked.

    Args:
        url: `redis://`, `rediss://` or `unix://`, with redis-py's options for TLS.
        address: the URL as people may see it.
    """

    def __init__(self, url: str, address: str) -> None:
        self.address = address
        settings: dict[str, Any] = dict(parse_url(url))
        self._kind: type[AbstractConnection] = settings.pop("connection_class", Connection)
        if self._kind is not UnixDomainSocketConnection:
            settings["socket_keepalive_options"] = _SOCKET_OPTIONS
        self._channel = CHANNEL % int(settings.get("db") or 0)
        # No time limits: the caller has them. Protocol 2 is what every Redis speaks.
        settings |= {"socket_timeout": None, "socket_connect_timeout": None, "protocol": 2}
        self._settings = settings

    async def connect(self) -> BusConnection:
        """Connect twice, and subscribe."""
        connection = _Connection(
            self._kind(**self._settings),
            self._kind(**self._settings),
            self._channel,
            [self._settings.get(key) for key in ("password", "ssl_password")],
        )
        await connection.open()
        return connection


class _Connection:
    def __init__(
        self,
        listener: AbstractConnection,
        speaker: AbstractConnection,
        channel: bytes,
        secrets: list[str | None],
    ) -> None:
        self._listener = listener
        self._speaker = speaker
        self._channel = channel
        self._secrets = secrets
        self._speaking = asyncio.Lock()
        self._arrivals = Arrivals()
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect and subscribe, or leave nothing behind."""
        try:
            await self._speaker.connect()  # type: ignore[no-untyped-call]
            await self._listener.connect()  # type: ignore[no-untyped-call]
            await self._listener.send_command("SUBSCRIBE", self._channel, check_health=False)
            await self._listener.read_response()
        except (RedisError, OSError) as error:
            raise await self._lose(error) from None
        except BaseException:
            await self.close()
            raise
        self._reader = asyncio.create_task(self._read(), name="gridcli: messages from Redis")

    async def publish(self, messages: Sequence[bytes]) -> None:
        """One round trip for all of them; one that is cancelled ends the connection."""
        self._arrivals.check()
        try:
            await self._arrivals.finish(self._speak(messages))
        except (RedisError, OSError) as error:
            raise await self._lose(error) from None
        except asyncio.CancelledError:
            # What has been answered is not known, so later answers can't be told apart.
            await self._end("interrupted while publishing")
            raise

    async def receive(self) -> Sequence[bytes]:
        return await self._arrivals.take()

    async def close(self) -> None:
        await self._end("closed")
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
        await asyncio.sleep(0)  # the loop closes the sockets now

    async def _speak(self, messages: Sequence[bytes]) -> None:
        async with self._speaking:
            self._arrivals.check()  # or the library would connect again
            commands = [(b"PUBLISH", self._channel, message) for message in messages]
            await self._speaker.send_packed_command(
                self._speaker.pack_commands(commands), check_health=False
            )
            for _ in commands:
                await self._speaker.read_response()

    async def _read(self) -> None:
        try:
            while True:
                kind, _, message = await self._listener.read_response()
                if kind == b"message":
                    self._arrivals.put(message)
        except (RedisError, OSError, ValueError) as error:
            await self._lose(error)

    async def _lose(self, error: Exception) -> BusError:
        """End it because of an error of the library's, and say so in our words."""
        reason = _reason(error) or reason_of(error, *self._secrets)
        await self._end(reason)
        return BusError(reason)

    async def _end(self, reason: str) -> None:
        self._arrivals.end(reason)
        for connection in (self._listener, self._speaker):
            await connection.disconnect(nowait=True)


def _reason(error: Exception) -> str:
    """What the library's own errors mean; empty for what is the system's or Redis's to say."""
    for cause in causes(error):
        if isinstance(cause, AuthenticationError):
            if "without any password" in str(cause):
                return "it has no password, but one was given"
            given = "required" not in str(cause).lower()
            return "wrong user or password" if given else "it wants a password"
        if isinstance(cause, InvalidResponse):
            return "what answers is not Redis"
    return "connection closed by the broker" if "closed by server" in str(error) else ""
