"""A slow generator must be called that, and a slow server must not be taken for one.

Bots or server are held to a fifth of a core, or to less, and only the verdict counts. Not here:
the limits themselves (`tests/core/run`).
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import StartServer
from servers import ROOT
from truth.quota import Quota
from truth.swarms import SCRIPTS, bots_command

from gridcli.core.run.file import decode_run
from gridcli.core.run.model import Run

PARTS = (0.2, 0.1, 0.05)
"""Of a core; the first that is less than what is needed, which depends on the machine."""
SATURATED = 98


def held_back(play_with: Callable[[float], tuple[Run, float]]) -> Run:
    """What came of it with a part that was too small.

    Args:
        play_with: the run with a part, and for which share of the time it was held back. It may
            be some of it with any part: until all are connected, or where the machine is so busy
            that a part takes most of its period to be had.
    """
    for part in PARTS:
        run, stopped = play_with(part)
        if stopped > 0.5:
            return run
    raise AssertionError("it needed no more than its part")


def play(url: str, out: Path, *args: object, part: float | None = None) -> tuple[Run, float]:
    """A swarm that is held back from when it has begun to play, where a part is given.

    Returns:
        The run, and for which share of the time it was held back.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GRIDCLI_")}
    command = bots_command(url, *args, "--seed", 1, "--ramp", "0s", "--out", out)
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as bots:
        assert bots.stderr is not None
        said, stopped = [bots.stderr.readline()], 0.0  # it is up, and about to connect
        if part is None:
            said += bots.stderr.readlines()
        else:
            with Quota(bots.pid, part) as quota:
                said += bots.stderr.readlines()
            stopped = quota.stopped
        bots.wait(60)
    assert out.exists(), b"".join(said).decode()
    run = decode_run(out.read_bytes())
    assert run.exit_code == bots.returncode
    return run, stopped


@pytest.mark.parametrize("protocol", [1, 2])
def test_a_slow_generator_is_called_that(
    start_server: StartServer, tmp_path: Path, whole: bool, protocol: int
) -> None:
    load = ("--count", 120, "--rate", 8) if protocol == 1 else ("--count", 250, "--rate", 20)
    seconds = 10 if whole else 4
    url = start_server().url

    def slowly(part: float) -> tuple[Run, float]:
        return play(
            *(url, tmp_path / "run.json", *load, "--duration", f"{seconds}s"),
            *("--protocol", protocol, "--patience", "3s"),
            part=part,
        )

    run = held_back(slowly)
    assert run.exit_code == SATURATED, run.verdict
    assert run.verdict.startswith("INVALID, the generator was saturated")
    assert run.steps[0].invalid


@pytest.mark.parametrize(
    ("protocol", "script"),
    # Protocol 1 has no numbers that a script could wait for.
    [(1, "random"), (2, "random"), (2, f"{SCRIPTS}:one_at_a_time")],
    ids=["1-open", "2-open", "2-closed"],
)
def test_a_slow_server_is_not_the_generators_fault(
    start_server: StartServer, tmp_path: Path, whole: bool, protocol: int, script: str
) -> None:
    server = start_server("--stock")  # it needs more of a core for the same players
    load = ("--count", 40, "--rate", 6) if protocol == 1 else ("--count", 80, "--rate", 10)
    seconds = 10 if whole else 4
    # Among other tests the bots may be late by themselves; what is the server's is seconds here.
    limits = () if whole else ("--limit-lag", "300ms", "--limit-debt", "300ms")

    def beside_a_slow_one(part: float) -> tuple[Run, float]:
        with Quota(server.pid, part) as quota:
            run, _ = play(
                *(server.url, tmp_path / "run.json", *load, "--duration", f"{seconds}s", *limits),
                *("--protocol", protocol, "--script", script, "--patience", "5s"),
            )
        return run, quota.stopped

    run = held_back(beside_a_slow_one)
    assert run.exit_code != SATURATED, run.verdict
    assert not run.steps[0].invalid
