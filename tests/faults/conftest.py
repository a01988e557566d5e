"""A cluster that tests share, their figures, and the options to see and keep these.

`--whole` plays every scenario at full length on both brokers, and demands the limits; without it
they are short and on Redis only. Not here: the fixtures of all tests (`tests/conftest.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import uvloop
from brokers import private_rabbitmq, private_redis
from faults.cluster import Cluster, running_cluster
from faults.figures import PROPERTY, Figure, Figures, json_lines, table
from faults.scenes import Play

BROKERS = {"redis": private_redis, "rabbitmq": private_rabbitmq}

_HERE = Path(__file__).parent
_SCENE_S = 100.0
_WHOLE_S = 900.0


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options are known where this folder is named on the command line."""
    group = parser.getgroup("faults")
    group.addoption("--faults-out", metavar="FILE", help="write the figures, a JSON line each")
    # In a group of its own, so that it is no conflict that other folders' proofs have it, too.
    group.addoption("--whole", action="store_true", help="the scenarios at their full length")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark."""
    config.addinivalue_line("markers", "whole: only with --whole")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each scenario once for each broker."""
    if "shared_cluster" in metafunc.fixturenames:
        brokers = list(BROKERS) if _is_whole(metafunc.config) else ["redis"]
        metafunc.parametrize("broker", brokers, scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole scenarios take minutes; without them, leave out what is worth nothing in short."""
    ours = [item for item in items if item.path.is_relative_to(_HERE)]
    for item in ours:
        item.add_marker(pytest.mark.xdist_group("faults"))  # one cluster for all of them
    if _is_whole(config):
        for item in ours:
            item.add_marker(pytest.mark.timeout(_WHOLE_S + 100))
    else:
        left_out = {item for item in ours if item.get_closest_marker("whole")}
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show all figures, and write them to a file if asked."""
    figures = [
        Figure(**value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
        if name == PROPERTY
    ]
    out = config.getoption("--faults-out", default=None)
    if out and figures:
        Path(out).write_text(json_lines(figures))
    if figures and (out or _is_whole(config) or config.get_verbosity() > 0):
        terminalreporter.section("figures of the fault suite")
        for line in table(figures):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def whole(request: pytest.FixtureRequest) -> bool:
    """Whether scenarios are to be played at their full length."""
    return _is_whole(request.config)


@pytest.fixture(scope="session")
def shared_cluster(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes behind nginx."""
    with (
        BROKERS[broker]() as process,
        running_cluster(process, tmp_path_factory.mktemp("cluster")) as cluster,
    ):
        yield cluster


@pytest.fixture
def cluster(shared_cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The same, all of it running and with nobody on it; it may be broken as one likes."""
    asyncio.run(shared_cluster.restored())
    printed = {name: len(node.server.output) for name, node in shared_cluster.nodes.items()}
    yield shared_cluster
    for name, node in shared_cluster.nodes.items():
        request.node.add_report_section(
            "teardown", f"node {name}", "\n".join(node.server.output[printed[name] :][-50:])
        )


@pytest.fixture
def figures(request: pytest.FixtureRequest, broker: str, whole: bool) -> Figures:
    """Where a scenario puts what it measured."""
    scenario = request.node.originalname.removeprefix("test_")
    keep = request.node.user_properties.append
    return Figures(scenario, broker, whole, lambda name, value: keep((name, value)))


@pytest.fixture
def play(figures: Figures, whole: bool) -> Play:
    """Run a scene to its end; then demand the limits of its figures."""

    def run(scene: Callable[[], Awaitable[None]]) -> None:
        async def limited() -> None:
            async with asyncio.timeout(_WHOLE_S if whole else _SCENE_S):
                await scene()

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(limited())
        figures.verify()

    return run


def _is_whole(config: pytest.Config) -> bool:
    return bool(config.getoption("--whole", default=False))
