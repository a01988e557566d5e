"""What came of an attack: figures and findings.

Not here: the attack (`fuzz.campaign`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Finding:
    """Something that must not happen, and the numbers of the sessions that may have caused it."""

    signature: str
    text: str
    suspects: list[int] = field(default_factory=list)


@dataclass
class Outcome:
    """The figures of an attack, and its findings."""

    name: str
    cases: int = 0
    sessions: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    players: int = 0
    seconds: float = 0.0
    worst_ghost_s: float = 0.0
    looked_at: int = 0
    """Players whose end was looked at one by one."""
    worst_count_s: float = 0.0
    """Until `/healthz` counted the honest players only, after a round's last connection."""
    rss_idle: int = 0
    rss_warm: int = 0
    rss_after: int = 0
    rss_most: int = 0
    files: tuple[int, int] = (0, 0)
    log_lines: int = 0
    steps: int = 0
    """Of honest players, all of which were seen by them."""
    findings: dict[str, Finding] = field(default_factory=dict)

    def found(self, signature: str, text: str, suspects: Sequence[int] = ()) -> None:
        """Note a finding, once for each signature."""
        self.findings.setdefault(signature, Finding(signature, text, list(suspects)))

    @property
    def drift_bytes(self) -> int:
        """Memory kept after the attack beyond that after the warm-up."""
        return self.rss_after - self.rss_warm

    def summary(self) -> str:
        """The figures, in words."""
        mb = 2**20
        return (
            f"{self.name}: {self.cases:,} cases in {self.sessions:,} sessions, "
            f"{self.seconds:.0f} s ({self.cases / max(self.seconds, 0.001):,.0f}/s), "
            f"{', '.join(f'{n:,} {kind}' for kind, n in sorted(self.kinds.items()))}; "
            f"{self.players:,} players made, {self.acknowledged:,} acknowledgements\n"
            f"  worst ghost {self.worst_ghost_s:.2f} s of {self.looked_at:,} looked at, "
            f"all counted out after {self.worst_count_s:.2f} s; "
            f"RSS idle {self.rss_idle / mb:.1f}, warm {self.rss_warm / mb:.1f}, "
            f"most {self.rss_most / mb:.1f}, after {self.rss_after / mb:.1f} MiB "
            f"(drift {self.drift_bytes / mb:+.1f}); files {self.files[0]} -> {self.files[1]}; "
            f"{self.log_lines} log lines; {self.steps} honest steps"
        )
