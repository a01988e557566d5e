"""python-socketio's own client plays against our server: protocol 2, refusals and what is counted.

Not here: protocol 1, which other engines speak as well (`tests/blackbox`).
"""

from typing import Any

import pytest
import reading_whole
import socketio
from servers import Server
from socketio_player import NAMESPACE, Client, play
from waiting import until

QUICK_HEARTBEAT = ("--ping-interval", "0.5", "--ping-timeout", "1")
# python-socketio's client waits for its last poll to end before it is disconnected.

BAD: list[tuple[str, Any]] = [
    ("movement", None),
    ("movement", {}),
    ("movement", {"direction": "sideways"}),
    ("movement", [1, 2]),
    ("join", {"room": "\x1b[31m"}),
    ("join", {"room": "x" * 33}),
    ("join", {"room": 7}),
    ("join", "den"),
    ("chat", {"text": "hello"}),
]


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]], ids="+".join)
def test_protocol_1_ignores_bad_input_and_counts_it(
    start_server: Any, transports: list[str]
) -> None:
    server = start_server(*QUICK_HEARTBEAT)

    async def scene() -> None:
        ann = Client()
        await ann.connect(server.url, transports)
        await until(lambda: ann.of("users_connected"), "the count")
        heard = len(ann.events)
        for event, payload in BAD:
            await ann.emit(event, payload)
        await ann.emit("message", None)
        await until(lambda: len(ann.events) > heard, "an answer")
        assert ann.events[heard:] == [("message", {"userId": ann.user_id})]
        await ann.sio.disconnect()

    play(scene())
    assert 'outcome="bad-payload"' in _metrics(server)
    assert 'outcome="bad-room"' in _metrics(server)
    assert not any("Traceback" in line for line in server.output), server.transcript()


def test_protocol_2_refusals_are_typed(start_server: Any) -> None:
    server = start_server("--max-rooms", "2", "--max-room-players", "1")

    async def scene() -> None:
        ann, bob = Client(), Client()
        await ann.connect(server.url, ["websocket"], {"protocol": 2, "name": "ann"})
        await bob.connect(server.url, ["websocket"], {"protocol": 2, "name": "bob", "room": "den"})
        cases = [
            ("movement", {"direction": "up"}, "bad-payload"),
            ("movement", {"direction": "up", "seq": 0}, "bad-payload"),
            ("movement", {"direction": "up", "seq": True}, "bad-payload"),
            ("join", {"room": "no room"}, "bad-room"),
            ("join", {"room": "den"}, "full"),
            ("chat", {"text": "x" * 241}, "too-large"),
            ("chat", {"text": "\x1b\x07"}, "bad-payload"),
        ]
        for event, payload, code in cases:
            answer = await ann.call(event, payload)
            assert answer["ok"] is False
            assert answer["code"] == code, (event, payload)
            assert answer["text"]
        assert await ann.call("movement", {"direction": "up", "seq": 5}) == {"ok": True}
        assert (await ann.call("movement", {"direction": "up", "seq": 5}))["ok"] is False
        assert await ann.call("chat", {"text": "a\x1b[2Jb"}) == {"ok": True}
        await until(lambda: ann.of("chat"), "the chat line")
        assert ann.of("chat") == [{"userId": ann.user_id, "name": "ann", "text": "a[2Jb"}]
        await ann.sio.disconnect()
        await bob.sio.disconnect()

    play(scene())


@pytest.mark.parametrize(
    ("auth", "code"),
    [
        ({"protocol": 2, "name": "x" * 25}, "bad-name"),
        ({"protocol": 2, "name": 5}, "bad-payload"),
        ({"protocol": 2, "room": "../etc"}, "bad-room"),
        ({"protocol": "two"}, "bad-payload"),
        ({"protocol": 2, "resume": "forged.token.x"}, "gone"),
    ],
    ids=str,
)
def test_refused_connect_carries_code_and_text(
    grid_server: Server, auth: dict[str, Any], code: str
) -> None:
    async def scene() -> None:
        client = socketio.AsyncClient(reconnection=False, http_session=reading_whole.session)
        said: list[Any] = []
        client.on("connect_error", said.append, namespace=NAMESPACE)
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(
                grid_server.url, transports=["websocket"], namespaces=[NAMESPACE], auth=auth
            )
        await client.disconnect()
        assert said[0]["data"]["code"] == code
        assert said[0]["data"]["text"]

    play(scene())


def test_dialects_share_one_grid(start_server: Any) -> None:
    server = start_server("--grid", "5x5")

    async def scene() -> None:
        old, new = Client(), Client()
        await old.connect(server.url, ["websocket"])
        await new.connect(server.url, ["websocket"], {"protocol": 2, "name": "ann"})
        welcome = new.of("message")[0]
        assert welcome["protocol"] == 2
        assert welcome["name"] == "ann"
        assert welcome["room"] == "lobby"
        first = new.of("grid_delta")[0]
        assert first["full"] is True
        assert {row[0] for row in first["joins"]} == {old.user_id, new.user_id}
        assert first["users"] == 2
        for _ in range(6):
            await old.emit("movement", {"direction": "left"})
        for seq in range(1, 7):
            await new.emit("movement", {"direction": "up", "seq": seq})

        def last_rows() -> dict[str, list[Any]]:
            rows: dict[str, list[Any]] = {}
            for delta in new.of("grid_delta"):
                rows |= {row[0]: row[1:] for row in delta.get("moves", [])}
            return rows

        await until(lambda: last_rows().get(new.user_id, [0, 0, 0])[2] == 6, "own steps")
        await until(lambda: last_rows().get(old.user_id, [0, 0, 0])[2] == 6, "the other's steps")
        assert last_rows()[old.user_id][0] == 1
        assert last_rows()[new.user_id][1] == 1
        ticks = [delta["tick"] for delta in new.of("grid_delta")]
        assert ticks == list(range(ticks[0], ticks[0] + len(ticks))), "a gap between ticks"
        ups = [p for p in old.of("user_position") if p["userId"] == new.user_id]
        await until(
            lambda: sum(p["userId"] == new.user_id for p in old.of("user_position")) == 7,
            f"an arrival and six moves, not {ups}",
        )
        await old.sio.disconnect()
        await new.sio.disconnect()

    play(scene())


def _metrics(server: Server) -> str:
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/metrics") as response:
        return str(response.read(), "utf-8")
