"""A fresh interpreter, in which nothing is loaded yet, runs a program to its end.

Not here: commands that go on (`servers`), and those whose end is what a test looks at.
"""

import subprocess
import sys
from pathlib import Path

from servers import ROOT


def run_fresh(*arguments: str | Path, cwd: Path = ROOT) -> str:
    """What an interpreter with these arguments printed. It has to end well, within a minute."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
