"""Five searches on a server of known capacity come to the same number.

Not here: one search, short (`tests/bots/test_capacity.py`), a thousand simulated ones
(`tests/core/run/test_search.py`).
"""

import subprocess
import sys
from pathlib import Path

import pytest
from servers import ROOT, Server

from gridcli.core.run.file import decode_run

FULL_AT = 40
"""The server's delay reaches 100 ms at so many players, with their fourth power."""


@pytest.mark.whole
def test_five_searches_agree_within_5_percent(tmp_path: Path) -> None:
    script = ROOT / "tests" / "loadtest" / "slow_server.py"
    server = Server([sys.executable, str(script), "--full-at", str(FULL_AT)])
    found = []
    try:
        for number in range(5):
            out = tmp_path / f"{number}.json"
            subprocess.run(
                [
                    *(sys.executable, "-m", "gridcli", "capacity", "--slo", "p99<100ms,lost=0"),
                    *("--server", server.url, "--step-time", "3s", "--start", "10"),
                    *("--out", str(out)),
                ],
                cwd=ROOT,
                check=True,
                timeout=200,
                capture_output=True,
            )
            capacity = decode_run(out.read_bytes()).capacity
            assert capacity is not None
            found.append(capacity.players)
    finally:
        server.stop()
    print(f"found {found}")
    middle = sum(found) / len(found)
    assert all(abs(number - middle) <= 0.05 * middle for number in found)
    assert middle == pytest.approx(FULL_AT, rel=0.08)
