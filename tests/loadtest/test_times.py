"""The times themselves: a delay that is known, and what Locust would round away."""

import json

from fresh_python import run_fresh

DELAY_MS = 200


def test_known_delay_is_measured(run_locust, slow_server) -> None:
    server = slow_server("--delay", str(DELAY_MS))
    # Steps: nobody moves before all have come. Whoever comes while a move is under way may not be
    # able to tell whether what it is shown first includes that move.
    result = run_locust(f"--host {server.url} --steps 4 --step-time 4s")
    assert result.code == 0, result.output
    for which in ("every receiver", "first receiver", "median receiver", "last receiver"):
        columns = ("Min Response Time", "Median Response Time", "50%")
        figures = result.figures("SEEN", f"move -> seen: {which}", *columns)
        assert min(figures) >= DELAY_MS
    assert result.ledger["deliveries"] == result.ledger["seen"] > 0


FIGURES = """
import json
from loadtest import _figures
_figures.install()
import locust.stats as stats
from gridcli.core.latency import Latency

rows = stats.RequestStats()
def latency(*seconds):
    made = Latency()
    made.add(seconds)
    return made

counted = _figures.add(rows, "SEEN", "quick", latency(0.00042, 0.0031, 0.0000004), 10)
_figures.add(rows, "SEEN", "quick", latency(0.0471), 11)
_figures.add(rows, "SEEN", "quick", latency(), 11, failed=2)
_figures.add(rows, "SEEN", "never", latency(), 11, failed=1)
_figures.add_error(rows, "SEEN", "quick", "lost: 2 of 6 receivers", 2)
_figures.add_error(rows, "SEEN", "quick", "lost: 2 of 6 receivers", 4)
entry = rows.get("quick", "SEEN")
print(json.dumps({
    "table": entry.to_string(current=False).split("|")[1].split(),
    "never": rows.get("never", "SEEN").to_string().split("|")[1].split(),
    "percentiles": entry.percentile().split(),
    "web": entry.to_dict(),
    "seconds": {str(k): v for k, v in entry.num_reqs_per_sec.items() if k < 100},
    "total": rows.total.num_requests,
    "errors": [(e.error, e.occurrences) for e in rows.errors.values()],
    "buckets": [_figures.bucket(ms) for ms in (0, 0.004, 0.42, 0.996, 1.04, 9.97, 10.4, 147, 3432)],
    "counts": {str(k): v for k, v in entry.response_times.items()},
    "counted": list(counted.items()),
    "far": _figures.bucket(10**9),
    "sent": stats.StatsEntry.unserialize(entry.serialize(), rows).to_string() == entry.to_string(),
}))
"""


def test_less_than_a_millisecond_is_not_zero() -> None:
    figures = json.loads(run_fresh("-c", FIGURES))
    average, least, most, median = figures["table"]
    assert (least, most) == ("0.01", "47")
    assert average == "13"
    assert median == "3.1"
    assert figures["never"] == ["-", "-", "-", "-"]
    assert "0" not in figures["percentiles"]
    assert figures["web"]["median_response_time"] == 3.1
    assert figures["web"]["num_requests"] == 6
    assert figures["web"]["num_failures"] == 2
    assert figures["seconds"] == {"10": 3, "11": 1}
    assert figures["total"] == 7
    assert figures["errors"] == [["lost: 2 of 6 receivers", 6]]
    assert figures["buckets"] == [0.01, 0.01, 0.42, 1.0, 1.0, 10.0, 10, 150, 3400]
    assert figures["counts"] == {"0.01": 1, "0.42": 1, "3.1": 1, "47": 1}
    assert figures["counted"] == [[0.01, 1], [0.42, 1], [3.1, 1]]
    assert figures["far"] == 990_000
    assert figures["sent"]
