"""From sessions under suspicion to the least that still causes a finding.

Not here: what a finding is (`fuzz.campaign`, `fuzz.symptoms`).
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from fuzz.sessions import Session
from fuzz.symptoms import Symptoms

T = TypeVar("T")


async def minimize(
    symptoms: Symptoms, signature: str, suspects: Iterable[Session]
) -> Session | None:
    """The first of the suspects that causes the finding alone, cut down; None if none does."""

    async def causes(session: Session) -> bool:
        symptoms.forget()
        return signature in await symptoms.of(session)

    for suspect in suspects:
        if await causes(suspect):
            return await _cut_down(suspect, causes)
    return None


async def _cut_down(session: Session, causes: Callable[[Session], Awaitable[bool]]) -> Session:
    steps = await fewest(session.steps, lambda some: causes(session._replace(steps=tuple(some))))
    session = session._replace(steps=tuple(steps))
    for simpler in ({"waits": False}, {"together": True}, {"leaves_s": None}, {"connect": b""}):
        plain = session._replace(**simpler)
        if plain != session and await causes(plain):
            session = plain
    return session


async def fewest(
    items: Sequence[T], causes: Callable[[Sequence[T]], Awaitable[bool]]
) -> Sequence[T]:
    """The items without those that are not needed, in order (delta debugging)."""
    size = len(items) // 2
    while size:
        at = 0
        while at < len(items):
            rest = [*items[:at], *items[at + size :]]
            if await causes(rest):
                items = rest
            else:
                at += size
        size //= 2
    return items


def write_reproducer(folder: Path, signature: str, session: Session, about: str) -> Path:
    """Keep a reproducer as a file that `test_corpus` replays once it is in its folder."""
    slug = re.sub(r"[^a-z0-9]+", "-", signature.lower()).strip("-")[-60:]
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{slug}.json"
    path.write_text(json.dumps({"about": about, **session.to_json()}, indent=1) + "\n")
    return path
