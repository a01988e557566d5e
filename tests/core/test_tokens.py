"""Files of tokens, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.tokens import LEAST_TOKEN, BadTokens, own_token, parse_tokens

tokens = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=LEAST_TOKEN).filter(
    lambda token: not token.startswith("#")
)


@given(st.lists(tokens))
def test_comments_and_blank_lines_are_left_out(written: list[str]) -> None:
    text = "# ours\n\n" + "".join(f"  {token} \r\n\n # and\n" for token in written)
    assert parse_tokens(text) == tuple(written)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fifteen-letters", "shorter than 16"),
        ("two words that are no token", "more than one token"),
        ("an-escape\x1b[31m-in-a-token", "more than one token"),
    ],
    ids=["short", "words", "escape"],
)
def test_what_is_no_token_is_told_by_its_line_alone(line: str, said: str) -> None:
    with pytest.raises(BadTokens) as caught:
        parse_tokens(f"# one\n{'a' * 16}\n{line}\n")
    text = str(caught.value)
    assert "line 3" in text
    assert said in text
    assert "openssl rand -hex 32" in text
    assert line not in text


def test_a_players_own_is_the_first() -> None:
    assert own_token(f"# mine\n{'a' * 20}\n{'b' * 20}\n") == "a" * 20
    with pytest.raises(BadTokens, match="no token"):
        own_token("# nothing\n")
