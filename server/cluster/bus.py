"""What the nodes need of a message broker: everyone hears everyone, themselves included.

A bus carries short byte strings from any node to all of them, in each sender's order, and may
lose them; nothing is stored. That a node hears its own messages is how it knows that the bus
works. The one here is in memory, for nodes of one process. Not here: brokers (`redis_bus`,
`amqp_bus`), what is said (`wire`), connecting again (`node`).
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from gridcli.core.errors import GridError


class BusError(GridError):
    """The broker can't be reached, or the connection to it is lost; the text says why."""


class Connection(Protocol):
    """A connection that is subscribed; its methods raise `BusError` once it is lost."""

    async def publish(self, messages: Sequence[bytes]) -> None:
        """Send to every node that is connected, this one included, in this order.

        Returns once the broker's side has them, so that a slow broker slows its sender down.
        """

    async def receive(self) -> Sequence[bytes]:
        """Wait for messages, and return all that are there in the order they came."""

    async def close(self) -> None:
        """End it; a connection that is lost already stays so. Takes a second at most."""


class Bus(Protocol):
    """A broker that nodes can connect to."""

    address: str
    """Its URL as people may see it: without a password."""

    async def connect(self) -> Connection:
        """Connect and subscribe; what is published from now on is received.

        Sets no time limit of its own: the caller cancels. Raises `BusError`.
        """


class MemoryBus:
    """A bus for nodes that share a process."""

    address = "memory:"

    def __init__(self) -> None:
        self._connections: set[_MemoryConnection] = set()

    async def connect(self) -> Connection:
        """Connect; never waits."""
        connection = _MemoryConnection(self._connections)
        self._connections.add(connection)
        return connection


class _MemoryConnection:
    def __init__(self, everyone: "set[_MemoryConnection]") -> None:
        self._everyone = everyone
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def publish(self, messages: Sequence[bytes]) -> None:
        if self not in self._everyone:
            raise BusError("closed")
        for connection in self._everyone:
            for message in messages:
                connection.queue.put_nowait(message)

    async def receive(self) -> Sequence[bytes]:
        received = [await self.queue.get()]
        while not self.queue.empty():
            received.append(self.queue.get_nowait())
        if None in received:
            self.queue.put_nowait(None)  # for whoever asks again
            raise BusError("closed")
        return [message for message in received if message is not None]

    async def close(self) -> None:
        self._everyone.discard(self)
        self.queue.put_nowait(None)
