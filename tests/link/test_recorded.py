"""A recording's file: its lines from anywhere, and what is wrong with it in one line."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.errors import SetupError
from gridcli.core.reading import BadRecording
from gridcli.link import recorded as module
from gridcli.link.recorded import RecordedFile, recorded


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("recorded") / "game.jsonl"


@given(
    st.lists(st.sampled_from([b"", b"\r", b"a", b"bc" * 40]), max_size=12),
    st.sampled_from([b"", b"end"]),
    st.sampled_from([1, 7, 2**18]),
)
def test_its_lines_are_those_of_the_file_from_any_on(
    path: Path, lines: list[bytes], last: bytes, block: int
) -> None:
    data = b"".join(line + b"\n" for line in lines) + last
    path.write_bytes(data)
    with path.open("rb") as file:
        expected = list(file)
    with pytest.MonkeyPatch.context() as patched, recorded(path) as found:
        patched.setattr(module, "_BLOCK", block)
        assert found.size == len(data)
        offset = 0
        for n in range(len(expected) + 1):
            assert list(found.lines(offset)) == expected[n:]
            offset += len(expected[n]) if n < len(expected) else 0
        for size in (0, 3, 10**6):
            assert found.end(size) == (data[-size:] if size else b"")


def test_several_read_at_once(path: Path) -> None:
    path.write_bytes(b"a\nb\nc\n")
    with recorded(path) as file:
        one, other = file.lines(), file.lines(2)
        assert [next(one), next(other), next(one), next(other)] == [b"a\n", b"b\n", b"b\n", b"c\n"]


def test_what_is_written_later_is_left_alone(path: Path) -> None:
    path.write_bytes(b"a\nb")
    with recorded(path) as file:
        with path.open("ab") as more:
            more.write(b"c\nd\n")
        assert list(file.lines()) == [b"a\n", b"b"]


def test_a_pipe_is_taken_whole(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = b"line\n" * 50_000
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    with recorded(pipe) as file:
        assert b"".join(file.lines()) == data
    writer.join()


def test_errors_name_the_file(tmp_path: Path, path: Path) -> None:
    path.write_bytes(b"hello\n")
    for wrong, said in [
        (tmp_path / "none", r"^cannot read .*/none: no such file or directory$"),
        (tmp_path, r"^cannot read .*: is a directory$"),
        (path, r"game.jsonl: line 1 is not the header of a recording$"),
    ]:
        with pytest.raises(SetupError, match=said), recorded(wrong) as file:
            file.reading()


def test_a_file_that_cannot_be_read_any_further_says_so(path: Path) -> None:
    path.write_bytes(b"a\n")
    with path.open("rb") as file:
        lines = RecordedFile(file.fileno()).lines()
    with pytest.raises(BadRecording, match="it can't be read: bad file descriptor"):
        next(lines)
