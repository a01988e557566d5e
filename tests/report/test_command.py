"""`gridcli report` as a process: what it writes, where, and what it says when it can't."""

import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from in_process import gridcli
from report import runs

from gridcli.core.run.file import encode_run

REPORT = [sys.executable, "-m", "gridcli", "report"]


def report(
    *args: str | Path, given: bytes | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    plain = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    return subprocess.run(
        [*REPORT, *map(str, args)],
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
        env=plain | {"PYTHONIOENCODING": "utf-8"} | environment,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "run.json"
    path.write_bytes(encode_run(runs.several_steps(4)))
    return path


def test_a_table_and_plots_80_columns_wide_without_colours(written: Path) -> None:
    done = report(written)
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "sent p99" in text
    assert "× INVALID" in text
    assert "\x1b" not in text
    assert max(map(len, text.splitlines()[3:])) <= 90  # the verdict above is one line, however long
    plots = text[text.index("move → seen, ms") :].splitlines()
    assert max(map(len, plots)) <= 80


def shown_in_a_terminal(written: Path, columns: int, **environment: str) -> str:
    """What the command draws in a terminal of this width."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    plain = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    with subprocess.Popen(
        [*REPORT, str(written)],
        stdout=theirs,
        env=plain | {"TERM": "xterm", "PYTHONIOENCODING": "utf-8"} | environment,
    ) as process:
        os.close(theirs)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux says so when the other side has closed
                break
            if not piece:
                break
            pieces.append(piece)
    os.close(ours)
    assert process.returncode == 0
    return b"".join(pieces).decode()


@pytest.mark.parametrize("columns", [60, 120])
def test_as_wide_as_the_terminal_and_in_colour_unless_unwanted(written: Path, columns: int) -> None:
    coloured = shown_in_a_terminal(written, columns)
    plain = shown_in_a_terminal(written, columns, NO_COLOR="1")
    assert "\x1b[31m" in coloured
    assert "\x1b" not in plain
    assert "\x1b" not in shown_in_a_terminal(written, columns, TERM="dumb")
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    plots = plain[plain.index("move → seen, ms") :].splitlines()
    assert max(map(len, plots)) == columns


def test_a_reader_that_goes_away_is_no_error(written: Path) -> None:
    with subprocess.Popen(
        [*REPORT, str(written), "-o", "-"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_ascii_where_asked_or_where_the_terminal_has_nothing_else(written: Path) -> None:
    assert report(written, "--ascii").stdout.isascii()
    assert report(written, PYTHONIOENCODING="latin-1").stdout.isascii()


def test_a_page_beside_the_run_or_anywhere(written: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "page.html"
    elsewhere.write_text("old")
    for args, path in ((["-o"], written.with_suffix(".html")), (["-o", elsewhere], elsewhere)):
        done = report(written, *args)
        assert (done.returncode, done.stdout) == (0, b"")
        assert f"written: {path}" in done.stderr.decode()
        assert path.read_text("utf-8").startswith("<!doctype html>")
    assert report(written, "-o", "-").stdout.decode() == elsewhere.read_text("utf-8")


def test_a_sheet_to_a_file_or_to_standard_output(written: Path, tmp_path: Path) -> None:
    path = tmp_path / "steps.csv"
    assert report(written, "--csv", path).returncode == 0
    assert report(written, "--csv").stdout == path.read_bytes()
    assert path.read_text().count("\n") == 1 + 5
    assert report(written, "--csv", "--seconds").stdout.count(b"\n") == 1 + 5 * 4


def test_a_run_from_standard_input(written: Path) -> None:
    done = report("-", "--csv", given=written.read_bytes())
    assert done.stdout == report(written, "--csv").stdout


def test_the_run_s_own_verdict_is_not_the_exit_code(written: Path) -> None:
    assert report(written).returncode == 0  # it is a run with exit code 98


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file or directory"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "not a run file"),
        (b'{"gridcli_run": 2}', "version 2; this gridcli reads version 1"),
        (b'{"gridcli_run": 1}', "run.tool is missing"),
    ],
)
def test_what_is_no_run_is_one_line_and_1(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_bytes(content)
    done = gridcli("report", str(path), "-o")
    assert done.returncode == 1
    assert done.stderr.startswith(f"gridcli: cannot read {path}: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not path.with_suffix(".html").exists()


def test_where_nothing_can_be_written_is_one_line_and_1(written: Path, tmp_path: Path) -> None:
    done = report(written, "-o", tmp_path)
    assert done.returncode == 1
    assert done.stderr.decode() == f"gridcli: cannot write {tmp_path}: is a directory\n"


@pytest.mark.parametrize(
    "args",
    [
        [],
        ["{run}", "--seconds"],
        ["{run}", "-o", "-", "--csv"],
        ["-", "-o"],
        ["--csv", "{run}", "{run}"],
        ["{run}", "-o", "{run}"],
        ["{run}", "--nonsense"],
    ],
)
def test_wrong_options_are_2_and_the_run_is_untouched(args: list[str], written: Path) -> None:
    before = written.read_bytes()
    done = gridcli("report", *(arg.format(run=written) for arg in args))
    assert done.returncode == 2
    assert "see gridcli report --help" in done.stderr
    assert written.read_bytes() == before


def test_help_has_examples() -> None:
    done = gridcli("report", "--help")
    assert "gridcli report run.json --csv steps.csv" in done.stdout
