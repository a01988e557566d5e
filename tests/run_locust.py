"""Runs Locust as people do, in a process of its own, and reads its tables from the CSV files.

Importing Locust patches the standard library, so no test imports it, nor a helper of the
scenarios that does. Not here: fixtures (`loadtest/conftest.py`).
"""

import csv
import os
import re
import shlex
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from servers import ROOT
from waiting import until_sync

SCENARIOS = ROOT / "loadtest"
_TIMEOUT_S = 60.0
_EASY = {
    # A loaded machine makes Locust late; that it says so has tests of its own.
    "GRIDCLI_LOADTEST_LIMIT_LAG": "30s",
    "GRIDCLI_LOADTEST_LIMIT_DEBT": "30s",
    "GRIDCLI_LOADTEST_LIMIT_CPU": "2",
}


@dataclass
class Result:
    """What a run ended with; rows are keyed by (type, name) as the CSV has them."""

    code: int
    output: str
    rows: dict[tuple[str, str], dict[str, str]]
    failures: list[dict[str, str]]
    most_mib: float
    """The memory that its process took at most, as long as it was looked at."""

    def figures(self, kind: str, name: str, *columns: str) -> list[float]:
        row = self.rows[kind, name]
        return [float(row[column]) for column in columns]

    @property
    def errors(self) -> list[str]:
        return [row["Error"] for row in self.failures]

    @property
    def ledger(self) -> dict[str, int]:
        """The numbers of the ledger's line, by the word after each."""
        line = re.search(r"^Ledger: .*$", self.output, re.MULTILINE)
        assert line, self.output
        return _numbers(line[0])

    @property
    def across(self) -> dict[str, int]:
        """The numbers of the line on what crossed processes."""
        line = re.search(r"^Across processes: .*$", self.output, re.MULTILINE)
        assert line, self.output
        return _numbers(line[0])


def _numbers(line: str) -> dict[str, int]:
    words = re.findall(r"(\d+) (moves|deliveries|seen|lost|ambiguous|excused|pairs)", line)
    return {word: int(number) for number, word in words}


class Locust:
    """A running Locust process; options as one would type them, settings by their variables."""

    def __init__(
        self, folder: Path, options: str, settings: dict[str, str], file: Path = SCENARIOS
    ) -> None:
        self._prefix = folder / "locust"
        env = {k: v for k, v in os.environ.items() if not k.startswith(("GRIDCLI_", "LOCUST_"))}
        env |= _EASY | settings
        # Not only where the project is installed; the directory it is run from is another one.
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))
        self._log = folder / "locust.log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "locust", "-f", str(file)),
                    *("--csv", str(self._prefix), *shlex.split(options)),
                ],
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    def until_it_says(self, text: str) -> None:
        until_sync(lambda: text in self.output or self.process.poll() is not None, text, _TIMEOUT_S)
        assert text in self.output, f"ended without saying {text!r}:\n{self.output}"

    def until_connected(self, players: int) -> None:
        """Wait for the table that says so; it is written each second."""

        def there() -> bool:
            rows = [row for row in self._read("stats") if row["Type"] == "CONNECT"]
            return sum(int(row["Request Count"] or 0) for row in rows) >= players

        until_sync(there, f"{players} players", _TIMEOUT_S)

    def result(self) -> Result:
        status, most_kib = Path(f"/proc/{self.process.pid}/status"), 0

        def ended() -> bool:
            nonlocal most_kib
            with suppress(OSError):  # no such folder on this system, or no such process any more
                peak = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
                most_kib = int(peak[1]) if peak else most_kib
            return self.process.poll() is not None

        try:
            until_sync(ended, "the end of Locust", _TIMEOUT_S)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.output}") from None
        rows = {(row["Type"], row["Name"]): row for row in self._read("stats")}
        return Result(
            self.process.returncode, self.output, rows, self._read("failures"), most_kib / 1024
        )

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _read(self, table: str) -> list[dict[str, str]]:
        path = Path(f"{self._prefix}_{table}.csv")
        if not path.exists():
            return []  # it ended before it began
        # At once, as Locust writes it anew each second: a row may be cut off all the same.
        return [*csv.DictReader(path.read_text().splitlines())]
