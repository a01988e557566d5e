"""Connect, and again whenever the connection is lost, to each of several addresses in turn.

What every client of ours does, whatever it says once it is connected. Not here: one connection's
life (`gridcli.link.session`, `gridcli.link.guest`), how long to wait (`gridcli.link.backoff`).
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random
from typing import Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import aiohttp

from gridcli.core.errors import CannotConnect, GridError, Refusal

from .backoff import Backoff
from .dial import client_session
from .states import Connecting, Ended, Live, NotLive, Offline, Reconnecting, State, state_after
from .target import Target

log = logging.getLogger("gridcli.link")


class Visit(Protocol):
    """One connection's life."""

    async def ended(self) -> str:
        """Wait for its end, and say why it came; raises what a callback raised."""

    async def close(self, reason: str) -> None:
        """End it from our side."""


V = TypeVar("V", bound=Visit)


class Keeping(ABC, Generic[V]):
    """A client that stays connected.

    Args:
        target: where to connect.
        on_state: called with each new state; it must not block the event loop.
        rng: where the jitter of reconnections comes from.
        reconnect: whether to connect again when the connection is lost.
        http: an HTTP session to share with other clients; None makes one of its own.
    """

    def __init__(
        self,
        target: Target,
        *,
        on_state: Callable[[State], None] = lambda state: None,
        rng: Random | None = None,
        reconnect: bool = True,
        http: aiohttp.ClientSession | None = None,
    ) -> None:
        self.target = target
        self.state: State = Offline("not connected yet")
        self._on_state = on_state
        self._rng = rng or Random()
        self._reconnect = reconnect
        self._http = http
        self._owns_http = http is None
        self._turns = 0
        """How often another address was the next to be tried."""
        self._session: V | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def place(self) -> str:
        """Which of several addresses we are connected to, or try next; empty if there is one."""
        if not self.target.others:
            return ""
        return urlsplit(self.target.turned(self._turns).url).netloc

    async def open(self) -> None:
        """Connect, and return once everything is there that there is to know.

        Raises:
            CannotConnect: no server answers, or it goes away before it has welcomed us.
            Refusal: it does not want us.
        """
        self._enter(Connecting())
        try:
            await self._connect_first()
        except GridError as error:
            self._enter(state_after(error))
            await self._close_http()
            raise
        self._enter(Live())
        self._keeper = asyncio.create_task(self._keep())

    async def close(self) -> None:
        """Leave and close, also where this is cancelled; one that is closed already stays so."""
        await self._leave()
        await self._close_http()
        if not isinstance(self.state, Ended):
            self._enter(Offline("closed"))

    async def _leave(self) -> None:
        """End the connection, and make no other."""
        keeper, self._keeper = self._keeper, None
        try:
            if keeper is not None:
                keeper.cancel()
                await asyncio.gather(keeper, return_exceptions=True)
        finally:
            session, self._session = self._session, None
            if session is not None:
                await session.close("closed by us")

    @abstractmethod
    async def _connect(self) -> None:
        """Make `_session` anew, welcomed. Raises `CannotConnect`, `Refusal`."""

    @abstractmethod
    def _put_out(self, session: V) -> Ended | None:
        """How the session ended, where there is no use in coming back."""

    @abstractmethod
    def _passes(self, refusal: Refusal) -> bool:
        """Whether it is worth while to try again after a refusal."""

    def _live(self) -> V:
        if self._session is None or not isinstance(self.state, Live):
            raise NotLive("not connected")
        return self._session

    def _enter(self, state: State) -> None:
        self.state = state
        self._on_state(state)

    def _client_session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = client_session()
        return self._http

    async def _connect_first(self) -> None:
        """Connect to the first address that answers."""
        for left in reversed(range(1 + len(self.target.others))):
            try:
                await self._connect()
                return
            except CannotConnect as error:
                if not left:
                    raise CannotConnect(self.target.address, error.reason, error.hint) from None
            except Refusal as refusal:
                if not left or not self._passes(refusal):
                    raise
            self._turns += 1

    async def _keep(self) -> None:
        """Wait for the connection's end and connect again, until closed or refused."""
        while self._session is not None:
            try:
                reason = await self._session.ended()
            except Exception as error:
                # A callback raised: that is a fault of ours, and no reason to connect again.
                log.exception("a callback of the link failed")
                self._session = None
                self._enter(Offline(f"internal error: {type(error).__name__}: {error}"))
                return
            session, self._session = self._session, None
            put_out = self._put_out(session)
            if put_out is not None:
                self._enter(put_out)
                return
            if not self._reconnect:
                self._enter(Offline(reason))
                return
            await self._connect_again(reason)

    async def _connect_again(self, reason: str) -> None:
        backoff = Backoff(self._rng)
        attempt = 0
        while True:
            attempt += 1
            self._turns += 1  # what has just failed us is the last to be tried again
            wait_s = backoff.next_s()
            self._enter(Reconnecting(attempt, wait_s, reason))
            await asyncio.sleep(wait_s)
            try:
                await self._connect()
            except Refusal as refusal:
                if not self._passes(refusal):
                    self._enter(state_after(refusal))
                    return
                reason = refusal.text
            except CannotConnect as error:
                reason = error.reason
            else:
                self._enter(Live())
                return

    async def _close_http(self) -> None:
        if self._owns_http and self._http is not None:
            await self._http.close()
            self._http = None
