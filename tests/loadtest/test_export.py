"""Where Locust exports with `--otel`, our metrics are among what it exports."""

import json

import pytest
from servers import Server

pytest.importorskip("opentelemetry.sdk", reason="needs locust[otel]")


def test_metrics(run_locust, grid_server: Server) -> None:
    result = run_locust(
        f"--host {grid_server.url} -u 3 -r 3 -t 2s --grid-room exported --otel",
        OTEL_METRICS_EXPORTER="console",
        OTEL_TRACES_EXPORTER="none",
        OTEL_LOGS_EXPORTER="none",
    )
    assert result.code == 0, result.output
    first = result.output.index('{\n    "resource_metrics"')
    told, _ = json.JSONDecoder().raw_decode(result.output[first:])
    metrics = {
        metric["name"]: metric["data"]["data_points"]
        for resource in told["resource_metrics"]
        for scope in resource["scope_metrics"]
        for metric in scope["metrics"]
    }
    outcomes = {p["attributes"]["outcome"]: p["value"] for p in metrics["gridcli.deliveries"]}
    ledger = result.ledger
    assert outcomes == {name: ledger[name] for name in ("seen", "lost", "ambiguous")}
    of_moves = {p["attributes"]["receiver"]: p["count"] for p in metrics["gridcli.move.seen"]}
    assert of_moves == dict.fromkeys(("first", "median", "last"), ledger["moves"])
    figures = {
        p["attributes"]["percentile"]: p["value"] for p in metrics["gridcli.deliveries.latency"]
    }
    assert 0 < figures["50"] <= figures["99"]
