"""The game without a socket: both dialects through the in-process client, on both managers.

What the handlers, the game and the ticker do with each request, in milliseconds. Not here: what
transports do with it (`tests/blackbox`), the client itself (`fanout/test_testing`).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from entering import Enter, entering, told

from gridcli.core.geometry import Grid
from gridcli.core.world import Limits
from server.fanout.testing import InProcessClient
from server.settings import Settings


@pytest.fixture(params=[True, False], ids=["fanout", "stock"])
def enter(request: pytest.FixtureRequest) -> Iterator[Enter]:
    """Lets players in who speak protocol 1, or with a name protocol 2; on a grid of 3 × 3."""
    settings = Settings(
        flush_rest=0,  # a collection of garbage in a flush would make its pause a long one
        grid=Grid(3, 3),
        fanout=request.param,
        limits=Limits(rooms=3, players_per_room=4),
    )
    with entering(settings) as enter:
        yield enter


def own_id(player: InProcessClient) -> str:
    """Asked for, and everything before it is forgotten."""
    player.get_received()
    player.send("who am I?")
    ((_, payload),) = told(player)
    return str(payload["userId"])


def deltas(player: InProcessClient) -> list[dict[str, Any]]:
    return [payload for name, payload in told(player) if name == "grid_delta"]


def test_protocol_1_a_newcomer_hears_four_things_and_the_others_two(enter: Enter) -> None:
    ann = enter()
    first = told(ann)
    assert [name for name, _ in first] == [
        "message",
        "grid_status",
        "user_position",
        "users_connected",
    ]
    welcome, status, place, count = [payload for _, payload in first]
    user_id, symbol = welcome["userId"], welcome["symbol"]
    assert welcome == {"userId": user_id, "symbol": symbol, "gridDimension": [3, 3]}
    assert status == {user_id: {"pos": place["pos"], "symbol": symbol}}
    assert place == {"userId": user_id, "symbol": symbol, "pos": place["pos"]}
    assert count == 1

    bob = enter()
    heard = told(bob)
    assert set(heard[1][1]) == {user_id, heard[0][1]["userId"]}
    assert told(ann) == heard[2:] == [heard[2], ("users_connected", 2)]


def test_the_grid_is_20_by_10_unless_another_is_set() -> None:
    with entering(Settings()) as enter:
        assert told(enter())[0][1]["gridDimension"] == [20, 10]


def test_protocol_1_every_step_is_one_position_at_everyone(enter: Enter) -> None:
    ann, bob = enter(), enter()
    user_id = own_id(ann)
    bob.get_received()
    walk = ["left", "left", "left", "up", "up", "up", "right", "right", "right", "down", "down"]
    for direction in walk:
        assert ann.emit("movement", {"direction": direction}, callback=True) == []
    seen = told(ann)
    assert told(bob) == seen
    assert {(name, payload["userId"]) for name, payload in seen} == {("user_position", user_id)}
    places = [payload["pos"] for _, payload in seen]
    assert len(places) == len(walk)
    # Into each edge in turn; a step into it is told all the same.
    assert [places[n] for n in (2, 5, 6, 7, 8, 9, 10)] == [
        [1, places[2][1]],
        [1, 1],
        [2, 1],
        [3, 1],
        [3, 1],
        [3, 2],
        [3, 3],
    ]


def test_protocol_1_rooms_have_counts_of_their_own(enter: Enter) -> None:
    ann, bob = enter(), enter()
    user_id = own_id(ann)
    own_id(bob)
    ann.emit("join", {"room": "den"})
    heard = told(ann)
    place = heard[2][1]["pos"]
    assert [name for name, _ in heard] == [
        "message",
        "grid_status",
        "user_position",
        "users_connected",
        "l_users",
    ]
    assert heard[1][1] == {user_id: {"pos": place, "symbol": heard[0][1]["symbol"]}}
    assert [payload for _, payload in heard[3:]] == [1, 1]
    gone = ("user_position", {"userId": user_id, "remove": True})
    assert told(bob) == [gone, ("users_connected", 1), ("l_users", 1)]
    ann.emit("movement", {"direction": "up"})
    assert told(bob) == []
    assert len(told(ann)) == 1
    ann.emit("leave", {"room": "den"})
    assert [name for name, _ in told(bob)] == ["user_position", "users_connected", "l_users"]
    assert told(ann)[-1] == ("l_users", 2)


@pytest.mark.parametrize("how", ["disconnect", "close"])
def test_whoever_leaves_is_removed(enter: Enter, how: str) -> None:
    ann, bob, eve = enter(), enter("bob"), enter()
    user_id = own_id(eve)
    ann.get_received()
    bob.get_received()
    getattr(eve, how)()
    assert not eve.is_connected()
    gone = {"userId": user_id, "remove": True}
    assert told(ann) == [("user_position", gone), ("users_connected", 2)]
    (delta,) = deltas(bob)
    assert (delta["leaves"], delta["users"]) == ([user_id], 2)


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("movement", []),
        ("movement", [{"direction": "sideways"}]),
        ("movement", ["up"]),
        ("join", [{"room": "\x1b"}]),
        ("join", [{"room": 7}]),
        ("chat", [{"text": "hello"}]),
        ("jump", [{}]),
    ],
)
def test_protocol_1_bad_input_is_ignored(enter: Enter, event: str, args: list[Any]) -> None:
    ann, bob = enter(), enter()
    ann.get_received()
    bob.get_received()
    ann.emit(event, *args)
    assert (told(ann), told(bob)) == ([], [])
    assert ann.is_connected()


def test_protocol_2_a_newcomer_is_given_the_room_and_then_each_tick(enter: Enter) -> None:
    ann = enter("ann")
    (_, welcome), (_, first), *_ = told(ann)
    user_id = welcome["userId"]
    assert {k: welcome[k] for k in ("protocol", "name", "room", "gridDimension")} == {
        "protocol": 2,
        "name": "ann",
        "room": "lobby",
        "gridDimension": [3, 3],
    }
    assert first["full"] is True
    assert [row[0] for row in first["joins"]] == [user_id]
    place = first["joins"][0][2:4]
    bob = enter()
    other = own_id(bob)
    joined = deltas(ann)
    assert [row[0] for delta in joined for row in delta["joins"]] == [other]
    assert joined[-1]["users"] == 2
    tick = joined[-1]["tick"]
    for seq, direction in enumerate(["left", "left", "left", "up"], start=1):
        assert ann.emit("movement", {"direction": direction, "seq": seq}, callback=True) == {
            "ok": True
        }
        (delta,) = deltas(ann)
        place = [max(place[0] - 1, 1), place[1]] if seq < 4 else [1, max(place[1] - 1, 1)]
        assert (delta["tick"], delta["moves"]) == (tick + seq, [[user_id, *place, seq]])
    # The dialects share the grid.
    assert [payload["pos"] for _, payload in told(bob)][-1] == place


def test_protocol_2_chat_and_rooms_are_acknowledged(enter: Enter) -> None:
    ann, bob = enter("ann"), enter("bob")
    user_id = told(ann)[0][1]["userId"]
    bob.get_received()
    assert ann.emit("chat", {"text": "hi\x1b"}, callback=True) == {"ok": True}
    line = {"userId": user_id, "name": "ann", "text": "hi"}
    assert [payload for name, payload in told(bob) if name == "chat"] == [line]
    assert ann.emit("join", {"room": "den"}, callback=True) == {"ok": True, "room": "den"}
    (full,) = [delta for delta in deltas(ann) if delta.get("full")]
    assert full["users"] == 1
    assert [delta["leaves"] for delta in deltas(bob)] == [[user_id]]
    assert ann.emit("leave", {}, callback=True) == {"ok": True, "room": "lobby"}


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("movement", {"direction": "up"}, "bad-payload"),
        ("movement", {"direction": "up", "seq": 0}, "bad-payload"),
        ("join", {"room": "no room"}, "bad-room"),
        ("chat", {"text": "x" * 241}, "too-large"),
    ],
)
def test_protocol_2_refusals_have_a_code(
    enter: Enter, event: str, payload: dict[str, Any], code: str
) -> None:
    answer = enter("ann").emit(event, payload, callback=True)
    assert answer == {"ok": False, "code": code, "text": answer["text"]}


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"name": "x" * 25}, "bad-name"),
        ({"name": "ann", "room": "../etc"}, "bad-room"),
        ({"name": "ann", "resume": "forged.token.x"}, "gone"),
    ],
)
def test_a_refused_connection_says_why(enter: Enter, auth: dict[str, Any], code: str) -> None:
    player = enter(**auth)
    assert not player.is_connected()
    reason = player.connect_error()
    assert reason["data"] == {"code": code, "text": reason["message"]}


def test_a_full_room_refuses_the_next(enter: Enter) -> None:
    for _ in range(4):
        assert enter().is_connected()
    assert enter().connect_error()["data"]["code"] == "full"


def test_a_player_comes_back_by_its_token_and_replaces_itself(enter: Enter) -> None:
    ann = enter("ann")
    welcome = told(ann)[0][1]
    again = enter("ann", resume=welcome["resume"])
    assert told(again)[0][1]["userId"] == welcome["userId"]
    assert not ann.is_connected()
    assert [payload["code"] for name, payload in told(ann) if name == "notice"] == ["gone"]
