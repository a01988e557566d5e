"""What `gridcli play` was asked for. Not here: parsing (`command`), doing it (`session`)."""

from dataclasses import dataclass
from pathlib import Path

from gridcli.link.target import DEFAULT_PORT, Target


@dataclass(frozen=True, slots=True)
class PlayOptions:
    """The target's `url` is empty for the game of this machine, "new" for one of our own."""

    target: Target
    auto_move_ms: int | None = None
    script: str = "random"
    seed: int = 0
    record: Path | None = None
    ascii_only: bool = False
    theme: str = "dark"
    keys: Path | None = None
    """A file that changes the keys; None looks for the usual one."""
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
