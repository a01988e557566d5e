"""`gridcli play --replay` as a command: what it refuses in one line, and a real terminal.

Not here: what keys do (`test_replay_keys`), recordings that bots play (`tests/bots`).
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from in_process import gridcli
from recordings import HEADER, asked, recording
from servers import Server
from tui.terminal import Terminal, children

from gridcli.core.protocol.requests import Hello
from gridcli.core.recording import FORMAT, MARK, encode_header

from .replaying import a_game

PLAY = [sys.executable, "-m", "gridcli", "play"]
SENT_ALONE = [asked(1.0, Hello())]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "game.jsonl"
    path.write_bytes(recording(a_game()))
    return path


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1 is not the header of a recording"),
        (b"\x7fELF\x00\xff", "line 1 is not the header of a recording"),
        (b'{"time_s":1}\n', "line 1 is not the header of a recording"),
        (encode_header(HEADER)[:-20], "line 1 is not the header of a recording"),
        (
            encode_header(HEADER).replace(f'"{MARK}":{FORMAT}'.encode(), f'"{MARK}":9'.encode()),
            "it is a recording of version 9; this gridcli reads version 1",
        ),
        (encode_header(HEADER), "it has no player's view: nothing that a server sent was recorded"),
        (recording(SENT_ALONE), "it has no player's view: nothing that a server sent was recorded"),
        (
            recording(SENT_ALONE, replace(HEADER, incoming=())),
            "it has no player's view: nothing that a server sent was recorded",
        ),
    ],
)
def test_what_cannot_be_shown_is_one_line(path: Path, data: bytes, said: str) -> None:
    path.write_bytes(data)
    ended = gridcli("play", "--replay", str(path))
    assert (ended.returncode, ended.stderr) == (1, f"gridcli: {path}: {said}\n")


def test_a_player_whose_view_is_not_there(path: Path) -> None:
    ended = gridcli("play", "--player", "4", GRIDCLI_PLAY_REPLAY=str(path))
    assert ended.returncode == 1
    assert ended.stderr == f"gridcli: {path}: it has no view of player 4; --player may be 0\n"


def test_without_a_terminal_it_says_so(path: Path) -> None:
    ended = gridcli("play", "--replay", str(path))
    assert ended.returncode == 1
    assert ended.stderr.startswith("gridcli: play needs a terminal to draw on")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--replay", "/no/such/file"], "'/no/such/file' does not exist"),
        (["--replay", "/"], "is a directory"),
        (["--replay", "FILE", "--speed", "17"], "0.125<=x<=16"),
        (["--replay", "FILE", "--speed", "0.1"], "0.125<=x<=16"),
        (["--replay", "FILE", "--record", "x"], "leave --record out"),
        (["--replay", "FILE", "--server", "new"], "leave --server out"),
        (["--replay", "FILE", "--auto-move", "400"], "leave --auto-move out"),
        (["--replay", "FILE", "--spectate"], "leave --spectate out"),
        (["--replay", "FILE", "--web", "--room", "x"], "leave --room out"),
        (["--speed", "2"], "--speed goes with --replay"),
        (["--player", "2"], "--player goes with --replay"),
    ],
)
def test_options_that_make_no_sense_together(path: Path, args: list[str], said: str) -> None:
    ended = gridcli("play", *[str(path) if arg == "FILE" else arg for arg in args])
    assert ended.returncode == 2
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_the_environment_may_hold_what_a_game_would_be_given(path: Path) -> None:
    ended = gridcli("play", "--replay", str(path), GRIDCLI_PLAY_SERVER="new", GRIDCLI_PLAY_NAME="x")
    assert ended.stderr.startswith("gridcli: play needs a terminal")


@pytest.mark.parametrize("by_environment", [False, True])
def test_in_a_terminal_without_a_server(path: Path, by_environment: bool) -> None:
    args = [] if by_environment else ["--replay", str(path)]
    env = {"GRIDCLI_PLAY_REPLAY": str(path)} if by_environment else {}
    terminal = Terminal([*PLAY, *args], **env)
    try:
        terminal.wait_until(lambda: "/ 0:20" in terminal.text(), "the bar")
        assert children(terminal.pid) == [], "no server is started"
        assert not _sockets(terminal.pid), "and none is connected to"
        terminal.type(b" 5")
        terminal.wait_until(lambda: "❚❚ 0:10.00 / 0:20" in terminal.text(), "half of it")
        terminal.wait_until(lambda: terminal.own_glyph() is not None, "the player")
        terminal.wait_until(lambda: "live  den  seen 20 ms" in terminal.text(), "its latency")
        assert "recording" in terminal.text()
        before = terminal.own_glyph()
        terminal.type(b"\x1b[D")
        terminal.wait_until(lambda: "❚❚ 0:05.00 / 0:20" in terminal.text(), "a step back")
        terminal.wait_until(lambda: terminal.own_glyph() != before, "where it was then")
        terminal.type(b".")
        terminal.wait_until(lambda: "0:05.02" in terminal.text(), "a single change")
        terminal.type(b"\x1b[<0;70;23M\x1b[<0;70;23m")
        terminal.wait_until(lambda: "❚❚ 0:18" in terminal.text(), "a click on the bar")
        terminal.type(b" ]]")
        terminal.wait_until(lambda: "■  0:20" in terminal.text(), "the end")
        terminal.type(b"q")
        terminal.wait_until(terminal.ended, "the end of it")
        assert terminal.status == 0
        assert "Traceback" not in terminal.text()
    finally:
        terminal.end()


def test_a_game_that_is_still_recorded_is_shown_up_to_now(
    grid_server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "live.jsonl"
    player = Terminal([*PLAY, "--server", grid_server.url, "--name", "ada", "--record", str(path)])
    try:
        player.wait_until(lambda: player.own_glyph() is not None, "the game")
        symbol = player.own_glyph()[0]  # type: ignore[index]
        player.wait_until(lambda: path.exists() and path.read_bytes().count(b"\n") > 6, "lines")
        watcher = Terminal([*PLAY, "--replay", str(path)])
        try:
            watcher.wait_until(lambda: "■ " in watcher.text(), "the end of what is there")
            watcher.wait_until(lambda: watcher.own_glyph() is not None, "the player")
            assert watcher.own_glyph()[0] == symbol  # type: ignore[index]
            watcher.type(b"q")
            watcher.wait_until(watcher.ended, "the end of it")
            assert watcher.status == 0
        finally:
            watcher.end()
    finally:
        player.end()


def _sockets(pid: int) -> list[str]:
    """The network sockets that a process has open."""
    ours = set()
    for name in Path(f"/proc/{pid}/fd").iterdir():
        try:
            ours.add(os.readlink(name))
        except OSError:
            continue  # closed while we looked
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            if f"socket:[{line.split()[9]}]" in ours:
                found.append(line)
    return found
