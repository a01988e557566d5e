"""`--record` and `--replay` as processes: the same moves again, whatever becomes of the file."""

import os
import signal
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from random import Random

import pytest
from in_process import gridcli
from servers import PATIENT, ROOT, Server
from tui.terminal import Terminal
from waiting import until_sync

from gridcli.core.geometry import Direction
from gridcli.core.protocol.names import CHAT, JOIN, LEAVE, MOVEMENT
from gridcli.core.reading import Reading
from gridcli.core.recording import Entry, Flow, Header
from gridcli.core.strategies import seed_of

GRIDCLI = [sys.executable, "-m", "gridcli"]
STEPS = 50


def bots(*args: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*GRIDCLI, "bots", *map(str, args)],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")} | PATIENT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def read(path: Path) -> tuple[Header, list[Entry]]:
    with path.open("rb") as lines:
        reading = Reading(lines)
        return reading.header, list(reading)


def done_in(path: Path) -> dict[int, list[tuple[str, object]]]:
    """What each player sent: steps, chat and rooms, without the steps' numbers."""
    done: dict[int, list[tuple[str, object]]] = defaultdict(list)
    for entry in read(path)[1]:
        if entry.flow is Flow.OUT and entry.event in (MOVEMENT, CHAT, JOIN, LEAVE):
            payload = entry.payload
            assert isinstance(payload, dict)
            payload.pop("seq", None)
            done[entry.player].append((entry.event, payload))
    return done


def steps_in(path: Path) -> dict[int, list[str]]:
    return {
        player: [payload["direction"] for event, payload in done if event == MOVEMENT]  # type: ignore[index]
        for player, done in done_in(path).items()
    }


ROAMER = """
import asyncio
ROOMS = ["one", "two"]

async def bot(player):
    for turn in range(40):
        await player.move(player.rng.choice(["up", "down", "left", "right"]))
        if turn % 10 == 5:
            await player.say(f"turn {turn}")
        if turn % 10 == 9:
            await player.go_to(player.rng.choice([r for r in ROOMS if r != player.world.room]))
"""


@pytest.mark.parametrize("protocol", ["1", "2"])
def test_a_replay_does_what_was_recorded(
    grid_server: Server, tmp_path: Path, protocol: str
) -> None:
    script = tmp_path / "roamer.py"
    script.write_text(ROAMER)
    first, again = tmp_path / "first.jsonl", tmp_path / "again.jsonl"
    where = ["--server", grid_server.url, "--room", f"replay-{protocol}", "--protocol", protocol]
    recorded = bots(
        *where,
        *("--count", "4", "--rate", "20", "--duration", "3s", "--script", f"{script}:bot"),
        *("--record", first),
    )
    assert recorded.returncode == 0, recorded.stderr
    played = bots(*where, "--replay", first, "--speed", "3", "--record", again)
    assert played.returncode == 0, played.stderr
    done = done_in(first)
    assert done.keys() == {0, 1, 2, 3}
    assert all(len([e for e, _ in one if e == MOVEMENT]) == 40 for one in done.values())
    assert done_in(again) == done
    header, _ = read(again)
    assert (header.players, header.room, header.protocol) == (
        4,
        f"replay-{protocol}",
        int(protocol),
    )


def test_the_same_seed_gives_the_same_steps_from_bots_and_play(
    grid_server: Server, tmp_path: Path
) -> None:
    few, many, own = tmp_path / "few.jsonl", tmp_path / "many.jsonl", tmp_path / "own.jsonl"
    for path, count, rate in ((few, 2, 20), (many, 4, 40)):
        ended = bots(
            *("--server", grid_server.url, "--room", "seeds", "--seed", "11", "--record", path),
            *("--count", str(count), "--rate", str(rate), "--duration", f"{60 / rate}s"),
        )
        assert ended.returncode in (0, 98), ended.stderr
    play = [*GRIDCLI, "play", "--server", grid_server.url, "--room", "seeds", "--seed", "11"]
    terminal = Terminal([*play, "--auto-move", "0", "--record", str(own)])
    try:
        terminal.wait_until(lambda: "live" in terminal.text(), "the board")
        terminal.wait_until(
            lambda: own.exists() and own.read_bytes().count(b'"event":"movement"') >= STEPS,
            f"{STEPS} steps",
        )
        terminal.type(b"q")
        terminal.wait_until(terminal.ended, "the end of the game")
    finally:
        terminal.end()
    drawn = {
        number: [rng.choice(list(Direction)).value for _ in range(STEPS)]
        for number in range(4)
        for rng in [Random(seed_of(11, number))]
    }
    assert {player: steps[:STEPS] for player, steps in steps_in(many).items()} == drawn
    assert {player: steps[:STEPS] for player, steps in steps_in(few).items()} == {
        number: drawn[number] for number in range(2)
    }
    assert steps_in(own)[0][:STEPS] == drawn[0]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/dev/full", "no space left on device"),
        ("/", "is a directory"),
        ("/no/such/folder/run.jsonl", "no such file or directory"),
    ],
)
def test_trouble_with_the_file_is_one_line_and_the_run_goes_on(
    grid_server: Server, path: str, said: str
) -> None:
    ended = bots(
        *("--server", grid_server.url, "--room", "trouble", "--count", "3", "--duration", "1s"),
        *("--record", path),
    )
    assert ended.returncode == 0, ended.stderr
    told = [line for line in ended.stderr.splitlines() if "recording" in line]
    assert told == [f"the recording is incomplete: {path}: {said}"]
    assert "everyone saw every move" in ended.stdout


def test_a_killed_run_leaves_a_recording_that_plays_up_to_its_end(
    grid_server: Server, tmp_path: Path
) -> None:
    path = tmp_path / "killed.jsonl"
    options = ["--server", grid_server.url, "--room", "killed", "--count", "3", "--rate", "20"]
    running = subprocess.Popen(
        [*GRIDCLI, "bots", *options, "--duration", "60s", "--record", path],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until_sync(
            lambda: path.exists() and path.read_bytes().count(b'"movement"') > 60, "60 steps"
        )
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    whole = path.read_bytes()
    path.write_bytes(whole[:-5])  # a page that never reached the disk
    again = tmp_path / "again.jsonl"
    played = bots("--server", grid_server.url, "--replay", path, "--speed", "5", "--record", again)
    assert played.returncode == 0, played.stderr
    assert "cut off" in played.stderr
    assert sum(map(len, steps_in(again).values())) > 50
    assert steps_in(again) == steps_in(path)


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["--replay", "{tmp}/missing.jsonl"], 1, "no such file or directory"),
        (["--replay", "{tmp}"], 1, "is a directory"),
        (["--replay", "{tmp}/other.jsonl"], 1, "other.jsonl: line 1 is not the header"),
        (["--replay", "{tmp}/other.jsonl", "--speed", "0"], 2, "--speed"),
        (["--replay", "{tmp}/other.jsonl", "--steps", "1,2"], 2, "leave --steps out"),
    ],
)
def test_what_cannot_be_replayed_is_said_before_anything_starts(
    tmp_path: Path, args: list[str], code: int, said: str
) -> None:
    (tmp_path / "other.jsonl").write_text("{}\n")
    ended = gridcli("bots", *(arg.format(tmp=tmp_path) for arg in args))
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
