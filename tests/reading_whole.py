"""HTTP for python-socketio's client, which reads no answer to what it posts.

An answer whose body is late would keep its connection, and be warned of at some later collection,
in the middle of another test. Not here: the clients themselves.
"""

import aiohttp


def session() -> aiohttp.ClientSession:
    """A session that reads every answer to its end; `http_session` of python-socketio's client."""
    return aiohttp.ClientSession(raise_for_status=_read)


async def _read(response: aiohttp.ClientResponse) -> None:
    await response.read()
