"""An application whose events number themselves, through the proxy: every count is exact.

Not here: the grid game's ticks (`test_faults`).
"""

import asyncio
from pathlib import Path

import pytest
import uvloop
from truth.account import COUNTS, KINDS
from truth.chat import ChatAccount
from truth.notes import Notes
from truth.swarms import proxied, serving
from truth.talkers import talk

FAULTS = ("--events", '42["said",', "--drop", 0.02, "--double", 0.02, "--hold", 0.03)


@pytest.mark.parametrize("moving", [False, True], ids=["all stay", "reconnecting and moving"])
def test_every_count_is_exact(tmp_path: Path, whole: bool, moving: bool) -> None:
    talkers, times = (16, 40)
    if whole:
        talkers, times = (90, 450) if moving else (50, 420)
    cuts = (100 if whole else 10) if moving else 0
    with (
        serving("chat_server.py") as server,
        proxied(server.url, tmp_path / "notes", *FAULTS, "--cuts", cuts) as proxy,
    ):
        coroutine = talk(proxy.url, talkers, times, 0.05, 0.05 if moving else 0.0, seed=1)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            ledger, notes, reconnected = runner.run(coroutine)
    truth = ChatAccount().take(notes)
    assert {name: getattr(ledger.counts, name) for name in COUNTS} == truth.counts
    assert ledger.pairs.beyond == 0
    told = {(sender, receiver) for sender, receiver, _ in ledger.pairs.worst(10**9)}
    for pair in told | {pair[:2] for pair in truth.pairs}:
        faults = ledger.pairs.between(*pair)
        assert {kind: getattr(faults, kind) for kind in KINDS} == {
            kind: truth.pairs[*pair, kind] for kind in KINDS
        }, pair
    assert all(truth.counts[fault] for fault in ("lost", "doubled", "reordered"))
    assert truth.counts["owed"] >= (1_000_000 if whole else 5_000 if not moving else 1_500)
    if moving:
        assert reconnected > cuts / 3
        assert truth.counts["excused"] > 0
    else:
        assert ChatAccount().take(Notes.read(tmp_path / "notes")).counts == truth.counts
