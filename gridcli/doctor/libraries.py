"""The versions: gridcli's own, Python's, and those of the libraries that it needs.

Not here: which libraries have a part in a run's figures (`gridcli.machine`).
"""

import platform
from collections.abc import Callable, Sequence
from importlib import metadata

from packaging.requirements import Requirement

from gridcli import __version__

from .findings import Finding, Section, failed, warning


def needed() -> Sequence[Requirement]:
    """What gridcli asks for where it is installed; nothing where it runs from a bare checkout."""
    try:
        texts = metadata.requires("gridcli") or []
    except metadata.PackageNotFoundError:
        return []
    found = map(Requirement, texts)
    return [each for each in found if each.marker is None or each.marker.evaluate({"extra": ""})]


def look_at_libraries(
    requirements: Sequence[Requirement], version: Callable[[str], str] = metadata.version
) -> Section:
    """Compare what is installed with what is needed.

    Args:
        requirements: what is needed.
        version: gives an installed library's version, or raises `PackageNotFoundError`.
    """
    findings = [
        Finding("gridcli", __version__, facts={"version": __version__}),
        Finding(
            "python",
            f"{platform.python_version()} ({platform.python_implementation()})",
            facts={"version": platform.python_version()},
        ),
    ]
    there: dict[str, str] = {}
    wrong = []
    for requirement in requirements:
        try:
            found = version(requirement.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{requirement.name} is missing")
            continue
        there[requirement.name] = found
        if not requirement.specifier.contains(found, prereleases=True):
            wrong.append(f"{requirement.name} {found} is not {requirement.specifier}")
    facts = {"versions": there}
    listed = ", ".join(f"{name} {found}" for name, found in sorted(there.items()))
    if wrong:
        asked = " ".join(f"'{each}'" for each in requirements if _named(each, wrong))
        findings.append(
            failed("libraries", "; ".join(wrong), f"pip install --upgrade {asked}", **facts)
        )
    elif requirements:
        findings.append(Finding("libraries", listed, facts=facts))
    else:
        findings.append(
            warning(
                "libraries",
                "gridcli is not installed, so what it needs is not known",
                "pip install . in its folder, or make play",
            )
        )
    return Section("Versions", findings)


def _named(requirement: Requirement, wrong: Sequence[str]) -> bool:
    return any(text.partition(" ")[0] == requirement.name for text in wrong)
