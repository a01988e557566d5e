"""`gridcli bots new`: the bot that it writes plays, and a file that is there stays as it is.

Not here: scripts that do not load (`test_scripts`).
"""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from in_process import gridcli
from run_bots import bots, only_step, result
from servers import ROOT, Server


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "a bot.py"
    ended = gridcli("bots", "new", str(path))
    assert ended.returncode == 0, ended.stderr
    return path


def test_what_is_written_plays_as_it_is_told_to(tmp_path: Path, grid_server: Server) -> None:
    path = tmp_path / "my first bot.py"
    said = gridcli("bots", "new", str(path)).stdout
    (line,) = [line for line in said.splitlines() if line.startswith("play it: ")]
    command = shlex.split(line.removeprefix("play it: "))
    assert command[:2] == ["gridcli", "bots"]
    run = result(
        bots(
            *command[2:],
            *("--server", grid_server.url, "--room", "new", "--duration", "2s", "--json"),
        )
    )
    counts = only_step(run)["counts"]
    assert counts["moves"] >= 10 * 4
    assert counts["seen"] == counts["owed"] == counts["moves"] * 10


def test_it_calls_itself_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "rabbit.py"
    gridcli("bots", "new", str(path))
    assert f"gridcli bots --script {path}:bot" in path.read_text()
    assert "my_bot" not in path.read_text()


@pytest.mark.parametrize(
    "check",
    [
        ["ruff", "check", "--config", str(ROOT / "pyproject.toml")],
        ["ruff", "format", "--check", "--config", str(ROOT / "pyproject.toml")],
        ["mypy", "--strict", "--config-file", str(ROOT / "pyproject.toml")],
    ],
    ids=" ".join,
)
def test_it_keeps_to_the_rules_of_the_house(written: Path, check: list[str]) -> None:
    program = written.rename(written.with_name("my_bot.py"))
    ended = subprocess.run(
        [sys.executable, "-m", *check, str(program)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_a_file_that_is_there_stays_as_it_is_unless_forced(written: Path) -> None:
    written.write_text("precious")
    ended = gridcli("bots", "new", str(written))
    assert ended.returncode != 0
    (line,) = ended.stderr.splitlines()
    assert "is there already" in line
    assert "--force" in line
    assert written.read_text() == "precious"
    assert gridcli("bots", "new", str(written), "--force").returncode == 0
    assert "async def bot(player" in written.read_text()


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("bot", 2, "must end in .py"),
        ("no/such/folder/bot.py", 1, "cannot write"),
        (".", 2, "must end in .py"),
    ],
)
def test_what_can_t_be_written_is_one_line(tmp_path: Path, name: str, code: int, said: str) -> None:
    ended = gridcli("bots", "new", str(tmp_path / name))
    assert ended.returncode == code
    (line,) = ended.stderr.splitlines()
    assert said in line


def test_help_shows_the_way_there_and_on() -> None:
    assert "gridcli bots new my_bot.py" in gridcli("bots", "--help").stdout
    text = gridcli("bots", "new", "--help").stdout
    assert "Examples:" in text
    assert "gridcli bots --script my_bot.py:bot" in text


def test_a_command_that_there_is_not_is_a_line() -> None:
    ended = gridcli("bots", "old")
    assert ended.returncode == 2
    assert "No such command 'old'" in ended.stderr
