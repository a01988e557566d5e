"""`gridcli doctor` as a process: which server it takes, what it prints, and the exit codes.

Not here: what it finds (`test_server`, `test_terminal`, `test_machine`).
"""

import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from chats import free_port
from conftest import StartServer
from fresh_python import run_fresh
from in_process import gridcli
from servers import ROOT, Server
from tui.terminal import children, runs
from waiting import until_sync

TITLES = ["Terminal", "Versions", "Machine"]


def doctor(*args: str, **env: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what is printed as JSON."""
    ended = gridcli("doctor", "--json", *args, **env)
    assert ended.stderr == ""
    return ended.returncode, json.loads(ended.stdout)


def test_json_has_every_finding(grid_server: Server) -> None:
    code, found = doctor("--server", grid_server.url)
    assert code == 0
    assert found["exit_code"] == 0
    assert [s["title"] for s in found["sections"]] == [*TITLES, f"Server {grid_server.url}"]
    for section in found["sections"]:
        for finding in section["findings"]:
            assert set(finding) == {"name", "state", "text", "hint", "facts"}
            assert finding["state"] in ("ok", "warning", "failed")
            assert bool(finding["hint"]) == (finding["state"] != "ok"), finding


def test_text_is_plain_where_it_goes_to_a_file(grid_server: Server) -> None:
    said = run_fresh("-m", "gridcli", "doctor", "--server", grid_server.url)
    assert "\x1b" not in said
    assert "✓ websocket   opens in" in said
    assert max(map(len, said.splitlines())) <= 80
    assert gridcli("doctor", "--server", grid_server.url, "--ascii").stdout.isascii()


def test_several_servers_and_one_of_them_is_down(grid_server: Server) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    code, found = doctor(GRIDCLI_DOCTOR_SERVER=f"{grid_server.url},{nobody}")
    assert code == 3
    *_, up, down = found["sections"]
    assert {finding["state"] for finding in up["findings"]} == {"ok"}
    assert [finding["state"] for finding in down["findings"]] == ["failed"]


def test_a_server_that_does_not_let_us_in_is_1(start_server: StartServer, tmp_path: Path) -> None:
    token = secrets.token_hex(16)
    file = tmp_path / "tokens"
    file.write_text(token)
    server = start_server("--token-file", str(file))
    code, found = doctor("--server", server.url)
    assert code == 1
    assert found["sections"][-1]["findings"][-1]["state"] == "failed"
    for having in ({"GRIDCLI_TOKEN": token}, {"GRIDCLI_DOCTOR_TOKEN_FILE": str(file)}):
        code, found = doctor("--server", server.url, **having)
        assert code == 0
        assert token not in json.dumps(found)


def test_a_wrong_address_is_a_wrong_option() -> None:
    ended = gridcli("doctor", "--server", "ftp://example.org")
    assert ended.returncode == 2
    assert "is not a server's address" in ended.stderr


def test_a_server_is_started_for_it_and_ends_with_it() -> None:
    code, found = doctor("--server", "new")
    assert code == 0
    server = found["sections"][-1]
    assert server["title"].startswith("Server of your own")
    names = [finding["name"] for finding in server["findings"]]
    assert names[0] == "starts"
    assert names[-5:] == ["reachable", "websocket", "polling", "upgrade", "protocol"]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_interrupted_it_ends_with_130_and_its_server_with_it() -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "gridcli", "doctor", "--server", "new"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until_sync(lambda: children(running.pid), "the server's start")
    (server,) = children(running.pid)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Traceback" not in err
    until_sync(lambda: not runs(server), "the server's end")
