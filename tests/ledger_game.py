"""A whole game without sockets or clocks, for testing the ledger against one who knows the truth.

Clients of both protocols send through channels that keep the order and deliver whenever the
program says so. Beside each position and tick travels, unseen by the ledger, which steps it
really shows; `Truth` counts by that, pair by pair. Not here: `Truth` itself (`ledger_truth`).
"""

from random import Random

from ledger_truth import Client, Message, Stepped, Truth

from gridcli.core.changes import Changes, full_delta
from gridcli.core.geometry import Direction, Grid
from gridcli.core.ledger import Ledger
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.names import DEMO, TICKS
from gridcli.core.protocol.requests import Step
from gridcli.core.protocol.updates import Delta, Placed, Removed, Status, Update, Welcome
from gridcli.core.world import Change, Joined, Left, World

ROOMS = ["lobby", "den"]


class Game:
    """Server, channels, clients and their ledger."""

    def __init__(self, grid: Grid, *, own_in_status: bool = True, bursts: bool = True) -> None:
        self.bursts = bursts
        self.made_bursts: dict[tuple[int, ...], Burst] = {}
        self.world = World(grid)
        self.rng = Random(3)
        self.own_in_status = own_in_status
        self.ledger = Ledger(patience_s=1e9)
        self.truth = Truth()
        self.clients: list[Client] = []
        self.by_id: dict[str, Client] = {}
        self.changes = {room: Changes() for room in ROOMS}
        self.untold: dict[str, list[Stepped]] = {room: [] for room in ROOMS}
        self.now_s = 0.0
        self.made = 0

    # What clients do

    def connect(self, protocol: int, room: str, user_id: str = "") -> Client:
        self.made += 1
        client = Client(self.made, user_id or f"u{self.made}", protocol, self.ledger.receiver())
        self.clients.append(client)
        self.ledger.ask(client.receiver)
        client.up.append(("join", room))
        return client

    def resume(self, client: Client) -> None:
        """The connection ends, and its player comes back on a new one, counting from 1."""
        room = client.live_in or "lobby"
        self.end(client)
        self.settle()
        self.connect(client.protocol, room, client.user_id)

    def end(self, client: Client) -> None:
        self.ledger.forget(client.receiver)
        self.truth.leave(client)
        client.live_in = ""
        self.clients.remove(client)
        client.down.clear()
        client.up.append(("end", None))
        while client.up:  # the server hears of it after the last steps
            self.serve(client)

    def go(self, client: Client, room: str) -> None:
        if client.live_in and client.live_in != room:
            self.ledger.ask(client.receiver)
            self.truth.leave(client)
            client.live_in = ""
            client.up.append(("go", room))

    def step(self, client: Client, direction: Direction) -> None:
        if not client.live_in:
            return
        client.seq += 1
        client.unmoved = False
        if client.cell is not None:
            client.cell = self.world.grid.step(client.cell, direction)
        members = [other for other in self.clients if other.live_in == client.live_in]
        self.now_s += 1
        move = self.ledger.sent(client.receiver, client.seq, self.now_s, self.now_s, client.cell)
        self.truth.send((client.number, client.seq), move, members)
        client.up.append(("step", Step(direction, client.seq)))

    def hear(self, client: Client, *, drop: bool = False) -> None:
        """One message arrives; or it is lost, if it tells of steps and of nothing else."""
        if not client.down:
            return
        message = client.down.popleft()
        self.now_s += 1
        update = message.update
        if drop and message.shows and not (isinstance(update, Delta) and _more_than_moves(update)):
            return
        client.mirror.apply(update)
        if message.room:
            assert isinstance(update, Delta | Status)
            client.live_in = message.room
            client.unmoved = True
            client.cell = client.mirror.cell
            client.ticks = {update.tick} if isinstance(update, Delta) else set()
            self.ledger.enter(client.receiver, client.user_id, message.room, update)
            return
        if client.live_in:
            if isinstance(update, Delta):
                self.truth.tick(client, update.tick)
            self.truth.hear(client, message.shows, self.now_s)
        match update:
            case Delta():
                self.ledger.saw(client.receiver, update, self.now_s)
            case Placed(user_id=user_id):
                if user_id == client.user_id and client.unmoved:
                    client.cell = update.cell  # our own arrival, or where we still are
                self.ledger.saw(client.receiver, update, self.now_s)
            case Removed():
                self.ledger.saw(client.receiver, update, self.now_s)

    def read(self, client: Client) -> None:
        """All positions that wait arrive in one read; without any, the next message."""
        messages = []
        while client.down and isinstance(client.down[0].update, Placed | Removed):
            messages.append(client.down.popleft())
        if len(messages) < 2 or not self.bursts:
            client.down.extendleft(reversed(messages))
            for _ in range(max(1, len(messages))):
                self.hear(client)
            return
        self.now_s += 1
        parts = tuple(message.update for message in messages)
        burst = self.made_bursts.setdefault(tuple(id(part) for part in parts), Burst(parts))
        client.mirror.apply(burst)
        for message in messages:
            part = message.update
            if client.live_in:
                self.truth.hear(client, message.shows, self.now_s)
            if isinstance(part, Placed) and part.user_id == client.user_id and client.unmoved:
                client.cell = part.cell
        self.ledger.saw(client.receiver, burst, self.now_s)

    def rush(self, client: Client, room: str = "") -> None:
        """Everybody takes two steps before anybody reads; one goes elsewhere, and reads last."""
        for turn, other in enumerate(self.clients * 2):
            if turn == len(self.clients) and room:
                self.go(client, room)
            self.step(other, [*Direction][(other.number + turn) % 4])
            while other.up:
                self.serve(other)
        for other in self.clients:
            if other is not client:
                self.read(other)

    def double(self, client: Client) -> None:
        """The next tick will come twice."""
        if client.down and _only_moves(client.down[0]):
            client.down.appendleft(client.down[0])

    def swap(self, client: Client) -> None:
        """The next two ticks overtake each other."""
        if len(client.down) > 1 and _only_moves(client.down[0]) and _only_moves(client.down[1]):
            client.down[0], client.down[1] = client.down[1], client.down[0]

    # What the server does

    def serve(self, client: Client) -> None:
        """The server takes in one request."""
        if not client.up:
            return
        kind, what = client.up.popleft()
        if kind == "join":
            self._tell(self.world.decide_join(client.user_id, str(what), self.rng))
            self._admit(client, str(what))
        elif kind == "go":
            client.served_in = ""
            self._tell(self.world.decide_go(client.user_id, str(what), self.rng))
            self._admit(client, str(what))
        elif kind == "end":
            client.served_in = ""
            self.by_id.pop(client.user_id, None)
            self._tell(self.world.decide_leave(client.user_id))
        else:
            assert isinstance(what, Step)
            self._tell([self.world.decide_step(client.user_id, what)])

    def tick(self, room: str) -> None:
        changes, told = self.changes[room], self.untold[room]
        if not changes:
            return
        if room not in self.world.rooms:
            changes.clear()
        else:
            delta = changes.flush(self.world.rooms[room])
            for client in self._served(room, TICKS):
                client.down.append(Message(delta, list(told)))
        told.clear()

    def _admit(self, client: Client, room: str) -> None:
        place, user_id = self.world.rooms[room], client.user_id
        self.by_id[user_id] = client
        client.served_in = room
        player = place.players[user_id]
        if client.protocol == TICKS:
            welcome = Welcome(user_id, player.symbol, self.world.grid, TICKS, "", room)
            client.down.append(Message(welcome))
            client.down.append(Message(full_delta(place), room=room))
            return
        client.down.append(Message(Welcome(user_id, player.symbol, self.world.grid)))
        players = [p for p in place.players.values() if self.own_in_status or p.user_id != user_id]
        state = Status({p.user_id: p.symbol for p in players}, {p.user_id: p.cell for p in players})
        client.down.append(Message(state, room=room))
        client.down.append(Message(Placed(user_id, player.symbol, player.cell)))

    def _tell(self, changes: list[Change]) -> None:
        for change in changes:
            self.world.apply(change)
            room, user_id = change.room, change.user_id
            self.changes[room].add(change)
            shows: list[Stepped] = []
            update: Update
            if isinstance(change, Left):
                update = Removed(user_id)
            else:
                player = self.world.rooms[room].players[user_id]
                update = Placed(user_id, player.symbol, change.cell)
                if not isinstance(change, Joined):
                    shows = [(self.by_id[user_id].number, change.seq)]
            self.untold[room] += shows
            for client in self._served(room, DEMO):
                client.down.append(Message(update, shows))

    def _served(self, room: str, protocol: int) -> list[Client]:
        return [c for c in self.clients if (c.served_in, c.protocol) == (room, protocol)]

    # Programs

    def settle(self) -> None:
        """Everything under way arrives."""
        for client in self.clients:
            while client.up:
                self.serve(client)
        for room in ROOMS:
            self.tick(room)
        for client in self.clients:
            while client.down:
                self.hear(client)

    def run(self, program: list[tuple[object, ...]], *, lossy: int = 0) -> None:
        """Carry out acts; `lossy` is the number of a client whose channel may lose messages."""
        for act, who, arg in program:
            if act == "connect":
                if len(self.clients) < 5:
                    protocol, room = arg  # type: ignore[misc]
                    self.connect(protocol, room)
                continue
            if act == "tick":
                self.tick(str(arg))
                continue
            if not self.clients:
                continue
            client = self.clients[int(str(who)) % len(self.clients)]
            match act:
                case "step":
                    self.step(client, Direction(str(arg)))
                case "go":
                    self.go(client, str(arg))
                case "end":
                    self.end(client)
                case "resume":
                    self.resume(client)
                case "serve":
                    for _ in range(int(str(arg))):
                        self.serve(client)
                case "hear":
                    for _ in range(int(str(arg))):
                        self.hear(client)
                case "read":
                    self.read(client)
                case "rush":
                    self.rush(client)
                case "away":
                    self.rush(client, str(arg))
                case "drop":
                    self.hear(client, drop=client.number == lossy)
                case "double":
                    self.double(client)
                case "swap":
                    self.swap(client)


def _only_moves(message: Message) -> bool:
    update = message.update
    return isinstance(update, Delta) and bool(message.shows) and not _more_than_moves(update)


def _more_than_moves(delta: Delta) -> bool:
    return bool(delta.joins or delta.leaves or delta.full)
