"""Ctrl-C while users are busy: it ends the test, and not one of them in the middle of its work.

Not here: what an interrupted test says (`test_steps`).
"""

import signal
from pathlib import Path

from servers import Server

BUSY = """\
import time

import gevent
from locust import User, task

from loadtest.players import Players


class Busy(User):
    fixed_count = 1

    @task
    def work(self) -> None:
        until_s = time.perf_counter() + 0.01
        while time.perf_counter() < until_s:
            pass
        gevent.sleep(0)  # which lets others run, and takes no time
"""


def test_no_user_is_hit(start_locust, read_run, grid_server: Server, tmp_path: Path) -> None:
    file = tmp_path / "busy.py"
    file.write_text(BUSY)
    locust = start_locust(
        f"--headless --only-summary --host {grid_server.url} --steps 3 --step-time 60s "
        "--run-file run.json --grid-room busy",
        file,
    )
    locust.until_it_says("All users spawned")
    locust.until_connected(2)
    locust.process.send_signal(signal.SIGINT)
    result = locust.result()
    assert result.code == 130, result.output
    assert "Traceback" not in result.output
    assert "KeyboardInterrupt" not in result.output
    assert read_run().exit_code == 130
