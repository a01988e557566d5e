"""The chat tested in the test's own process: no port, no waiting."""

from collections.abc import Iterator

import pytest
from chat_fanout import sio
from server.fanout.testing import InProcess


@pytest.fixture
def server() -> Iterator[InProcess]:
    with InProcess(sio) as server:
        yield server


def test_all_in_the_room_hear_what_is_said(server: InProcess) -> None:
    ann = server.test_client("/chat", auth={"name": "ann"})
    bob = server.test_client("/chat", auth={"name": "bob"})
    assert ann.emit("say", {"text": "hi"}, callback=True) == {"ok": True}
    said = {"name": "said", "args": [{"name": "ann", "text": "hi"}], "namespace": "/chat"}
    assert ann.get_received() == bob.get_received() == [said]


def test_another_room_does_not(server: InProcess) -> None:
    ann = server.test_client("/chat", auth={"name": "ann"})
    bob = server.test_client("/chat", auth={"name": "bob"})
    assert bob.emit("join", {"room": "den"}, callback=True) == {"ok": True}
    ann.emit("say", {"text": "anybody there?"})
    assert bob.get_received() == []


def test_who_leaves_is_told_nothing_more(server: InProcess) -> None:
    ann = server.test_client("/chat", auth={"name": "ann"})
    bob = server.test_client("/chat", auth={"name": "bob"})
    ann.disconnect()
    bob.emit("say", {"text": "alone"})
    assert not ann.is_connected()
    assert [event["args"][0]["text"] for event in bob.get_received()] == ["alone"]
