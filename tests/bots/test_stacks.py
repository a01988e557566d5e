"""`gridcli stacks` as a process: real servers in turn, a table, files, and what is left of Ctrl-C.

Not here: how it is shown (`tests/report/test_stacks.py`), the searches (`test_capacity`).
"""

import os
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from in_process import gridcli
from needs import need_binary
from servers import PATIENT, ROOT
from waiting import until_sync

from bots.contenders import CONTENDERS
from gridcli.core.run.file import decode_run
from server.command import serve
from server.options import refuse_unused, settings_from

CALM = {name.replace("BOTS", "STACKS"): value for name, value in PATIENT.items()}
COMMAND = [sys.executable, "-m", "gridcli", "stacks"]
QUICK = ("--step-time", "1s", "--start", "4", "--most", "6", "--slo", "p50<9s", "--seed", "1")


def stacks(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args],
        cwd=ROOT,
        env=os.environ | CALM | env,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda each: each.key)
def test_the_command_takes_what_each_is_started_with(contender: object) -> None:
    args = next(each.args for each in CONTENDERS if each is contender)
    ctx = serve.make_context("serve", ["--port", "0", "--grid", "20x10", *args])
    refuse_unused(ctx)
    settings_from(ctx.params)


def test_servers_are_measured_in_turn_on_the_same_work(tmp_path: Path) -> None:
    need_binary("node")
    need_binary("npm")
    out, page = tmp_path / "stacks.json", tmp_path / "stacks.md"
    ended = stacks(
        *("gridcli", "ticks", "gevent", "node", *QUICK),
        *("--out", str(out), "--page", str(page)),
        XDG_CACHE_HOME=str(tmp_path),
    )
    assert ended.returncode == 0, ended.stderr
    run = decode_run(out.read_bytes())
    assert [stack.key for stack in run.stacks] == ["gridcli", "ticks", "gevent", "node"]
    for stack in run.stacks:
        assert stack.run is not None, stack.missing
        assert stack.run.protocol == (2 if stack.key == "ticks" else 1)
        assert stack.run.seed == 1
        assert stack.run.capacity is not None
        assert stack.run.capacity.players == 6
        assert {step.players for step in stack.run.steps} == {4, 6}
        assert all(step.counts.seen == step.counts.owed > 0 for step in stack.run.steps)
        assert stack.label in ended.stdout
        assert stack.label in page.read_text()
    ET.parse(page.with_suffix(".svg"))


def test_what_is_not_installed_is_said_and_left_out(tmp_path: Path) -> None:
    out = tmp_path / "stacks.json"
    ended = stacks("gridcli", "node", *QUICK, "--out", str(out), PATH=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert "node and npm not installed; on Debian: apt-get install nodejs npm" in ended.stdout
    ours, node = decode_run(out.read_bytes()).stacks
    assert ours.run is not None
    assert node.run is None


def test_the_list_says_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "node").symlink_to(shutil.which("true") or "/bin/true")
    listed = stacks("--list", PATH=str(tmp_path)).stdout.splitlines()
    assert [line.split()[0] for line in listed] == [each.key for each in CONTENDERS]
    assert "npm not installed" in listed[-1]
    assert "node and npm" not in listed[-1]


def test_an_interruption_keeps_what_is_measured(tmp_path: Path) -> None:
    out, said = tmp_path / "stacks.json", tmp_path / "said"
    with said.open("w") as stderr:
        running = subprocess.Popen(
            [*COMMAND, "gridcli", "stock", *QUICK, "--out", str(out)],
            cwd=ROOT,
            env=os.environ | CALM,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        try:
            until_sync(lambda: "[2/2]" in said.read_text(), "the second server", 60)
            running.send_signal(signal.SIGINT)
            table, _ = running.communicate(timeout=60)
        finally:
            running.kill()
            running.wait()
    assert running.returncode == 130, said.read_text()
    assert "interrupted; until then: 1 of 2 servers measured" in table
    first, second = decode_run(out.read_bytes()).stacks
    assert first.run is not None
    assert first.run.capacity is not None
    assert second.run is None
    assert "interrupted" in second.missing


def test_one_that_does_not_start_is_told_and_the_others_go_on(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('no such engine')\n")
    node.chmod(0o755)
    npm = need_binary("npm")
    (tmp_path / "npm").symlink_to(npm)
    ended = stacks(
        *("node", "gridcli", *QUICK),
        PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
        XDG_CACHE_HOME=os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
    )
    assert ended.returncode == 1, ended.stderr
    assert "Socket.IO on Node: did not start" in ended.stdout
    assert "1 of 2 servers measured" in ended.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["bun"], "'bun' is not one of 'gridcli', 'ticks'"),
        (["--start", "9", "--most", "3"], "--start must not be above --most"),
        (["--page", "x.html"], "a page's name ends in .md"),
        (["--script", "nobody"], "no script 'nobody'"),
    ],
)
def test_a_wrong_option_is_said_in_a_line(args: list[str], said: str) -> None:
    ended = gridcli("stacks", *args)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
