"""Whatever way one comes to a moment of a recording, it is as if all until then had been played.

Not here: positions that move by themselves (`test_deck`), what is on the screen
(`tests/tui/replay`).
"""

from dataclasses import dataclass
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import OWN_ID, InMemory, asked, entries, heard, live, recording, state

from gridcli.core.geometry import Cell, Grid
from gridcli.core.lookahead import Lookahead, Place
from gridcli.core.marks import Mark
from gridcli.core.mirror import Mirror
from gridcli.core.playback import Cursor, Timeline
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.requests import Hello
from gridcli.core.protocol.updates import Chat, Delta, Echo, Joiner, Welcome
from gridcli.core.recording import Entry, Flow, encode_entry
from gridcli.core.views import opened
from gridcli.core.witness import Witness

MUCH = 10**9


class Saved(NamedTuple):
    """What a `Watching` knew."""

    witness: Witness
    taken: int

    def __len__(self) -> int:
        return len(self.witness)


@dataclass
class Watching:
    """A stage that does nothing but watch, and counts what it took in."""

    witness: Witness
    taken: int = 0

    def take(self, entry: Entry) -> Mark | None:
        self.witness.take(entry)
        self.taken += 1
        return self.witness.mark

    def save(self) -> Saved:
        return Saved(self.witness.copy(), self.taken)

    def restore(self, saved: Saved) -> None:
        self.witness, self.taken = saved.witness.copy(), saved.taken


def timeline_of(data: bytes, *, spacing: int = 2**19, held: int = 10**6) -> Timeline[Saved]:
    source = InMemory(data)
    start = opened(source)[1]
    return Timeline(source, 0, start, Watching(Witness()), spacing=spacing, held=held)


def cursor_of(timeline: Timeline[Saved]) -> tuple[Cursor[Saved], Watching]:
    stage = Watching(Witness())
    return Cursor(timeline, stage), stage


def known(mirror: Mirror) -> dict[str, object]:
    """All that a mirror knows, as a value."""
    scene, contest = mirror.scene, mirror.contest
    return vars(mirror) | {
        "scene": (dict(scene.who), dict(scene.cells), dict(scene.seqs), scene.tick),
        "contest": None if contest is None else {**vars(contest)},
    }


def everything(witness: Witness) -> dict[str, object]:
    """All that a witness knows, as a value."""
    whereabouts = witness._whereabouts
    return vars(witness) | {
        "mirror": known(witness.mirror),
        "_whereabouts": whereabouts.going_to,
        "same": whereabouts.mirror is witness.mirror,
        "mark": None,  # of the last entry alone
    }


def played_to(played: list[Entry], time_s: float) -> Watching:
    """What is known when all until a time has been taken in, one after the other."""
    stage = Watching(Witness())
    for entry in played:
        if entry.player == 0 and entry.time_s <= time_s:
            stage.take(entry)
    return stage


TARGETS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 400)), min_size=1, max_size=8)


@given(entries(), TARGETS, st.integers(1, 2000), st.sampled_from([0, 10, 30, 10**6]), st.data())
def test_seeking_is_playing_to_there(
    played: list[Entry],
    targets: list[tuple[int, int]],
    spacing: int,
    held: int,
    data: st.DataObject,
) -> None:
    timeline = timeline_of(recording(played), spacing=spacing, held=held)
    cursor, stage = cursor_of(timeline)
    for half_quarters, read_on in targets:
        timeline.read_on(read_on)  # seeking need not wait for all to be read
        time_s = half_quarters / 8
        work = data.draw(st.sampled_from([1, 100, MUCH]))
        for _ in range(1000):
            there = cursor.go(time_s, work)
            # On the way it is where it says, too.
            assert cursor.time_s <= time_s
            if there:
                break
        assert there
        expected = played_to(played, time_s)
        assert everything(stage.witness) == everything(expected.witness)
        assert stage.taken == expected.taken


@given(entries(), st.integers(1, 500))
def test_a_timeline_is_read_once_to_its_end_whatever_the_pieces(
    played: list[Entry], piece: int
) -> None:
    data = recording(played)
    timeline, other = timeline_of(data), timeline_of(data)
    seen_s = [timeline.known_s]
    while not timeline.whole:
        timeline.read_on(piece)
        seen_s.append(timeline.known_s)
    other.read_on(MUCH)
    assert other.whole
    assert seen_s == sorted(seen_s)
    assert timeline.known_s == other.known_s == max((e.time_s for e in played), default=0.0)
    assert (timeline.cut_off, timeline.trouble) == (False, "")
    for mark in Mark:
        assert timeline.marks.times_s(mark) == other.marks.times_s(mark)


@given(entries(), st.integers(1, 400), st.integers(0, 100))
def test_of_what_is_kept_there_is_never_more_than_said(
    played: list[Entry], spacing: int, held: int
) -> None:
    timeline = timeline_of(recording(played), spacing=spacing, held=held)
    timeline.read_on(MUCH)
    first, *others = timeline.before(1e9)
    assert first.saved.taken == 0, "there is always one before everything"
    assert sum(len(kept.saved) for kept in others) <= held
    places = [kept.place for kept in (first, *others)]
    assert places == sorted(places)


@given(entries(), st.integers(0, 60), st.integers(1, 300))
def test_single_steps_go_to_the_next_thing_that_shows_and_back(
    played: list[Entry], half_quarters: int, spacing: int
) -> None:
    time_s = half_quarters / 8
    timeline = timeline_of(recording(played), spacing=spacing)
    timeline.read_on(MUCH)
    cursor, stage = cursor_of(timeline)
    cursor.go(time_s, MUCH)
    shown_s = sorted(
        {e.time_s for e in played if e.player == 0 and e.flow is Flow.IN and _shows(e)}
    )
    before = [s for s in shown_s if s <= time_s]
    assert cursor.previous_s() == (before[-2] if len(before) > 1 else 0.0)
    after = [s for s in shown_s if s > time_s]
    reached_s = cursor.step(MUCH)
    assert reached_s == cursor.time_s
    if after:
        assert reached_s == after[0]
    assert stage.taken == played_to(played, reached_s).taken


def _shows(entry: Entry) -> bool:
    return entry.event in {
        heard(0, update).event for update in (Delta(1, 1), Chat("a", "a", "a"))
    } | {"grid_status", "user_position", "users_connected", "notice", "emote", "game"}


def test_marks_are_where_somebody_came_spoke_or_the_connection_broke() -> None:
    people = [Joiner(OWN_ID, "K", Cell(1, 1), "ada"), Joiner("ann", "B", Cell(2, 2), "ann")]
    ben = [Joiner("ben", "B", Cell(2, 2), "ben")]
    timeline = timeline_of(
        recording(
            [
                heard(0.1, Welcome(OWN_ID, "K", Grid(5, 5), TICKS, "ada", "lobby")),
                heard(0.2, Delta(1, 2, full=True, joins=people)),
                live(0.3),
                heard(1.0, Delta(2, 3, joins=ben)),
                heard(2.0, Chat("ben", "ben", "hi")),
                state(3.0, "reconnecting", attempt=1, wait_s=0.5, reason="gone"),
                state(4.0, "reconnecting", attempt=2, wait_s=0.5, reason="gone"),
                heard(5.0, Delta(9, 3, full=True, joins=people + ben)),
                live(5.0),
                heard(6.0, Delta(10, 3, leaves=[OWN_ID], joins=people[:1])),
                state(7.0, "offline", reason="closed by us"),
            ]
        )
    )
    timeline.read_on(MUCH)
    marks = timeline.marks
    assert {mark: list(marks.times_s(mark)) for mark in Mark} == {
        Mark.JOINED: [1.0],
        Mark.CHAT: [2.0],
        Mark.LOST: [3.0],
    }
    assert [marks.within(s, s + 1) for s in range(8)] == [
        None, Mark.JOINED, Mark.CHAT, Mark.LOST, None, None, None, None
    ]  # fmt: skip
    assert marks.within(0, 10) is Mark.LOST
    assert len(marks) == 3


def test_others_lines_are_passed_over_in_pieces_and_at_little_cost() -> None:
    other = [Entry(float(n), 1, Flow.OUT, "x", "y" * 100) for n in range(1, 1000)]
    played = [heard(0.0, Welcome(OWN_ID, "K", Grid(5, 5))), *other, heard(1000.0, Echo(OWN_ID))]
    reader = Lookahead(InMemory(recording(played)), 0, opened(InMemory(recording(played)))[1])
    assert reader.look(MUCH) is not None
    reader.move_on()
    own = reader.work
    assert reader.look(own + 1000) is None
    assert not reader.ended
    assert 0 < reader.place.time_s < 1000
    found = reader.look(MUCH)
    assert found is not None
    assert found.time_s == 1000.0
    assert reader.work - own < len(recording(other)) / 10


def test_lines_as_others_might_write_them_are_read_as_well() -> None:
    spaced = b'{ "player": 0, "time_s": 2, "direction": "in", "event": "a" }\n'
    foreign = b'{ "player": 1, "time_s": 3, "direction": "in", "event": "b" }\n'
    plain = encode_entry(Entry(1.0, 0, Flow.IN, "c"))
    data = recording([]) + spaced + foreign + b"\n" + plain
    reader = Lookahead(InMemory(data), 0, opened(InMemory(data))[1])
    found = []
    while (entry := reader.look(MUCH)) is not None:
        found.append((entry.event, entry.time_s))
        reader.move_on()
    assert found == [("a", 2.0), ("c", 3.0)], "in the file's order, and no time goes back"
    assert reader.ended
    assert not reader.cut_off
    assert reader.place == Place(len(data), 5, 3.0)


@pytest.mark.parametrize(
    ("end", "cut_off", "trouble"),
    [
        (b"", False, ""),
        (b'{"time_s":9,"pla', True, ""),
        (b'{"time_s":9,"pla\n', True, ""),
        (b'{"time_s":9,"pla\n{}\n', False, "line 4 is not JSON"),
        (b'{"time_s":9}\n{}\n', False, "line 4: 'direction' is missing, or not what it should be"),
        (encode_entry(heard(9.0, Echo(OWN_ID)))[:-1], True, ""),
        (encode_entry(heard(9.0, Echo(OWN_ID), player=1))[:-1], True, ""),
    ],
)
def test_a_file_that_ends_badly_is_played_up_to_there(
    end: bytes, cut_off: bool, trouble: str
) -> None:
    played = [asked(1.0, Hello()), heard(2.0, Echo(OWN_ID))]
    timeline = timeline_of(recording(played) + end)
    cursor, stage = cursor_of(timeline)
    timeline.read_on(MUCH)
    assert timeline.whole
    assert (timeline.cut_off, timeline.trouble) == (cut_off, trouble)
    assert cursor.go(100.0, MUCH)
    whole = end.endswith(b"}") and b'"player":0' in end
    assert stage.taken == len(played) + whole
