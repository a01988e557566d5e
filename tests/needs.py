"""What tests need from the machine: a binary that is missing is told about, never passed over.

On somebody's own machine such a test is skipped, and `conftest` names the reason under the
results even without `-r s`; in CI (`CI=true`), where everything is meant to be there, it fails.
Not here: Python packages, which are all in the `dev` extra.
"""

import os
import shutil
from typing import NoReturn

import pytest

MISSING = "missing here: "
"""How the reason of such a skip begins."""


def in_ci() -> bool:
    """Whether a continuous integration service runs the tests."""
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")


def missing(what: str) -> NoReturn:
    """Skip the running test, or in CI fail it, for want of something outside Python."""
    reason = MISSING + what
    if in_ci():
        pytest.fail(f"{reason} (CI must have it)", pytrace=False)
    pytest.skip(reason)


def need_binary(name: str) -> str:
    """The path of a program, or the end of the running test."""
    path = shutil.which(name)
    return path or missing(f"the program {name!r}")
