"""Recordings become bots that do the same at the same times, without a network.

Not here: the format (`tests/core/test_recording`), whole commands (`test_replay_command`).
"""

import asyncio
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.player import Player
from bots.replay import Action, Part, Replay, load_replay
from gridcli.core.errors import Refusal, SetupError
from gridcli.core.geometry import Direction
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.requests import GoTo, Say
from gridcli.core.recording import LIVE, Entry, Flow, Header, encode_entry, encode_header
from gridcli.core.schedule import Timetable

HEADER = Header("2026-11-22T10:00:00+00:00", "play", "0.1.0", "http://127.0.0.1:1", players=2)
UP, DOWN, LEFT, RIGHT = Direction


def state(time_s: float, player: int, event: str) -> Entry:
    return Entry(time_s, player, Flow.STATE, event, {})


def out(time_s: float, player: int, event: str, payload: object) -> Entry:
    return Entry(time_s, player, Flow.OUT, event, payload)


ENTRIES = [
    state(0.0, 0, "connecting"),
    out(0.1, 0, "connect", {"protocol": 2, "room": "den"}),
    out(0.2, 0, "join", {"room": "den"}),  # the link's own way into its room
    state(0.3, 0, LIVE),
    out(0.5, 0, "movement", {"direction": "up", "seq": 1}),
    state(0.6, 1, "connecting"),
    Entry(0.7, 0, Flow.IN, "movement", {"direction": "down"}),
    out(0.8, 0, "message", {}),
    state(0.9, 1, LIVE),
    out(1.0, 1, "movement", {"direction": "left"}),
    out(1.5, 0, "chat", {"text": "hello"}),
    out(1.6, 0, "movement", {"direction": "sideways"}),
    state(1.7, 0, "reconnecting"),
    out(1.8, 0, "join", {"room": "den"}),
    state(1.9, 0, LIVE),
    out(2.0, 0, "join", {"room": "hall"}),
    out(2.5, 0, "leave", {}),
    out(3.0, 0, "movement", {"direction": "right", "seq": 1}),
    out(3.1, 0, "disconnect", None),
]


def write(path: Path, entries: list[Entry]) -> Path:
    path.write_bytes(b"".join([encode_header(HEADER), *map(encode_entry, entries)]))
    return path


class Table:
    """Takes a player's turns by the replay's timetable, at once, and notes what was done.

    Args:
        away_s: from when until when the player has no connection.
        refuses: whether everything that can be refused is.
    """

    def __init__(
        self,
        timetable: Timetable,
        number: int = 0,
        away_s: tuple[float, float] = (0, 0),
        refuses: bool = False,
    ) -> None:
        self.player = Player(self, Mirror(), number, Random(1))
        self.done: list[tuple[float, Action]] = []
        self.missed = 0
        self._timetable = timetable
        self._now_s = 0.0
        self._away_s = away_s
        self._refuses = refuses

    def _turn(self) -> None:
        leaves_s, back_s = self._away_s
        if leaves_s < self._now_s < back_s:
            self._now_s = back_s
            self.missed += self._timetable.skip_to(back_s)
        self._now_s = max(self._now_s, self._timetable.next_s())

    async def take_step(self, direction: Direction) -> None:
        self._turn()
        self.done.append((self._now_s, direction))

    async def pass_turn(self) -> None:
        self._turn()

    async def say(self, text: str) -> None:
        self._ask(Say(text))

    async def go_to(self, room: str) -> None:
        self._ask(GoTo(room))

    def _ask(self, action: Action) -> None:
        self.done.append((self._now_s, action))
        if self._refuses:
            raise Refusal("rate-limited", "not so fast")


@pytest.mark.parametrize("refuses", [False, True])
@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_each_player_does_what_it_did_at_its_times(
    tmp_path: Path, speed: float, refuses: bool
) -> None:
    replay = load_replay(write(tmp_path / "game.jsonl", ENTRIES), speed)
    assert replay.header == HEADER
    assert not replay.cut_off
    assert [part.came_s for part in replay.parts] == [0.0, 0.6]
    assert 3.0 / speed < replay.length_s < 3.0 / speed + 0.1
    done = []
    for number in range(2):
        table = Table(replay.timetable(number, 100.0), number, refuses=refuses)
        asyncio.run(replay.script(table.player))
        done.append(table.done)
    first: list[tuple[float, Action]] = [
        (0.5, UP),
        (1.5, Say("hello")),
        (2.0, GoTo("hall")),
        (2.5, GoTo("lobby")),
        (3.0, RIGHT),
    ]
    assert done == [
        [(100.0 + time_s / speed, action) for time_s, action in actions]
        for actions in (first, [(1.0, LEFT)])
    ]


def replay_of(actions: list[tuple[float, Action]]) -> Replay:
    part = Part(0.0)
    for time_s, action in actions:
        part.times_s.append(time_s)
        part.actions.append(action)
    return Replay(HEADER, [part], 1.0)


def test_what_was_missed_is_left_out_but_for_the_last_change_of_rooms() -> None:
    replay = replay_of(
        [
            (1.0, UP),
            (2.0, LEFT),
            (3.0, GoTo("den")),
            (4.0, Say("hello")),
            (5.0, GoTo("hall")),
            (6.0, DOWN),
            (8.0, RIGHT),
            (9.0, DOWN),
        ]
    )
    table = Table(replay.timetable(0, 0.0), away_s=(0.5, 7.0))
    asyncio.run(replay.script(table.player))
    # The step that was waiting for its turn takes the next one that there is.
    assert table.done == [(1.0, UP), (8.0, LEFT), (8.0, GoTo("hall")), (9.0, DOWN)]
    assert table.missed == 5


ACTIONS = st.sampled_from(list(Direction)) | st.builds(Say, st.just("x"))
TIMES = st.lists(st.floats(0, 1e4), max_size=40).map(sorted)


@given(TIMES, st.data(), st.floats(0, 1e4), st.floats(0, 1e4))
def test_each_action_is_done_once_or_missed(
    times_s: list[float], data: st.DataObject, leaves_s: float, away_s: float
) -> None:
    actions = [(time_s, data.draw(ACTIONS)) for time_s in times_s]
    replay = replay_of(actions)
    table = Table(replay.timetable(0, 0.0), away_s=(leaves_s, leaves_s + away_s))

    async def play() -> None:
        await replay.script(table.player)

    asyncio.run(play())
    assert len(table.done) + table.missed in (len(actions), len(actions) + 1)
    planned = [action for _, action in actions]
    if not table.missed:
        assert [action for _, action in table.done] == planned
    else:
        kept = iter(planned)
        assert all(action in kept for _, action in table.done), "in another order"


def test_who_was_never_live_is_there_all_the_same(tmp_path: Path) -> None:
    entries = [state(0.0, 5, "connecting"), state(0.5, 2, "connecting"), state(0.6, 2, "refused")]
    replay = load_replay(write(tmp_path / "game.jsonl", entries))
    assert [part.came_s for part in replay.parts] == [0.0, 0.5]
    assert replay.length_s < 0.1


def test_a_cut_off_recording_plays_up_to_its_end(tmp_path: Path) -> None:
    path = write(tmp_path / "game.jsonl", ENTRIES)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"hall") + 2])
    replay = load_replay(path)
    assert replay.cut_off
    assert [part.actions for part in replay.parts] == [[UP, Say("hello")], [LEFT]]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read .*game.jsonl: no such file or directory"),
        (b"", "game.jsonl: line 1 is not the header"),
        (b'{"gridcli_recording":9}\n', "game.jsonl: .* version 9; this gridcli reads version 1"),
        (encode_header(HEADER), "game.jsonl: nobody plays"),
        (encode_header(HEADER) + b"{\n{}\n", "game.jsonl: line 2 is not JSON"),
    ],
    ids=["missing", "empty", "version", "nobody", "broken"],
)
def test_what_cannot_be_replayed_says_so(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "game.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SetupError, match=said):
        load_replay(path)
    with pytest.raises(SetupError, match="is a directory"):
        load_replay(tmp_path)
