"""Moves between processes: programs of joins, moves, leaves and lost ticks, against plain sums."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import Cell
from gridcli.core.ledger import Ledger, Receiver, Sequenced
from gridcli.core.ledger.across import Across, Stand, account, elsewhere, reached, standing
from gridcli.core.protocol.updates import Delta, Status

CELL = Cell(1, 1)


@dataclass
class Client:
    """A player with what the test knows of it, beside what its process's ledger knows."""

    user_id: str
    room: str
    process: int
    receiver: Receiver
    entered_at: dict[str, int]
    sent: int = 0
    not_of_stay: int = 0
    heard: dict[str, int] = field(default_factory=dict)


class World:
    """Two processes at one server; ticks reach whoever does not lose them."""

    def __init__(self) -> None:
        self.ledgers = [Ledger(), Ledger()]
        self.clients: list[Client] = []
        self.marks: dict[str, int] = {}
        self._since: list[dict[int, int]] = [{}, {}]
        self._ticks = {"a": 0, "b": 0}
        self._moved: dict[str, dict[str, int]] = {"a": {}, "b": {}}
        self._names = 0

    def join(self, process: int, room: str) -> None:
        self._names += 1
        receiver = self.ledgers[process].receiver()
        client = Client(f"u{self._names}", room, process, receiver, {})
        self.clients.append(client)
        self._enter(client, room)

    def change(self, client: Client, room: str) -> None:
        self.tick(client.room)
        client.not_of_stay = client.sent
        client.room = room
        self._enter(client, room)

    def _enter(self, client: Client, room: str) -> None:
        seqs = {c.user_id: c.sent for c in self.clients if c.room == room}
        client.entered_at, client.heard = dict(seqs), dict(seqs)
        self.ledgers[client.process].ask(client.receiver)
        state = Delta(self._ticks[room], 1, full=True, seqs=seqs)
        self.ledgers[client.process].enter(client.receiver, client.user_id, room, state)

    def move(self, client: Client) -> None:
        client.sent += 1
        self.ledgers[client.process].sent(client.receiver, client.sent, 0.0, 0.0, CELL)
        self._moved[client.room][client.user_id] = client.sent

    def tick(self, room: str, losing: int = -1) -> None:
        self._ticks[room] += 1
        delta = Delta(self._ticks[room], 1, seqs=self._moved[room])
        self._moved[room] = {}
        for number, client in enumerate([c for c in self.clients if c.room == room]):
            if number != losing:
                client.heard.update(delta.seqs)
                self.ledgers[client.process].saw(client.receiver, delta, 1.0)

    def leave(self, client: Client) -> None:
        self.clients.remove(client)
        self.ledgers[client.process].forget(client.receiver)

    def mark(self) -> None:
        """What was sent until now does not count any more."""
        self.marks = {client.user_id: client.sent for client in self.clients}
        for number, ledger in enumerate(self.ledgers):
            self._since[number] = {s.number: s.last_seq for s in ledger.present()[0]}

    def accounts(self) -> list[Across]:
        stands: dict[str, Stand] = {}
        for ledger, since in zip(self.ledgers, self._since, strict=True):
            stands |= standing(ledger.present()[0], since)
        found = []
        for ledger in self.ledgers:
            senders, receivers = ledger.present()
            rooms = elsewhere(stands, [sender.user_id for sender in senders])
            found.append(account(receivers, rooms))
            assert reached(receivers, rooms) == (found[-1].lost == 0)
        return found

    def truth(self) -> tuple[int, int]:
        """Owed and seen, pair by pair and move by move."""
        owed = seen = 0
        for sender in self.clients:
            for receiver in self.clients:
                if sender.process == receiver.process or sender.room != receiver.room:
                    continue
                first = 1 + max(
                    sender.not_of_stay,
                    self.marks.get(sender.user_id, 0),
                    receiver.entered_at.get(sender.user_id, 0),
                )
                for seq in range(first, sender.sent + 1):
                    owed += 1
                    seen += seq <= receiver.heard.get(sender.user_id, 0)
        return owed, seen


commands = st.lists(
    st.tuples(
        st.sampled_from(
            ["join", "join", "move", "move", "move", "tick", "leave", "change", "mark"]
        ),
        st.integers(0, 9),
        st.integers(-1, 4),
    ),
    max_size=60,
)


@given(commands)
def test_any_program_comes_to_what_pairs_add_up_to(program: list[tuple[str, int, int]]) -> None:
    world = World()
    for what, which, losing in program:
        client = world.clients[which % len(world.clients)] if world.clients else None
        room = "ab"[which % 2]
        if what == "join":
            world.join(losing % 2, room)
        elif what == "tick":
            world.tick(room, losing)
        elif what == "mark":
            world.mark()
        elif client is not None and what == "move":
            world.move(client)
        elif client is not None and what == "leave":
            world.tick(client.room)
            world.leave(client)
        elif client is not None and what == "change" and client.room != room:
            world.change(client, room)
    accounts = world.accounts()
    assert (sum(a.owed for a in accounts), sum(a.seen for a in accounts)) == world.truth()
    assert sum(pair.moves for a in accounts for pair in a.pairs) == sum(a.lost for a in accounts)


def test_a_tick_that_one_receiver_loses_is_named() -> None:
    world = World()
    for process in (0, 1, 1):
        world.join(process, "a")
    mover = world.clients[0]
    for losing in (-1, -1, 2):
        world.move(mover)
        world.tick("a", losing)
    here, there = world.accounts()
    assert (here.owed, here.seen) == (0, 0)
    assert (there.owed, there.seen) == (6, 5)
    assert [(p.sender, p.receiver, p.moves) for p in there.pairs] == [("u1", "u3", 1)]


def test_protocol_1_is_told_as_not_accounted_for() -> None:
    ledger = Ledger()
    for user_id in ("x", "y"):
        receiver = ledger.receiver()
        ledger.ask(receiver)
        ledger.enter(receiver, user_id, "a", Status({user_id: "X"}, {user_id: CELL}))
    senders, receivers = ledger.present()
    assert {s.user_id for s in senders} == {"x", "y"}
    stands = {name: Stand("a", 0, 5) for name in ("p", "q", "r")} | {"s": Stand("b", 0, 5)}
    found = account(receivers, elsewhere(stands, ["x", "y"]))
    assert (found.owed, found.seen, found.unaccounted) == (0, 0, 6)
    assert reached(receivers, elsewhere(stands, ["x", "y"]))


def test_accounts_add_up() -> None:
    world = World()
    for process in (0, 1):
        world.join(process, "a")
    for client in world.clients:
        world.move(client)
    world.tick("a", 0)
    whole = Across()
    for found in world.accounts():
        whole.add(found)
    assert (whole.owed, whole.seen, whole.lost) == (2, 1, 1)
    assert len(whole.pairs) == 1


def test_what_was_sent_in_another_room_is_not_owed() -> None:
    world = World()
    world.join(0, "a")
    world.join(1, "b")
    mover = world.clients[0]
    for room, moves in (("a", 3), ("b", 2)):
        if room == "b":
            world.change(mover, "b")
        for _ in range(moves):
            world.move(mover)
        world.tick(room)
    here, there = world.accounts()
    assert (here.owed, there.owed, there.seen) == (0, 2, 2)


sends = st.lists(
    st.tuples(
        st.integers(0, 3),  # who sends
        st.lists(st.integers(0, 3), max_size=3),  # who loses it
        st.lists(st.integers(0, 3), max_size=2),  # who gets it twice
        st.lists(st.integers(0, 3), max_size=2),  # whom it reaches late
    ),
    max_size=30,
)


@given(sends, sends, st.integers(0, 5))
def test_events_with_numbers_are_accounted_for_across_processes(
    before: list[tuple[int, list[int], list[int], list[int]]],
    counted: list[tuple[int, list[int], list[int], list[int]]],
    first: int,
) -> None:
    """Clients 0 and 1 are in one process, 2 and 3 in another; 4 comes once counting has begun."""
    ledgers = [Ledger(), Ledger()]
    receivers = [ledgers[number // 2].receiver() for number in range(4)]
    for number, receiver in enumerate(receivers):
        ledgers[number // 2].enter(receiver, f"u{number}", "all", None)
    sent = [first] * 4  # clients who were connected before go on with their numbers

    def play(program: list[tuple[int, list[int], list[int], list[int]]]) -> tuple[int, int]:
        owed = seen = 0
        held: list[tuple[int, Sequenced]] = []
        for who, losing, twice, late in program:
            sent[who] += 1
            ledgers[who // 2].sent(receivers[who], sent[who], 0.0, 0.0)
            event = Sequenced(f"u{who}", sent[who])
            for other in range(4):
                elsewhere = other // 2 != who // 2
                owed += elsewhere
                if other in losing:
                    continue
                seen += elsewhere
                if other in late:
                    held.append((other, event))
                    continue
                for _ in range(1 + (other in twice)):
                    ledgers[other // 2].saw(receivers[other], event, 1.0)
        for other, event in held:
            ledgers[other // 2].saw(receivers[other], event, 2.0)
        return owed, seen

    play(before)
    since = [{s.number: s.last_seq for s in ledger.present()[0]} for ledger in ledgers]
    came = [max(r.since for r in ledger.present()[1]) for ledger in ledgers]
    newcomer = ledgers[1].receiver()
    ledgers[1].ask(newcomer)
    ledgers[1].enter(newcomer, "u4", "all", None)
    owed, seen = play(counted)
    stands: dict[str, Stand] = {}
    for ledger, marks in zip(ledgers, since, strict=True):
        stands |= standing(ledger.present()[0], marks)
    found = []
    for ledger, entry in zip(ledgers, came, strict=True):
        senders, there = ledger.present()
        rooms = elsewhere(stands, [sender.user_id for sender in senders])
        found.append(account(there, rooms, entry))
    assert (sum(a.owed for a in found), sum(a.seen for a in found)) == (owed, seen)
    assert sum(pair.moves for a in found for pair in a.pairs) == owed - seen
    assert [a.unaccounted for a in found] == [0, 2]
