"""What players say, show, ask and wish, through the in-process client, on both managers.

Not here: a server's other requests (`test_in_process`), what other nodes say (`cluster`).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from entering import Enter, entering, told

from gridcli.core.geometry import Cell, Grid
from gridcli.core.protocol.updates import Chat
from gridcli.core.world import Joined, Left, World
from server.backlog import Backlogs
from server.directory import LISTED, Directory
from server.fanout.testing import InProcessClient
from server.settings import Settings


@pytest.fixture(params=[True, False], ids=["fanout", "stock"])
def enter(request: pytest.FixtureRequest) -> Iterator[Enter]:
    """Lets players in by their names, in protocol 2; without one in protocol 1."""
    settings = Settings(flush_rest=0, grid=Grid(6, 4), fanout=request.param, chat_backlog=3)
    with entering(settings) as enter:
        yield enter


def of(player: InProcessClient, name: str) -> list[Any]:
    """The payloads of one event since the last look."""
    return [payload for event, payload in told(player) if event == name]


def own_id(player: InProcessClient) -> str:
    return str(told(player)[0][1]["userId"])


def test_an_emote_is_shown_to_protocol_2(enter: Enter) -> None:
    ann, bob, old, eye = enter("ann"), enter("bob"), enter(), enter("eye", spectate=True)
    elsewhere = enter("eve", room="den")
    user_id = own_id(ann)
    for each in (bob, old, eye, elsewhere):
        each.get_received()
    assert ann.emit("emote", {"emote": "wave"}, callback=True) == {"ok": True}
    shown = {"userId": user_id, "emote": "wave"}
    assert [of(each, "emote") for each in (ann, bob, eye)] == [[shown]] * 3
    assert (told(old), told(elsewhere)) == ([], [])
    answer = ann.emit("emote", {"emote": "\x1b[2J"}, callback=True)
    assert (answer["ok"], answer["code"]) == (False, "bad-payload")
    answer = eye.emit("emote", {"emote": "wave"}, callback=True)
    assert (answer["ok"], answer["code"]) == (False, "unauthorized")
    assert told(bob) == []


def test_a_newcomer_is_told_what_was_said_behind_the_full_state(enter: Enter) -> None:
    ann = enter("ann")
    told_first = told(ann)
    user_id = told_first[0][1]["userId"]
    assert "backlog" not in [name for name, _ in told_first], "nobody has said anything"
    for n in range(5):
        ann.emit("chat", {"text": f"line {n}"}, callback=True)
    bob = enter("bob")
    heard = told(bob)
    assert [name for name, _ in heard][:3] == ["message", "grid_delta", "backlog"]
    assert heard[2][1] == {"lines": [[user_id, "ann", f"line {n}"] for n in (2, 3, 4)]}
    assert "backlog" not in [name for name, _ in told(enter())], "protocol 1 has no chat"
    eye = enter("eye", spectate=True)
    assert len(of(eye, "backlog")) == 1
    ann.get_received()
    ann.emit("chat", {"text": "once"}, callback=True)
    assert [len(of(each, "chat")) for each in (ann, bob, eye)] == [1, 1, 1]


def test_the_backlog_comes_with_a_change_of_room_and_a_return(enter: Enter) -> None:
    ann, bob = enter("ann"), enter("bob", room="den")
    token = told(ann)[0][1]["resume"]
    ann.emit("chat", {"text": "in the lobby"}, callback=True)
    bob.emit("chat", {"text": "in the den"}, callback=True)
    bob.get_received()
    bob.emit("leave", {}, callback=True)
    assert [lines["lines"][0][2] for lines in of(bob, "backlog")] == ["in the lobby"]
    bob.emit("join", {"room": "den"}, callback=True)
    assert of(bob, "backlog") == [], "the den has gone with its last player, and all that was said"
    again = enter("ann", resume=token)
    assert [lines["lines"][0][2] for lines in of(again, "backlog")] == ["in the lobby"]


def test_rooms_are_listed_with_who_is_there(enter: Enter) -> None:
    ann = enter("ann")
    for n in range(10):
        enter(f"p{n}", room="den")
    enter("only one", room="attic")
    enter("eye", room="watched", spectate=True)
    answer = ann.emit("rooms", {}, callback=True)
    assert answer == {
        "ok": True,
        "rooms": [
            {"room": "den", "users": 10, "mode": "roam", "names": [f"p{n}" for n in range(8)]},
            {"room": "attic", "users": 1, "mode": "roam", "names": ["only one"]},
            {"room": "lobby", "users": 1, "mode": "roam", "names": ["ann"]},
            {"room": "paint", "users": 0, "mode": "paint", "names": []},
            {"room": "tag", "users": 0, "mode": "tag", "names": []},
            {"room": "watched", "users": 0, "mode": "roam", "names": []},
        ],
    }
    again = ann.emit("rooms", {}, callback=True)
    assert (again["ok"], again["code"]) == (False, "rate-limited"), "the same list, just told"
    assert enter().emit("rooms", {}, callback=True) == [], "protocol 1 has no such request"


def test_wishes_of_newcomers(enter: Enter) -> None:
    ann = enter("ann", symbol="k", cell=[2, 3])
    (welcome, full) = (payload for _, payload in told(ann)[:2])
    assert welcome["symbol"] == "K"
    assert full["joins"] == [[welcome["userId"], "K", 2, 3, "ann"]]
    bob = enter("bob", cell=[900, 1])
    (_, _, *place, _) = of(bob, "grid_delta")[0]["joins"][1]
    assert place == [6, 1], "on the grid"
    eye = enter("eye", spectate=True, symbol="Q", cell=[1, 1])
    heard = told(eye)
    assert heard[0][1]["symbol"] == ""
    assert len(heard[1][1]["joins"]) == 2
    again = enter("ann", resume=welcome["resume"], symbol="Z", cell=[1, 1])
    (back,) = [row for row in of(again, "grid_delta")[0]["joins"] if row[4] == "ann"]
    assert back == [welcome["userId"], "K", 2, 3, "ann"], "who is known has no wishes"
    for odd in ({"symbol": "AB"}, {"symbol": "É"}, {"cell": [0, 1]}, {"cell": "1,1"}):
        assert enter("odd", **odd).connect_error()["data"]["code"] == "bad-payload"


def test_lines_are_bounded_in_all() -> None:
    world = World(Grid(3, 3))
    for n in range(12):
        world.apply(Joined(f"room{n}", f"u{n}", "K", "K", Cell(1, 1)))
    backlogs = Backlogs(world, 10, most=60)

    def kept() -> int:
        return sum(len(room.said or ()) for room in world.rooms.values())

    for n in range(400):
        line = Chat("u", "u", str(n))
        backlogs.add(f"room{n % 12}", line)
        assert kept() <= 60
        said = Backlogs.of(world.rooms[f"room{n % 12}"])
        assert said is not None
        assert said.lines[-1] == line, "what was said just now is never forgotten"
    world.apply(Left("room0", "u0"))
    assert "room0" not in world.rooms
    backlogs.add("room0", Chat("u", "u", "late"))
    assert "room0" not in world.rooms, "nobody is there"
    off = Backlogs(world, 0)
    off.add("room1", Chat("u", "u", "unheard"))
    assert all(line.text != "unheard" for line in world.rooms["room1"].said or ())


def test_the_list_of_rooms_is_bounded_and_made_seldom() -> None:
    now_s = 0.0
    world = World(Grid(3, 3))
    for n in range(150):
        world.apply(Joined(f"room{n:03}", f"u{n}", "K", "K", Cell(1, 1)))
    directory = Directory(world, lambda: now_s)
    rooms = directory.rooms()
    assert len(rooms) == LISTED
    assert rooms[-1].room == "lobby", "however many are fuller"
    assert [info.room for info in rooms[:-1]] == [f"room{n:03}" for n in range(LISTED - 1)]
    world.apply(Joined("room149", "late", "K", "Late", Cell(1, 1)))
    now_s = 0.4
    assert directory.rooms() is rooms
    now_s = 0.6
    assert directory.rooms()[0].room == "room149"
