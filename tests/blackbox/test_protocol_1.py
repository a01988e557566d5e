"""Protocol 1 as a page of the 2017 demo relies on it, on every engine, from outside.

Each scene is played over websocket, polling and the upgrade, by the JavaScript client and by
python-socketio's: a promise that only one engine keeps would be a promise of none. Not here: what
only our own server has, such as protocol 2, refusals and metrics (`tests/server`).
"""

from collections.abc import Callable
from typing import Any

import pytest
from demo_stage import CASES, ENGINES, FOREIGN, NODE, PEER, Stage
from heard import Heard
from js_play import SMALL, WALK, about, own_id, path, positions, removal, settle


def start_of(player: Heard) -> list[int]:
    """Where a player stood when it came."""
    place = player.wait_for("grid_status").payload[own_id(player)]["pos"]
    assert isinstance(place, list)
    return place


def counts(player: Heard, event: str = "users_connected", after: int = -1) -> list[Any]:
    return [line.payload for line in player.events(event, after)]


def test_a_newcomer_is_told_who_it_is_then_who_is_there(stage: Stage) -> None:
    first = stage.watcher()
    player = stage.enter()
    settle(player)
    settle(first)
    told = [x for x in player.lines if x.event not in ("connect", "upgrade")]
    assert [line.event for line in told[:4]] == [
        "message",
        "grid_status",
        "user_position",
        "users_connected",
    ]
    welcome, status, arrival, count = [line.payload for line in told[:4]]
    user_id, symbol = welcome["userId"], welcome["symbol"]
    assert welcome == {"userId": user_id, "symbol": symbol, "gridDimension": list(SMALL)}
    assert symbol in list("BCDFGHJKLMNPQRSTVWXYZ")
    assert set(status) == {own_id(first), user_id}
    assert status[user_id]["symbol"] == symbol
    x, y = status[user_id]["pos"]
    assert x in range(1, SMALL[0] + 1)
    assert y in range(1, SMALL[1] + 1)
    assert arrival == {"userId": user_id, "symbol": symbol, "pos": [x, y]}
    seen = first.events("user_position")
    assert [s.args for s in seen if s.payload["userId"] == user_id] == [[arrival]]
    assert count == 2
    assert counts(first) == [1, 2]
    if stage.transport == "upgrade":
        assert player.wait_for("upgrade").args == ["websocket"]
    else:
        assert player.wait_for("connect").args == [stage.transport]


def test_each_move_is_seen_once_and_in_order(stage: Stage) -> None:
    """The first walk is sent at once, with "upgrade" while the JavaScript client changes over."""
    watcher = stage.watcher()
    mover = stage.enter(moves=WALK)
    user_id = own_id(mover)
    settle(mover)
    if stage.transport == "upgrade":
        mover.wait_for("upgrade")
    for direction in WALK:
        mover.emit("movement", {"direction": direction})
    settle(mover)
    settle(watcher)
    start = start_of(mover)
    expected = [start, *path(start, WALK + WALK, SMALL)]
    assert positions(mover, user_id) == expected
    assert positions(watcher, user_id) == expected
    symbols = {x.payload["symbol"] for x in watcher.events("user_position") if about(user_id)(x)}
    assert symbols == {mover.wait_for("message").payload["symbol"]}


@pytest.mark.parametrize("stage", [c for c in CASES if c[0] != PEER], ids="-".join, indirect=True)
def test_a_long_burst_arrives_whole(stage: Stage) -> None:
    """Over polling it travels as one body, of more packets than python-engineio takes by default.

    Its own polls, and the watcher's, bring just as many packets at a time. The peer keeps that
    default, and silently drops such a body.
    """
    burst = WALK * 5
    watcher = stage.watcher()
    mover = stage.enter(moves=burst)
    user_id = own_id(mover)
    settle(mover)
    settle(watcher)
    start = start_of(mover)
    expected = [start, *path(start, burst, SMALL)]
    assert positions(mover, user_id) == expected
    assert positions(watcher, user_id) == expected


def test_a_player_who_leaves_is_removed(stage: Stage) -> None:
    stays, leaves = stage.watcher(), stage.enter()
    check_removal(stays, leaves, leaves.leave)


# Only the heartbeat can tell of somebody who polls no more. That takes a while, so once will do;
# and Node's is left as it comes, at 45 s.
SLOW_TO_VANISH = [(engine, "polling", "py") for engine in ENGINES] + [(NODE, "polling", "js")]


@pytest.mark.parametrize(
    "stage", [c for c in CASES if c not in SLOW_TO_VANISH], ids="-".join, indirect=True
)
def test_a_player_who_vanishes_is_removed(stage: Stage) -> None:
    stays, vanishes = stage.watcher(), stage.enter(alone=True)
    if stage.transport == "upgrade":
        vanishes.wait_for("upgrade")
    check_removal(stays, vanishes, vanishes.vanish)


def check_removal(stays: Heard, goes: Heard, go: Callable[[], None]) -> None:
    user_id = own_id(goes)
    before = stays.wait_for("user_position", about(user_id)).number
    stays.wait_for("users_connected", lambda line: line.args == [2])
    go()
    stays.wait_for("user_position", removal(user_id), 30, after=before)
    stays.wait_for("users_connected", lambda line: line.args == [1], after=before)
    settle(stays)
    assert positions(stays, user_id, before) == [None]
    assert counts(stays) == [1, 2, 1]


def test_each_room_is_a_grid_of_its_own(stage: Stage) -> None:
    stays, guest = stage.watcher(), stage.watcher()
    goes = stage.enter()
    user_id = own_id(goes)
    stays.wait_for("users_connected", lambda line: line.args == [3])

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
    expected = path(status[user_id]["pos"], ("down", "up"), SMALL)
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


def test_message_is_answered_to_the_sender_alone(stage: Stage) -> None:
    other = stage.watcher()
    asks = stage.enter()
    anything: list[list[Any]] = [[], [{}], [None], ["hello"], [[1, {"a": 2}]], [7, "two"]]
    for args in anything:
        before = asks.last
        asks.emit("message", *args)
        assert asks.wait_for("message", after=before).args == [{"userId": own_id(asks)}]
    settle(asks)
    settle(other)
    assert len(asks.events("message")) == 1 + len(anything) + 1
    assert [set(line.payload) for line in other.events("message")[1:]] == [{"userId"}]


BAD: list[list[Any]] = [
    ["movement"],
    ["movement", None],
    ["movement", "up"],
    ["movement", {}],
    ["movement", [1, 2]],
    ["movement", {"direction": "sideways"}],
    ["movement", {"direction": ["up"]}],
    ["join"],
    ["join", {"room": 7}],
    ["join", {"room": "x" * 33}],
    ["join", "red"],
    ["chat", {"text": "hello"}],
    ["jump", {"direction": "up"}],
]


def test_bad_input_is_ignored(stage: Stage) -> None:
    other = stage.watcher()
    player = stage.enter()
    user_id = own_id(player)
    other.wait_for("users_connected", lambda line: line.args == [2])
    if stage.transport == "upgrade":
        player.wait_for("upgrade")
    before = {player: player.last, other: other.last}
    bad = BAD if stage.engine in FOREIGN else [*BAD, ["join", {"room": "\x1b[31m"}]]
    for event, *args in bad:
        player.emit(event, *args)
    settle(player)
    settle(other)
    for client, index in before.items():
        heard = [line.event for line in client.lines if line.number > index]
        assert heard == ["message"]
    start = start_of(player)
    player.emit("movement", {"direction": "left"})
    settle(player)
    settle(other)
    assert positions(other, user_id, before[other]) == path(start, ("left",), SMALL)
    assert not player.events("disconnect")
