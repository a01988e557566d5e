"""The JavaScript socket.io-client on our own server: what a page is told that is not let in.

Not here: protocol 1 (`tests/blackbox`), protocol 2 (`test_js_ticks`), and the same through our own
client (`tests/link`).
"""

from contextlib import ExitStack

import pytest
from js_client import TRANSPORTS, JsClient
from js_play import Start, enter_game

pytestmark = pytest.mark.usefixtures("js_modules")


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_full_server_says_so(start_server: Start, transport: str) -> None:
    url = start_server("--max-players", "1").url
    with ExitStack() as players:
        enter_game(players, url)
        refused = players.enter_context(JsClient(url, transport))
        _, data = refused.wait_for("connect_error").args
        assert data == {"code": "full", "text": str(data["text"])}
        assert data["text"]
        assert refused.wait_for_end() == 1, refused.transcript()
        assert {line.event for line in refused.lines} <= {"connect_error", "upgrade"}
