"""`gridcli compare` as a command: what it prints, and what it ends with."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gridcli.cli import cli
from gridcli.core.run.file import encode_run
from gridcli.core.run.model import Run, Step


def run_of(delay_s: float, players: int = 50, *, seconds: int = 20, **changes: object) -> bytes:
    step = Step(players, 0.0)
    for number in range(seconds):
        second = step.second(number)
        second.every.add([delay_s * (1 + 0.01 * ((number + k) % 5)) for k in range(100)])
        second.owed = 100
        step.seen.every.merge(second.every)
        step.counts.owed += 100
    run = Run("bots", "1", "", "", 2, 1, steps=[step])
    for name, value in changes.items():
        setattr(run, name, value)
    return encode_run(run)


def compare(folder: Path, before: bytes, after: bytes, *options: str) -> Result:
    (folder / "a.json").write_bytes(before)
    (folder / "b.json").write_bytes(after)
    names = [str(folder / "a.json"), str(folder / "b.json")]
    return CliRunner().invoke(cli, ["compare", *names, *options], standalone_mode=False)


def test_what_got_worse_is_named_and_ends_with_1(tmp_path: Path) -> None:
    ended = compare(tmp_path, run_of(0.010), run_of(0.013))
    assert ended.return_value == 1
    assert "50  p99     10.41 ms  13.53 ms" in ended.stdout
    assert "verdict: worse: p50 at 50 players, p99 at 50 players" in ended.stdout


@pytest.mark.parametrize("after_s", [0.010, 0.006])
def test_equal_or_better_ends_with_0(tmp_path: Path, after_s: float) -> None:
    ended = compare(tmp_path, run_of(0.010), run_of(after_s))
    assert ended.return_value == 0
    assert "verdict: nothing got worse" in ended.stdout


def test_json_says_the_same(tmp_path: Path) -> None:
    ended = compare(tmp_path, run_of(0.010), run_of(0.013), "--json")
    found = json.loads(ended.stdout)
    assert found["regressions"] == 2
    assert found["verdict"] == "worse: p50 at 50 players, p99 at 50 players"
    words = {each["figure"]: each["word"] for each in found["changes"]}
    # 2000 samples are too few to tell p99.9.
    worse = dict.fromkeys(["p50", "p90", "p99", "mean"], "worse")
    assert words == worse | {"p99.9": "can't tell", "lost": "same"}


def test_runs_of_different_things_are_noted(tmp_path: Path) -> None:
    machine = {"cpus": 8}
    ended = compare(tmp_path, run_of(0.010), run_of(0.010, seed=2, machine=machine))
    assert "the runs differ in seed: 1 and 2" in ended.stderr
    assert "the runs differ in machine: cpus None and 8" in ended.stderr


def test_repeats_of_the_first_run_tell_how_much_runs_differ(tmp_path: Path) -> None:
    names = []
    for number, delay_s in enumerate((0.007, 0.0145, 0.012)):
        path = tmp_path / f"again{number}.json"
        path.write_bytes(run_of(delay_s))
        names += ["--again", str(path)]
    assert compare(tmp_path, run_of(0.010), run_of(0.013)).return_value == 1
    ended = compare(tmp_path, run_of(0.010), run_of(0.013), *names)
    assert ended.return_value == 0
    assert "can't tell: within chance" in ended.stdout


def test_too_little_is_neither_good_nor_bad(tmp_path: Path) -> None:
    ended = compare(tmp_path, run_of(0.010), run_of(0.030, seconds=4))
    assert ended.return_value == 2
    assert "can't tell: too few seconds" in ended.stdout
    assert ended.stdout.splitlines()[-1].startswith("verdict: not enough data")


def test_a_file_that_is_no_run_is_not_taken_for_a_regression(tmp_path: Path) -> None:
    ended = compare(tmp_path, run_of(0.010), b"{")
    assert getattr(ended.exception, "exit_code", None) == 2
    assert f"cannot read {tmp_path / 'b.json'}: not JSON" in str(ended.exception)


def test_nothing_in_common_is_an_error(tmp_path: Path) -> None:
    ended = compare(tmp_path, run_of(0.010), run_of(0.010, players=60))
    assert ended.exception is not None
    assert getattr(ended.exception, "exit_code", None) == 2
    assert "60 players: only in the second run" in str(ended.exception)
