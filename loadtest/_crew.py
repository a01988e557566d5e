"""All processes of a test do the same at the same time: begin a step, end it, hand over.

A single process does it at once; a master asks its workers and waits for their answers. Players
of different processes are accounted for in two rounds: when all have stopped, each tells how far
its own went, and then each waits until it has seen that. Not here: what each does
(`loadtest._account`), when (`loadtest._run`, `loadtest._shape`).
"""

import itertools
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import gevent
from gevent.lock import RLock
from locust.runners import MasterRunner, WorkerRunner

from gridcli.core.ledger.across import Stand

from ._account import Account
from ._part import Part, pack, part_of, unpack, whole_of

ASK, ANSWER = "gridcli-ask", "gridcli-answer"
_GRACE_S = 25.0
"""How much longer than moves may take a worker may take to do what it is asked for."""
_POLL_S = 0.02

log = logging.getLogger("locust.gridcli")

Answers = dict[str, Any]
"""By process."""


def carry_out(account: Account, what: str, data: Any) -> Any:
    """Do in this process what is asked of all; the answer is plain values."""
    return _DUTIES[what](account, data)


_DUTIES: dict[str, Callable[[Account, Any], Any]] = {
    "prepare": lambda account, _: account.prepare(),
    "gather": lambda account, _: account.gather(),
    "begin": lambda account, _: account.begin(),
    "end": lambda account, _: account.end(),
    "finish": lambda account, _: account.finish(),
    "cross": lambda account, data: account.cross({u: Stand(*stand) for u, stand in data.items()}),
    "part": lambda account, _: pack(part_of(account)),
}


class Crew(ABC):
    """The processes that have users."""

    @abstractmethod
    def ask(self, what: str, data: Any = None) -> Answers:
        """Have all do one of the duties above, and wait until they have."""

    @abstractmethod
    def whole(self) -> Part:
        """What all have measured; after `finish`."""

    def prepare(self) -> None:
        """Users come in, or go, for the next step."""
        self.ask("prepare")

    def begin(self) -> None:
        """The step begins as soon as everyone is in."""
        self.ask("gather")
        self.ask("begin")

    def end(self) -> None:
        """The step ends, and all that is under way is accounted for."""
        self._cross(self.ask("end"))

    def finish(self) -> None:
        """Nobody moves any more; as `end` for the step that is played, if there is one."""
        self._cross(self.ask("finish"))

    def _cross(self, answers: Answers) -> None:
        if len(answers) < 2:
            return  # nobody is elsewhere
        everyone: dict[str, Any] = {}
        for standing in answers.values():
            everyone.update(standing or {})
        self.ask("cross", everyone)


class Alone(Crew):
    """This process is the only one."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def ask(self, what: str, data: Any = None) -> Answers:
        """See `Crew`."""
        return {"": carry_out(self._account, what, data)}

    def whole(self) -> Part:
        """See `Crew`."""
        return whole_of([part_of(self._account)])


class Workers(Crew):
    """The workers of a master.

    Args:
        runner: the master.
        patience_s: how long moves may take.
    """

    def __init__(self, runner: MasterRunner, patience_s: float) -> None:
        self._runner = runner
        self._patience_s = patience_s + _GRACE_S
        self._numbers = itertools.count(1)
        self._answers: dict[int, Answers] = {}
        self._handed_over: dict[str, Any] = {}
        self._took_part: set[str] = set()
        self._turn = RLock()

    def ask(self, what: str, data: Any = None) -> Answers:
        """See `Crew`."""
        with self._turn:
            number = next(self._numbers)
            asked = {c.id for c in self._runner.clients.all if c.state != "missing"}
            self._took_part |= asked
            answers = self._answers[number] = {}
            for client_id in asked:
                message = {"number": number, "what": what, "data": data}
                self._runner.send_message(ASK, message, client_id)
            until_s = time.monotonic() + self._patience_s
            while self._waited_for(asked, answers) and time.monotonic() < until_s:
                gevent.sleep(_POLL_S)
            del self._answers[number]
            for client_id in asked - answers.keys():
                log.warning("worker %s did not answer (%s)", client_id, what)
            return answers

    def on_answer(self, worker: str, data: Mapping[str, Any]) -> None:
        """A worker has done what it was asked for, or hands over before it goes."""
        if data["what"] == "part":
            self._handed_over[worker] = data["value"]
        answers = self._answers.get(data["number"])
        if answers is not None:
            answers[worker] = data["value"]

    def whole(self) -> Part:
        """See `Crew`."""
        self.ask("part")
        parts = [unpack(plain) for plain in self._handed_over.values() if plain is not None]
        return whole_of(parts, len(self._took_part - self._handed_over.keys()))

    def _waited_for(self, asked: set[str], answers: Answers) -> bool:
        clients = self._runner.clients
        return any(
            client_id not in answers
            and client_id in clients
            and clients[client_id].state != "missing"
            for client_id in asked
        )


def answer(runner: WorkerRunner, account: Account | None, data: Mapping[str, Any]) -> None:
    """In a worker: do what the master asks for."""
    value = carry_out(account, data["what"], data["data"]) if account is not None else None
    runner.send_message(ANSWER, {**data, "data": None, "value": value})


def hand_over(runner: WorkerRunner, account: Account) -> None:
    """In a worker that goes without being asked: send what it has measured."""
    value = pack(part_of(account))
    runner.send_message(ANSWER, {"number": 0, "what": "part", "value": value})
