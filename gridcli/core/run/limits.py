"""What a generator may take and still be trusted. Not here: judging it (`health`)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Past one of these, figures say more about the generator; lateness is judged at its p95."""

    lag_ms: float = 50.0
    """How much later than asked its event loop may come back."""
    debt_ms: float = 50.0
    """How much later than scheduled moves may leave."""
    cpu: float = 0.95
    """The part of one core that one process may take."""
