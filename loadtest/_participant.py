"""The base of every user: a client that comes, plays and goes, and what counts as its failures.

What it does between coming and going is its class's (`perform`); connecting, being refused, being
thrown off and leaving are the same for all. Not here: players of the game (`loadtest._scenario`),
clients of other applications (`loadtest.broadcast`), the run (`loadtest._run`).
"""

import math
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, ClassVar, Generic, TypeVar

import gevent
from locust import User, task
from locust.user.task import LOCUST_STATE_STOPPING

from gridcli.core.errors import CannotConnect, Refusal, SetupError
from gridcli.core.schedule import Schedule
from gridcli.core.strategies import OTHER, TIMES, seed_of

from ._account import CONNECT
from ._run import current_account
from ._transport import Ended
from ._turns import TurnTaker

T = TypeVar("T", bound=TurnTaker)

_REST_S = 0.05
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 16.0
_NUMBERS_OF_A_WORKER = 100_000
"""Users of a worker are numbered from a multiple of this on, those of a single process from 0."""


class Participant(User, Generic[T]):
    """A client of some habits; each Locust user is one."""

    abstract = True
    by_name_only: ClassVar[bool] = True
    """Whether it runs only where it is named: `locust -f loadtest Rooms`."""
    transport: ClassVar[str] = "websocket"

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self.account = current_account()
        self.options = self.account.options
        worker = max(0, getattr(environment.runner, "worker_index", 0))
        self.number = worker * _NUMBERS_OF_A_WORKER + self.account.users
        self.account.users += 1
        self.account.arriving += 1
        self._new = True
        seed = self.options.seed
        # What a player does depends on the seed and its number alone.
        self.rng = Random(seed_of(seed, self.number, OTHER))
        self._times = Random(seed_of(seed, self.number, TIMES))
        self._turns: Schedule | None = None
        self._turns_of = 0
        self._away = False
        """Was thrown off, and its turns went by meanwhile."""
        self._failures = 0

    def client(self) -> T:
        """The next connection."""
        raise NotImplementedError

    def perform(self, player: T) -> None:
        """What the client does from the moment when it is in until it leaves.

        Raises:
            Ended: the connection ended.
            Refusal: the server refused a request.
        """
        self.play(player)
        self.stay(player)

    @task
    def take_part(self) -> None:
        """One connection's life; Locust begins it again when it is over."""
        if self.enough():
            return self.rest()
        player = self.client()
        try:
            if self.arrive(player):
                self.perform(player)
        except Ended as ended:
            self._away = True
            self.account.dropped(f"connection ({self.transport})", f"disconnected: {ended}")
            self._failures += 1
        except Refusal as refusal:
            text = f"refused: {refusal.code}: {refusal.text}"
            self.account.kept_out(self.number, "REFUSED", "request", text)
            self._failures += 1
        except SetupError:
            return self.rest()  # said already, and the test is ending
        finally:
            self._tried()
            player.leave()
        return self.hold_off()

    def arrive(self, player: T, intended_s: float | None = None) -> bool:
        """Connect, and tell Locust how long that took or why it did not work."""
        name = f"connect ({self.transport})"
        started_s = time.monotonic() if intended_s is None else intended_s
        try:
            player.connect()
        except CannotConnect as error:
            self.account.kept_out(self.number, CONNECT, name, str(error))
        except Refusal as refusal:
            text = f"refused: {refusal.code}: {refusal.text}"
            self.account.kept_out(self.number, CONNECT, name, text)
        else:
            self.account.came(name, time.monotonic() - started_s)
            self._failures = 0
            return True
        finally:
            self._tried()
        self._failures += 1
        return False

    def enough(self) -> bool:
        """Whether this user, or the whole test, is being stopped."""
        return self.account.stopping or self.sent_away()

    def sent_away(self) -> bool:
        """Whether Locust waits for this user to end; without --stop-timeout it just ends it."""
        return self._state == LOCUST_STATE_STOPPING

    def beats(self) -> Schedule:
        """The intended times of this player from now on."""
        return Schedule(self.options.rate, time.monotonic(), self._times)

    def play(self, player: T, until_s: float = math.inf) -> bool:
        """Move at the rate until a moment, while moves are sent at all; False when it is enough.

        Raises:
            Ended: the connection ended.
        """
        account = self.account
        waited = False
        while not self.enough():
            if time.monotonic() >= until_s:
                return True
            number = account.round
            if not number:
                waited = True
                player.wait_until(until_s, lambda: self.enough() or account.round > 0)
                continue
            times = self._times_of(number, until_s, at_its_begin=waited)
            over = self._over_after(number)
            player.play(times, over)
            player.wait_until(until_s, over)  # to the end of a schedule that has no more
        return False

    def stay(self, player: T) -> None:
        """Remain on the grid as a receiver until Locust ends this user. Raises `Ended`."""
        player.wait_until(math.inf, self.sent_away)

    def play_for(self, player: T, seconds: float) -> bool:
        """Move at the rate for some time, and see that through; False when it is enough.

        Raises:
            Ended: the connection ended.
        """
        if not self.play(player, time.monotonic() + seconds):
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

    def _over_after(self, number: int) -> Callable[[], bool]:
        return lambda: self.enough() or self.account.round != number

    def _times_of(self, number: int, until_s: float, *, at_its_begin: bool) -> Iterator[float]:
        """The turns of a round until a moment; who comes back to it goes on with its own."""
        account = self.account
        if until_s < math.inf:
            return self.beats().until(until_s)
        if self._turns is None or self._turns_of != number:
            start_s = account.round_began_s if at_its_begin else time.monotonic()
            self._turns = Schedule(self.options.rate, start_s, self._times)
            self._turns_of = number
        elif self._away:
            account.missed(self._turns.skip_to(time.monotonic()))
        self._away = False
        return self._turns.until()

    def _tried(self) -> None:
        if self._new:
            self._new = False
            self.account.arriving -= 1
