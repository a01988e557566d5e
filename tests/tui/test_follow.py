"""Whom the camera follows, as a model. Not here: keys and pictures (`test_spectating`)."""

from gridcli.core.mirror import Identity
from gridcli.tui.follow import Follow


def test_goes_round_the_others_both_ways() -> None:
    follow = Follow()
    others = ["a", "b", "c"]
    assert follow.after([], 1) is None
    assert follow.after(others, 1) == "a"
    assert follow.after(others, -1) == "c"
    follow.player("c", "cyd")
    assert follow.after(others, 1) == "a"
    assert follow.after(others, -1) == "b"
    follow.player("gone", "eve")
    assert follow.after(others, 1) == "a"


def test_the_subject_is_oneself_another_or_nobody() -> None:
    follow = Follow()
    assert follow.subject("me") == "me"
    follow.player("u-bob", "bob")
    assert follow.subject("me") == "u-bob"
    follow.let_go()
    assert follow.subject("me") == ""
    assert follow.name == ""
    follow.player("u-bob", "bob")
    assert not follow.free
    follow.oneself()
    assert follow.subject("me") == "me"


def test_who_leaves_is_let_go_of_once() -> None:
    follow = Follow()
    here = {"u-bob": Identity("B", "bob")}
    assert follow.left({}) == ""
    follow.player("u-bob", "bob")
    assert follow.left(here) == ""
    assert follow.left({}) == "bob"
    assert follow.left({}) == ""
    assert follow.subject("me") == "me"
