"""What players look like."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gridcli.core.protocol.names import SYMBOLS
from gridcli.tui.palette import fitted, glyph, look, own_look, shown, texture_of


def test_look_is_the_same_on_every_screen_and_differs_between_players() -> None:
    assert look("u1", "B") == look("u1", "B")
    looks = {look(f"u{n}", "B") for n in range(200)}
    # Seven colours, bold or not, underlined or not: one letter tells so many players apart.
    assert len(looks) == 28
    assert {found.glyph for found in looks} == {"B"}


def test_own_look_is_bold_reversed_and_of_a_colour_of_its_own() -> None:
    for dark in (True, False):
        own = own_look("K", dark=dark)
        assert own.style.bold
        assert own.style.reverse
        others = {look(f"u{n}", "K", dark=dark).style.color for n in range(200)}
        assert own.style.color not in others


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("K", "K"),
        ("", "?"),
        ("\x1b[31mX", "["),
        ("龍K", "K"),
        (" ", "?"),
        ("\u0301", "?"),
        ("é", "é"),
    ],
)
def test_glyph_is_one_printable_column(symbol: str, expected: str) -> None:
    assert glyph(symbol) == expected


def test_ascii_only() -> None:
    assert glyph("é", ascii_only=True) == "?"
    assert shown("né \x1b[2J", ascii_only=True) == "n? [2J"
    assert fitted("abcdef", 4, ascii_only=True) == "abc~"


@given(st.text(), st.integers(0, 40))
def test_fitted_text_takes_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(fitted(shown(text), width)) == width


@given(st.text(max_size=5))
def test_any_symbol_takes_one_column(symbol: str) -> None:
    assert cell_len(glyph(symbol)) == 1
    assert glyph(symbol).isprintable()


def test_players_of_one_colour_paint_differently() -> None:
    painted = {(look(f"u{n}", "B").style.color, texture_of(f"u{n}")) for n in range(2000)}
    assert len(painted) == 49
    assert texture_of("me", own_id="me") not in {texture for _, texture in painted}
    assert all(cell_len(texture) == 1 for _, texture in painted)
    assert all(texture_of(f"u{n}", ascii_only=True).isascii() for n in range(200))


def test_players_who_look_alike_are_rare() -> None:
    """Of a full room, how many pairs have the same letter, colour and weight."""
    looks = Counter(look(f"user-{n}", SYMBOLS[n % len(SYMBOLS)]) for n in range(250))
    alike = sum(count * (count - 1) // 2 for count in looks.values())
    assert alike / (250 * 249 / 2) < 1 / 400
