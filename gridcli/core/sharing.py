"""States that never change, shared by all clients of a process who were sent the same.

An update leads from a state to the next, and the state remembers that way; so what an update
means is worked out once, and every further client only follows. Clients who came in at different
times meet at the same state sooner or later. A state lives as long as a client is at it or behind
it. Not here: the states (`gridcli.core.scene`, `gridcli.core.ledger.views`).
"""

from collections import OrderedDict, deque
from itertools import islice
from typing import Generic, Protocol, Self, TypeVar
from weakref import ref

HELD = 1_500_000
"""How much lives at most, in entries of states, some tens of bytes each: a client that hangs must
not keep alive all that came after. Clients of one process lag behind each other by some tens of
updates, or by some thousands when it has too much to do."""
LEAST = 16
"""So many states live however large they are: with the most players that a client keeps no more
than the limit above."""
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


class _Known(ref[S]):
    """A state that an update led to, while it lives."""

    __slots__ = ("key", "size")

    key: int
    size: int


class Meetings(Generic[S]):
    """The states that recent updates led to."""

    def __init__(self) -> None:
        self._states: dict[int, tuple[object, dict[int, _Known[S]]]] = {}
        self._alive: OrderedDict[int, _Known[S]] = OrderedDict()
        self._held = 0
        # The collector comes at any time, also in the middle of what follows.
        self._died: deque[ref[S]] = deque()

    def at(self, update: object, state: S) -> S:
        """A state that the update led to before and that is the same; else this one.

        Updates are told apart by identity: equal frames are decoded to the same object.
        """
        while self._died:
            self._drop(self._died.popleft())
        key = id(update)
        known = self._states.get(key)
        if known is None:
            known = self._states[key] = update, {}
        states = known[1]
        for held in islice(reversed(states.values()), MOST):
            other = held()
            if other is not None and other.same_as(state):
                return other
        new = _Known(state, self._died.append)
        new.key, new.size = key, len(state)
        # By identity: the references to two states that have died are equal to none.
        states[id(new)] = self._alive[id(new)] = new
        self._held += new.size
        while self._held > HELD and len(self._alive) > LEAST:
            self._forget_oldest()
        return state

    def _forget_oldest(self) -> None:
        held = next(iter(self._alive.values()))
        oldest = held()
        self._drop(held)
        if oldest is not None:
            oldest.forget()

    def _drop(self, held: ref[S]) -> None:
        """A state has died, or is forgotten."""
        if self._alive.pop(id(held), None) is None:
            return
        assert isinstance(held, _Known)
        self._held -= held.size
        states = self._states[held.key][1]
        del states[id(held)]
        if not states:
            del self._states[held.key]
