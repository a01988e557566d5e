"""A recording shows what its player saw: at its end, and at any moment, however one came there.

Not here: what is known of the room alone (`tests/core/test_playback`), keys (`test_replay_keys`).
"""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recordings import HEADER, OWN_ID, InMemory, asked, entries, heard, live, recording, state
from servers import Server
from waiting import until

from gridcli.core.geometry import Cell, Direction, Grid
from gridcli.core.playback import Cursor, Timeline
from gridcli.core.protocol.names import TICKS
from gridcli.core.protocol.requests import Hello, Say, Step
from gridcli.core.protocol.updates import Delta, Echo, Joiner, Placed, Status, Welcome
from gridcli.core.recording import ACK, Entry, Flow
from gridcli.core.views import opened
from gridcli.link.link import Link
from gridcli.link.recorded import recorded
from gridcli.link.recorder import Recorder
from gridcli.link.states import Live, Offline, Reconnecting, State
from gridcli.link.target import Target
from gridcli.tui.game import Game
from gridcli.tui.replay.link import ReplayLink
from gridcli.tui.replay.showing import Saved, Showing

from .plain import plain

MUCH = 10**9


class Shown:
    """A game that is shown, with its link and its stage."""

    def __init__(self) -> None:
        self.link = ReplayLink()
        self.game = Game(spectate=True, recorded=True, clock=lambda: self.link.now_s)
        self.game.join(self.link)
        self.stage = Showing(self.game, self.link)

    def knows(self) -> object:
        """All that it knows, as a value, but for what is the watcher's own."""
        own = {
            "link",
            "clock",
            "wake",
            "urgent",
            "spectate",
            "recorded",
            "walk",
            "follow",
            "_marks",
        }
        return plain(
            {
                "game": {key: one for key, one in vars(self.game).items() if key not in own},
                "link": {key: one for key, one in vars(self.link).items() if key != "mirror"},
                "connection": self.stage.save().connection,
            }
        )


def after(played: list[Entry], time_s: float = 1e9) -> Shown:
    """What is shown when all until a time was taken in, one after the other."""
    shown = Shown()
    for entry in played:
        if entry.player == 0 and entry.time_s <= time_s:
            shown.stage.take(entry)
    return shown


@given(
    entries(),
    st.lists(st.integers(0, 60), min_size=1, max_size=8),
    st.integers(1, 2000),
    st.integers(0, 2000),
)
def test_the_whole_screen_is_as_it_was_whatever_the_seeks(
    played: list[Entry], targets: list[int], spacing: int, held: int
) -> None:
    source = InMemory(recording(played))
    shown = Shown()
    start = opened(source)[1]
    timeline: Timeline[Saved] = Timeline(
        source, 0, start, Shown().stage, spacing=spacing, held=held
    )
    timeline.read_on(MUCH)
    cursor = Cursor(timeline, shown.stage)
    for half_quarters in targets:
        time_s = half_quarters / 8
        assert cursor.go(time_s, MUCH)
        expected = after(played, time_s)
        expected.link.now_s = shown.link.now_s  # the time of day is not what is compared
        assert shown.knows() == expected.knows()


class Played:
    """A player on a real server, its game, and what is recorded of it."""

    def __init__(self, server: Server, recorder: Recorder, room: str, protocol: int) -> None:
        self.game = Game()
        self.states: list[State] = []
        self.link = Link(
            Target(server.url, "ann", room, protocol=protocol),
            on_update=self.game.updated,
            on_state=self._changed,
            record=recorder.track(0),
        )
        self.game.join(self.link)

    def _changed(self, state: State) -> None:
        self.states.append(state)
        self.game.state_changed(state)


@pytest.mark.parametrize("protocol", [1, 2])
def test_a_real_game_is_shown_as_it_was(grid_server: Server, tmp_path: Path, protocol: int) -> None:
    path = tmp_path / "game.jsonl"
    seen: dict[str, object] = {}
    room = f"shown-{protocol}"

    async def play() -> None:
        recorder = Recorder(path, HEADER, pytest.fail)
        ann = Played(grid_server, recorder, room, protocol)
        ben = Link(Target(grid_server.url, "ben", room))
        await ann.link.open()
        for direction in (Direction.UP, Direction.LEFT, Direction.DOWN):
            assert ann.game.step(direction)
        await until(lambda: len(_latest_ms(ann.game)) == 3, "the steps to be seen")
        await ben.open()
        await until(lambda: len(ann.link.mirror.who) == 2, "ben")
        if protocol == TICKS:
            await ben.say("hello [b]there[/b]")
            await until(lambda: len(ann.game.journal) > 1, "what ben says")
        await ann.link.go_to(f"{room}-2")
        await ben.go_to(f"{room}-2")
        await until(lambda: len(ann.link.mirror.who) == 2, "ben again")
        seen.update(_seen(ann.game), room=ann.link.mirror.room, transport=ann.link.transport)
        await ann.link.close()
        await ben.close()
        await recorder.close()

    asyncio.run(play())
    shown = Shown()
    with recorded(path) as file:
        for entry in file.reading():
            shown.stage.take(entry)
        told = _seen(shown.game) | {"room": shown.link.mirror.room}
        told["transport"] = shown.link.transport
    live_ms, shown_ms = seen.pop("samples_ms"), told.pop("samples_ms")
    assert told == seen
    # The one is from the call to the callback, the other from frame to frame.
    assert isinstance(live_ms, list)
    assert shown_ms == pytest.approx(live_ms, abs=25)
    assert told["room"] == f"{room}-2"
    assert isinstance(shown.link.state, Live)


def _seen(game: Game) -> dict[str, object]:
    mirror = game.mirror
    return {
        "journal": [plain(entry) for entry in game.journal],
        "cells": dict(mirror.cells),
        "who": dict(mirror.who),
        "me": (mirror.user_id, mirror.symbol, mirror.name, mirror.users, mirror.protocol),
        "samples_ms": _latest_ms(game),
    }


def _latest_ms(game: Game, kind: str = "seen") -> list[float]:
    """The last few latencies, where it is those of this kind that are shown."""
    figures = game.pulse.figures(game.clock())
    return [] if figures is None or figures.kind != kind else list(figures.latest)


def test_steps_and_questions_have_their_recorded_latency() -> None:
    welcome = heard(0.0, Welcome(OWN_ID, "K", Grid(9, 9), TICKS, "ada", "den"))
    people = heard(0.0, Delta(0, 1, full=True, joins=[Joiner(OWN_ID, "K", Cell(1, 1), "ada")]))
    pinged = after([welcome, people, asked(1.0, Hello()), heard(1.25, Echo(OWN_ID))])
    assert _latest_ms(pinged.game, "ping") == [250.0]
    seen = Delta(1, 1, cells={OWN_ID: Cell(3, 1)}, seqs={OWN_ID: 2})
    steps = [asked(2.0, Step(Direction.RIGHT, 1)), asked(2.5, Step(Direction.RIGHT, 2))]
    stepped = after([welcome, people, *steps, heard(3.0, seen)])
    assert _latest_ms(stepped.game) == [1000.0, 500.0]


def test_in_protocol_1_steps_are_seen_in_their_order() -> None:
    welcome = heard(0.0, Welcome(OWN_ID, "K", Grid(9, 9)))
    status = heard(0.0, Status({OWN_ID: "K"}, {OWN_ID: Cell(1, 1)}))
    steps = [asked(2.0, Step(Direction.RIGHT)), asked(2.5, Step(Direction.RIGHT))]
    seen = [heard(x + 1.0, Placed(OWN_ID, "K", Cell(x, 1))) for x in (2, 3)]
    stepped = after([welcome, status, *steps, *seen])
    assert _latest_ms(stepped.game) == [1000.0, 1500.0]


def test_states_are_shown_as_they_were_and_broken_ones_are_left_out() -> None:
    shown = Shown()
    gone = Reconnecting(3, 0.5, "gone")
    for entry, expected in [
        (live(1.0, transport="polling"), Live()),
        (state(2.0, "reconnecting", attempt=3, wait_s=0.5, reason="gone"), gone),
        (state(3.0, "offline"), gone),
        (state(3.0, "reconnecting", attempt="x", wait_s=1, reason=""), gone),
        (state(3.0, "dreaming", reason="x"), gone),
        (state(4.0, "offline", reason="closed by us", more=1), Offline("closed by us")),
    ]:
        shown.stage.take(entry)
        assert shown.link.state == expected
    assert shown.link.transport == "polling"
    assert shown.game.state_since_s == 4.0


def test_who_leaves_has_seen_the_game_to_its_last_moment() -> None:
    leaving = [live(0.0), Entry(1.0, 0, Flow.OUT, "disconnect"), state(1.1, "offline", reason="x")]
    shown = after(leaving)
    assert isinstance(shown.link.state, Live)
    assert list(shown.game.journal) == []
    again = Entry(2.0, 0, Flow.OUT, "connect", {"protocol": TICKS})
    assert after([*leaving, again, state(3.0, "offline", reason="x")]).link.state == Offline("x")


def test_a_refusal_is_a_line_of_the_log_as_it_was() -> None:
    no = {"ok": False, "code": "rate-limited", "text": "not so fast"}
    shown = after(
        [
            asked(1.0, Say("hi"), ack_id=1),
            asked(1.0, Say("hi"), ack_id=2),
            Entry(1.1, 0, Flow.IN, ACK, {"ok": True}, 1),
            Entry(1.2, 0, Flow.IN, ACK, no, 2),
            Entry(1.3, 0, Flow.IN, ACK, no, 9),
            Entry(1.4, 0, Flow.IN, ACK, {"ok": "?"}, 2),
        ]
    )
    assert [entry.text for entry in shown.game.journal] == ["not so fast"]


def test_a_copy_of_a_game_has_nothing_of_the_watchers() -> None:
    shown = after([live(0.0)])
    shown.game.follow.player("ben", "ben")
    kept = shown.stage.save()
    shown.game.follow.player("cyd", "cyd")
    shown.stage.restore(kept)
    assert shown.game.follow.user_id == "cyd"
    assert shown.game.link is shown.link
