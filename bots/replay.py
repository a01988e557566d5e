"""Play a recording again: each recorded player becomes a bot that does the same at the same times.

Steps, lines of chat and changes of rooms keep their recorded times, divided by the speed, as
intended times; all bots are there when it starts. Not here: reading a recording
(`gridcli.core.reading`, `gridcli.link.recorded`), sending on time (`bots.bot`).
"""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from gridcli.core.errors import Refusal, SetupError
from gridcli.core.geometry import Direction
from gridcli.core.protocol.requests import GoTo, Say, Step
from gridcli.core.reading import request_of
from gridcli.core.recording import LIVE, Entry, Flow, Header
from gridcli.core.schedule import Timetable
from gridcli.link.recorded import recorded

from .player import Player

_LAST_S = 0.05
"""How much later than its last action a replay ends, so that it is still sent."""

Action = Direction | Say | GoTo


@dataclass(slots=True)
class Part:
    """What one player did: an action for each time, in seconds of the recording, in order.

    `came_s` is when it first came in, or tried to.
    """

    came_s: float
    times_s: "array[float]" = field(default_factory=lambda: array("d"))
    actions: list[Action] = field(default_factory=list)


class Replay:
    """A recording, ready to be played by one bot for each player in it.

    Args:
        header: the recording's.
        parts: its players, in the order in which they came.
        speed: how many times as fast it goes.
        cut_off: whether the recording lacks its end.
    """

    def __init__(
        self, header: Header, parts: list[Part], speed: float, *, cut_off: bool = False
    ) -> None:
        self.header = header
        self.parts = parts
        self.speed = speed
        self.cut_off = cut_off
        self._timetables: dict[int, Timetable] = {}

    @property
    def length_s(self) -> float:
        """How long the replay takes, in seconds from its start: just past the last action."""
        ends_s = (part.times_s[-1] for part in self.parts if part.times_s)
        return max(ends_s, default=0.0) / self.speed + _LAST_S

    def timetable(self, number: int, start_s: float) -> Timetable:
        """The turns of one bot, and the thread that `script` follows.

        Args:
            number: the bot's, from 0.
            start_s: when the replay started, by the clock that the bots wait by.
        """
        times_s = self.parts[number].times_s
        timetable = Timetable(times_s, start_s, self.speed)
        self._timetables[number] = timetable
        return timetable

    async def script(self, player: Player) -> None:
        """What each bot plays, once it has its `timetable`; ends with the player's last action.

        Every action takes one turn. After a lost connection what was missed is left out; only the
        last change of rooms is made up for, as all that follows happens there.
        """
        timetable, actions = self._timetables[player.number], self.parts[player.number].actions
        while (turn := timetable.taken) < len(actions):
            action = actions[turn]
            if isinstance(action, Direction):
                await player.move(action)
            else:
                await player.rest()
                await _do(player, action)
            missed = actions[turn + 1 : timetable.taken]
            moved = [action for action in missed if isinstance(action, GoTo)]
            if moved:
                await _do(player, moved[-1])


async def _do(player: Player, action: Say | GoTo) -> None:
    try:
        match action:
            case Say(text):
                await player.say(text)
            case GoTo(room):
                await player.go_to(room)
    except Refusal:
        pass  # what a server refuses at four times the speed, it refuses; the others play on


def load_replay(path: Path, speed: float = 1.0) -> Replay:
    """Read a recording into what each of its players did.

    Raises:
        SetupError: the file can't be read, is no recording, or nobody plays in it.
    """
    with recorded(path) as file:
        reading = file.reading()
        parts = _parts(reading)
    if not parts:
        raise SetupError(f"{path}: nobody plays in this recording")
    return Replay(reading.header, parts, speed, cut_off=reading.cut_off)


def _parts(entries: Iterable[Entry]) -> list[Part]:
    parts: dict[int, Part] = {}
    live: set[int] = set()
    for entry in entries:
        if entry.flow is Flow.STATE:
            parts.setdefault(entry.player, Part(entry.time_s))
            (live.add if entry.event == LIVE else live.discard)(entry.player)
        # What a link sends before it is live, to connect or to come back, a bot's own link sends.
        elif entry.flow is Flow.OUT and entry.player in live:
            part = parts[entry.player]
            action = _action(entry)
            if action is not None:
                latest_s = part.times_s[-1] if part.times_s else 0.0
                part.times_s.append(max(entry.time_s, latest_s))
                part.actions.append(action)
    return [parts[number] for number in sorted(parts, key=lambda n: (parts[n].came_s, n))]


def _action(entry: Entry) -> Action | None:
    """What a request does on the grid; None where it does nothing, or would be refused."""
    match request_of(entry):
        case Step(direction):
            return direction
        case Say() | GoTo() as request:
            return request
    return None
