"""One Engine.IO session at the edge: each of its packets passes, is refused, or ends it.

Not here: what is wrong with a packet (`grammar`), how a session is ended (`edge`).
"""

from collections.abc import Callable
from typing import Protocol

from gridcli.core.errors import Refusal
from gridcli.core.protocol.names import BAD_PAYLOAD, RATE_LIMITED

from ..fanout.event import Event
from .budget import Budget
from .grammar import PONG, Fault, asked_under, check
from .limits import STRIKES

_OVER = "too fast: at most {:g} events a second; wait a moment"
_FLOOD = "too fast for too long: at most {:g} events a second"


class Keeper(Protocol):
    """What a visitor needs of the edge."""

    now_s: Callable[[], float]

    def refuse(self, sid: str, cause: str, refusal: Refusal, namespace: str, number: int) -> None:
        """Acknowledge an event that goes no further."""

    def may_have_left(self, visitor: "Visitor") -> None:
        """A session says goodbye to a namespace: it has to join another soon."""

    def count(self, cause: str) -> None:
        """Something was refused."""

    def end(self, visitor: "Visitor", cause: str, refusal: Refusal) -> None:
        """End a session, saying why."""


class Visitor:
    """A session, from its handshake to its end.

    Args:
        sid: its Engine.IO id.
        account: under what its address is counted.
        keeper: the edge.
        per_s: events a second; 0 for as many as it likes.
        burst: events at once.
    """

    __slots__ = (
        "_budget",
        "_keeper",
        "_per_s",
        "_strikes",
        "account",
        "connection",
        "polling",
        "posting",
        "refusal",
        "sid",
        "upgrading",
    )

    def __init__(self, sid: str, account: str, keeper: Keeper, per_s: float, burst: int) -> None:
        self.sid = sid
        self.account = account
        self.connection: Callable[[str], None] | None = None
        """Ends its WebSocket with a reason, while it has one."""
        self.polling = self.posting = self.upgrading = False
        """Whether a request of that kind is being answered: there may be one of each."""
        self.refusal: Refusal | None = None
        """Why it was ended, once it was."""
        self._keeper = keeper
        self._per_s = per_s
        self._budget = Budget(per_s, burst) if per_s else None
        self._strikes = 0

    def admit(self, packet: str | bytes) -> Event | bool:
        """Whether a packet may go on, and which event it is; if not, it has been dealt with."""
        if self.refusal is not None:
            return False
        if packet == "1":
            return True  # a goodbye is no event, however many came before
        budget = self._budget
        if budget is not None and not budget.take(now_s := self._keeper.now_s()):
            if budget.flooded(now_s):
                refusal = Refusal(RATE_LIMITED, _FLOOD.format(self._per_s))
                self._keeper.end(self, "flood", refusal)
                return False
            if packet == PONG:
                return True  # a sign of life, however much else came
            self._over(packet)
            return False
        found = check(packet)
        if isinstance(found, Fault):
            self._strike(found)
            return False
        if found is None and packet[:2] == "41":
            self._keeper.may_have_left(self)
        return found or True

    def _over(self, packet: str | bytes) -> None:
        namespace, number = asked_under(packet) if isinstance(packet, str) else ("/", None)
        if number is None:
            self._keeper.count("rate-limited")
            return
        refusal = Refusal(RATE_LIMITED, _OVER.format(self._per_s))
        self._keeper.refuse(self.sid, "rate-limited", refusal, namespace, number)

    def _strike(self, fault: Fault) -> None:
        self._strikes += 1
        refusal = Refusal(BAD_PAYLOAD, fault.text)
        if fault.fatal:
            self._keeper.end(self, "malformed", refusal)
            return
        if fault.number is not None:
            self._keeper.refuse(self.sid, "malformed", refusal, fault.namespace, fault.number)
        else:
            self._keeper.count("malformed")
        if self._strikes >= STRIKES:
            text = f"{STRIKES} malformed events; the last: {fault.text}"
            self._keeper.end(self, "strikes", Refusal(BAD_PAYLOAD, text))
