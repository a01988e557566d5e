"""The files beside the nginx configuration: the systemd unit, and the script for Gunicorn.

Not here: nginx itself (`test_nginx`).
"""

import asyncio
import os
import re
import shlex
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge import DEPLOY, Crowd, free_ports, new_session
from needs import need_binary
from servers import ROOT
from waiting import until_sync

from server.command import serve

UNIT = DEPLOY / "gridcli@.service"


def entries() -> list[tuple[str, str]]:
    """The unit's settings in their order, by name."""
    lines = UNIT.read_text().splitlines()
    return [
        (name, value)
        for name, mark, value in (line.partition("=") for line in lines)
        if mark and not name.startswith("#")
    ]


def options() -> dict[str, str]:
    """What `gridcli serve` can be told: variables by option."""
    return {
        option: f"GRIDCLI_SERVE_{(param.name or '').upper()}"
        for param in serve.params
        for option in param.opts
    }


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = need_binary("systemd-analyze")
    # The program's place is the machine's; this one has it elsewhere.
    text = UNIT.read_text().replace("/opt/gridcli/bin/gridcli", sys.executable)
    (tmp_path / UNIT.name).write_text(text)
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(tmp_path / "gridcli@1.service")],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if "gridcli" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_what_the_unit_says_the_command_understands() -> None:
    (command,) = [value for name, value in entries() if name == "ExecStart"]
    words = shlex.split(command)
    assert words[1] == "serve"
    assert {word for word in words if word.startswith("--")} <= set(options())
    variables = [value.partition("=")[0] for name, value in entries() if name == "Environment"]
    told = re.findall(r"(GRIDCLI_SERVE_[A-Z_]+)=", UNIT.read_text())
    assert set(variables) <= set(told) <= set(options().values())


def test_an_instance_is_the_node_that_nginx_knows() -> None:
    nodes = dict(
        re.findall(
            r"upstream gridcli_(\w+) +\{ server \S+:(\d+);", (DEPLOY / "nginx.conf").read_text()
        )
    )
    values = [value for name, value in entries() if name == "Environment"]
    told = dict(value.split("=") for value in values)
    port, node = told["GRIDCLI_SERVE_PORT"], told["GRIDCLI_SERVE_NODE"]
    assert len(nodes) == 3
    assert nodes == {node.replace("%i", n): port.replace("%i", n) for n in "123"}


def test_a_node_has_time_to_end_and_comes_back() -> None:
    told = dict(entries())
    assert told["Restart"] == "always"
    assert told["KillSignal"] == "SIGTERM"
    assert int(told["TimeoutStopSec"]) >= 12


@contextmanager
def gunicorn(node: str, **env: str) -> Iterator[str]:
    """The script's node under Gunicorn; its address."""
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [str(DEPLOY / "gunicorn.sh"), node, str(port)],
        cwd=ROOT,
        env=os.environ | {"PYTHON": sys.executable} | env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:

        def up() -> bool:
            if process.poll() is not None:
                raise AssertionError(process.stderr and process.stderr.read())
            try:
                with urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:
                    return bool(response.status == 200)
            except OSError:
                return False

        until_sync(up, "gunicorn")
        yield url
        process.terminate()
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        if process.stderr:
            process.stderr.close()


def test_the_gunicorn_script_serves_a_node_of_that_name() -> None:
    async def play(url: str) -> None:
        async with Crowd(url, each=3) as crowd:
            await crowd.play(4)
            assert crowd.lost() == []
            assert crowd.links[0].mirror.grid.width == 33

    with gunicorn("n7", GRIDCLI_SERVE_GRID="33x11") as url:
        assert new_session(url).startswith("n7.")
        asyncio.run(play(url))


def test_the_gunicorn_script_says_what_it_wants() -> None:
    done = subprocess.run(
        [str(DEPLOY / "gunicorn.sh"), "n1"], capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode != 0
    assert "a port" in done.stderr
