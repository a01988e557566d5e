"""A link without a network: a real `Mirror`, fed by the test with real updates."""

from collections.abc import Sequence
from dataclasses import replace

from gridcli.core.errors import Refusal
from gridcli.core.geometry import DEFAULT_GRID, Cell, Direction, Grid
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.answers import RoomInfo
from gridcli.core.protocol.names import BAD_PAYLOAD
from gridcli.core.protocol.updates import Chat, Delta, Emote, Joiner, Update, Welcome
from gridcli.link.states import Connecting, Live, NotLive, Refused, State
from gridcli.link.target import Target
from gridcli.tui.game import Game

OWN_ID = "me"
Person = tuple[str, str, Cell, str]


class FakeLink:
    """What the screen asks of a link; the test plays the server."""

    def __init__(self, game: Game) -> None:
        self.mirror = Mirror()
        self.state: State = Live()
        self.protocol = 2
        self.transport = "websocket"
        self.place = ""
        self.steps: list[Direction] = []
        self.said: list[str] = []
        self.went: list[str] = []
        self.shown: list[str] = []
        self.listed: Sequence[RoomInfo] | None = None
        """What the server answers to who asks for its rooms; None where it has no list."""
        self.opened = 0
        self.target = Target("http://127.0.0.1:8765", spectate=game.spectate)
        self.became: list[bool] = []
        self.refusal: Refusal | None = None
        self._game = game
        game.join(self)

    async def open(self) -> None:
        self.opened += 1
        self.enter(Live())

    async def close(self) -> None:
        self.enter(Live())

    def step(self, direction: Direction) -> int:
        if not isinstance(self.state, Live):
            raise NotLive("not connected")
        self.steps.append(direction)
        return len(self.steps)

    async def go_to(self, room: str) -> None:
        self._refuse()
        self.went.append(room)
        mirror = self.mirror
        self.feed(Welcome(mirror.user_id, mirror.symbol, mirror.grid, 2, mirror.name, room))
        self.feed(everyone([(mirror.user_id, mirror.symbol, Cell(3, 3), mirror.name)]))

    async def become(self, *, name: str, symbol: str, spectate: bool) -> None:
        self.became.append(spectate)
        self.enter(Connecting())
        if self.refusal is not None:
            refusal, self.refusal = self.refusal, None
            self.enter(Refused(refusal.code, refusal.text))
            raise refusal
        mirror = self.mirror
        people = [
            (user_id, who.symbol, mirror.cells[user_id], who.name)
            for user_id, who in mirror.who.items()
            if user_id != mirror.user_id
        ]
        self.target = replace(self.target, name=name, symbol=symbol, spectate=spectate)
        if spectate:
            self.feed(Welcome("watcher", "", self.mirror.grid, 2, "", self.mirror.room))
        else:
            self.feed(Welcome(OWN_ID, symbol or "K", self.mirror.grid, 2, name, self.mirror.room))
            people.append((OWN_ID, symbol or "K", Cell(10, 5), name))
        self.feed(everyone(people))
        self.enter(Live())

    async def say(self, text: str) -> None:
        self._refuse()
        self.said.append(text)
        self.feed(Chat(self.mirror.user_id, self.mirror.name, text))

    async def show(self, emote: str) -> None:
        self._refuse()
        self.shown.append(emote)
        self.feed(Emote(self.mirror.user_id, emote))

    async def rooms(self) -> Sequence[RoomInfo]:
        self._refuse()
        if self.listed is None:
            raise Refusal(BAD_PAYLOAD, "this server has no list of rooms")
        return self.listed

    async def probe(self) -> float:
        return 0.0042

    def feed(self, update: Update, at_s: float | None = None) -> None:
        """One update from the server."""
        self.mirror.apply(update)
        self._game.updated(update, self._game.clock() if at_s is None else at_s)

    def enter(self, state: State) -> None:
        """A new state of the connection."""
        self.state = state
        self._game.state_changed(state)

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal


def everyone(people: Sequence[Person], tick: int = 1) -> Delta:
    """A full state of these players."""
    return Delta(tick, len(people), full=True, joins=[Joiner(*person) for person in people])


def moved(link: FakeLink, user_id: str, cell: Cell, seq: int = 0) -> Delta:
    """The next tick, in which one player moved."""
    return Delta(
        link.mirror.tick + 1, link.mirror.users, cells={user_id: cell}, seqs={user_id: seq}
    )


class StillClock:
    """Seconds that pass only when the test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


PEOPLE = [
    (OWN_ID, "K", Cell(10, 5), "ada"),
    ("u-bob", "B", Cell(3, 2), "bob"),
    ("u-cyd", "X", Cell(17, 9), "cyd"),
    ("u-dee", "D", Cell(12, 5), "D"),
    ("u-eve", "Z", Cell(3, 2), "eve"),
]


def started_game(
    *,
    grid: Grid = DEFAULT_GRID,
    people: Sequence[Person] = PEOPLE,
    spectate: bool = False,
) -> tuple[Game, FakeLink, StillClock]:
    """A game that is live in the lobby with a few people in it."""
    clock = StillClock()
    game = Game(spectate=spectate, clock=clock)
    link = FakeLink(game)
    own_id = "" if spectate else OWN_ID
    link.feed(Welcome(own_id, "K", grid, 2, "ada", "lobby"))
    link.feed(everyone(people))
    return game, link, clock


def walked_game(steps: int) -> tuple[Game, FakeLink]:
    """The same after so many steps to the right. Its clock stands still then: no ping comes."""
    game, link, clock = started_game()
    for seq in range(1, steps + 1):
        game.step(Direction.RIGHT)
        clock.now_s += 0.008 * seq
        link.feed(moved(link, OWN_ID, Cell(10 + seq, 5), seq))
    return game, link
