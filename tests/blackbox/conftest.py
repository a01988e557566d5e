"""Each engine is started once per process, and a scene begins when nobody is on its grid any more.

So the lobby is a scene's own, and so is its engine while it plays: the scenes of an engine are one
of xdist's groups, as each process of tests would start its own. Not here: engines and players
(`demo_stage`), the scenes.
"""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from demo_stage import CASES, FOREIGN, Engines, Stage, players_on
from engineio.payload import Payload
from js_page import JsPage, running_page
from py_client import event_loop
from waiting import until_sync


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and "stage" in item.fixturenames:
            engine = item.callspec.params["stage"][0]
            item.add_marker(pytest.mark.xdist_group(f"blackbox-{engine}"))


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with ExitStack() as stack:
        yield Engines(stack)


@pytest.fixture(scope="session")
def background() -> Iterator[asyncio.AbstractEventLoop]:
    with event_loop() as loop:
        yield loop


@pytest.fixture(scope="module")
def page(js_modules: None) -> Iterator[JsPage]:
    with running_page() as page:
        yield page


@pytest.fixture(params=CASES, ids="-".join)
def stage(
    request: pytest.FixtureRequest,
    engines: Engines,
    background: asyncio.AbstractEventLoop,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    engine, transport, client = request.param
    page = request.getfixturevalue("page") if client == "js" else None
    # python-socketio's client gives up at a poll of 17 packets; pages do not.
    monkeypatch.setattr(Payload, "max_decode_packets", 10_000)
    with ExitStack() as players:
        if engine in FOREIGN:
            server = players.enter_context(engines.foreign(engine))
        else:
            server = engines.get(engine)
            until_sync(lambda: players_on(server) == 0, "an empty grid")
        said = len(server.output)
        yield Stage(engine, server.url, transport, client, players, background, page)
    assert not [line for line in server.output[said:] if "Traceback" in line], server.transcript()
