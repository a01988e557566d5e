"""A hundred thousand hostile inputs leave no mark on a server, and what once did does no more.

The whole million is `make fuzz`. Not here: the generator's own tests (`test_generator`).
"""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fuzz.run import PHASES, fuzz
from fuzz.sessions import Session
from fuzz.symptoms import Symptoms
from fuzz.target import attacked_server
from fuzz.watch import newcomer_plays
from servers import Server

from gridcli.link.link import Link
from gridcli.link.target import Target

CASES = 100_000
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.json"))
_TIMES = 3
"""How often a reproducer is thrown: some are races."""

pytestmark = pytest.mark.xdist_group("fuzz")


@pytest.mark.timeout(400)
def test_hostile_inputs_leave_no_mark(tmp_path: Path) -> None:
    outcomes = asyncio.run(fuzz(CASES, 1, list(PHASES), tmp_path, progress=False))
    assert sum(outcome.cases for outcome in outcomes) >= CASES
    assert [finding for outcome in outcomes for finding in outcome.findings] == []


@pytest.fixture(scope="module")
def attacked() -> Iterator[Server]:
    with attacked_server("--log-format", "json", "--join-timeout", "2") as server:
        yield server


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_what_was_found_once_is_harmless(path: Path, attacked: Server) -> None:
    found = json.loads(path.read_text())
    session = Session.from_json(found)

    async def scene(server: Server) -> None:
        symptoms = Symptoms(server, others=1)
        witness = Link(Target(server.url), reconnect=False)
        await witness.open()
        try:
            for _ in range(_TIMES):
                assert await symptoms.of(session) == {}
            assert witness.faults == witness.mirror.gaps == 0
        finally:
            await witness.close()

    if "options" in found:
        with attacked_server("--log-format", "json", *found["options"]) as server:
            asyncio.run(scene(server))
    else:
        asyncio.run(scene(attacked))


def test_after_it_a_newcomer_plays(attacked: Server) -> None:
    asyncio.run(newcomer_plays(attacked.url))
