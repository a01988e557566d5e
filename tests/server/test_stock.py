"""The same game on python-socketio's own manager: what `make bench` compares must really work."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from servers import PATIENT


@pytest.mark.parametrize("protocol", ["1", "2"])
@pytest.mark.parametrize("side", ["--stock", "--fanout"])
def test_bots_see_every_move(start_server: Any, side: str, protocol: str) -> None:
    url = start_server(side).url
    ended = subprocess.run(
        [
            *(sys.executable, "-m", "gridcli", "bots", "--server", url, "--json"),
            *("--count", "12", "--duration", "2", "--protocol", protocol),
        ],
        env=os.environ | PATIENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (step,) = json.loads(ended.stdout)["steps"]
    counts = step["counts"]
    # In protocol 1 a position that was under way when its receiver came can't be told apart.
    assert counts["seen"] + counts["ambiguous"] == counts["owed"] > 0
    assert counts["lost"] == 0
