"""The ledger where events number themselves, against one who keeps every pair by itself.

Not here: the game's own dialects (`test_ledger`).
"""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from gridcli.core.ledger import Ledger, Move, Receiver, Sequenced

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

    def __init__(self) -> None:
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
        self.ledger.enter(client.receiver, client.user_id, room, None)
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
            if other.room == client.room:
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
@given(st.lists(acts, max_size=80))
def test_every_number_is_accounted_for(program: list[tuple[str, int, int]]) -> None:
    chat = Chat()
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
