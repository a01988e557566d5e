"""The bus over RabbitMQ: one fanout exchange, and a queue of its own for each connection.

Exchange and queues go with the last who uses them. The plain connection of the library is used,
not its robust one, which connects again on its own. Not here: what a URL may be (`urls`), the
loss as the caller sees it (`arrivals`), connecting again (`node`).
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import aio_pika
from aio_pika.abc import AbstractExchange, AbstractIncomingMessage
from aiormq.connection import TCPTransportFactory, TLSTransportFactory, TransportFactory
from aiormq.exceptions import (
    AMQPChannelError,
    ConnectionClosed,
    IncompatibleProtocolError,
    InvalidFrameError,
    ProbableAuthenticationError,
    ProtocolSyntaxError,
)
from yarl import URL

from .arrivals import Arrivals, causes, one_line, reason_of
from .bus import BusError
from .bus import Connection as BusConnection

EXCHANGE = "gridcli"
HEARTBEAT_S = 5
QUEUE_BYTES = 64 * 1024 * 1024
"""What the broker keeps for a node that does not read; beyond it the oldest messages go."""

_FAREWELL_S = 0.5
_CUTTING_S = 0.3

# They tell with tracebacks what becomes one line here.
for _library in ("aio_pika", "aiormq"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)


class AmqpBus:
    """RabbitMQ at a URL that `urls` has checked.

    Args:
        url: `amqp://` or `amqps://`, the path being the virtual host, with aiormq's options.
        address: the URL as people may see it.
    """

    def __init__(self, url: str, address: str) -> None:
        self.address = address
        self._url = URL(url)
        if "heartbeat" not in self._url.query:
            self._url = self._url.update_query(heartbeat=HEARTBEAT_S)

    async def connect(self) -> BusConnection:
        """Connect, and bind a new queue to the exchange."""
        connection = _Connection(self._url)
        await connection.open()
        return connection


class _Wire(TransportFactory):
    """Makes the one socket, and can cut it off without waiting for anybody."""

    def __init__(self) -> None:
        self._writer: asyncio.StreamWriter | None = None

    async def create(
        self, url: URL, **kwargs: Any
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        factory = TLSTransportFactory() if url.scheme == "amqps" else TCPTransportFactory()
        reader, self._writer = await factory.create(url, **kwargs)
        return reader, self._writer

    def cut(self) -> None:
        if self._writer is not None:
            self._writer.transport.abort()


class _Connection:
    def __init__(self, url: URL) -> None:
        self._secret = url.password
        self._wire = _Wire()
        self._connection = aio_pika.Connection(
            url, client_properties={"connection_name": "gridcli"}
        )
        self._connection.kwargs["transport_factory"] = self._wire
        self._arrivals = Arrivals()
        self._exchange: AbstractExchange

    async def open(self) -> None:
        """Connect and subscribe, or leave nothing behind."""
        try:
            await self._arrivals.finish(self._subscribe())
        except Exception as error:  # of any kind: StopAsyncIteration where a greeting is cut short
            reason = self._reason(error)
            await self.close()
            raise BusError(reason) from None
        except BaseException:
            await self.close()
            raise

    async def publish(self, messages: Sequence[bytes]) -> None:
        """Return when the broker has confirmed them all."""
        self._arrivals.check()
        try:
            await self._arrivals.finish(self._send(messages))
        except Exception as error:
            reason = self._reason(error)
            self._arrivals.end(reason)
            raise BusError(reason) from None

    async def receive(self) -> Sequence[bytes]:
        return await self._arrivals.take()

    async def close(self) -> None:
        if self._arrivals.lost:
            self._wire.cut()
        self._arrivals.end("closed")
        closing = asyncio.ensure_future(self._connection.close())
        await asyncio.wait({closing}, timeout=_FAREWELL_S)
        self._wire.cut()
        await asyncio.wait({closing}, timeout=_CUTTING_S)
        closing.cancel()

    async def _subscribe(self) -> None:
        await self._connection.connect()
        self._connection.close_callbacks.add(self._on_close)
        channel = await self._connection.channel()
        channel.close_callbacks.add(self._on_close)
        (await channel.get_underlay_channel()).on_consumer_cancel_callbacks.add(self._on_cancel)
        self._exchange = await channel.declare_exchange(
            EXCHANGE, aio_pika.ExchangeType.FANOUT, auto_delete=True
        )
        queue = await channel.declare_queue(
            exclusive=True, auto_delete=True, arguments={"x-max-length-bytes": QUEUE_BYTES}
        )
        await queue.bind(self._exchange)
        await queue.consume(self._on_message, no_ack=True)

    async def _send(self, messages: Sequence[bytes]) -> None:
        # Each takes its turn at the channel in this order; the confirmations are waited for
        # together.
        await asyncio.gather(
            *(
                self._exchange.publish(aio_pika.Message(message), "", mandatory=False)
                for message in messages
            )
        )

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        self._arrivals.put(message.body)

    def _on_close(self, _: object, error: BaseException | None) -> None:
        self._arrivals.end(self._reason(error) if error else "connection closed by the broker")

    def _on_cancel(self, _: object) -> None:
        self._arrivals.end("the broker has deleted our queue")

    def _reason(self, error: BaseException) -> str:
        for cause in causes(error):
            if isinstance(cause, StopAsyncIteration):
                return "connection closed by the broker"
            if isinstance(cause, ProbableAuthenticationError):
                return "wrong user or password"
            if isinstance(cause, InvalidFrameError) and "Connection.Close " in str(cause):
                # The broker has said why, but the library does not pass it on.
                return "no virtual host of that name, or not for this user"
            if isinstance(cause, IncompatibleProtocolError | ProtocolSyntaxError):
                return "what answers is not RabbitMQ"
            if isinstance(cause, ConnectionClosed | AMQPChannelError) and cause.args:
                return one_line(str(cause.args[-1]), self._secret)  # the broker's own words
        return reason_of(error, self._secret)
