"""The findings as text for people and as JSON for programs.

Not here: what was found (`gridcli.doctor.findings`).
"""

import textwrap
from collections.abc import Iterable, Sequence

import orjson

from gridcli import __version__
from gridcli.report.terminal import Look, paint

from .findings import Section, State, exit_code

_SIGNS = {State.OK: "✓", State.WARNING: "!", State.FAILED: "✗"}
_ASCII_SIGNS = {State.OK: "ok  ", State.WARNING: "warn", State.FAILED: "FAIL"}
_COLOURS = {State.OK: 32, State.WARNING: 33, State.FAILED: 31}
_BOLD = 1
_NAME_WIDTH = 10
_NARROW = 60


def as_text(section: Section, look: Look) -> str:
    """A section, with a line or more for each finding, no wider than the look."""
    signs, arrow = (_ASCII_SIGNS, "->") if look.ascii_only else (_SIGNS, "→")
    lines = [paint(_wrapped(section.title, "", "  ", look), _BOLD, look.colour)]
    for finding in section.findings:
        sign = signs[finding.state]
        lead = f"  {sign} {finding.name:<{_NAME_WIDTH}}  "
        indent = " " * len(lead)
        if look.width < _NARROW:  # the text has a line of its own
            lines.append(_painted(lead.rstrip(), sign, finding.state, look))
            indent = " " * 4
            lines.append(_wrapped(finding.text, indent, indent, look))
        else:
            text = _wrapped(finding.text, lead, indent, look)
            lines.append(_painted(text, sign, finding.state, look))
        if finding.hint:
            below = " " * (len(arrow) + 1)
            lines.append(_wrapped(finding.hint, f"{indent}{arrow} ", indent + below, look))
    return "\n".join(lines)


def summary(sections: Sequence[Section], look: Look) -> str:
    """The last line: how it went in all."""
    states = [finding.state for section in sections for finding in section.findings]
    warnings, failures = states.count(State.WARNING), states.count(State.FAILED)
    if not failures and not warnings:
        return paint("All is well.", _COLOURS[State.OK], look.colour)
    told = f"{warnings} warning{'' if warnings == 1 else 's'}"
    if failures:
        return paint(f"{failures} failed, {told}.", _COLOURS[State.FAILED], look.colour)
    return paint(f"{told}, nothing failed.", _COLOURS[State.WARNING], look.colour)


def as_json(sections: Iterable[Section]) -> str:
    """All of it: `state` is ok, warning or failed; `facts` differ from finding to finding."""
    sections = list(sections)
    return orjson.dumps(
        {
            "version": __version__,
            "exit_code": exit_code(sections),
            "sections": [
                {
                    "title": section.title,
                    "findings": [
                        {
                            "name": finding.name,
                            "state": finding.state,
                            "text": finding.text,
                            "hint": finding.hint,
                            "facts": finding.facts,
                        }
                        for finding in section.findings
                    ],
                }
                for section in sections
            ],
        },
        option=orjson.OPT_INDENT_2,
    ).decode()


def _painted(text: str, sign: str, state: State, look: Look) -> str:
    return text.replace(sign, paint(sign, _COLOURS[state], look.colour), 1)


def _wrapped(text: str, first: str, rest: str, look: Look) -> str:
    if look.ascii_only:
        text = text.encode("ascii", "replace").decode()
    return textwrap.fill(
        text,
        width=look.width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
