"""Reads `/metrics`. Not here: a node's health (`grid_nodes`)."""

import time
import urllib.request
from collections import defaultdict

PATIENCE_S = 60.0
_PAUSE_S = 0.1


def parse(text: str) -> dict[str, float]:
    """The samples of an exposition by name and labels, as they are written there; and for each
    name the sum over its labels, which is 0 for one that has no sample."""
    shown: defaultdict[str, float] = defaultdict(float)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            sample, _, value = line.rpartition(" ")
            shown[sample] += float(value)
            name, labelled, _ = sample.partition("{")
            if labelled:
                shown[name] += float(value)
    return shown


def scrape(url: str) -> dict[str, float]:
    """What a server shows now, over a connection that ends with it."""
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        return parse(answer.read().decode())


def held(url: str) -> tuple[float, float, float]:
    """Players, open files and tasks of a server."""
    return _sessions_and_held(url)[1]


def _sessions_and_held(url: str) -> tuple[float, tuple[float, float, float]]:
    shown = scrape(url)
    held = shown["gridcli_players"], shown["process_open_fds"], shown["gridcli_tasks"]
    return shown["gridcli_sessions"], held


def at_rest(url: str, still_s: float) -> tuple[float, float, float]:
    """What a server holds without players, once that has not changed for so long.

    A connection's heartbeat ends up to `--ping-interval` after the connection, and a session that
    was only begun after `--join-timeout`.

    Raises:
        AssertionError: that never came.
    """
    now_s = since_s = time.monotonic()
    deadline_s = now_s + PATIENCE_S + still_s
    last = sessions, now = _sessions_and_held(url)
    while sessions or now[0] or now_s - since_s < still_s:
        time.sleep(_PAUSE_S)
        now_s, found = time.monotonic(), _sessions_and_held(url)
        assert now_s < deadline_s, f"sessions; players, files, tasks do not come to rest: {found}"
        if found != last:
            last, since_s = found, now_s
            sessions, now = found
    return now
