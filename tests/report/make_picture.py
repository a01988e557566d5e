"""Save a picture of what `gridcli report` shows of a real run: `make picture`.

Runs a swarm of growing size against a server of its own, two processes on this machine, and draws
what the terminal gets. Not here: the pictures of the screen (`tui/make_picture.py`).
"""

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from gridcli.core.run.file import decode_run
from gridcli.report.summary import as_text
from gridcli.report.terminal import Look

STEPS = "20,40,80,120,160,240,320"
WIDTH = 98


def measure() -> bytes:
    """The run file of a run that takes a minute."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "run.json"
        command = [sys.executable, "-m", "gridcli", "bots", "--server", "new", "--protocol", "1"]
        command += ["--steps", STEPS, "--step-time", "5s", "--seed", "1", "--out", str(file)]
        # Whatever comes of it is shown: also that the generator was too slow for its figures.
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        return file.read_bytes()


def picture(content: bytes) -> str:
    """A run file as SVG: the table and the plots in a terminal of `WIDTH` columns."""
    text = as_text(decode_run(content), Look(width=WIDTH, colour=True))
    console = Console(file=io.StringIO(), width=WIDTH, record=True, color_system="truecolor")
    console.print(Text.from_ansi(text), soft_wrap=True)
    return console.export_svg(title="gridcli report run.json")


def main() -> None:
    """Write to the path given, or to `docs/report.svg`; the file of a run may follow it."""
    default = Path(__file__).resolve().parents[2] / "docs" / "report.svg"
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    content = Path(sys.argv[2]).read_bytes() if len(sys.argv) > 2 else measure()
    path.write_text(picture(content), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
