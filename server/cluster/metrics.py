"""What `/metrics` shows of the bus and the other nodes. Not here: the server's own figures."""

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .node import ClusterNode


class ClusterCollector(Collector):
    """The figures of one node, read when scraped."""

    def __init__(self, node: ClusterNode) -> None:
        self._node = node

    def collect(self) -> Iterable[Metric]:
        """Every figure."""
        node, replica = self._node, self._node.replica
        for what, came, went in (
            ("messages", node.messages_in, node.messages_out),
            ("bytes", node.bytes_in, node.bytes_out),
        ):
            family = CounterMetricFamily(
                f"gridcli_bus_{what}",
                f"{what.title()} from and to the broker; our own come back and count as in.",
                labels=("direction",),
            )
            family.add_metric(["in"], came)
            family.add_metric(["out"], went)
            yield family
        kinds = CounterMetricFamily("gridcli_bus_kinds", "Messages taken in.", labels=("kind",))
        for kind, count in replica.heard.items():
            kinds.add_metric([kind], count)
        yield kinds
        dropped = CounterMetricFamily(
            "gridcli_bus_dropped", "Messages not taken in, by why.", labels=("reason",)
        )
        for reason in ("forged", "oversized", "garbled"):
            dropped.add_metric([reason], replica.dropped[reason])
        yield dropped
        yield CounterMetricFamily(
            "gridcli_bus_connections", "Connections to the broker made.", value=node.connections
        )
        for name, text, value in (
            ("bus_up", "Whether our messages come back from the broker.", replica.up),
            ("bus_waiting_bytes", "Waiting to be published.", replica.waiting_bytes),
            ("peers", "Other nodes that are heard of.", len(replica.peers)),
            ("own_players", "Players connected to this node.", len(replica.own)),
        ):
            yield GaugeMetricFamily(f"gridcli_{name}", text, value=float(value))
