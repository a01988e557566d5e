"""Who is listed in which order. Not here: how the list is drawn (`test_scoreboard`)."""

from gridcli.core.geometry import Cell
from gridcli.core.protocol.rounds import Mode, Phase, Round
from gridcli.core.protocol.updates import Chat, Delta, Emote, Joiner
from gridcli.tui.activity import ACTIVE_S, IDLE_S, idle_for
from gridcli.tui.roster import Roster

from .fake_link import OWN_ID, FakeLink, StillClock, moved, started_game


def started() -> tuple[Roster, FakeLink, StillClock]:
    game, link, clock = started_game()
    return Roster(game), link, clock


def listed(roster: Roster) -> str:
    """The names in their order."""
    roster.bring_up_to_date()
    return " ".join(row.name for row in roster.rows(roster.order))


def test_oneself_first_then_who_did_something_last() -> None:
    roster, link, clock = started()
    assert listed(roster) == "ada bob cyd D eve"
    for what in (
        Chat("u-dee", "D", "hi"),
        moved(link, "u-eve", Cell(4, 4)),
        Emote("u-cyd", "wave"),
    ):
        clock.now_s += 2 * ACTIVE_S
        link.feed(what)
    clock.now_s += 2 * ACTIVE_S
    assert listed(roster) == "ada cyd eve D bob"


def test_a_crowd_that_walks_does_not_shuffle_the_list() -> None:
    roster, link, clock = started()
    before = listed(roster)
    for step in range(40):
        clock.now_s += 0.5
        for user_id in ("u-bob", "u-cyd", "u-dee", "u-eve")[step % 3 :]:
            link.feed(moved(link, user_id, Cell(step % 20 + 1, 1)))
        assert listed(roster) == before


def test_the_order_changes_once_a_second_and_people_at_once() -> None:
    roster, link, clock = started()
    clock.now_s += 60
    assert listed(roster) == "ada bob cyd D eve"
    link.feed(moved(link, "u-eve", Cell(4, 4)))
    fay = Joiner("u-fay", "F", Cell(1, 1), "fay")
    link.feed(Delta(link.mirror.tick + 1, 5, joins=[fay], leaves=["u-bob"]))
    clock.now_s += 0.9
    assert listed(roster) == "ada cyd D eve fay"
    clock.now_s += 0.2
    assert listed(roster) == "ada eve fay cyd D"


def test_who_does_nothing_is_idle() -> None:
    roster, link, clock = started()
    clock.now_s += IDLE_S
    link.feed(moved(link, "u-bob", Cell(4, 4)))
    roster.bring_up_to_date()
    notes = {row.name: row.note for row in roster.rows(roster.order)}
    assert notes == {"ada": "1m", "bob": "", "cyd": "1m", "D": "1m", "eve": "1m"}
    assert [idle_for(s) for s in (0, 59.9, 60, 3599, 3600, 1e9)] == [
        "",
        "",
        "1m",
        "59m",
        "1h",
        "99h",
    ]


def test_a_game_lists_by_points() -> None:
    roster, link, clock = started()
    points = {"u-bob": 3, OWN_ID: 3, "u-eve": 8}
    link.feed(Round(Mode.TAG, 1, Phase.PLAYING, full=True, points=points, it="u-cyd"))
    clock.now_s += 1
    assert listed(roster) == "eve ada bob cyd D"
    rows = roster.rows(roster.order)
    assert [(row.place, row.note) for row in rows] == [
        (1, "8"),
        (2, "3"),
        (2, "3"),
        (4, "0"),
        (4, "0"),
    ]
    assert [row.name for row in rows if row.is_it] == ["cyd"]
