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
"""How much lives at most, in entries of dictionaries of some 25 bytes each. A client that hangs
must not keep all that came after, nor a server all that it ever said, by saying something new each
time and coming back to where it was. Clients of one process lag behind each other by some tens of
updates, or by some hundreds when it has too much to do."""
STATE = 80
"""What a state takes beside its entries, with the way that led to it, in entries: measured."""
MOST = 3
"""How many states that an update led to are compared with: the last ones. In protocol 1 the same
update comes again and again, and each time leads to another state."""


class State(Protocol):
    """A state that remembers where updates lead to from it."""

    known: "Known | None"
    """What is noted of it; for `Meetings` alone."""

    def __len__(self) -> int:
        """How many entries it holds."""

    def same_as(self, other: Self) -> bool:
        """Whether whatever comes means the same for both."""

    def forget(self) -> None:
        """Forget the ways on from here."""


S = TypeVar("S", bound=State)


class Known(ref[State]):
    """What is noted of a state while it lives: what led to it, and what it takes, in entries."""

    __slots__ = ("key", "size")

    key: int
    size: int


class Meetings(Generic[S]):
    """The states that recent updates led to, and what they take together."""

    def __init__(self) -> None:
        self._states: dict[int, tuple[object, dict[int, Known]]] = {}
        self._alive: OrderedDict[int, Known] = OrderedDict()
        self._held = 0
        # The collector comes at any time, also in the middle of what follows.
        self._died: deque[ref[State]] = deque()
        self._note_death = self._died.append

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
                return other  # type: ignore[return-value]  # the states here are of one kind
        new = self._note(state, key)
        # By identity: the references to two states that have died are equal to none.
        states[id(new)] = new
        self._stay_within()
        return state

    def remember(self, state: S, entries: int) -> None:
        """A state is about to remember a way on, by an update of so many entries."""
        known = state.known
        if known is None:
            known = self._note(state, _NOTHING)  # no update led to it, or that is forgotten
        known.size += entries
        self._held += entries
        self._stay_within()

    def _note(self, state: S, key: int) -> Known:
        known = state.known = Known(state, self._note_death)
        known.key, known.size = key, STATE + len(state)
        self._alive[id(known)] = known
        self._held += known.size
        return known

    def _stay_within(self) -> None:
        while self._held > HELD:
            held = next(iter(self._alive.values()))
            oldest = held()
            self._drop(held)
            if oldest is not None:
                oldest.known = None
                oldest.forget()

    def _drop(self, held: ref[State]) -> None:
        """A state has died, or is forgotten."""
        if self._alive.pop(id(held), None) is None:
            return
        assert isinstance(held, Known)
        self._held -= held.size
        if held.key == _NOTHING:
            return
        states = self._states[held.key][1]
        del states[id(held)]
        if not states:
            del self._states[held.key]


_NOTHING = 0
"""In place of an update's identity."""
