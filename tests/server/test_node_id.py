"""Session ids tell their node, and nothing that is not a node's name passes for one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.node_id import check_node, owner_of, random_node, session_ids

NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=16)


@given(NAMES)
def test_an_id_tells_its_node_and_needs_no_quoting(node: str) -> None:
    make = session_ids(node)
    ids = {make() for _ in range(20)}
    assert len(ids) == 20
    for sid in ids:
        assert owner_of(sid) == node
        assert re.fullmatch(r"[A-Za-z0-9._-]{22,40}", sid)


@given(st.text(max_size=20))
def test_nothing_else_has_an_owner(text: str) -> None:
    is_node = re.fullmatch(r"[a-z0-9]{1,16}", text, re.ASCII) is not None
    assert owner_of(f"{text.partition('.')[0]}") == ""
    assert owner_of(f"{text}.x") == (text if is_node else owner_of(text))
    if not is_node:
        with pytest.raises(ValueError, match="no name for a node"):
            check_node(text)


def test_random_nodes_are_nodes_and_differ() -> None:
    assert len({check_node(random_node()) for _ in range(100)}) == 100
