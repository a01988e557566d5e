"""Lets the tests of this folder import the helpers beside them, and gives them in-process servers.

Not here: what is tested.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import socketio

from server.fanout.manager import FanoutManager
from server.fanout.testing import InProcess

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(params=["stock", "fanout"])
def manager(request: pytest.FixtureRequest) -> Any:
    return FanoutManager() if request.param == "fanout" else None


@pytest.fixture(params=[True, False], ids=["tasks", "no tasks"])
def sio(request: pytest.FixtureRequest, manager: Any) -> Any:
    return socketio.AsyncServer(
        async_mode="aiohttp", client_manager=manager, async_handlers=request.param
    )


@pytest.fixture
def server(sio: Any) -> Iterator[InProcess]:
    with InProcess(sio) as server:
        yield server
