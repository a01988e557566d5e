"""A proxy loses, doubles and swaps ticks; the ledger must count every one of them exactly.

Not here: events of another application (`test_own_sequence`).
"""

from pathlib import Path

import pytest
from conftest import StartServer
from truth.account import COUNTS, KINDS, Account
from truth.notes import RECEIVED, Notes, frames_of
from truth.swarms import PATIENT, SCRIPTS, play, play_here, proxied
from truth.ticks import TickAccount, events

from gridcli.core.ledger import Counts, Ledger

FAULTS = ("--drop", 0.03, "--double", 0.03, "--hold", 0.05)


def counted(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in COUNTS}


def assert_pairs(ledger: Ledger, truth: Account) -> None:
    """Nothing between any two but what really happened, and all of it."""
    assert ledger.pairs.beyond == 0
    told = {(sender, receiver) for sender, receiver, _ in ledger.pairs.worst(10**9)}
    for pair in told | {pair[:2] for pair in truth.pairs}:
        faults = ledger.pairs.between(*pair)
        of_ledger = {kind: getattr(faults, kind) for kind in KINDS}
        assert of_ledger == {kind: truth.pairs[*pair, kind] for kind in KINDS}, pair


def test_every_count_is_exact(start_server: StartServer, tmp_path: Path, whole: bool) -> None:
    """The command, judged by nothing but what the proxy let through."""
    bots, seconds = (64, 30) if whole else (16, 4)
    with proxied(start_server().url, tmp_path / "notes", *FAULTS) as proxy:
        run = play(
            *(proxy.url, tmp_path / "run.json"),
            *("--count", bots, "--duration", f"{seconds}s", "--rate", 10, "--seed", 1),
            *("--patience", "4s", *PATIENT),
        )
    truth = TickAccount().take(Notes.read(tmp_path / "notes"))
    (step,) = run.steps
    assert counted(step.counts) == truth.counts
    assert all(truth.counts[f"ticks_{fault}"] for fault in ("lost", "doubled", "reordered"))
    assert truth.counts["owed"] >= (1_000_000 if whole else 5_000)
    for fault in run.worst_pairs:
        of_run = {kind: getattr(fault, kind) for kind in KINDS}
        assert of_run == {kind: truth.pairs[fault.sender, fault.receiver, kind] for kind in KINDS}
    assert run.worst_pairs
    assert run.exit_code == 1
    assert f"{truth.counts['ticks_lost']} ticks lost" in run.verdict


@pytest.mark.parametrize(
    "spared", [("joins", "leaves", "full"), ("full",)], ids=["moves", "joins-too"]
)
def test_while_clients_reconnect_and_change_rooms(
    start_server: StartServer, tmp_path: Path, whole: bool, spared: tuple[str, ...]
) -> None:
    bots, seconds, cuts = (100, 36, 150) if whole else (18, 4, 12)
    faults = (*FAULTS, "--sparing", *(f'"{word}"' for word in spared), "--cuts", cuts)
    with proxied(start_server().url, tmp_path / "notes", *faults) as proxy:
        step, ledger, notes = play_here(
            proxy.url, bots=bots, seconds=seconds, script=f"{SCRIPTS}:rover"
        )
    truth = TickAccount().take(notes)
    assert counted(step.counts) == truth.counts
    assert_pairs(ledger, truth)
    assert step.dropped > cuts / 3
    assert truth.counts["excused"] > 0
    assert all(truth.counts[f"ticks_{fault}"] for fault in ("lost", "doubled", "reordered"))
    assert truth.counts["owed"] >= (1_000_000 if whole else 3_000)
    assert_nothing_but_the_proxy(notes, Notes.read(tmp_path / "notes"))


def test_what_comes_too_late(start_server: StartServer, tmp_path: Path, whole: bool) -> None:
    """A lost tick's moves are seen with the next one of their mover, seconds later."""
    patience_s = 1.0
    with proxied(start_server().url, tmp_path / "notes", "--drop", 0.3) as proxy:
        step, ledger, notes = play_here(
            proxy.url,
            bots=40 if whole else 10,
            seconds=40 if whole else 5,
            script=f"{SCRIPTS}:in_bursts",
            patience_s=patience_s,
        )
    truth = TickAccount(patience_s).take(notes)
    assert truth.counts["lost"] > truth.counts["late"] > 0
    # The ledger closes moves every so often, so of what came just after the patience was over
    # nobody can say which way it went; and it remembers the lost three times as long. Bursts are
    # 2 s apart: hardly any move comes then.
    doubtful = sum(0 < took % (2 * patience_s) - patience_s < 0.5 for took in truth.seen_s)
    if not doubtful:
        assert counted(step.counts) == truth.counts
        assert_pairs(ledger, truth)
    assert doubtful < truth.counts["late"] / 10
    for name, count in counted(step.counts).items():
        assert count == pytest.approx(truth.counts[name], abs=doubtful), name


def assert_nothing_but_the_proxy(inside: Notes, proxied: Notes) -> None:
    """What the bots took in is what the proxy wrote, up to where a connection was cut."""
    wrote: dict[str, list[int]] = {}
    for frames in frames_of(proxied, RECEIVED).values():
        ticks = [body["tick"] for body in events(frames, "grid_delta")]
        for welcome in events(frames, "message"):
            wrote.setdefault(welcome["userId"], []).extend(ticks)
    took: dict[str, list[int]] = {}
    for frames in frames_of(inside, RECEIVED).values():
        ticks = [body["tick"] for body in events(frames, "grid_delta")]
        took[next(events(frames, "message"))["userId"]] = ticks
    assert took.keys() == wrote.keys()
    for user_id, ticks in took.items():
        every = iter(wrote[user_id])
        assert all(tick in every for tick in ticks), user_id  # in this order, nothing else
