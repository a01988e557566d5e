"""What a page may say. Not here: who says it (`test_guard`), doing it (`test_processes`)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridcli.tui.web.messages import (
    MAX_COLUMNS,
    MAX_LINES,
    Focus,
    Keys,
    Message,
    Ping,
    Resized,
    cells,
    read_message,
)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (["stdin", "a\x1b[D"], Keys("a\x1b[D")),
        (["resize", {"width": 100, "height": 30}], Resized(100, 30)),
        (["resize", {"width": 10**30, "height": 0}], Resized(MAX_COLUMNS, 1)),
        (["ping", "17"], Ping("17")),
        (["focus"], Focus(True)),
        (["blur"], Focus(False)),
        (["resize", {"width": "100", "height": 30}], None),
        (["resize", {"width": 1.5, "height": 30}], None),
        (["resize", {"width": 100}], None),
        (["stdin", 7], None),
        (["quit"], None),
        ("stdin", None),
    ],
)
def test_messages(said: object, meant: Message | None) -> None:
    assert read_message(json.dumps(said)) == meant


@settings(max_examples=50)
@given(st.text() | st.recursive(st.text() | st.integers() | st.none(), st.lists).map(json.dumps))
def test_nothing_that_is_sent_raises(text: str) -> None:
    read_message(text)


@pytest.mark.parametrize("deep", ["[" * 100_000, '["resize",{"width":' + "9" * 60_000])
def test_not_even_this(deep: str) -> None:
    assert read_message(deep) is None


@given(st.text() | st.none(), st.text() | st.integers().map(str))
def test_any_size_is_within_bounds(width: str | None, height: str) -> None:
    columns, lines = cells(width, height)
    assert 1 <= columns <= MAX_COLUMNS
    assert 1 <= lines <= MAX_LINES


def test_sizes() -> None:
    assert cells("120", "40") == (120, 40)
    assert cells(None, "x") == (80, 24)
    assert cells("-5", "٣") == (80, 24)
    assert cells("9" * 5000, "251") == (MAX_COLUMNS, MAX_LINES)
