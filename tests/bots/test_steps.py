"""`gridcli bots` as a process: steps, thresholds and the run file."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from run_bots import bots, only_step, result
from servers import ROOT, Server

from gridcli.core.run.file import decode_run

SCHEMA = ROOT / "docs" / "run-file-1.schema.json"


def test_200_bots_lose_nothing() -> None:
    run = result(bots("--server", "new", "--count", "200", "--duration", "4s", "--json"))
    step = only_step(run)
    counts = step["counts"]
    assert step["connect"]["count"] == 200
    assert step["failed"] == {}
    assert counts["lost"] == counts["ticks_lost"] == counts["ticks_doubled"] == 0
    assert counts["seen"] == counts["owed"] > 200 * 200 * 10


def test_steps_one_after_the_other_into_a_run_file(grid_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    ended = bots(
        *("--server", grid_server.url, "--room", "steps", "--steps", "3,9,5"),
        *("--step-time", "2s", "--seed", "7", "--out", str(path)),
    )
    assert ended.returncode == 0, ended.stderr
    run = decode_run(path.read_bytes())
    jsonschema.validate(json.loads(path.read_bytes()), json.loads(SCHEMA.read_bytes()))
    assert [step.players for step in run.steps] == [3, 9, 5]
    assert [len(step.connect) for step in run.steps] == [3, 6, 0]
    for step in run.steps:
        assert step.counts.owed == step.counts.moves * step.players > 0
        assert step.counts.seen == step.counts.owed == len(step.seen.every)
        assert step.duration_s == pytest.approx(2, abs=0.5)
        assert {second.players for second in step.seconds} == {step.players}
    assert (run.tool, run.seed, run.exit_code) == ("bots", 7, 0)
    for word in ("3 players", "9 players", "5 players", "verdict"):
        assert word in ended.stdout


def test_a_threshold_that_does_not_hold_ends_with_99_and_says_which(grid_server: Server) -> None:
    ended = bots(
        *("--server", grid_server.url, "--room", "strict", "--count", "3", "--duration", "1s"),
        *("--threshold", "seen_ms:p99<0.001", "--threshold", "lost=0,p50<60s"),
    )
    assert ended.returncode == 99
    assert re.search(r"seen_ms:p99<0.001  FAILED: \d+", ended.stdout), ended.stdout
    assert "lost=0  holds" in ended.stdout


@pytest.mark.parametrize("option", ["bots --threshold", "capacity --slo"])
def test_a_condition_that_does_not_parse_has_a_caret_under_the_fault(option: str) -> None:
    command, name = option.split()
    ended = subprocess.run(
        [sys.executable, "-m", "gridcli", command, name, "p99<100ms,lots=0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    caret = next(n for n, line in enumerate(lines) if line.strip() == "^")
    assert lines[caret - 1][lines[caret].index("^") :].startswith("lots=0")
    assert "did you mean 'lost'" in ended.stderr


def test_a_run_file_that_can_t_be_written_is_found_out_first(grid_server: Server) -> None:
    ended = bots("--server", grid_server.url, "--out", "/no/such/folder/run.json")
    assert ended.returncode != 0
    assert "cannot write /no/such/folder/run.json: no such file or directory" in ended.stderr
    assert "moves/s" not in ended.stderr
