"""Runs the `gridcli` command in the tests' own process, for what it refuses before it begins.

A process of its own takes most of a second to be up, and shows no more of a wrong option than
this. Not here: commands that begin (`run_bots`, `servers`).
"""

import io
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple

import pytest

from gridcli.cli import main


class Ended(NamedTuple):
    """What a process would have ended with."""

    returncode: int
    stdout: str
    stderr: str


def gridcli(*args: str, **env: str) -> Ended:
    """The command's entry point with these arguments, once it has ended.

    Settings of the person who runs the tests are not the tests' settings.
    """
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in [name for name in os.environ if name.startswith("GRIDCLI_")]:
            patch.delenv(name)
        for name, value in env.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["gridcli", *args])
        with pytest.raises(SystemExit) as end:
            main()
    assert isinstance(end.value.code, int)
    return Ended(end.value.code, out.getvalue(), err.getvalue())
