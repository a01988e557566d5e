"""The environ of a session that no HTTP request began: made by the server's own driver.

Handlers find in it what they would find on a socket: headers, the query, and in async mode
`aiohttp` or `asgi` the request or scope itself. Not here: what is done with it (`testing_client`).
"""

from collections.abc import Mapping
from typing import Any

from aiohttp.test_utils import make_mocked_request
from engineio.async_drivers import aiohttp, asgi

_PATH = "/socket.io/"
_QUERY = "transport=polling&EIO=4"


async def environ_of(
    engineio_server: Any, query_string: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    """The environ of a request with this query and these headers."""
    extra = query_string.removeprefix("?")
    query = f"{_QUERY}&{extra}" if extra else _QUERY
    headers = {"Host": "testserver", **headers}
    environ: dict[str, Any]
    if engineio_server.async_mode == "asgi":
        scope = {
            "type": "http",
            "method": "GET",
            "path": _PATH,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in headers.items()],
        }
        environ = await asgi.translate_request(scope, _receive, _send)
    else:
        request = make_mocked_request("GET", f"{_PATH}?{query}", headers=headers)
        environ = aiohttp.translate_request(request)
        if engineio_server.async_mode != "aiohttp":
            del environ["aiohttp.request"]
    return environ


async def _receive() -> dict[str, object]:
    return {"type": "http.request"}


async def _send(message: dict[str, object]) -> None:
    raise RuntimeError("there is no HTTP connection to answer on")
