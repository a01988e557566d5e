"""States that never change, shared by all clients of a process who were sent the same.

An update leads from a state to the next, and the state remembers that way; so what an update
means is worked out once, and every further client only follows. Clients who came in at different
times meet at the same state sooner or later. Not here: the states (`gridcli.core.scene`,
`gridcli.core.ledger.views`).
"""

from collections import deque
from typing import Generic, Protocol, Self, TypeVar

HELD = 1_500_000
"""How much is remembered, in entries of states, some tens of bytes each. Clients of one process
lag behind each other by some tens of updates, or by some thousands when it has too much to do."""
LEAST = 64


MOST = 3
"""How many states that an update led to are compared with: the last ones. In protocol 1 the same
update comes again and again, and each time leads to another state."""


class State(Protocol):
    """A state that remembers where updates lead to from it."""

    def __len__(self) -> int:
        """How many entries it holds."""

    def same_as(self, other: Self) -> bool:
        """Whether whatever comes means the same for both."""

    def forget(self) -> None:
        """Forget the ways on from here."""


S = TypeVar("S", bound=State)


class Meetings(Generic[S]):
    """The states that recent updates led to."""

    def __init__(self) -> None:
        self._states: dict[int, tuple[object, list[S]]] = {}
        self._order: deque[tuple[int, S]] = deque()
        self._held = 0

    def at(self, update: object, state: S) -> S:
        """A state that the update led to before and that is the same; else this one.

        Updates are told apart by identity: equal frames are decoded to the same object.
        """
        key = id(update)
        known = self._states.get(key)
        if known is None:
            known = self._states[key] = update, []
        states = known[1]
        for other in states[: -MOST - 1 : -1]:
            if other.same_as(state):
                return other
        states.append(state)
        self._order.append((key, state))
        self._held += len(state)
        while self._held > HELD and len(self._order) > LEAST:
            self._forget_oldest()
        return state

    def _forget_oldest(self) -> None:
        """A client that hangs must not keep every later state alive."""
        key, oldest = self._order.popleft()
        self._held -= len(oldest)
        oldest.forget()
        states = self._states[key][1]
        states.remove(oldest)
        if not states:
            del self._states[key]
