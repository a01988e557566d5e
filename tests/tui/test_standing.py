"""How a room's game stands: time left, ranks, and what is news.

Not here: what is drawn of it (`test_scoreboard`), the sum of the messages (`tests/core`).
"""

import pytest

from gridcli.core.contest import Contest
from gridcli.core.protocol.rounds import Mode, Phase, Place, Round
from gridcli.core.protocol.updates import Welcome
from gridcli.tui.game import Game
from gridcli.tui.standing import News, Rank, Standing, clock, ordinal

from .fake_link import OWN_ID, everyone, started_game

PLAYING, PODIUM, WAITING = Phase.PLAYING, Phase.PODIUM, Phase.WAITING


class Watch:
    """A standing that follows one room's contest."""

    def __init__(self) -> None:
        self.standing = Standing()
        self.contest = Contest()

    def told(self, at_s: float, phase: Phase, number: int = 1, **more: object) -> list[News]:
        told = Round(Mode.TAG, number, phase, **more)  # type: ignore[arg-type]
        self.contest.apply(told)
        return [
            *self.standing.follow(self.contest, room="tag", own_id="me", now_s=at_s),
        ]


def test_time_left_runs_by_our_clock_and_does_not_sway() -> None:
    watch = Watch()
    assert watch.standing.left_s(0.0) is None
    watch.told(100.0, PLAYING, left_ms=60_000, full=True)
    assert [watch.standing.left_s(now_s) for now_s in (100.0, 100.1, 159.9, 170.0)] == [
        60,
        60,
        1,
        0,
    ]
    watch.told(110.3, PLAYING, left_ms=50_000)  # this message took longer
    assert watch.standing.left_s(110.3) == 50
    watch.told(111.0, PLAYING)  # nobody knows: what we know holds
    assert watch.standing.left_s(111.0) == 49
    watch.told(112.0, PLAYING, left_ms=90_000)  # somebody has set the clock
    assert watch.standing.left_s(112.0) == 90
    watch.told(113.0, PODIUM)
    assert watch.standing.left_s(113.0) is None


def test_equals_share_a_place_and_who_has_no_points_is_last() -> None:
    watch = Watch()
    assert watch.standing.ranking(["x"]) == []
    watch.told(0.0, PLAYING, full=True, points={"a": 5, "b": 9, "c": 5, "d": 1})
    assert watch.standing.ranking(["x", "a"]) == [
        Rank(1, "b", 9),
        Rank(2, "a", 5),
        Rank(2, "c", 5),
        Rank(4, "d", 1),
        Rank(5, "x", 0),
    ]
    for rank in watch.standing.ranking(["x"]):
        assert watch.standing.place_of(rank.user_id) == rank


def test_what_is_news() -> None:
    watch = Watch()
    assert watch.told(0.0, WAITING, full=True) == []
    assert watch.told(1.0, PLAYING, left_ms=9, it="bob") == [News.BEGAN]
    assert watch.told(2.0, PLAYING, it="me") == [News.CAUGHT]
    assert watch.told(3.0, PLAYING, it="me") == []
    assert watch.told(4.0, PLAYING, it="cyd") == [News.FREED]
    assert watch.told(5.0, PLAYING, it="bob") == [], "of others"
    podium = [Place("bob", "B", "bob", 4)]
    assert watch.told(6.0, PODIUM, podium=podium, it="bob") == [News.ENDED]
    assert watch.told(7.0, PODIUM, podium=podium) == []
    assert watch.told(8.0, PLAYING, 2, full=True, it="me") == [News.BEGAN, News.CAUGHT]


def test_nothing_is_news_to_who_comes_into_a_round() -> None:
    watch = Watch()
    assert watch.told(0.0, PLAYING, 7, full=True, it="bob") == []
    # Everything again, as after a lost connection.
    watch.standing.follow(None, room="tag", own_id="me", now_s=1.0)
    assert watch.standing.phase is None
    assert watch.told(2.0, PLAYING, 7, full=True, it="bob") == []


def lines(game: Game) -> list[str]:
    return [entry.text for entry in game.journal]


def test_the_log_and_a_toast_tell_it() -> None:
    game, link, _ = started_game()
    link.feed(Round(Mode.TAG, 1, WAITING, full=True))
    link.feed(Round(Mode.TAG, 1, PLAYING, 60_000, full=True, it=OWN_ID))
    assert [toast.text for toast in game.take_toasts()] == ["You are it! Touch somebody."]
    link.feed(Round(Mode.TAG, 1, PLAYING, 50_000, it="u-bob"))
    link.feed(Round(Mode.TAG, 1, PODIUM, podium=[Place("u-cyd", "X", "c\x1byd", 31)]))
    assert lines(game) == [
        "round 1 of tag begins",
        "you are it",
        "bob is it now",
        "cyd won round 1 with 31",
    ]
    assert game.take_toasts() == []
    link.feed(Welcome(OWN_ID, "K", link.mirror.grid, 2, "ada", "lobby"))
    link.feed(everyone([]))
    assert game.standing.contest is None


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (9, "0:09"), (83, "1:23"), (600, "10:00")]
)
def test_time_as_people_write_it(seconds: int, text: str) -> None:
    assert clock(seconds) == text


def test_places_as_people_write_them() -> None:
    places = [1, 2, 3, 4, 10, 11, 12, 13, 21, 22, 101, 111, 112]
    assert " ".join(map(ordinal, places)) == (
        "1st 2nd 3rd 4th 10th 11th 12th 13th 21st 22nd 101st 111th 112th"
    )
