"""A client's way into an application, frame by frame, and what its description may say.

Not here: real applications (`bots/test_applications.py`).
"""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.application import Application, Client, Emit
from gridcli.core.description import BadDescription, Description
from gridcli.core.errors import Refusal
from gridcli.core.ledger import Sequenced
from gridcli.core.protocol.packets import encode_event
from gridcli.core.visit import PutOut, Visit


class Chat(Application):
    event = "said"
    namespace = "/chat"

    def send(self, client: Client, seq: int) -> Emit:
        return "say", seq

    def heard(self, sender: str, seq: int) -> tuple[str, int] | None:
        return (sender, seq) if seq else None


class Asking(Chat):
    def auth(self, client: Client) -> object:
        return {"name": client.name}

    def enter(self, client: Client) -> list[Emit]:
        return [("join", "den"), ("hello", client.sid)]

    def refusal(self, client: Client, *answer: Any) -> str | None:
        return None if answer == (True,) else "no place"


def visit_of(application: Application) -> tuple[Visit, Client, list[str]]:
    description = Description(application)
    client, sent = description.client(3, Random(0)), []
    visit = Visit(description, client, sent.append)
    sent.append(visit.greeting())
    return visit, client, sent


def test_connecting_is_enough_where_nothing_is_to_be_sent() -> None:
    visit, client, sent = visit_of(Chat())
    assert sent == ["40/chat,"]
    assert not visit.inside
    visit.take(b'40/chat,{"sid":"abc"}')
    assert visit.inside
    assert client.sid == "abc"
    assert visit.turn() == '42/chat,["say",1]'
    assert visit.turn() == '42/chat,["say",2]'


def test_each_answer_is_awaited() -> None:
    visit, _, sent = visit_of(Asking())
    assert sent.pop() == '40/chat,{"name":"client-3"}'
    visit.take(b'40/chat,{"sid":"abc"}')
    assert sent == ['42/chat,1["join","den"]']
    visit.take(b"43/chat,7[true]")  # of nothing that was asked
    visit.take(b"43/chat,1[true]")
    assert sent[1:] == ['42/chat,2["hello","abc"]']
    assert not visit.inside
    visit.take(b"43/chat,2[true]")
    assert visit.inside


def test_an_answer_may_refuse() -> None:
    visit, _, _ = visit_of(Asking())
    visit.take(b'40/chat,{"sid":"abc"}')
    with pytest.raises(Refusal, match="no place"):
        visit.take(b"43/chat,1[false]")


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_an_event_says_that_one_is_in(first: bool) -> None:
    class Welcoming(Chat):
        entered = "welcome"

    visit, _, _ = visit_of(Welcoming())
    frames = [b'42/chat,["welcome"]', b'40/chat,{"sid":"abc"}']
    for frame in frames if first else reversed(frames):
        assert not visit.inside
        visit.take(frame)
    assert visit.inside


def test_a_welcome_before_one_has_asked_is_none() -> None:
    class Welcoming(Asking):
        entered = "welcome"

    visit, _, sent = visit_of(Welcoming())
    visit.take(b'42/chat,["welcome"]')
    visit.take(b'40/chat,{"sid":"abc"}')
    assert sent[1:] == ['42/chat,["join","den"]', '42/chat,["hello","abc"]']
    assert not visit.inside
    visit.take(b'42/chat,["welcome"]')
    assert visit.inside


def test_a_server_refuses_or_puts_out() -> None:
    with pytest.raises(Refusal, match="full"):
        visit_of(Chat())[0].take(b'44/chat,{"message":"full"}')
    with pytest.raises(PutOut):
        visit_of(Chat())[0].take(b"41/chat,")


@given(st.text(max_size=600), st.integers(1, 2**40))
def test_equal_frames_are_one_object(sender: str, seq: int) -> None:
    description = Description(Chat())
    frame = encode_event("said", sender, seq, namespace="/chat").encode()
    found = description.heard(frame)
    assert found == Sequenced(sender, seq)
    assert description.heard(bytes(bytearray(frame))) is found


@pytest.mark.parametrize(
    "frame",
    [
        b'42["said","a",1]',
        b'42/other,["said","a",1]',
        b'451-/chat,["said",{"_placeholder":true,"num":0}]',
        b"\xff",
        b"42/chat,[",
        b"4",
    ],
)
def test_what_is_not_ours_says_nothing(frame: bytes) -> None:
    assert Description(Chat()).heard(frame) is None


def test_the_root_namespace_has_no_name() -> None:
    class Root(Chat):
        namespace = "/"

    description = Description(Root())
    assert description.connect(description.client(0, Random(0))) == "40"
    assert description.heard(b'42["said","a",1]') == Sequenced("a", 1)
    assert description.heard(b'42/chat,["said","a",1]') is None


def test_the_first_fault_is_told_once() -> None:
    told: list[BadDescription] = []
    description = Description(Chat(), told.append)
    for _ in range(2):
        with pytest.raises(BadDescription, match="heard\\(\\) raises TypeError"):
            description.heard(b'42/chat,["said"]')
    with pytest.raises(BadDescription, match="return None for an event that is not one of ours"):
        description.heard(b'42/chat,["said",1,true]')
    assert len(told) == 1


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"event": ""}, "names no event"),
        ({"event": 5}, "event is no text"),
        ({"namespace": "chat"}, "must begin"),
        ({"path": "/ws"}, "must begin and end"),
        ({"heard": Application.heard}, "has no heard"),
    ],
)
def test_what_can_be_seen_to_be_wrong(attributes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadDescription, match=said):
        Description(type("Wrong", (Chat,), attributes)())
