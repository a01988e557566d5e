"""The base of every scenario: a Locust user who is a player, and what counts as its failures.

A scenario says what a player does between coming and going (`perform`); connecting, being
refused, being thrown off and leaving are the same for all. Not here: the run (`loadtest._run`).
"""

import math
import time
from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

import gevent
from locust import User, task
from locust.user.task import LOCUST_STATE_STOPPING

from gridcli.core.errors import CannotConnect, Refusal
from gridcli.core.schedule import Schedule

from ._options import DEFAULT_HOST
from ._player import Player, Where
from ._run import current_account
from ._transport import Ended

CONNECT = "CONNECT"
_REST_S = 0.05
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 16.0


class Scenario(User):
    """A player of some habits; each Locust user is one."""

    abstract = True
    host = DEFAULT_HOST
    by_name_only: ClassVar[bool] = True
    """Whether it runs only where it is named: `locust -f loadtest Rooms`."""
    transport: ClassVar[str] = "websocket"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.account = current_account()
        self.options = self.account.options
        self.account.users += 1
        # Every worker draws from the same seed, and none draws the same.
        worker = getattr(environment.runner, "worker_index", 0)
        self.rng = Random(f"{self.options.seed}/{worker}/{self.account.users}")
        self.room = self.options.room
        self._failures = 0

    def perform(self, player: Player) -> None:
        """What the player does from its first full state until it leaves.

        Raises:
            Ended: the connection ended.
            Refusal: the server refused a request.
        """
        raise NotImplementedError

    @task
    def take_part(self) -> None:
        """One player's life; Locust begins it again when it is over."""
        if self.enough():
            return self.rest()
        player = Player(self.account, self.where(), self.rng)
        try:
            if self.arrive(player):
                self.perform(player)
        except Ended as ended:
            name = f"connection ({self.transport})"
            self.account.failed("DROPPED", name, f"disconnected: {ended}")
            self._failures += 1
        except Refusal as refusal:
            self.account.failed("REFUSED", "request", f"refused: {refusal.code}: {refusal.text}")
            self._failures += 1
        finally:
            player.leave()
        return self.hold_off()

    def where(self) -> Where:
        """Where the next connection goes to."""
        assert self.host is not None
        return Where(self.host.rstrip("/"), self.transport, self.options.protocol, self.room)

    def arrive(self, player: Player, intended_s: float | None = None) -> bool:
        """Connect, and tell Locust how long that took or why it did not work."""
        name = f"connect ({self.transport})"
        started_s = time.monotonic() if intended_s is None else intended_s
        try:
            player.connect()
        except CannotConnect as error:
            self.account.failed(CONNECT, name, str(error))
        except Refusal as refusal:
            self.account.failed(CONNECT, name, f"refused: {refusal.code}: {refusal.text}")
        else:
            self.account.took(CONNECT, name, time.monotonic() - started_s)
            self._failures = 0
            return True
        self._failures += 1
        return False

    def enough(self) -> bool:
        """Whether this user, or the whole test, is being stopped."""
        return self.account.stopping or self.sent_away()

    def sent_away(self) -> bool:
        """Whether Locust waits for this user to end; without --stop-timeout it just ends it."""
        return self._state == LOCUST_STATE_STOPPING

    def beats(self, until_s: float = math.inf) -> Iterator[float]:
        """The intended times of this player's moves from now on."""
        return Schedule(self.options.rate, time.monotonic(), self.rng).until(until_s)

    def stay(self, player: Player) -> None:
        """Remain on the grid as a receiver until Locust ends this user. Raises `Ended`."""
        player.wait_until(math.inf, self.sent_away)

    def play_for(self, player: Player, seconds: float) -> bool:
        """Move at the rate for some time, and see that through; False when it is enough.

        Raises:
            Ended: the connection ended.
        """
        until_s = time.monotonic() + seconds
        player.play(self.beats(until_s), self.enough)
        if not player.wait_until(until_s, self.enough):
            return False
        player.settle()
        return not self.enough()

    def rest(self) -> None:
        """Nothing is to be begun any more: wait until Locust ends this user."""
        while not self.sent_away():
            gevent.sleep(_REST_S)

    def hold_off(self) -> None:
        """Wait before the next connection; longer and longer while connections fail."""
        if not self._failures:
            return
        longest = min(_FIRST_WAIT_S * 2 ** (self._failures - 1), _LONGEST_WAIT_S)
        self.pause(longest * self.rng.uniform(0.5, 1))

    def pause(self, seconds: float) -> None:
        """Sleep, unless it is enough before."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self.enough():
            gevent.sleep(min(left, _REST_S))
