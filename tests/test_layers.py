"""One import direction, a pure core, and one place for the words of the wire.

Each rule is read off the syntax of every module; and where a library must not be loaded at all,
a fresh interpreter imports the modules and says what it loaded.
"""

import ast
import json
import pkgutil
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from fresh_python import run_fresh

import gridcli

ROOT = Path(gridcli.__file__).parent.parent
PACKAGES = ["gridcli", "bots", "server", "loadtest"]
MODULES = sorted(
    path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py")
)

MAY_IMPORT = {
    "gridcli.core": {"gridcli.core"},
    "gridcli.link": {"gridcli.core", "gridcli.link"},
    "gridcli.tui": {"gridcli.core", "gridcli.link", "gridcli.tui"},
    "gridcli.completion": {"gridcli.core", "gridcli.completion"},
    "gridcli.doctor": {"gridcli.core", "gridcli.link", "gridcli.report", "gridcli.doctor"},
    "gridcli.report": {"gridcli.core", "gridcli.report"},
    "bots": {"gridcli.core", "gridcli.link", "gridcli.report", "bots"},
    "server": {"gridcli.core", "server"},
    "loadtest": {"gridcli.core", "loadtest"},
}
"""Core is used by all and uses none; the commands are found by name, at run time, by the CLI."""
SHARED = {
    "gridcli",
    "gridcli.completion.values",
    "gridcli.heap",
    "gridcli.layout",
    "gridcli.machine",
    "gridcli.options",
}
"""The version, and what is a process's or the command line's own: not of the pure core."""

CORE_MAY_IMPORT = {"orjson", "hdrh", "numpy"}
NOT_IN_CORE = {"time", "uuid", "secrets", "asyncio", "socket", "ssl", "threading", "os", "io"}
HEAVY = {
    "click",
    "textual",
    "socketio",
    "engineio",
    "asyncio",
    "aiohttp",
    "locust",
    "gevent",
    "websocket",
}
FORBIDDEN = {
    "gridcli.core": HEAVY,
    "gridcli.link": {"textual", "click", "socketio", "locust", "gevent"},
    "gridcli.report": {"textual", "socketio", "aiohttp", "locust", "gevent"},
    "gridcli.doctor": {"textual", "socketio", "locust", "gevent"},
    "bots": {"textual", "locust", "gevent"},
    "server": {"textual", "locust", "gevent"},
}
WIRE_WORDS = {
    "grid_delta",
    "user_position",
    "users_connected",
    "grid_status",
    "l_users",
    "movement",
    "/grid-game",
}


def dotted(path: Path) -> str:
    """The name under which a file is imported."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> str:
    """The layer that a module belongs to; empty for the command line and the package's root."""
    for layer in MAY_IMPORT:
        if module == layer or module.startswith(f"{layer}."):
            return layer
    return ""


def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports_of(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Every module imported anywhere in a file, with the names taken from it."""
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, set()
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            yield base, {alias.name for alias in node.names}


def ours(path: Path) -> set[str]:
    """The modules of ours that a file imports, as far as names tell."""
    found = set()
    for base, names in imports_of(path):
        if base.split(".")[0] not in PACKAGES:
            continue
        for name in names or {""}:
            inner = f"{base}.{name}"
            place = ROOT / inner.replace(".", "/")
            found.add(inner if place.is_dir() or place.with_suffix(".py").exists() else base)
    return found


def test_the_rules_see_the_project() -> None:
    assert Path("gridcli/core/world.py") in MODULES
    assert ours(Path("gridcli/core/protocol/updates.py")) >= {"gridcli.core.geometry"}


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_nothing_points_back(path: Path) -> None:
    layer = layer_of(dotted(path))
    if not layer:
        return
    used = ours(path) - (SHARED if layer != "gridcli.core" else set())
    assert {module for module in used if layer_of(module) not in MAY_IMPORT[layer]} == set()


def test_no_circles() -> None:
    # Imports inside functions count: a circle that waits for a call is one all the same.
    sorter = TopologicalSorter({dotted(path): ours(path) - {dotted(path)} for path in MODULES})
    try:
        sorter.prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_no_scenario_hides_a_package() -> None:
    # Locust puts the folder itself on the path, and loads its files under bare names.
    assert not {p.stem for p in MODULES if p.parts[0] == "loadtest"} & {"gridcli", "bots", "server"}


@pytest.mark.parametrize(
    "path", [p for p in MODULES if layer_of(dotted(p)) == "gridcli.core"], ids=str
)
def test_the_core_imports_neither_clock_nor_chance_nor_io(path: Path) -> None:
    for base, names in imports_of(path):
        top = base.split(".")[0]
        assert top in sys.stdlib_module_names | CORE_MAY_IMPORT | {"gridcli"}
        assert top not in NOT_IN_CORE | HEAVY
        if top == "random":
            assert names == {"Random"}


@pytest.mark.parametrize(
    "path", [p for p in MODULES if layer_of(dotted(p)) == "gridcli.core"], ids=str
)
def test_the_core_never_makes_a_random_source(path: Path) -> None:
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert "Random" not in {func.id for func in calls if isinstance(func, ast.Name)}


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if not dotted(p).startswith("gridcli.core.protocol")],
    ids=str,
)
def test_no_word_of_the_wire_outside_the_protocol(path: Path) -> None:
    strings = {
        node.value
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert strings & WIRE_WORDS == set()


def loaded_by(package: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after importing a whole package."""
    names = [
        dotted(path)
        for path in MODULES
        if layer_of(dotted(path)) == package and path.name != "__main__.py"
    ]
    program = (
        "import importlib, json, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    return set(json.loads(run_fresh("-c", program)))


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_fresh_process_stays_light(package: str) -> None:
    assert loaded_by(package) & FORBIDDEN[package] == set()


def test_every_module_of_the_core_is_found_by_walking() -> None:
    import gridcli.core

    walked = {m.name for m in pkgutil.walk_packages(gridcli.core.__path__, "gridcli.core.")}
    files = {dotted(p) for p in MODULES if layer_of(dotted(p)) == "gridcli.core"}
    assert walked == files - {"gridcli.core"}
