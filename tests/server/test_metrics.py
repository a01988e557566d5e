"""`/metrics` of a running server: the process, its tasks, and how long its loop stood still."""

import asyncio
import os
import signal
import time
import urllib.request
from collections.abc import Callable

import pytest
from scraping import at_rest, held, scrape
from servers import Server
from waiting import until_sync

from gridcli.link.dial import client_session
from gridcli.link.link import Link
from gridcli.link.target import Target, Transport

MANY = 20


@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.POLLING], ids=str)
def test_files_and_tasks_rise_with_the_connections_and_fall_with_them(
    start_server: Callable[..., Server], transport: Transport
) -> None:
    server = start_server("--ping-interval", "1", "--ping-timeout", "4")

    async def meet(count: int) -> tuple[float, float, float]:
        async with client_session() as http:
            target = Target(server.url, transport=transport)
            links = [Link(target, http=http) for _ in range(count)]
            await asyncio.gather(*(link.open() for link in links))
            meanwhile = await asyncio.to_thread(held, server.url)
            await asyncio.gather(*(link.close() for link in links))
        return meanwhile

    asyncio.run(meet(1))  # the first of all starts what looks after clients
    rest = _, files, tasks = at_rest(server.url, still_s=2.0)
    players, more_files, more_tasks = asyncio.run(meet(MANY))
    assert players == MANY
    assert more_files >= files + MANY
    assert more_tasks >= tasks + MANY
    until_sync(lambda: held(server.url) == rest, "files and tasks as before")


def test_a_session_counts_from_its_handshake_to_its_end(
    start_server: Callable[..., Server],
) -> None:
    server = start_server("--join-timeout", "1")
    url = f"{server.url}/socket.io/?EIO=4&transport=polling"
    with urllib.request.urlopen(url, timeout=10) as answer:
        assert answer.status == 200
    assert scrape(server.url)["gridcli_sessions"] == 1
    until_sync(lambda: scrape(server.url)["gridcli_sessions"] == 0, "the session that never joined")


def test_memory_and_processor_time_are_those_of_the_process(
    start_server: Callable[..., Server],
) -> None:
    server = start_server()
    shown = scrape(server.url)
    with open(f"/proc/{server.pid}/statm") as statm:
        pages = int(statm.read().split()[1])
    resident = pages * os.sysconf("SC_PAGE_SIZE")
    assert 0.5 < shown["process_resident_memory_bytes"] / resident < 2
    assert 0 < shown["process_cpu_seconds_total"] <= scrape(server.url)["process_cpu_seconds_total"]


def test_a_stall_is_counted_once_however_long_it_was(start_server: Callable[..., Server]) -> None:
    server = start_server()

    def late_by_more_than(seconds: str) -> float:
        shown = scrape(server.url)
        count = shown["gridcli_loop_lag_seconds_count"]
        return count - shown[f'gridcli_loop_lag_seconds_bucket{{le="{seconds}"}}']

    before = late_by_more_than("1.0")
    os.kill(server.pid, signal.SIGSTOP)
    try:
        time.sleep(2.0)  # it is what is counted
    finally:
        os.kill(server.pid, signal.SIGCONT)
    until_sync(lambda: late_by_more_than("1.0") > before, "the stall")
    assert late_by_more_than("1.0") == before + 1
    # However busy the machine is, one is counted for each time that the loop was so late.
    shown = scrape(server.url)
    seen = shown["gridcli_loop_lag_seconds_count"]
    seen -= shown['gridcli_loop_lag_seconds_bucket{le="0.5"}']
    assert shown["gridcli_loop_stalls_total"] == seen
