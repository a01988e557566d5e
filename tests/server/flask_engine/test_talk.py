"""The Flask engine as its documentation tests one: Flask-SocketIO's own test client, no sockets.

Not here: the wire (`test_processes`), several processes (`test_brokers`).
"""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from flask import Flask
from waiting import until_sync

from gridcli.core.geometry import Grid
from gridcli.core.world import Limits
from server.flask_app import create_app
from server.settings import Settings

NAMESPACE = "/grid-game"
SMALL = Grid(3, 4)


class Player:
    """One of Flask-SocketIO's test clients, and all that it was sent."""

    def __init__(self, app: Flask) -> None:
        self.client = app.extensions["socketio"].test_client(app, namespace=NAMESPACE)
        self.heard: list[tuple[str, Any]] = []

    def read(self) -> list[tuple[str, Any]]:
        """What came since the last time."""
        new = []
        for line in self.client.get_received(NAMESPACE):
            # The test client unpacks the argument of `message` alone.
            args = line["args"]
            new.append((line["name"], args if line["name"] == "message" else args[0]))
        self.heard += new
        return new

    def enter(self) -> "Player":
        """Wait until the welcome, which is a task of its own, is over."""
        until_sync(lambda: self.read() and self.heard[-1][0] == "users_connected", "the welcome")
        return self

    def send(self, event: str, *args: Any) -> list[tuple[str, Any]]:
        """Send, and return what came at once."""
        self.client.emit(event, *args, namespace=NAMESPACE)
        return self.read()

    @property
    def user_id(self) -> str:
        return str(self.heard[0][1]["userId"])


@contextmanager
def game(count: int = 1, **settings: Any) -> Iterator[tuple[Flask, list[Player]]]:
    """An application, and so many players in it, who came one after the other."""
    app = create_app(Settings(async_mode="threading", **({"grid": SMALL} | settings)))
    with ExitStack() as players:
        entered = []
        for _ in range(count):
            player = Player(app)
            players.callback(lambda p=player: p.client.connected and p.client.disconnect(NAMESPACE))
            entered.append(player.enter())
        for player in entered:
            player.read()
        yield app, entered


def outcomes(app: Flask) -> dict[tuple[str, str], int]:
    return {
        (sample.labels["event"], sample.labels["outcome"]): int(sample.value)
        for family in _families(app)
        for sample in family.samples
        if sample.name == "gridcli_events_in_total"
    }


def _families(app: Flask) -> Any:
    from prometheus_client.parser import text_string_to_metric_families

    return text_string_to_metric_families(app.test_client().get("/metrics").text)


def test_a_newcomer_hears_who_it_is_then_everyone_then_itself_then_how_many() -> None:
    with game() as (_, (ann,)):
        assert [name for name, _ in ann.heard] == [
            "message",
            "grid_status",
            "user_position",
            "users_connected",
        ]
        (_, message), (_, status), (_, place), (_, users) = ann.heard
        assert message["gridDimension"] == [3, 4]
        assert message == {k: message[k] for k in ("userId", "symbol", "gridDimension")}
        entry = {"pos": place["pos"], "symbol": message["symbol"]}
        assert status == {ann.user_id: entry}
        assert place == {"userId": ann.user_id} | entry
        assert users == 1


@pytest.mark.parametrize(
    ("direction", "edge", "side"), [("up", 1, 1), ("down", 4, 1), ("left", 1, 0), ("right", 3, 0)]
)
def test_steps_lead_to_the_edge_and_are_told_there_too(
    direction: str, edge: int, side: int
) -> None:
    with game(2) as (_, (ann, bob)):
        places = []
        for _ in range(5):
            heard = ann.send("movement", {"direction": direction})
            assert heard == bob.read()
            ((name, place),) = heard
            assert name == "user_position"
            assert place["userId"] == ann.user_id
            places.append(place["pos"])
        assert [place[side] for place in places[-2:]] == [edge, edge]
        steps = [abs(b[side] - a[side]) for a, b in itertools.pairwise(places)]
        assert set(steps) <= {0, 1}
        assert len({place[1 - side] for place in places}) == 1


def test_rooms_are_grids_of_their_own_with_counts_of_their_own() -> None:
    with game(2) as (_, (ann, bob)):
        heard = ann.send("join", {"room": "den"})
        assert [name for name, _ in heard] == [
            "message",
            "grid_status",
            "user_position",
            "users_connected",
            "l_users",
        ]
        assert list(heard[1][1]) == [ann.user_id]
        assert heard[3:] == [("users_connected", 1), ("l_users", 1)]
        assert bob.read() == [
            ("user_position", {"userId": ann.user_id, "remove": True}),
            ("users_connected", 1),
            ("l_users", 1),
        ]
        ann.send("movement", {"direction": "up"})
        assert bob.read() == []
        heard = ann.send("leave", {"room": "den"})
        assert set(heard[1][1]) == {ann.user_id, bob.user_id}
        assert heard[3:] == [("users_connected", 2), ("l_users", 2)]
        assert [name for name, _ in bob.read()] == ["user_position", "users_connected", "l_users"]


def test_joining_the_room_that_one_is_in_shows_it_again_and_moves_nobody() -> None:
    with game(2) as (_, (ann, bob)):
        heard = ann.send("join", {"room": "lobby"})
        names = [name for name, _ in heard]
        assert names == ["message", "grid_status", "users_connected", "l_users"]
        assert bob.read() == [("users_connected", 2), ("l_users", 2)]


def test_a_message_of_any_kind_is_answered_to_its_sender_alone() -> None:
    with game(2) as (_, (ann, bob)):
        for said in ("who am I?", {}, None, [1]):
            assert ann.send("message", said) == [("message", {"userId": ann.user_id})]
        assert bob.read() == []


def test_a_leave_is_told_to_everyone_and_the_count_to_the_room() -> None:
    with game(3) as (app, (ann, bob, eve)):
        eve.send("join", {"room": "den"})
        bob.read()
        ann.client.disconnect(NAMESPACE)
        gone = ("user_position", {"userId": ann.user_id, "remove": True})
        assert bob.read() == [gone, ("users_connected", 1)]
        assert eve.read() == [gone]
        assert app.test_client().get("/healthz").json["players"] == 2  # type: ignore[index]


BAD = [
    ("movement", None, "bad-payload"),
    ("movement", {}, "bad-payload"),
    ("movement", {"direction": "sideways"}, "bad-payload"),
    ("movement", {"direction": ["up"]}, "bad-payload"),
    ("movement", [1, 2], "bad-payload"),
    ("join", {"room": "\x1b[31m"}, "bad-room"),
    ("join", {"room": "x" * 33}, "bad-room"),
    ("join", {"room": 7}, "bad-payload"),
    ("join", "den", "bad-payload"),
    ("chat", {"text": "hello"}, "bad-payload"),
]


@pytest.mark.parametrize(("event", "payload", "code"), BAD, ids=str)
def test_bad_input_is_counted_and_nobody_hears_of_it(event: str, payload: Any, code: str) -> None:
    with game(2) as (app, (ann, bob)):
        assert ann.send(event, payload) == []
        assert bob.read() == []
        assert outcomes(app)[event, code] == 1


def test_an_event_without_any_argument() -> None:
    with game() as (app, (ann,)):
        assert ann.send("movement") == []
        assert ann.send("message") == [("message", {"userId": ann.user_id})]
        assert [name for name, _ in ann.send("leave")][-1] == "l_users"
        assert outcomes(app)["movement", "bad-payload"] == 1


def test_a_full_room_is_not_entered() -> None:
    with game(2, limits=Limits(players_per_room=2)) as (app, (ann, bob)):
        ann.send("join", {"room": "den"})
        assert Player(app).enter().client.is_connected(NAMESPACE)
        bob.read()
        assert ann.send("leave") == []
        assert bob.read() == []
        assert outcomes(app)["leave", "full"] == 1


def test_a_full_server_refuses_to_connect() -> None:
    with game(2, limits=Limits(players=2)) as (app, (ann, _)):
        third = Player(app)
        assert not third.client.is_connected(NAMESPACE)
        assert ann.read() == []
        assert outcomes(app)["connect", "full"] == 1
        ann.client.disconnect(NAMESPACE)
        assert Player(app).enter().client.is_connected(NAMESPACE)


def test_what_was_sent_with_connect_waits_for_the_welcome() -> None:
    with game() as (app, (ann,)):
        hasty = Player(app)
        hasty.client.emit("movement", {"direction": "up"}, namespace=NAMESPACE)
        hasty.client.emit("movement", {"direction": "up"}, namespace=NAMESPACE)
        hasty.read()
        names = [name for name, _ in hasty.heard]
        assert names[:4] == ["message", "grid_status", "user_position", "users_connected"]
        assert names[4:] == ["user_position"] * 2
        assert len(ann.read()) == 4


def test_the_routes_beside_it() -> None:
    with game(node="n7") as (app, _):
        http = app.test_client()
        told = http.get("/healthz").json
        assert told
        assert {**told, "version": ""} == {
            "server": "gridcli",
            "version": "",
            "node": "n7",
            "players": 1,
        }
        assert (http.get("/readyz").status_code, http.get("/readyz").text) == (200, "ready\n")
        assert http.get("/").status_code == 404
        app.extensions["gridcli"].draining = True
        assert http.get("/readyz").status_code == 503
        assert not Player(app).client.is_connected(NAMESPACE)
        assert outcomes(app)["connect", "shutting-down"] == 1
