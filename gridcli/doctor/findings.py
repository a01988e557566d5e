"""What the doctor found: a line each, with a state, and what to do next.

Not here: finding it (`gridcli.doctor.terminal` and its neighbours), printing (`page`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gridcli.core.errors import CannotConnect


class State(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    """It goes, but not as well as it could."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line."""

    name: str
    text: str
    state: State = State.OK
    hint: str = ""
    """What to do next; empty where nothing is to be done."""
    facts: Mapping[str, object] = field(default_factory=dict)
    """The same for programs: what JSON can hold."""
    cut_off: bool = False
    """Whether it failed because no server could be reached."""


@dataclass(frozen=True, slots=True)
class Section:
    """What was found about one thing."""

    title: str
    findings: Sequence[Finding]


def warning(name: str, text: str, hint: str = "", **facts: object) -> Finding:
    """Something that could be better."""
    return Finding(name, text, State.WARNING, hint, facts)


def failed(name: str, text: str, hint: str = "", **facts: object) -> Finding:
    """Something that does not work."""
    return Finding(name, text, State.FAILED, hint, facts)


def exit_code(sections: Iterable[Section]) -> int:
    """0 where nothing failed, 3 where a server could not be reached, 1 where something else did."""
    bad = [f for section in sections for f in section.findings if f.state is State.FAILED]
    if any(finding.cut_off for finding in bad):
        return CannotConnect.exit_code
    return 1 if bad else 0
