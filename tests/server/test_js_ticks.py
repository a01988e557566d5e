"""The JavaScript socket.io-client plays protocol 2, beside a page that knows protocol 1 alone.

Not here: protocol 1 by itself (`tests/blackbox`).
"""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from js_client import TRANSPORTS, JsClient, Line
from js_play import SMALL, WALK, Start, about, enter_game, own_id, path, positions, settle

pytestmark = pytest.mark.usefixtures("js_modules")


def rebuilt(deltas: list[Line]) -> dict[str, list[int]]:
    """The law of protocol 2, as short as a page would write it: every delta, in order."""
    cells: dict[str, list[int]] = {}
    for delta in (line.payload for line in deltas):
        if delta.get("full"):
            cells.clear()
        for user_id in delta.get("leaves", ()):
            cells.pop(user_id, None)
        for user_id, _symbol, x, y, _name in delta.get("joins", ()):
            cells[user_id] = [x, y]
        for user_id, x, y, _seq in delta.get("moves", ()):
            cells[user_id] = [x, y]
        assert len(cells) == delta["users"]
    return cells


def acknowledges(user_id: str, seq: int) -> Callable[[Line], bool]:
    return lambda line: any(
        row[0] == user_id and row[3] == seq for row in line.payload.get("moves", ())
    )


def ticks_player(players: ExitStack, url: str, transport: str, **auth: object) -> JsClient:
    """A player who speaks protocol 2 and is in the game."""
    player = players.enter_context(JsClient(url, transport, auth={"protocol": 2, **auth}))
    player.wait_for("grid_delta", lambda line: line.payload.get("full") is True)
    return player


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_both_dialects_share_a_room(start_server: Start, transport: str) -> None:
    url = start_server("--grid", "4x3").url
    with ExitStack() as players:
        demo = enter_game(players, url)
        player = ticks_player(players, url, transport, name="Ada")
        told = [line for line in player.lines if line.event not in ("connect", "upgrade")]
        assert [line.event for line in told[:2]] == ["message", "grid_delta"]
        welcome = told[0].payload
        user_id = welcome["userId"]
        assert set(welcome) == {
            "protocol", "userId", "symbol", "name", "room", "gridDimension", "resume"
        }  # fmt: skip
        assert (welcome["protocol"], welcome["name"], welcome["room"]) == (2, "Ada", "lobby")
        joins = {row[0]: row for row in told[1].payload["joins"]}
        assert set(joins) == {own_id(demo), user_id}
        start = joins[user_id][2:4]
        assert joins[user_id] == [user_id, welcome["symbol"], *start, "Ada"]
        arrival = demo.wait_for("user_position", about(user_id))
        assert arrival.payload == {"userId": user_id, "symbol": welcome["symbol"], "pos": start}

        if transport == "upgrade":
            player.wait_for("upgrade")
        for seq, direction in enumerate(WALK, start=1):
            player.emit("movement", {"direction": direction, "seq": seq})
            demo.emit("movement", {"direction": direction})
        player.wait_for("grid_delta", acknowledges(user_id, len(WALK)))
        settle(demo)
        assert positions(demo, user_id) == [start, *path(start, WALK, SMALL)]
        places = {user_id: [4, 3], own_id(demo): [4, 3]}  # the walk ends in this corner
        player.wait_for("grid_delta", lambda _: rebuilt(player.events("grid_delta")) == places)
        settle(player)
        deltas = player.events("grid_delta")
        assert [bool(line.payload.get("full")) for line in deltas] == [True] + [False] * (
            len(deltas) - 1
        )
        ticks = [line.payload["tick"] for line in deltas]
        assert ticks == list(range(ticks[0], ticks[0] + len(ticks)))
        seqs = [row[3] for d in deltas for row in d.payload.get("moves", ()) if row[0] == user_id]
        assert seqs == sorted(set(seqs))
        assert seqs[-1] == len(WALK)
        assert not player.events("user_position")
        assert not player.events("grid_status")
        assert not demo.events("grid_delta")

        demo.close()
        player.wait_for("grid_delta", lambda line: own_id(demo) in line.payload.get("leaves", ()))
        assert set(rebuilt(player.events("grid_delta"))) == {user_id}


def test_requests_of_protocol_2_are_acknowledged(start_server: Start) -> None:
    url = start_server().url
    with ExitStack() as players:
        ada = ticks_player(players, url, "websocket", name="Ada", room="red")
        bob = ticks_player(players, url, "polling", name="Bob", room="red")
        (answer,) = ada.call("chat", {"text": "hello, everyone"})
        assert answer["ok"] is True
        said = {"userId": own_id(ada), "name": "Ada", "text": "hello, everyone"}
        for hears in (ada, bob):
            assert hears.wait_for("chat").args == [said]

        for event, payload, code in [
            ("join", {"room": "no such/room"}, "bad-room"),
            ("join", {"room": ""}, "bad-room"),
            ("join", {}, "bad-payload"),
            ("chat", {"text": 7}, "bad-payload"),
            ("chat", {"text": "x" * 5000}, "too-large"),
        ]:
            (answer,) = ada.call(event, payload)
            assert (answer["ok"], answer["code"]) == (False, code)
            assert isinstance(answer["text"], str)
            assert answer["text"]

        before = ada.last
        (answer,) = ada.call("join", {"room": "blue"})
        assert answer["ok"] is True
        first = ada.wait_for("grid_delta", after=before)
        assert first.payload["full"] is True
        assert [row[0] for row in first.payload["joins"]] == [own_id(ada)]
        bob.wait_for("grid_delta", lambda line: own_id(ada) in line.payload.get("leaves", ()))
        (answer,) = ada.call("leave", {})
        assert answer["ok"] is True
        settle(bob)
        assert len(bob.events("chat")) == 1
        assert not ada.events("disconnect")
