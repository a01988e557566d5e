"""The account of one process in one test: a ledger, the steps of a run, and Locust's statistics.

Every moment the moves that are closed are taken into the step that they belong to and into
Locust's tables. Players who come in during a ramp play at once, but nothing is measured before
its end; with a shape nobody moves in between. Not here: when a step begins (`loadtest._crew`),
who saw what (`gridcli.core.ledger`).
"""

import time
from collections.abc import Mapping
from typing import Any, Protocol

import gevent
from gevent.event import Event

from gridcli.core.description import Description
from gridcli.core.geometry import Cell
from gridcli.core.ledger import Ledger, Move, Receiver, across
from gridcli.core.ledger.across import Across, Stand
from gridcli.core.run.timeline import Timeline
from gridcli.heap import steady_heap

from ._health import watch
from ._live import Live
from ._options import Options
from ._rows import MOVE, Observe, add_moves

CONNECT = "CONNECT"
_SWEEP_S = 0.1
"""Often, because the loop stands still as long as a sweep takes."""
_POLL_S = 0.02
_ARRIVE_S = 15.0
"""How long a step waits for those who are still connecting."""


class Playing(Protocol):
    """What the account needs of a player who is connected."""

    def stir(self) -> None:
        """Look up, something has changed."""

    def overdue_s(self, now_s: float) -> float:
        """How late this process is with the player's next move."""


_MOST_FAILURES = 500
"""Kinds of failures; each is a line of Locust's tables."""


class Account:
    """What this process has sent and seen in one test.

    Args:
        environment: Locust's, whose statistics are filled.
        options: the test's.
        stepped: whether a shape says when moves are sent; otherwise they always are.

    Attributes:
        description: the application that is measured in place of the game.
        round: tells the times apart in which moves are sent; 0 while none are.
        stopping: players take no more steps, and stay until what is under way is seen.
        users: how many users were made.
        arriving: how many of them have not tried yet to come in.
    """

    def __init__(self, environment: Any, options: Options, *, stepped: bool = False) -> None:
        self.options = options
        self.description: Description | None = None
        self.began_s = time.monotonic()
        self.ledger = Ledger(options.patience_s)
        self.timeline = Timeline(self.ledger, self.began_s, options.limits)
        self.live = Live()
        self.across = Across()
        self.round = 0 if stepped else 1
        self.round_began_s = self.began_s
        self.stopping = False
        self.users = 0
        self.arriving = 0
        self.players: set[Playing] = set()
        self.protocol = options.protocol
        self.observe: Observe | None = None
        self._stepped = stepped
        self._environment = environment
        self._next_second_s = self.began_s + 1
        self._live_second = 0
        self._failures: set[str] = set()
        self._kept_out: set[tuple[int, int]] = set()
        """Who has failed in which step, as each counts once."""
        self._step_began_s = 0.0
        self._since: dict[int, int] = {}
        self._came = 0
        self._watchers: list[gevent.Greenlet] = []
        self._ended = Event()
        self._ended.set()

    def start(self) -> None:
        """Begin to sweep and to watch the generator."""
        steady_heap()
        self.timeline.prepare(0)
        self._watchers = [
            gevent.spawn(watch, self.timeline),
            gevent.spawn(self._keep_sweeping),
        ]

    def stop(self) -> None:
        """The test is over; idempotent."""
        gevent.killall(self._watchers)
        self._sweep(time.monotonic())

    def prepare(self) -> None:
        """Users come in, or go, for a step that begins later."""
        if self.timeline.step.duration_s > 0:
            self.timeline.prepare(0)

    def gather(self) -> None:
        """Wait until everyone has come in, or has failed to."""
        until_s = time.monotonic() + _ARRIVE_S
        while self.arriving and not self.stopping and time.monotonic() < until_s:
            gevent.sleep(_POLL_S)

    def begin(self) -> None:
        """The step that was prepared begins."""
        if self.stopping or self.timeline.measuring:
            return
        now_s = time.monotonic()
        self._count_from_here()
        self._step_began_s = now_s
        self.timeline.step.players = self._environment.runner.user_count
        self.timeline.begin(now_s, time.process_time())
        self._next_second_s = now_s + 1
        self._ended.clear()
        if self._stepped:
            self.round = len(self.timeline.steps)
            self.round_began_s = now_s
            self._stir()

    def end(self) -> dict[str, Stand]:
        """The step ends once what is under way is seen, or lost; idempotent.

        Returns:
            How far the players of this process went.
        """
        if self.timeline.measuring:
            now_s = time.monotonic()
            self.timeline.sample(now_s, time.process_time(), len(self.players))
            late_s = [late for player in self.players if (late := player.overdue_s(now_s)) > 0]
            self.timeline.end(now_s, time.process_time())
            self.timeline.step.health.debt.add(late_s)
            if self._stepped:
                self.round = 0
            self._stir()
            self._drain()
            self.timeline.settle()
            self._ended.set()
        self._ended.wait()  # another one may be at it
        senders, _ = self.ledger.present()
        return across.standing(senders, self._since)

    def finish(self) -> dict[str, Stand]:
        """Nobody moves any more; ends the step that is played, if there is one."""
        was_stopping, self.stopping = self.stopping, True
        self._stir()
        if not self.timeline.measuring and not was_stopping:
            self._drain()
        return self.end()

    def cross(self, everyone: Mapping[str, Stand]) -> None:
        """Account for what players of other processes sent, once it is seen, or lost.

        Args:
            everyone: how far the players of all processes went.
        """
        senders, receivers = self.ledger.present()
        rooms = across.elsewhere(everyone, [sender.user_id for sender in senders])
        until_s = time.monotonic() + self.options.patience_s
        while not across.reached(receivers, rooms) and time.monotonic() < until_s:
            gevent.sleep(_POLL_S)
            receivers = self.ledger.present()[1]
        found = across.account(receivers, rooms, self._came)
        self.across.add(found)
        self._count_from_here()
        step = self.timeline.step
        if step.duration_s > 0:
            step.counts.owed += found.owed
            step.counts.seen += found.seen
            step.counts.lost += found.lost

    def sent(
        self,
        receiver: Receiver,
        seq: int,
        intended_s: float,
        ideal_s: float,
        cell: Cell | None,
    ) -> Move:
        """A player sends its move number `seq` now.

        Args:
            receiver: the player.
            seq: the move's number.
            intended_s: when the schedule wanted it.
            ideal_s: when a generator without delays of its own had sent it.
            cell: where it leads to.
        """
        now_s = time.monotonic()
        self.timeline.sent_late(now_s - ideal_s)
        if intended_s < self._step_began_s and receiver.sender is not None:
            self._since[receiver.sender.number] = seq  # of before the step, and late
        return self.ledger.sent(receiver, seq, intended_s, now_s, cell)

    def came(self, name: str, seconds: float) -> None:
        """A player has come in, so long after it was meant to begin."""
        self.timeline.step.connect.add([seconds])
        self.took(CONNECT, name, seconds)

    def kept_out(self, number: int, method: str, name: str, text: str) -> None:
        """A player could not come in, or was refused something; it tries again, by and by."""
        steps = self.timeline.steps
        if (number, len(steps)) not in self._kept_out:
            self._kept_out.add((number, len(steps)))
            failed = steps[-1].failed
            failed[text] = failed.get(text, 0) + 1
        self.failed(method, name, text)

    def dropped(self, name: str, text: str) -> None:
        """A connection was lost."""
        self.timeline.step.dropped += 1
        self.failed("DROPPED", name, text)

    def missed(self, moves: int) -> None:
        """Moves fell due while their player was not connected."""
        if self.timeline.measuring:
            self.timeline.step.missed += moves

    def took(self, method: str, name: str, seconds: float) -> None:
        """Something that was done took so long."""
        self._fire(method, name, round(seconds * 1000, 3), None)

    def failed(self, method: str, name: str, text: str) -> None:
        """Something failed; how long that took means nothing."""
        if text not in self._failures:
            if len(self._failures) >= _MOST_FAILURES:
                text = "something else, as a server says something new each time"
            self._failures.add(text)
        self._fire(method, name, None, text)

    def _fire(self, method: str, name: str, ms: float | None, failure: str | None) -> None:
        self._environment.events.request.fire(
            request_type=method,
            name=name,
            response_time=ms,
            response_length=0,
            exception=failure,
            context={},
        )

    def _count_from_here(self) -> None:
        """What was sent until now is accounted for, or belongs to no step."""
        senders, receivers = self.ledger.present()
        self._since = {sender.number: sender.last_seq for sender in senders}
        self._came = max((receiver.since for receiver in receivers), default=0)

    def _stir(self) -> None:
        for player in list(self.players):
            player.stir()

    def _drain(self) -> None:
        until_s = time.monotonic() + self.options.patience_s
        while self.ledger.outstanding and time.monotonic() < until_s:
            gevent.sleep(_POLL_S)
        self._sweep(float("inf"))

    def _sweep(self, now_s: float) -> None:
        closed = self.ledger.sweep(now_s)
        self.timeline.add(closed)
        stats = self._environment.stats
        what = self.description.application.event if self.description else MOVE
        add_moves(stats, self.live, closed, self.began_s, self.observe, what)

    def _keep_sweeping(self) -> None:
        while True:
            gevent.sleep(_SWEEP_S)
            now_s = time.monotonic()
            self._sweep(now_s)
            if now_s >= self._next_second_s:
                self._next_second_s += 1
                self.timeline.sample(now_s, time.process_time(), len(self.players))
            second = int(now_s - self.began_s)
            if second > self._live_second:
                self.live.connected(self._live_second, len(self.players))
                self._live_second = second
