"""Rooms as clients share them: the same for all who were sent the same, and right for each."""

from collections.abc import Iterable
from weakref import ref

import pytest
from core_strategies import deltas
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core import sharing
from gridcli.core.geometry import Cell
from gridcli.core.protocol.bursts import Burst
from gridcli.core.protocol.updates import Delta, Joiner, Online, Placed, Removed, Status, Update
from gridcli.core.scene import Scene

ids = st.sampled_from("abcd")
cells = st.builds(Cell, st.integers(1, 5), st.integers(1, 5))
parts = st.one_of(
    st.builds(Placed, ids, st.just("K"), cells),
    st.builds(Removed, ids),
    st.builds(Online, st.integers(0, 9)),
)
updates = st.one_of(
    deltas(),
    st.lists(parts, min_size=2, max_size=5).map(lambda told: Burst(tuple(told))),
    st.builds(Placed, ids, st.just("K"), cells),
    st.builds(Removed, ids),
    st.builds(Online, st.integers(0, 9)),
    st.dictionaries(ids, cells).map(lambda c: Status(dict.fromkeys(c, "K"), c)),
)


def content(scene: Scene) -> tuple[object, ...]:
    return scene.who, scene.cells, scene.seqs, scene.tick


def alone(told: list[Update | Burst]) -> Scene:
    """What somebody makes of updates who shares nothing with anyone."""
    scene = Scene()
    for update in told:
        for part in update if isinstance(update, Burst) else (update,):
            scene = scene._made_by(part)
    return scene


@given(st.lists(updates, max_size=12), st.data())
def test_whoever_heard_it_first_everyone_s_scene_is_right(
    told: list[Update | Burst], data: st.DataObject
) -> None:
    heard = [0, 0, 0]
    scenes = [Scene() for _ in heard]
    while any(n < len(told) for n in heard):
        who = data.draw(st.sampled_from([i for i, n in enumerate(heard) if n < len(told)]))
        scenes[who] = scenes[who].after(told[heard[who]])
        heard[who] += 1
        assert content(scenes[who]) == content(alone(told[: heard[who]]))


def joined(tick: int, *user_ids: str) -> Delta:
    return Delta(
        tick, len(user_ids), full=True, joins=[Joiner(u, "K", Cell(1, 1), u) for u in user_ids]
    )


def test_equal_scenes_are_one_wherever_clients_came_in() -> None:
    early, late = Scene().after(joined(4, "ann")), Scene()
    come = Delta(5, 2, joins=[Joiner("ben", "K", Cell(1, 1), "ben")])
    early = early.after(come)
    late = late.after(joined(5, "ann", "ben"))
    assert early is not late
    step = Delta(6, 2, cells={"ann": Cell(2, 1)}, seqs={"ann": 1})
    assert early.after(step) is late.after(step)


def test_what_newcomers_are_told_of_the_number_of_players_keeps_nobody_apart() -> None:
    early = Scene().after(Status({"ann": "K"}, {"ann": Cell(1, 1)}))
    early = early.after(Placed("ben", "K", Cell(2, 2)))
    late = Scene().after(Status(dict.fromkeys(("ann", "ben"), "K"), early.cells))
    step = Placed("ann", "K", Cell(2, 1))
    assert early.after(step) is late.after(step)


def test_an_update_changes_no_scene_that_somebody_still_has() -> None:
    before = Scene().after(joined(1, "ann", "ben"))
    kept = [dict(before.who), dict(before.cells), dict(before.seqs)]
    before.after(Delta(2, 1, cells={"ann": Cell(3, 3)}, seqs={"ann": 1}, leaves=("ben",)))
    before.after(Placed("eve", "K", Cell(1, 2)))
    before.after(Removed("ann"))
    assert [before.who, before.cells, before.seqs] == kept


def test_a_scene_that_everybody_has_left_is_gone() -> None:
    first = second = Scene().after(joined(0, "ann"))
    left = []
    for tick in range(1, 100):
        step = Delta(tick, 1, cells={"ann": Cell(tick % 7, 1)}, seqs={"ann": tick})
        left.append(ref(first))
        first = first.after(step)
        assert left[-1]() is not None, "the second is still there"
        second = second.after(step)
        assert first is second
    assert [scene() for scene in left] == [None] * len(left)


def held_by(told: Iterable[Update]) -> list[ref[Scene]]:
    """Scenes that live behind one at which somebody hangs."""
    start = scene = Scene().after(joined(0, "ann"))
    refs = []
    for update in told:
        scene = scene.after(update)
        refs.append(ref(scene))
    del scene
    assert start.tick == 0
    return [each for each in refs if each() is not None]


LITTLE = 100 * sharing.STATE


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred small scenes are the most that live."""
    monkeypatch.setattr(sharing, "HELD", LITTLE)


@pytest.mark.usefixtures("little")
def test_one_that_hangs_does_not_keep_all_later_scenes() -> None:
    lives = held_by(
        Delta(tick, 1, cells={"ann": Cell(1, 1)}, seqs={"ann": tick}) for tick in range(1, 300)
    )
    assert len(lives) < 100


@pytest.mark.usefixtures("little")
def test_what_updates_take_is_counted_whatever_they_lead_to() -> None:
    strangers = {str(number): Cell(1, 1) for number in range(100)}
    lives = held_by(Delta(tick, 1, cells=dict(strangers), seqs={}) for tick in range(1, 100))
    assert len(lives) < LITTLE / (10 * len(strangers))


@pytest.mark.usefixtures("little")
def test_a_server_that_comes_back_to_where_it_was_keeps_nothing_for_ever() -> None:
    again = joined(0, "ann")
    scene = start = Scene().after(again)
    kept = []
    for number in range(300):
        scene = scene.after(Delta(1, number, cells={"ann": Cell(1, 1)}, seqs={"ann": number}))
        kept.append(ref(scene))
        scene = scene.after(again)
    assert start.tick == 0, "somebody else stands there all the time"
    assert sum(each() is not None for each in kept) < 100
