"""Makes Locust show times as they are: it rounds to whole milliseconds, and half of one to 0.

Percentiles keep two significant digits below 10 ms as Locust keeps them above; its console prints
them; and samples can be added by the thousand, where an event each would cost the generator more
than the receiving. Everything that Locust derives (web interface, CSV, JSON, reports of workers)
follows. Not here: what the samples are (`loadtest._seen`).
"""

import itertools
import time
from bisect import bisect_right
from typing import Any

import numpy as np
from locust import stats

from gridcli.core.latency import Latency

_KEYS: tuple[float, ...] = (
    *(hundredth / 100 for hundredth in range(1, 100)),
    *(tenth / 10 for tenth in range(10, 100)),
    *(digits * 10**zeros for zeros in range(5) for digits in range(10, 100)),
)
"""Every time that is told apart, in ms: two significant digits from 0.01 on."""
_EDGES = tuple((low + high) / 2 for low, high in itertools.pairwise(_KEYS))
"""Where one key ends and the next begins."""
_EDGES_ARRAY = np.array(_EDGES)


def bucket(ms: float) -> float:
    """The key under which a time is counted; never 0."""
    return _KEYS[bisect_right(_EDGES, ms)]


def _buckets(latency: Latency) -> dict[float, int]:
    """The keys of many times with their counts."""
    times_ms, counts = latency.bins()
    of = np.searchsorted(_EDGES_ARRAY, times_ms, side="right")
    totals = np.bincount(of, weights=counts, minlength=1).astype(int)
    return {_KEYS[key]: int(totals[key]) for key in np.nonzero(totals)[0].tolist()}


def figure(ms: float | None) -> str:
    """A time for the console, in milliseconds; `-` for none."""
    if ms is None:
        return "-"
    return f"{ms:.0f}" if ms >= 9.95 else f"{ms:.1f}" if ms >= 0.995 else f"{max(ms, 0.01):.2f}"


class Entry(stats.StatsEntry):
    """A row of Locust's statistics which does not cut off what is below a millisecond."""

    @property
    def _timed(self) -> bool:
        return self.num_requests > self.num_none_requests

    def to_string(self, current: bool = True) -> str:
        """The row as the console's table has it."""
        rps = self.current_rps if current else self.total_rps
        fails = self.current_fail_per_sec if current else self.total_fail_per_sec
        of_all = (
            self.avg_response_time,
            self.min_response_time,
            self.max_response_time,
            self.median_response_time,
        )
        times = [figure(ms if self._timed else None) for ms in of_all]
        kind, width = stats.STATS_TYPE_WIDTH, stats.STATS_NAME_WIDTH - stats.STATS_TYPE_WIDTH + 4
        failures = f"{self.num_failures}({100 * self.fail_ratio:.2f}%)"
        return (
            f"{self.method:<{kind}} {self.name:<{width}} {self.num_requests:>7} {failures:>12} |"
            f"{times[0]:>7} {times[1]:>7} {times[2]:>7}{times[3]:>7} | {rps:>7.2f} {fails:>11.2f}"
        )

    def percentile(self) -> str:
        """The row as the console's table of percentiles has it."""
        times = [
            figure(self.get_response_time_percentile(part) if self._timed else None)
            for part in stats.PERCENTILES_TO_REPORT
        ]
        head = f"{self.method:<{stats.STATS_TYPE_WIDTH}} {self.name:<{stats.STATS_NAME_WIDTH}}"
        rest = " ".join(f"{text:>6}" for text in [*times[1:], self.num_requests])
        return f"{head} {times[0]:>8} {rest}"

    def to_dict(self, escape_string_values: bool = False) -> dict[str, int | float | str]:
        """The row as the web interface has it."""
        row = super().to_dict(escape_string_values)
        row["min_response_time"] = round(self.min_response_time or 0, 2)
        row["max_response_time"] = round(self.max_response_time, 2)
        return row


def _percentile_fields(
    csv: stats.StatsCSV, row: stats.StatsEntry, use_current: bool = False
) -> list[Any]:
    """The percentiles of a row of a CSV file, where Locust writes whole milliseconds."""
    if not row.num_requests:
        return list(csv.percentiles_na)
    if use_current and row.use_response_times_cache:
        percentile = row.get_current_response_time_percentile
    else:
        percentile = row.get_response_time_percentile
    return [percentile(part) or 0 for part in csv.percentiles_to_report]


def install() -> None:
    """Have Locust use the above; before it makes its first statistics."""
    # Locust looks both up by these names whenever it makes or fills a row; the former is its
    # documented way to change the rounding.
    stats.bucket_response_time = bucket  # type: ignore[assignment]  # annotated as whole ms
    stats.StatsEntry = Entry  # type: ignore[misc]  # a class is replaced
    stats.StatsCSV._percentile_fields = _percentile_fields  # type: ignore[assignment, method-assign]


def add(
    to: stats.RequestStats,
    method: str,
    name: str,
    latency: Latency,
    wall_second: int,
    *,
    failed: int = 0,
    in_total: bool = True,
) -> dict[float, int]:
    """Add many samples to one row at once, and return them as they are counted there.

    Args:
        to: the statistics of the process.
        method: the row's type.
        name: the row's name.
        latency: the samples.
        wall_second: in which second of the wall clock they began.
        failed: how many more were tried, failed and took no time that means anything.
        in_total: whether they count in the row of all, too.
    """
    samples = len(latency)
    if not samples and not failed:
        return {}
    now_s = time.time()
    batch: Any = Entry(to, name, method)  # Any: Locust annotates milliseconds as whole ones
    batch.num_requests = samples + failed
    batch.num_none_requests = batch.num_failures = failed
    batch.num_reqs_per_sec = {wall_second: samples} if samples else {}
    if failed:
        second = int(now_s)
        batch.num_reqs_per_sec[second] = batch.num_reqs_per_sec.get(second, 0) + failed
        batch.num_fail_per_sec = {second: failed}
    batch.last_request_timestamp = now_s
    if samples:
        batch.total_response_time = (latency.mean_ms or 0.0) * samples
        batch.min_response_time = latency.percentile_ms(0)
        batch.max_response_time = latency.max_ms
        batch.response_times = _buckets(latency)
    to.get(name, method).extend(batch)
    if in_total:
        to.total.extend(batch)
    return dict(batch.response_times)


def add_error(to: stats.RequestStats, method: str, name: str, text: str, count: int) -> None:
    """Add to the table of failures; the rows' own counts are `add`'s."""
    key = stats.StatsError.create_key(method, name, text)
    error = to.errors.setdefault(key, stats.StatsError(method, name, text))
    error.occurred()
    error.occurrences += count - 1
