"""`gridcli bots --app` and `gridcli capacity --app` as processes, against chats.

Not here: the same in Locust (`loadtest/test_broadcast.py`).
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from chats import CHAT, described, example_chat, faulty_chat, truth_of
from in_process import gridcli
from run_bots import bots, capacity, only_step, result
from servers import ROOT

SHORT = ("--count", "8", "--duration", "2s", "--rate", "8", "--json")


@pytest.fixture(scope="module")
def chat() -> Iterator[str]:
    """A chat that does no wrong, shared: whoever has left it is owed nothing any more."""
    with faulty_chat() as url:
        yield url


def all_seen(run: dict[str, Any], clients: int = 8) -> dict[str, Any]:
    step = only_step(run)
    counts: dict[str, Any] = step["counts"]
    assert step["connect"]["count"] == clients
    assert counts["moves"] >= clients * 8
    assert counts["owed"] == counts["seen"] == counts["moves"] * clients
    assert (counts["lost"], counts["doubled"], counts["reordered"]) == (0, 0, 0)
    return step


@pytest.mark.parametrize("server", ["chat_flask.py", "chat_fanout.py"])
def test_the_example_is_measured_on_either_server(server: str) -> None:
    with example_chat(server) as url:
        run = result(bots("--app", CHAT, "--server", url, *SHORT))
    step = all_seen(run)
    assert (run["options"]["application"], run["options"]["event"]) == ("Chat", "said")
    assert run["protocol"] == 0
    assert 0 < step["seen"]["first"]["p50"] <= step["seen"]["every"]["p99"]
    jsonschema.validate(run, json.loads((ROOT / "docs" / "run-file-1.schema.json").read_text()))


@pytest.mark.parametrize("transport", ["websocket", "polling", "upgrade"])
def test_over_every_transport(chat: str, tmp_path: Path, transport: str) -> None:
    app = described(tmp_path)
    all_seen(result(bots("--app", app, "--server", chat, "--transport", transport, *SHORT)))


def test_what_a_server_loses_and_doubles_is_counted_exactly(tmp_path: Path) -> None:
    with faulty_chat("--lose", 10, "--double", 7) as url:
        ended = bots("--app", described(tmp_path), "--server", url, "--patience", "3s", *SHORT)
        truth = truth_of(url)
    run = result(ended, code=1)
    counts = only_step(run)["counts"]
    assert counts["moves"] == truth["messages"]
    assert counts["lost"] == truth["lost"] > 0
    assert counts["doubled"] == truth["doubled"] > 0
    assert counts["owed"] == counts["seen"] + counts["lost"] == counts["moves"] * 8
    assert "deliveries lost" in run["verdict"]


def test_who_does_not_hear_itself_is_not_owed_its_own(tmp_path: Path) -> None:
    with faulty_chat("--not-to-self", "--lose", 10, "--double", 7) as url:
        app = described(tmp_path, "hears_itself = False")
        ended = bots("--app", app, "--server", url, "--patience", "3s", *SHORT)
        run = result(ended, code=1)
        truth = truth_of(url)
    counts = only_step(run)["counts"]
    assert counts["owed"] == counts["moves"] * 7
    assert (counts["lost"], counts["doubled"]) == (truth["lost"], truth["doubled"])


def test_rooms_a_namespace_a_path_and_an_event_that_says_who_is_in(tmp_path: Path) -> None:
    more = (
        'namespace, path, entered = "/talk", "/ws/", "welcome"\n'
        "def enter(self, client):\n"
        '    return [("join", self.room(client))]\n'
        "def room(self, client):\n"
        '    return f"room {client.number % 2}"\n'
    )
    with faulty_chat("--namespace", "/talk", "--path", "ws", "--silent") as url:
        run = result(bots("--app", described(tmp_path, more), "--server", url, *SHORT))
    counts = only_step(run)["counts"]
    assert counts["owed"] == counts["seen"] == counts["moves"] * 4


def test_binary_packets_and_other_peoples_events_are_passed_over(tmp_path: Path) -> None:
    with faulty_chat("--binary") as url:
        all_seen(result(bots("--app", described(tmp_path), "--server", url, *SHORT)))


def test_who_is_thrown_off_comes_back_and_is_counted(tmp_path: Path) -> None:
    with faulty_chat("--put-out", 40) as url:
        run = result(bots("--app", described(tmp_path), "--server", url, *SHORT), code=1)
        assert truth_of(url)["put_out"] == 1
    step = only_step(run)
    assert step["dropped"] == 1
    assert step["counts"]["lost"] == 0
    # A last second in which nobody plays any more belongs to a busy machine.
    assert [second["players"] for second in step["seconds"] if second["moves"]][-1] == 8


def test_steps_and_thresholds(chat: str, tmp_path: Path) -> None:
    out = tmp_path / "run.json"
    ended = bots(
        *("--app", described(tmp_path), "--server", chat, "--steps", "2,4"),
        *("--step-time", "1s", "--threshold", "seen_ms:p50<0.001", "--out", str(out)),
    )
    assert ended.returncode == 99, ended.stderr
    assert "event said" in ended.stdout
    assert [step["players"] for step in json.loads(out.read_text())["steps"]] == [2, 4]
    told = subprocess.run(
        [sys.executable, "-m", "gridcli", "report", str(out)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert "event said" in told
    assert "protocol" not in told


def test_capacity(chat: str, tmp_path: Path) -> None:
    ended = capacity(
        *("--app", described(tmp_path), "--server", chat, "--slo", "p50<9s"),
        *("--start", "2", "--most", "4", "--step-time", "1s"),
    )
    assert ended.returncode == 0, ended.stderr
    assert "at least 4 players hold seen_ms:p50<9000: the most that were tried" in ended.stdout
    assert "event said" in ended.stdout


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("def heard(self, message):\n    return message['who']", "heard() raises KeyError: 'who'"),
        ("def heard(self, message):\n    return 'ann', '1'", "heard() gives ('ann', '1'); give"),
        ("def send(self, client, seq):\n    return {'n': seq}", "give the event's name first"),
        ("def send(self, client, seq):\n    return 'say', b'x'", "JSON has no word for"),
        ("def identity(self, client):\n    return 'ann'", "give each one of its own"),
        ("def room(self, client):\n    return None", "room() gives None"),
        ("def auth(self, client):\n    return client.colour", "auth() raises AttributeError"),
    ],
    ids=lambda value: value if value.endswith(")") else "",
)
def test_a_wrong_description_is_said_once_and_ends_the_run(
    chat: str, tmp_path: Path, more: str, said: str
) -> None:
    ended = bots("--app", described(tmp_path, more), "--server", chat, *SHORT)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.count("Plain: ") == 1
    assert said in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr


def test_senders_whom_nobody_knows_are_pointed_out(chat: str, tmp_path: Path) -> None:
    app = described(tmp_path, "def identity(self, client):\n    return client.name")
    ended = bots("--app", app, "--server", chat, "--patience", "1s", *SHORT)
    assert result(ended, code=1)["steps"][0]["counts"]["seen"] == 0
    assert "heard() must name the sender as identity() does" in ended.stderr


@pytest.mark.parametrize(("option", "said"), [("--refuse", "no place"), ("--deny", "no entry")])
def test_who_is_not_let_in_has_failed(tmp_path: Path, option: str, said: str) -> None:
    more = "def refusal(self, client, answer):\n    return None if answer['ok'] else answer['text']"
    with faulty_chat(option, said) as url:
        ended = bots("--app", described(tmp_path, more), "--server", url, *SHORT)
    run = result(ended, code=1)
    (reason, number) = only_step(run)["failed"].popitem()
    assert said in reason
    assert number == 8


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--script", "walker"], "leave --script out"),
        (["--protocol", "1"], "leave --protocol out"),
        (["--room", "den"], "leave --room out"),
        (["--record", "x"], "leave --record out"),
        ([], "--server http://host:port"),
        (["--server", "new"], "--server http://host:port"),
    ],
    ids=str,
)
def test_options_that_say_nothing_of_an_application(args: list[str], said: str) -> None:
    ended = gridcli("bots", "--app", CHAT, *args)
    assert ended.returncode == 2
    assert said in ended.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class Plain: pass", "no subclass of"),
        ("from gridcli.core.application import Application as Plain", "names no event"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "has no 'Plain'"),
    ],
)
def test_a_file_that_describes_nothing(tmp_path: Path, text: str, said: str) -> None:
    ended = bots("--app", described(tmp_path, text=text), "--server", "http://127.0.0.1:9")
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_server_that_is_not_there_is_named_without_the_games_hints() -> None:
    ended = bots("--app", CHAT, "--server", "http://127.0.0.1:9")
    assert ended.returncode == 3
    assert "127.0.0.1:9" in ended.stderr
    assert "gridcli serve" not in ended.stderr
