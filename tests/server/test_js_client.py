"""The JavaScript socket.io-client plays on our server, as a browser's page did in 2017.

What a page of the demo relies on is asked of the Flask peer as well: a promise that only one of
the two keeps would be a promise of neither. Not here: protocol 2 (`test_js_ticks`), and the same
through our own client (`tests/link`).
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from js_client import TRANSPORTS, JsClient
from js_play import (
    SMALL,
    WALK,
    Start,
    about,
    enter_game,
    own_id,
    path,
    positions,
    removal,
    settle,
)
from servers import flask_demo, running_server

pytestmark = pytest.mark.usefixtures("js_modules")


@pytest.fixture(params=["ours", "flask"])
def start_demo(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Start a server that speaks protocol 1: ours, or the peer."""
    with ExitStack() as servers:
        run = running_server if request.param == "ours" else flask_demo
        yield lambda *args: servers.enter_context(run(*args))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_newcomer_is_told_who_it_is_then_who_is_there(start_demo: Start, transport: str) -> None:
    url = start_demo().url
    with ExitStack() as players:
        first = enter_game(players, url)
        player = enter_game(players, url, transport)
        settle(player)
        settle(first)  # another process, which may lag behind
        told = [x for x in player.lines if x.event not in ("connect", "upgrade")]
        assert [line.event for line in told[:2]] == ["message", "grid_status"]
        welcome, status = told[0].payload, told[1].payload
        user_id, symbol = welcome["userId"], welcome["symbol"]
        assert welcome == {"userId": user_id, "symbol": symbol, "gridDimension": [20, 10]}
        assert symbol in list("BCDFGHJKLMNPQRSTVWXYZ")

        assert set(status) == {own_id(first), user_id}
        assert status[user_id]["symbol"] == symbol
        x, y = status[user_id]["pos"]
        assert x in range(1, 21)
        assert y in range(1, 11)
        arrival = {"userId": user_id, "symbol": symbol, "pos": [x, y]}
        for witness in (player, first):
            seen = witness.events("user_position")
            assert [s.args for s in seen if s.payload["userId"] == user_id] == [[arrival]]
        assert player.events("users_connected")[0].args == [2]
        assert [line.args for line in first.events("users_connected")] == [[1], [2]]

        if transport == "upgrade":
            assert player.wait_for("upgrade").args == ["websocket"]
        else:
            assert player.wait_for("connect").args == [transport]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_each_move_is_seen_once_and_in_order(start_demo: Start, transport: str) -> None:
    """The first walk is sent at once, with "upgrade" while the transports change over."""
    other = TRANSPORTS[TRANSPORTS.index(transport) - 1]
    url = start_demo("--grid", "4x3").url
    with ExitStack() as players:
        watcher = enter_game(players, url, other)
        mover = enter_game(players, url, transport, moves=WALK)
        user_id = own_id(mover)
        settle(mover)
        if transport == "upgrade":
            mover.wait_for("upgrade")
        for direction in WALK:
            mover.emit("movement", {"direction": direction})
        settle(mover)
        settle(watcher)

        start = mover.wait_for("grid_status").payload[user_id]["pos"]
        expected = [start, *path(start, WALK + WALK, SMALL)]
        assert positions(mover, user_id) == expected
        assert positions(watcher, user_id) == expected
        symbols = {
            x.payload["symbol"] for x in watcher.events("user_position") if about(user_id)(x)
        }
        assert symbols == {mover.wait_for("message").payload["symbol"]}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_long_burst_arrives_whole(start_server: Start, transport: str) -> None:
    """Over polling it travels as one body, of more packets than python-engineio takes by default.

    The Flask peer keeps that default, and silently drops such a body.
    """
    burst = WALK * 5
    url = start_server("--grid", "4x3").url
    with ExitStack() as players:
        # Its own polls bring just as many packets at a time.
        mover = enter_game(players, url, transport, moves=burst)
        user_id = own_id(mover)
        settle(mover)
        start = mover.wait_for("grid_status").payload[user_id]["pos"]
        assert positions(mover, user_id) == [start, *path(start, burst, SMALL)]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_player_who_leaves_is_removed(start_demo: Start, transport: str) -> None:
    url = start_demo().url
    with ExitStack() as players:
        stays = enter_game(players, url)
        leaves = enter_game(players, url, transport)
        user_id = own_id(leaves)
        before = stays.wait_for("user_position", about(user_id)).number
        leaves.close()
        assert leaves.wait_for_end() == 0, leaves.transcript()
        stays.wait_for("user_position", removal(user_id))
        stays.wait_for("users_connected", lambda line: line.args == [1], after=before)
        settle(stays)
        assert positions(stays, user_id, before) == [None]


@pytest.mark.parametrize("transport", ["websocket", "upgrade"])
def test_a_player_who_vanishes_is_removed(start_demo: Start, transport: str) -> None:
    url = start_demo().url
    with ExitStack() as players:
        stays = enter_game(players, url)
        vanishes = enter_game(players, url, transport)
        if transport == "upgrade":
            vanishes.wait_for("upgrade")
        before = stays.wait_for("user_position", about(own_id(vanishes))).number
        vanishes.process.kill()
        stays.wait_for("user_position", removal(own_id(vanishes)))
        stays.wait_for("users_connected", lambda line: line.args == [1], after=before)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_each_room_is_a_grid_of_its_own(start_demo: Start, transport: str) -> None:
    url = start_demo().url
    with ExitStack() as players:
        stays, guest = enter_game(players, url), enter_game(players, url)
        goes = enter_game(players, url, transport)
        user_id = own_id(goes)
        settle(stays)

        before = {player: player.last for player in (stays, guest, goes)}
        goes.emit("join", {"room": "red"})
        assert goes.wait_for("l_users", after=before[goes]).args == [1]
        status = goes.wait_for("grid_status", after=before[goes]).payload
        assert set(status) == {user_id}
        settle(goes)
        assert positions(goes, user_id, before[goes]) == [status[user_id]["pos"]]
        stays.wait_for("user_position", removal(user_id))
        assert stays.wait_for("l_users").args == [2]
        assert stays.wait_for("users_connected", after=before[stays]).args == [2]

        guest.emit("join", {"room": "red"})
        entered = guest.wait_for("grid_status", after=before[guest])
        guest.wait_for("l_users", lambda line: line.args == [2], after=entered.number)
        assert set(entered.payload) == {user_id, own_id(guest)}
        goes.wait_for("user_position", about(own_id(guest)), after=before[goes])
        goes.wait_for("l_users", lambda line: line.args == [2], after=before[goes])

        goes.emit("movement", {"direction": "down"})
        goes.emit("movement", {"direction": "up"})
        settle(goes)
        settle(guest)
        settle(stays)
        expected = path(status[user_id]["pos"], ("down", "up"), (20, 10))
        assert positions(guest, user_id, entered.number) == expected
        assert positions(stays, user_id, before[stays]) == [None]

        before = {player: player.last for player in (stays, guest, goes)}
        goes.emit("leave", {"room": "red"})
        status = goes.wait_for("grid_status", after=before[goes]).payload
        assert set(status) == {user_id, own_id(stays)}
        assert goes.wait_for("l_users", after=before[goes]).args == [2]
        assert stays.wait_for("l_users", after=before[stays]).args == [2]
        seen = stays.wait_for("user_position", about(user_id), after=before[stays])
        assert seen.payload["pos"] == status[user_id]["pos"]
        guest.wait_for("user_position", removal(user_id), after=before[guest])
        assert guest.wait_for("l_users", after=before[guest]).args == [1]


@pytest.mark.parametrize("anything", [[], [{}], [None], ["hello"], [[1, {"a": 2}]], [7, "two"]])
def test_message_is_answered_to_the_sender_alone(start_demo: Start, anything: list[Any]) -> None:
    url = start_demo().url
    with ExitStack() as players:
        asks, other = enter_game(players, url), enter_game(players, url)
        before = asks.last
        asks.emit("message", *anything)
        assert asks.wait_for("message", after=before).args == [{"userId": own_id(asks)}]
        settle(other)
        assert [set(line.payload) for line in other.events("message")[1:]] == [{"userId"}]
        assert len(asks.events("message")) == 2


BAD: list[list[Any]] = [
    ["movement"],
    ["movement", None],
    ["movement", "up"],
    ["movement", {}],
    ["movement", {"direction": "sideways"}],
    ["movement", {"direction": ["up"]}],
    ["join"],
    ["join", {"room": 7}],
    ["join", "red"],
    ["jump", {"direction": "up"}],
]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_bad_payloads_are_ignored(start_demo: Start, transport: str) -> None:
    url = start_demo("--grid", "4x3").url
    with ExitStack() as players:
        player, other = enter_game(players, url, transport), enter_game(players, url)
        user_id = own_id(player)
        player.wait_for("user_position", about(own_id(other)))
        if transport == "upgrade":
            player.wait_for("upgrade")
        before = {player: player.last, other: other.last}
        for event, *args in BAD:
            player.emit(event, *args)
        settle(player)
        settle(other)
        for client, index in before.items():
            heard = [line.event for line in client.lines if line.number > index]
            assert set(heard) <= {"message", "users_connected"}

        start = player.wait_for("grid_status").payload[user_id]["pos"]
        player.emit("movement", {"direction": "left"})
        settle(player)
        settle(other)
        assert positions(other, user_id) == path(start, ("left",), SMALL)
        assert not player.events("disconnect")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_full_server_says_so(start_server: Start, transport: str) -> None:
    url = start_server("--max-players", "1").url
    with ExitStack() as players:
        enter_game(players, url)
        refused = players.enter_context(JsClient(url, transport))
        _, data = refused.wait_for("connect_error").args
        assert data == {"code": "full", "text": str(data["text"])}
        assert data["text"]
        assert refused.wait_for_end() == 1, refused.transcript()
        assert {line.event for line in refused.lines} <= {"connect_error", "upgrade"}
