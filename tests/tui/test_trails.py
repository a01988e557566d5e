"""What fades: where players have just been, and the ring of an emote."""

from gridcli.core.geometry import Cell
from gridcli.tui.emotes import RING_S, RINGS, ring_at
from gridcli.tui.trails import FADE_S, MOST, STEPS, Trail, Trails

START = Cell(5, 5)


def test_trail_fades_step_by_step_into_nothing() -> None:
    trails = Trails()
    trails.see({"a": START, "b": Cell(9, 9)}, 10.0)
    assert not trails.fading
    trails.see({"a": Cell(6, 5), "b": Cell(9, 9)}, 10.0)
    assert trails.now(10.0) == {START: Trail("a", 0)}
    ages = []
    for n in range(STEPS):
        now_s = 10.0 + FADE_S * (n + 0.5) / STEPS
        trails.see({"a": Cell(6, 5)}, now_s)
        ages.append(trails.now(now_s)[START].age)
    assert ages == list(range(STEPS))
    trails.see({"a": Cell(6, 5)}, 10.0 + FADE_S)
    assert not trails.fading
    assert trails.now(10.0 + FADE_S) == {}


def test_nobody_walks_across_the_grid_or_from_room_to_room() -> None:
    trails = Trails()
    trails.see({"a": START}, 0.0)
    trails.see({"a": Cell(15, 5)}, 0.1)  # put elsewhere
    assert not trails.fading
    trails.see({}, 0.2)
    trails.see({"a": Cell(14, 5)}, 0.3)  # left and came back
    assert not trails.fading
    trails.forget()
    trails.see({"a": Cell(13, 5)}, 0.4)
    assert not trails.fading


def test_a_cell_has_the_trail_of_who_left_it_last() -> None:
    trails = Trails()
    trails.see({"a": START, "b": Cell(4, 5)}, 0.0)
    trails.see({"a": Cell(6, 5), "b": START}, 0.1)
    trails.see({"a": Cell(7, 5), "b": Cell(5, 6)}, 0.5)
    assert trails.now(0.5)[START] == Trail("b", 0)
    trails.see({"a": Cell(7, 5), "b": Cell(5, 6)}, 0.95)
    assert trails.now(0.95)[START].user_id == "b"


def crowd(size: int, frame: int) -> dict[str, Cell]:
    """So many players, all of whom walk to and fro, each in a row of its own."""
    return {f"u{n}": Cell(1 + frame % 2, n + 1) for n in range(size)}


def test_where_many_walk_trails_are_shorter_and_come_back() -> None:
    trails = Trails()
    most = 0
    for frame in range(300):
        trails.see(crowd(300, frame), frame / 30)
        if frame > 30:
            most = max(most, len(trails.now(frame / 30)))
    assert most <= 300  # of 7200 that would fade otherwise
    assert trails.fade_s < FADE_S / 2
    for frame in range(300, 600):
        trails.see(crowd(5, frame), frame / 30)
    assert trails.fade_s == FADE_S
    assert 5 <= len(trails.now(20.0)) <= MOST


def test_the_ring_of_an_emote_grows_and_is_gone() -> None:
    ages = [RING_S * (n + 0.5) / RINGS for n in range(RINGS)]
    assert [ring_at(age_s) for age_s in (-1.0, 0.0, *ages)] == [1, 1, 1, 2, 3]
    assert ring_at(RING_S) == ring_at(100.0) == 0
