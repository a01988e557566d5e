"""The ledger where events number themselves, against one who keeps every pair by itself.

Some senders are not told their own events, and are owed none.

Not here: the game's own dialects (`test_ledger`).
"""

from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridcli.core.ledger import Ledger, Move, Receiver, Sequenced
from gridcli.core.ledger.sequences import SequenceView

ROOMS = ["lobby", "den"]
whos = st.integers(0, 3)
acts = st.one_of(
    st.tuples(st.just("say"), whos, st.just(0)),
    st.tuples(st.just("say"), whos, st.just(0)),
    st.tuples(st.just("hear"), whos, st.integers(0, 5)),
    st.tuples(st.just("hear"), whos, st.just(0)),
    st.tuples(st.just("drop"), whos, st.integers(0, 5)),
    st.tuples(st.just("double"), whos, st.integers(0, 5)),
    st.tuples(st.sampled_from(["go", "connect"]), whos, st.sampled_from([0, 1])),
)


class Client:
    def __init__(self, number: int, receiver: Receiver) -> None:
        self.user_id = f"u{number}"
        self.receiver = receiver
        self.room = ""
        self.seq = 0
        self.down: list[tuple[Sequenced, Move]] = []
        self.heard: list[Move] = []


class Chat:
    """A broadcast application whose channels lose, double and overtake as they are told."""

    def __init__(self, deaf: frozenset[int] = frozenset()) -> None:
        self.deaf = deaf
        self.ledger = Ledger(patience_s=1e9)
        self.clients = [Client(n, self.ledger.receiver()) for n in range(4)]
        self.now_s = 0.0
        self.owed: set[tuple[Move, int]] = set()
        self.seen: dict[tuple[Move, int], float] = {}
        self.counts: Counter[str] = Counter()
        for who in range(4):
            self.go(who, ROOMS[0])

    def go(self, who: int, room: str) -> None:
        client = self.clients[who]
        self.owed = {
            pair
            for pair in self.owed
            if pair in self.seen or (pair[1] != who and pair[0].user_id != client.user_id)
        }
        client.down.clear()  # the new room's events come on a clean slate
        client.heard.clear()
        # What this one sent is nobody's any more, wherever it still is.
        for other in self.clients:
            other.down = [d for d in other.down if d[1].user_id != client.user_id]
        self.ledger.ask(client.receiver)
        hears_itself = who not in self.deaf
        self.ledger.enter(client.receiver, client.user_id, room, None, hears_itself=hears_itself)
        client.room = room

    def connect(self, who: int, room: str) -> None:
        client = self.clients[who]
        self.ledger.forget(client.receiver)
        client.seq = 0
        self.go(who, room)

    def say(self, who: int) -> None:
        client = self.clients[who]
        client.seq += 1
        self.now_s += 1
        move = self.ledger.sent(client.receiver, client.seq, self.now_s, self.now_s)
        event = Sequenced(client.user_id, client.seq)
        for number, other in enumerate(self.clients):
            if other.room == client.room and not (number == who and who in self.deaf):
                self.owed.add((move, number))
                other.down.append((event, move))

    def hear(self, who: int, place: int) -> None:
        client = self.clients[who]
        if not client.down:
            return
        event, move = client.down.pop(place % len(client.down))
        self.now_s += 1
        self.ledger.saw(client.receiver, event, self.now_s)
        if move in client.heard:
            self.counts["doubled"] += 1
            return
        if any(m.user_id == move.user_id and m.seq > move.seq for m in client.heard):
            self.counts["reordered"] += 1
        client.heard.append(move)
        self.seen[move, who] = self.now_s

    def run(self, program: list[tuple[str, int, int]]) -> None:
        for act, who, arg in program:
            down = self.clients[who].down
            match act:
                case "say":
                    self.say(who)
                case "hear":
                    self.hear(who, arg)
                case "drop" if down:
                    down.pop(arg % len(down))
                case "double" if down:
                    down.append(down[arg % len(down)])
                case "go":
                    self.go(who, ROOMS[arg])
                case "connect":
                    self.connect(who, ROOMS[arg])


@settings(max_examples=300)
@given(st.lists(acts, max_size=80), st.frozensets(whos))
def test_every_number_is_accounted_for(
    program: list[tuple[str, int, int]], deaf: frozenset[int]
) -> None:
    chat = Chat(deaf)
    chat.run(program)
    closed = chat.ledger.sweep(1e12)
    counts = chat.ledger.counts
    seen = [pair for pair in chat.owed if pair in chat.seen]
    assert (counts.owed, counts.seen) == (len(chat.owed), len(seen))
    assert counts.lost == len(chat.owed) - len(seen)
    assert (counts.doubled, counts.reordered) == (chat.counts["doubled"], chat.counts["reordered"])
    assert (counts.ambiguous, counts.late) == (0, 0)
    times = Counter((move.user_id, at) for (move, _), at in chat.seen.items())
    assert Counter((move.user_id, at) for move in closed for at in move.seen_s) == times


def test_an_own_event_that_comes_unexpected_is_a_doubled_one() -> None:
    chat = Chat(frozenset({0}))
    chat.say(0)
    client = chat.clients[0]
    chat.ledger.saw(client.receiver, Sequenced("u0", 1), 2.0)
    counts = chat.ledger.counts
    assert (counts.doubled, counts.owed) == (1, 0)
    for who in (1, 2, 3):
        chat.hear(who, 0)
    (move,) = chat.ledger.sweep(3.0)
    assert (move.owed, move.seen, move.lost) == (3, 3, 0)


@pytest.mark.parametrize(
    ("deaf", "lag", "most"),
    # The last: each takes in one at a time, in an order of its own, as hardly any network does.
    [(False, 1, 2), (False, 40, 2), (True, 40, 5), (True, 1, 20)],
)
def test_what_an_event_means_is_worked_out_for_few(deaf: bool, lag: int, most: int) -> None:
    """Clients who lag behind each other share views, though each lacks events of its own."""
    clients, rounds, rng = 40, 12, Random(1)
    ledger = Ledger(patience_s=1e9)
    receivers = [ledger.receiver() for _ in range(clients)]
    for number, receiver in enumerate(receivers):
        ledger.enter(receiver, f"u{number}", "lobby", None, hears_itself=not deaf)
    streams: list[list[Sequenced]] = [[] for _ in receivers]
    made: list[object] = []
    advance = SequenceView.advance

    def counted(view: SequenceView, *args: Any) -> Any:
        made.append(view)
        return advance(view, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SequenceView, "advance", counted)
        for seq in range(1, rounds + 1):
            for number, receiver in enumerate(receivers):
                ledger.sent(receiver, seq, 0.0, 0.0)
                event = Sequenced(f"u{number}", seq)
                for other, stream in enumerate(streams):
                    if not (deaf and other == number):
                        stream.append(event)
                for other in rng.sample(range(clients), clients):
                    take = rng.randint(0, lag) if len(streams[other]) > lag else 0
                    for event in streams[other][:take]:
                        ledger.saw(receivers[other], event, 1.0)
                    del streams[other][:take]
        for receiver, stream in zip(receivers, streams, strict=True):
            for event in stream:
                ledger.saw(receiver, event, 1.0)
    ledger.sweep(float("inf"))
    counts = ledger.counts
    assert counts.seen == counts.owed == clients * rounds * (clients - deaf)
    # Each would be worked out by 40 if nothing were shared.
    assert len(made) <= clients * rounds * most
