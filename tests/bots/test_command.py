"""`gridcli bots` as a process: what it prints, and what it ends with."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from in_process import gridcli
from run_bots import BOTS, bots, only_step, result
from servers import PATIENT, ROOT, Server
from waiting import until_sync

SCHEMA = ROOT / "docs" / "run-file-1.schema.json"


@pytest.mark.parametrize("transport", ["auto", "polling", "upgrade"])
@pytest.mark.parametrize("protocol", ["1", "2"])
def test_everyone_sees_every_move(grid_server: Server, protocol: str, transport: str) -> None:
    report = result(
        bots(
            *("--server", grid_server.url, "--room", f"bots-{protocol}-{transport}"),
            *("--count", "8", "--duration", "2s", "--protocol", protocol),
            *("--transport", transport, "--json"),
        )
    )
    step = only_step(report)
    counts, seen = step["counts"], step["seen"]
    assert step["connect"]["count"] == 8
    assert report["protocol"] == int(protocol)
    assert counts["moves"] >= 8 * 4
    assert counts["owed"] == counts["seen"] + counts["ambiguous"] > 0
    assert counts["lost"] == 0
    if protocol == "2":
        assert counts["ambiguous"] == 0
    assert sum(second["moves"] for second in step["seconds"]) == counts["moves"]
    assert sum(second["every"]["count"] for second in step["seconds"]) == counts["seen"]
    assert 0 < seen["first"]["p50"] <= seen["median"]["p50"] <= seen["last"]["p50"]
    assert seen["every"]["p50"] <= seen["every"]["p99"] <= seen["every"]["max"]


def test_against_a_server_of_protocol_1_only(flask_server: Server) -> None:
    report = result(
        bots("--server", flask_server.url, "--count", "5", "--duration", "2s", "--json")
    )
    assert report["protocol"] == 1
    assert only_step(report)["counts"]["lost"] == 0
    assert only_step(report)["counts"]["seen"] > 0


def test_same_seed_same_moves(grid_server: Server, tmp_path: Path) -> None:
    script = tmp_path / "noted.py"
    script.write_text(
        "import os\n"
        "async def bot(player):\n"
        "    with open(os.environ['NOTES'], 'a') as notes:\n"
        "        for _ in range(5):\n"
        "            step = player.rng.choice(['up', 'down', 'left', 'right'])\n"
        "            print(player.number, step, file=notes)\n"
        "            await player.move(step)\n"
    )
    noted = []
    for run in ("one", "two"):
        notes = tmp_path / run
        bots(
            *("--server", grid_server.url, "--room", "seeded", "--count", "3", "--rate", "20"),
            *("--duration", "1s", "--seed", "42", "--script", f"{script}:bot"),
            NOTES=str(notes),
        )
        noted.append(sorted(notes.read_text().splitlines()))
    assert len(noted[0]) == 15
    assert noted[0] == noted[1]


def test_table_and_progress(grid_server: Server) -> None:
    ended = bots("--server", grid_server.url, "--room", "table", "--count", "3", "--duration", "2s")
    assert ended.returncode == 0
    for word in ("connected", "failed", "expected", "move → seen", "p95", "of a core", "seed"):
        assert word in ended.stdout, ended.stdout
    assert re.search(r"3/3 bots +\d+ moves/s", ended.stderr), ended.stderr
    assert "\x1b" not in ended.stdout + ended.stderr


def test_refusals_are_failures(start_server: Any) -> None:
    server = start_server("--max-players", "3")
    report = result(
        bots("--server", server.url, "--count", "5", "--duration", "1s", "--json"), code=1
    )
    step = only_step(report)
    assert step["connect"]["count"] == 3
    assert sum(step["failed"].values()) == 2
    assert all("full" in reason for reason in step["failed"])
    assert "2 players failed" in report["verdict"]


def test_a_script_that_fails_is_a_failure(grid_server: Server, tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text("def bot(world, rng):\n    return 'sideways'\n")
    ended = bots(
        *("--server", grid_server.url, "--count", "1", "--duration", "1s", "--json"),
        *("--script", f"{script}:bot"),
    )
    report = result(ended, code=1)
    assert any("sideways" in reason for reason in only_step(report)["failed"])


def test_a_generator_that_is_too_slow_says_so_and_ends_with_98(
    grid_server: Server, tmp_path: Path
) -> None:
    script = tmp_path / "hog.py"
    script.write_text(
        "import time\n"
        "def bot(world, rng):\n"
        "    time.sleep(0.4)  # holds the whole swarm up\n"
        "    return 'up'\n"
    )
    ended = bots(
        *("--server", grid_server.url, "--room", "hog", "--count", "1", "--duration", "2s"),
        *("--script", f"{script}:bot", "--json", "--limit-lag", "100ms"),
    )
    report = result(ended, code=98)
    assert report["verdict"].startswith("INVALID, the generator was saturated")


def test_unreachable_exits_3_with_the_address_and_a_hint() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    ended = bots("--server", url, "--count", "5")
    assert ended.returncode == 3
    assert ended.stdout == ""
    last = ended.stderr.splitlines()[-1]
    assert url in last
    assert "gridcli serve" in last
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--count", "0"], "--count"),
        (["--rate", "0"], "--rate"),
        (["--duration", "soon"], "30s, 2m or 500ms"),
        (["--script", "nobody"], "there are random"),
        (["--server", "ftp://x"], "http://host:port"),
        (["--room", "no room"], "letters, digits"),
        (["--protocol", "3"], "--protocol"),
    ],
    ids=str,
)
def test_bad_options_exit_2(args: list[str], said: str) -> None:
    ended = gridcli("bots", *args)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_first_interrupt_drains_and_prints(grid_server: Server) -> None:
    running = subprocess.Popen(
        [*BOTS, "--server", grid_server.url, "--room", "cut", "--count", "4", "--duration", "60s"],
        cwd=ROOT,
        env=os.environ | PATIENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines: list[str] = []
    assert running.stderr is not None
    for line in running.stderr:
        lines.append(line)
        if "play" in line:
            running.send_signal(signal.SIGINT)
            break
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130, err
    assert "interrupted" in out
    assert "(100.00%)" in out


def test_second_interrupt_ends_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # takes connections, answers nothing
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        running = subprocess.Popen(
            [*BOTS, "--server", url, "--count", "4"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert running.stderr is not None
        assert running.stderr.readline()
        said: list[str] = []

        def interrupted() -> bool:
            return running.poll() is not None

        running.send_signal(signal.SIGINT)
        said.append(running.stderr.readline())
        running.send_signal(signal.SIGINT)
        until_sync(interrupted, "its end")
        running.communicate()
    assert running.returncode == 130


def test_help_has_examples() -> None:
    for command in ([], ["serve"], ["bots"]):
        ended = gridcli(*command, "--help")
        assert ended.returncode == 0
        assert "Examples:" in ended.stdout
