"""Runs `gridcli bots` and `gridcli capacity` as processes, for tests."""

import json
import os
import subprocess
import sys
from typing import Any

from servers import PATIENT, ROOT

BOTS = [sys.executable, "-m", "gridcli", "bots"]


def bots(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*BOTS, *args],
        cwd=ROOT,
        env=os.environ | PATIENT | env,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def capacity(*args: str) -> subprocess.CompletedProcess[str]:
    calm = {name.replace("BOTS", "CAPACITY"): value for name, value in PATIENT.items()}
    return subprocess.run(
        [sys.executable, "-m", "gridcli", "capacity", *args],
        cwd=ROOT,
        env=os.environ | calm,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def result(ended: subprocess.CompletedProcess[str], code: int = 0) -> dict[str, Any]:
    assert ended.returncode == code, ended.stderr + ended.stdout
    run: dict[str, Any] = json.loads(ended.stdout)
    assert run["exit_code"] == code
    return run


def only_step(run: dict[str, Any]) -> dict[str, Any]:
    (step,) = run["steps"]
    assert isinstance(step, dict)
    return step
