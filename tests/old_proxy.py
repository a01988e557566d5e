"""A proxy that knows no WebSocket: it drops the header, as old ones do.

Not here: proxies that lose and delay (`faults.proxy`, `truth.proxy`).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def old_proxy(server: str) -> AsyncIterator[str]:
    """Stand before a server; gives the address to use in place of its own."""
    host, _, port = server.removeprefix("http://").partition(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))

        async def carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            try:
                while data := await source.read(65536):
                    sink.write(data.replace(b"Upgrade: websocket\r\n", b""))
                    await sink.drain()
            finally:
                sink.close()

        await asyncio.gather(carry(reader, back), carry(there, writer), return_exceptions=True)

    proxy = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}"
    finally:
        proxy.close()
