"""The log of a server that strangers talk to, in JSON and at level debug.

Not here: the lines themselves (`test_logs.py`).
"""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Any

import aiohttp
from servers import Server
from waiting import until, until_sync
from watched_link import Watched, scene

from gridcli.core.errors import Refusal
from gridcli.link.states import Live, Reconnecting
from gridcli.link.target import Target, Transport
from server.log_limit import LINES

KNOWN, UNKNOWN = secrets.token_hex(16), secrets.token_hex(16)
SESSIONS = 3 * LINES


def test_no_secret_and_few_lines_whatever_comes(start_server: Any, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    file.write_text(KNOWN)
    server: Server = start_server(
        *("--token-file", str(file), "--log-level", "debug", "--log-format", "json")
    )
    hidden = {KNOWN, UNKNOWN}

    async def come_and_go() -> None:
        for transport in (Transport.WEBSOCKET, Transport.POLLING):
            ann = Watched(Target(server.url, "ann", transport=transport, token=KNOWN))
            await ann.link.open()
            assert ann.link._session is not None
            hidden.add(ann.link._resume)
            ann.link._session.connection.end("cable pulled")
            await until(lambda a=ann: any(isinstance(s, Reconnecting) for s in a.states), "loss")
            await until(lambda a=ann: a.states[-1] == Live(), "the return")
            hidden.add(ann.link._resume)
            await ann.link.close()
            for token in (UNKNOWN, ""):
                eve = Watched(Target(server.url, transport=transport, token=token))
                try:
                    await eve.link.open()
                except Refusal:
                    pass
                await eve.link.close()

    async def trouble() -> None:
        address = f"{server.url}/socket.io/?EIO=4&transport=websocket&token={UNKNOWN}"
        packet = '40/grid-game,{"protocol":2,"token":"' + KNOWN + '","resume":"' + UNKNOWN + '"}'
        async with aiohttp.ClientSession(headers={"Authorization": UNKNOWN}) as http:
            for number in range(SESSIONS):
                async with http.ws_connect(address) as ws:
                    await ws.receive()
                    if number % 2:
                        await ws.send_str(packet)
                    await ws.send_str(f"x{UNKNOWN}\x1b\n")
                    while not (await ws.receive()).type.name.startswith("CLOS"):
                        pass
            for path in ("polling&sid=" + UNKNOWN, "polling&sid=\x1b" + UNKNOWN, "none"):
                async with http.get(f"{server.url}/socket.io/?EIO=4&transport={path}") as answer:
                    assert answer.status == 400
        _, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        writer.write(f"GET /{UNKNOWN}\x1b[2J HTTP/9\r\nCookie: {KNOWN}\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def everything() -> None:
        await come_and_go()
        await trouble()

    scene(everything)
    until_sync(lambda: any("is no HTTP" in line for line in server.output), "the last line")
    assert server.stop() == 0
    entries = [json.loads(line) for line in server.output[1:] if not line.startswith("gridcli ")]
    entries = [entry for entry in entries if isinstance(entry, dict)]
    malformed = [e["message"] for e in entries if "its session was ended" in e["message"]]
    assert len(malformed) <= LINES * 2
    more = [e["message"] for e in entries if "more within a minute like" in e["message"]]
    assert more, server.transcript()
    for secret in hidden:
        assert secret not in server.transcript()
    assert not [e for e in entries if e["level"] == "error" or "exception" in e]
    for line in server.output:
        assert line.isprintable()
