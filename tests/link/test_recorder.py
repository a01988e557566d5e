"""Recordings of real links, and files that can't be written: they never cost the run.

Not here: the format (`tests/core/test_recording`), playing one again (`tests/bots/test_replay`).
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from fresh_python import run_fresh
from servers import Server
from waiting import until
from watched_link import Watched, scene

from gridcli.core.geometry import Direction
from gridcli.core.protocol.packets import encode_event
from gridcli.core.reading import Reading
from gridcli.core.recording import LIVE, Entry, Flow, Header
from gridcli.link.recorder import HELD_BYTES, Recorder
from gridcli.link.target import Target, Transport

HEADER = Header("2026-11-22T10:00:00+00:00", "test", "0", "http://127.0.0.1:1")
FRAME = encode_event("movement", {"direction": "up", "seq": 1})


def read(path: Path) -> tuple[Reading, list[Entry]]:
    with path.open("rb") as lines:
        reading = Reading(lines)
        return reading, list(reading)


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize("transport", [Transport.WEBSOCKET, Transport.POLLING, Transport.UPGRADE])
def test_a_link_is_recorded_as_it_was(
    grid_server: Server, tmp_path: Path, transport: Transport, protocol: int
) -> None:
    path = tmp_path / "game.jsonl"
    troubles: list[str] = []

    async def play() -> None:
        recorder = Recorder(path, HEADER, troubles.append)
        target = Target(grid_server.url, "ann", f"rec-{transport}", transport, protocol)
        ann = Watched(target, record=recorder.track(0))
        await ann.link.open()
        for direction in (Direction.UP, Direction.LEFT, Direction.DOWN):
            ann.link.step(direction)
        await ann.link.go_to(f"rec-2-{transport}")
        await ann.link.probe()
        await ann.link.close()
        await recorder.close()

    scene(play)
    reading, entries = read(path)
    assert troubles == []
    assert reading.header == HEADER
    assert not reading.cut_off
    assert [entry.time_s for entry in entries] == sorted(entry.time_s for entry in entries)
    states = [entry for entry in entries if entry.flow is Flow.STATE]
    assert [state.event for state in states] == ["connecting", LIVE, "offline"]
    live = states[1].payload
    assert isinstance(live, dict)
    assert live["protocol"] == protocol
    assert live["room"] == f"rec-{transport}"
    assert live["transport"] == ("polling" if transport is Transport.POLLING else "websocket")
    sent = [entry for entry in entries if entry.flow is Flow.OUT]
    numbered: list[object] = [
        {"direction": "up"} | ({"seq": 1} if protocol == 2 else {}),
        {"direction": "left"} | ({"seq": 2} if protocol == 2 else {}),
        {"direction": "down"} | ({"seq": 3} if protocol == 2 else {}),
    ]
    assert [entry.payload for entry in sent if entry.event == "movement"] == numbered
    joins = [entry.payload for entry in sent if entry.event == "join"]
    assert joins[-1] == {"room": f"rec-2-{transport}"}
    assert [sent[0].event, sent[-1].event] == ["connect", "disconnect"]
    heard = Counter(entry.event for entry in entries if entry.flow is Flow.IN)
    assert heard["message"] >= 2  # the welcome, and the answer to the probe
    assert heard["grid_delta" if protocol == 2 else "user_position"] > 0
    assert heard["frame"] == 0
    assert b'"resume"' not in path.read_bytes()


def test_incoming_frames_only_of_those_named(grid_server: Server, tmp_path: Path) -> None:
    path = tmp_path / "game.jsonl"
    header = Header("", "test", "0", "", players=2, incoming=(1,))

    async def play() -> None:
        recorder = Recorder(path, header, pytest.fail)
        links = [
            Watched(Target(grid_server.url, room="rec-some"), record=recorder.track(number)).link
            for number in range(2)
        ]
        for link in links:
            await link.open()
            link.step(Direction.UP)
        for link in links:
            await link.probe()
            await link.close()
        await recorder.close()

    scene(play)
    _, entries = read(path)
    seen = {(entry.player, entry.flow) for entry in entries}
    everything = {(number, flow) for number in range(2) for flow in Flow}
    assert seen == everything - {(0, Flow.IN)}


def test_a_lost_connection_is_in_the_recording(
    start_server: Callable[..., Server], tmp_path: Path
) -> None:
    path = tmp_path / "game.jsonl"
    server = start_server()

    async def play() -> None:
        recorder = Recorder(path, HEADER, pytest.fail)
        ann = Watched(Target(server.url), record=recorder.track(0), reconnect=False)
        await ann.link.open()
        await asyncio.to_thread(server.stop)
        await until(lambda: len(ann.states) == 3, "the loss of the connection")
        await ann.link.close()
        await recorder.close()

    scene(play)
    _, entries = read(path)
    states = [entry for entry in entries if entry.flow is Flow.STATE]
    assert [state.event for state in states] == ["connecting", LIVE, "offline"]
    assert isinstance(states[2].payload, dict)
    assert states[2].payload["reason"]


def unwritable(folder: Path) -> Path:
    """A file that nobody may write; root may write any, so for root a read-only device."""
    if os.geteuid() == 0:
        return Path("/proc/version")
    (folder / "ours.jsonl").touch(0o444)
    return folder / "ours.jsonl"


@pytest.mark.parametrize(
    ("path_in", "said"),
    [
        (unwritable, ("permission denied", "input/output error")),
        (lambda folder: folder, ("is a directory",)),
        (lambda folder: folder / "missing" / "game.jsonl", ("no such file or directory",)),
        (lambda folder: Path("/dev/full"), ("no space left on device",)),
    ],
    ids=["unwritable", "folder", "no parent", "full"],
)
def test_a_file_that_cannot_be_written_costs_the_recording_alone(
    grid_server: Server, tmp_path: Path, path_in: Callable[[Path], Path], said: tuple[str, ...]
) -> None:
    path = path_in(tmp_path)
    troubles: list[str] = []

    async def play() -> None:
        recorder = Recorder(path, HEADER, troubles.append)
        ann = Watched(Target(grid_server.url, room="rec-trouble"), record=recorder.track(0))
        await ann.link.open()
        await until(lambda: troubles, "the trouble")
        for _ in range(25):
            ann.link.step(Direction.LEFT)
        me = ann.link.mirror.user_id
        await until(lambda: ann.link.mirror.seqs[me] == 25, "every step")
        await ann.link.close()
        await recorder.close()
        assert recorder.trouble == troubles[0]

    scene(play)
    (trouble,) = troubles
    assert "\n" not in trouble
    assert str(path) in trouble
    assert trouble.endswith(said)


LIMITED = """
import asyncio, resource, signal, sys
from pathlib import Path
from gridcli.core.recording import Header
from gridcli.link.recorder import Recorder

async def main(path, frame):
    recorder = Recorder(path, Header("", "test", "0", ""), print)
    track = recorder.track(0)
    for number in range(2000):
        track.sent(frame)
        if number % 100 == 0:
            await asyncio.sleep(0)
    await recorder.close()
    print("the run goes on")

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_001, 50_001))
asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


def test_a_disk_that_is_full_half_way_leaves_what_it_took(tmp_path: Path) -> None:
    path = tmp_path / "game.jsonl"
    said = run_fresh("-c", LIMITED, path, FRAME)
    assert said.splitlines() == [
        f"the recording is incomplete: {path}: file too large",
        "the run goes on",
    ]
    assert path.stat().st_size == 50_001
    reading, entries = read(path)
    assert reading.cut_off
    assert 300 < len(entries) < 2000
    assert {entry.event for entry in entries} == {"movement"}


def test_a_disk_that_takes_nothing_bounds_what_is_held(tmp_path: Path) -> None:
    path = tmp_path / "nobody-reads"
    os.mkfifo(path)  # opening it for writing waits for a reader
    troubles: list[str] = []

    async def play() -> None:
        recorder = Recorder(path, HEADER, troubles.append)
        track = recorder.track(0)
        frame = encode_event("chat", {"text": "x" * 2**20})
        for _ in range(HELD_BYTES // 2**20 - 1):
            track.sent(frame)
        assert troubles == []
        for _ in range(2):
            track.sent(frame)
        assert len(troubles) == 1
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        await recorder.close()
        os.close(reader)

    scene(play)
    assert troubles == [f"the recording is incomplete: {path}: more comes than can be written"]


def test_a_disk_that_never_answers_does_not_hold_up_the_end(tmp_path: Path) -> None:
    path = tmp_path / "nobody-reads"
    os.mkfifo(path)
    troubles: list[str] = []

    async def play() -> None:
        recorder = Recorder(path, HEADER, troubles.append)
        recorder.track(0).sent(FRAME)
        await recorder.close()
        assert troubles == [f"the recording is incomplete: {path}: it does not answer"]
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))  # lets the thread go

    scene(play)


def test_many_entries_from_a_busy_loop_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "game.jsonl"

    async def play() -> None:
        recorder = Recorder(path, HEADER, pytest.fail)
        tracks = [recorder.track(number) for number in range(4)]
        for number in range(20_000):
            tracks[number % 4].sent(f'42/grid-game,["movement",{{"seq":{number}}}]')
            if number % 500 == 0:
                await asyncio.sleep(0)  # lets others run in the middle of it
        await recorder.close()
        tracks[0].sent(FRAME)  # after the end: not kept, and no error

    scene(play)
    _, entries = read(path)
    assert [entry.payload for entry in entries] == [{"seq": number} for number in range(20_000)]
    assert [entry.player for entry in entries[:8]] == [0, 1, 2, 3, 0, 1, 2, 3]
