"""What the doctor says of machines and of what is installed, as they are described, and of this.

Not here: terminals (`test_terminal`), servers (`test_server`).
"""

from importlib.metadata import PackageNotFoundError
from typing import Any

import pytest
from packaging.requirements import Requirement

from gridcli.doctor.findings import Finding, State
from gridcli.doctor.libraries import look_at_libraries, needed
from gridcli.doctor.machine import LATE_MS, Machine, look_at_machine, read_machine

GOOD: dict[str, Any] = {
    "about": {"system": "Linux", "architecture": "x86_64", "cpus": 4, "memory_bytes": 8 * 2**30},
    "load": 0.5,
    "files": 1024,
    "most_files": 4096,
    "late_ms": [0.1] * 60,
}


def looked_at(**changed: Any) -> dict[str, Finding]:
    section = look_at_machine(Machine(**GOOD | changed))
    return {finding.name: finding for finding in section.findings}


def wrong(**changed: Any) -> Finding:
    (found,) = [f for f in looked_at(**changed).values() if f.state is not State.OK]
    assert found.state is State.WARNING
    assert found.hint
    return found


def test_a_good_machine() -> None:
    found = looked_at()
    assert {finding.state for finding in found.values()} == {State.OK}
    assert found["processors"].text == "4 processors, 8.0 GiB, Linux on x86_64, load 0.5"
    assert found["open files"].text.endswith("960 bots of one process; ulimit -n 4096 allows more")


def test_one_processor_for_both() -> None:
    about = GOOD["about"] | {"cpus_allowed": 1}
    found = wrong(about=about)
    assert found.text.startswith("1 processor of 4")
    assert "share one" in found.hint


def test_a_busy_machine() -> None:
    assert "busy" in wrong(load=4.1).hint
    late = [0.1] * 50 + [LATE_MS + 5] * 10
    assert "busy" in wrong(late_ms=late).hint
    assert wrong(late_ms=late).facts["p95_late_ms"] == LATE_MS + 5


def test_one_timer_that_is_late_is_no_busy_machine() -> None:
    assert looked_at(late_ms=[0.1] * 59 + [90.0])["timers"].state is State.OK


@pytest.mark.parametrize(
    ("files", "most", "hint"),
    [
        (256, 4096, "ulimit -n 1024"),
        (256, None, "ulimit -n 1024"),
        (256, 512, "ulimit -n 512"),
        (256, 256, "ask for more; see limits.conf"),
    ],
)
def test_few_open_files(files: int, most: int | None, hint: str) -> None:
    found = wrong(files=files, most_files=most)
    assert found.hint == hint
    assert "192 bots" in found.text


def test_as_many_files_as_wanted() -> None:
    assert looked_at(files=None, most_files=None)["open files"].text == "as many as wanted"


def test_this_machine() -> None:
    machine = read_machine()
    found = {finding.name: finding for finding in look_at_machine(machine).findings}
    assert found["processors"].facts["cpus"] >= 1
    assert found["timers"].facts["resolution_ns"] >= 1
    assert len(machine.late_ms) >= 20
    assert min(machine.late_ms) >= 0


def installed(**versions: str) -> Any:
    def version(name: str) -> str:
        if name not in versions:
            raise PackageNotFoundError(name)
        return versions[name]

    return version


def libraries(version: Any, *requirements: str) -> Finding:
    section = look_at_libraries(list(map(Requirement, requirements)), version)
    return {finding.name: finding for finding in section.findings}["libraries"]


def test_libraries_that_are_there() -> None:
    found = libraries(installed(one="1.5", two="3"), "two>=2", "one>=1.0,<2")
    assert found.state is State.OK
    assert found.text == "one 1.5, two 3"


def test_libraries_that_are_missing_or_old() -> None:
    found = libraries(installed(one="1.5", two="1.9.9"), "two>=2", "one>=1", "three")
    assert found.state is State.FAILED
    assert found.text == "two 1.9.9 is not >=2; three is missing"
    assert found.hint == "pip install --upgrade 'two>=2' 'three'"
    assert found.facts == {"versions": {"one": "1.5", "two": "1.9.9"}}


def test_gridcli_that_is_not_installed() -> None:
    assert libraries(installed()).state is State.WARNING


def test_what_is_needed_is_what_is_installed_here() -> None:
    names = {requirement.name for requirement in needed()}
    assert {"aiohttp", "textual", "click"} <= names
    assert "mypy" not in names  # of an extra
