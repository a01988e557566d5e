"""`gridcli capacity` as a process, against a server whose capacity is known."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import PATIENT, ROOT, Server

from gridcli.core.run.file import decode_run

FULL_AT = 24
"""The server delays each move by 100 ms × (players / FULL_AT)⁴."""
CALM = {name.replace("BOTS", "CAPACITY"): value for name, value in PATIENT.items()}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    script = ROOT / "tests" / "loadtest" / "slow_server.py"
    server = Server([sys.executable, str(script), "--full-at", str(FULL_AT)])
    yield server
    server.stop()


def capacity(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gridcli", "capacity", *args],
        cwd=ROOT,
        env=os.environ | CALM | env,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_the_knee_is_found_with_its_trials_on_either_side(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "capacity.json"
    # A limit of four times the delay at the knee: the delays of a busy machine are small beside it.
    ended = capacity(
        *("--server", server.url, "--slo", "p50<400ms", "--start", "8", "--step-time", "1s"),
        *("--trials", "9", "--out", str(path), "--seed", "1", "--rate", "8"),
    )
    assert ended.returncode == 0, ended.stderr
    run = decode_run(path.read_bytes())
    found = run.capacity
    assert found is not None
    true = FULL_AT * 4 ** (1 / 4)
    assert found.players == pytest.approx(true, rel=0.12)
    assert found.high is not None
    assert found.low <= found.players <= found.high
    assert found.below is not None
    assert found.above is not None
    below, above = found.trials[found.below], found.trials[found.above]
    assert (below.held, above.held) == (True, False)
    assert below.players <= found.players < above.players
    for trial in found.trials:
        assert run.steps[trial.step].players == trial.players
    for word in ("below", "above", "95 % interval", f"{found.players} players hold"):
        assert word in ended.stdout
    assert ended.stderr.count("holds") + ended.stderr.count("fails") == len(found.trials)


def test_all_that_was_tried_holds(server: Server) -> None:
    ended = capacity(
        *("--server", server.url, "--slo", "p50<9s", "--start", "2", "--most", "4"),
        *("--step-time", "1s"),
    )
    assert ended.returncode == 0, ended.stderr
    assert "at least 4 players hold seen_ms:p50<9000: the most that were tried" in ended.stdout


def test_a_generator_that_gives_up_first_is_said_to(server: Server) -> None:
    ended = capacity(
        *("--server", server.url, "--slo", "p50<9s", "--start", "2", "--most", "4"),
        *("--step-time", "1s", "--limit-cpu", "0.001"),
    )
    assert ended.returncode == 98, ended.stderr
    assert "INVALID" in ended.stderr


def test_not_even_the_smallest_size_holds(server: Server) -> None:
    ended = capacity(
        *("--server", server.url, "--slo", "p50<0.001ms", "--start", "2", "--most", "4"),
        *("--step-time", "1s", "--trials", "3"),
    )
    assert ended.returncode == 1, ended.stderr
    assert "does not hold even with the fewest players" in ended.stdout


def test_interrupted_it_says_what_is_known_until_then(server: Server) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "gridcli", "capacity", "--server", server.url, "--slo", "p50<9s"],
        cwd=ROOT,
        env=os.environ | CALM,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if "holds" in line:  # a trial is over
                running.send_signal(signal.SIGINT)
                break
        out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "verdict  interrupted" in out


def test_sizes_the_wrong_way_round_are_a_usage_error() -> None:
    ended = capacity("--start", "9", "--most", "3")
    assert ended.returncode == 2
    assert "--start must not be above --most" in ended.stderr
