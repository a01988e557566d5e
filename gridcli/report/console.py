"""What standard output can show: its width, its characters, its colours.

Not here: plots (`gridcli.report.terminal`), which take it as an argument.
"""

import os
import shutil
import sys

from .terminal import Look

_NARROWEST, _WIDEST = 40, 160


def look_of_stdout(*, ascii_only: bool = False) -> Look:
    """What standard output can show: 80 columns and no colours where it is no terminal."""
    is_terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size((80, 24)).columns if is_terminal else 80
    colour = is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return Look(
        width=max(_NARROWEST, min(columns, _WIDEST)),
        ascii_only=ascii_only or not encoding.startswith("utf"),
        colour=colour,
    )
