"""How spots look: legible, of exactly their cell's width, and never told apart by colour alone.

Not here: what a cell shows (`test_layers`), what players look like (`test_palette`).
"""

from itertools import product

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from gridcli.core.geometry import Cell
from gridcli.core.mirror import Mirror
from gridcli.core.protocol.names import EMOTES
from gridcli.core.protocol.updates import Delta, Joiner, Welcome
from gridcli.tui.brush import Brush, Ground
from gridcli.tui.camera import Scale
from gridcli.tui.contrast import READABLE, ratio, readable
from gridcli.tui.layers import FOLLOWED, IT, LEFT, RIGHT, Spot
from gridcli.tui.palette import ON_DARK, ON_LIGHT, OWN_ON_DARK, OWN_ON_LIGHT, colour_of
from gridcli.tui.theme import NIGHT
from gridcli.tui.trails import STEPS

SCALES = [Scale(1, 1, 40, 20), Scale(2, 1, 40, 20), Scale(3, 2, 30, 12), Scale(4, 2, 20, 10),
          Scale(6, 3, 20, 10)]  # fmt: skip
OWN, BOB = "me", "u-bob"
OTHERS = [f"u{n}" for n in range(40)]
DAY = BUILTIN_THEMES["textual-light"]
GROUNDS = [
    Ground(
        Color.parse(theme.surface or ""),
        Color.parse(dots),
        Color.parse(theme.accent or ""),
        dark=theme.dark,
    )
    for theme, dots in ((NIGHT, "#31405a"), (DAY, "#b5bfcc"))
]


def mirror() -> Mirror:
    told = Mirror(shared=False)
    told.apply(Welcome(OWN, "K", told.grid, 2, "ada", "lobby"))
    people = [
        Joiner(user_id, "BCD"[n % 3], Cell(1, 1), user_id) for n, user_id in enumerate(OTHERS)
    ]
    told.apply(
        Delta(1, 42, full=True, joins=[Joiner(OWN, "K", Cell(2, 2), "ada"),
                                       Joiner(BOB, "B", Cell(3, 3), "bob"), *people])
    )  # fmt: skip
    return told


def every_spot() -> list[Spot]:
    """One of each kind, on each ground."""
    kinds = [
        *(Spot(user_id, crowd, mark=mark, goal=goal) for user_id in (OWN, BOB, "gone")
          for crowd in (1, 2) for mark in ("", IT, FOLLOWED) for goal in (False, True)),
        *(Spot(trail=user_id, age=age) for user_id in (OWN, BOB) for age in range(STEPS)),
        *(Spot(sign=emote, ring=BOB) for emote in (*EMOTES, "of a newer server")),
        *(Spot(mark=mark, side=side) for mark in (IT, FOLLOWED) for side in (LEFT, RIGHT)),
        Spot(), Spot(ring=BOB), Spot(goal=True),
    ]  # fmt: skip
    return [
        kind._replace(paint=paint, ring=kind.ring or ring)
        for kind, paint, ring in product(kinds, ("", OWN, BOB, "gone"), ("", OWN))
    ]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("ascii_only", [False, True])
def test_every_spot_fills_its_cell_and_keeps_to_ascii_where_that_is_wanted(
    scale: Scale, ascii_only: bool
) -> None:
    brush = Brush(GROUNDS[0], scale, mirror(), ascii_only=ascii_only)
    lines = [
        *(brush.spot(spot, part) for spot in every_spot() for part in range(scale.cell_height))
    ]
    for line in lines:
        text = "".join(segment.text for segment in line)
        assert cell_len(text) == len(text) == scale.cell_width
        assert text.isascii() or not ascii_only
    for x, y, count in product(range(1, 9), (1, 2), range(1, scale.columns + 1)):
        for part in range(scale.cell_height):
            text = "".join(segment.text for segment in brush.nothing(x, y, count, part))
            assert len(text) == count * scale.cell_width
            assert text.isascii() or not ascii_only


@pytest.mark.parametrize("scale", SCALES)
def test_without_colours_everything_is_still_told_apart(scale: Scale) -> None:
    """What NO_COLOR and other eyes leave: text, bold, underlined, reversed, blinking."""
    brush = Brush(GROUNDS[0], scale, mirror())

    def seen(spot: Spot) -> tuple[tuple[str, bool, bool, bool], ...]:
        return tuple(
            (s.text, *(bool(getattr(s.style, a)) for a in ("bold", "underline", "reverse")))
            for s in brush.spot(spot, (scale.cell_height - 1) // 2)
        )  # type: ignore[return-value]

    nothing = tuple((s.text, False, False, False) for s in brush.nothing(4, 2, 1, 0))
    kinds = {
        "own": seen(Spot(OWN, 1)),
        "other": seen(Spot(BOB, 1)),
        "it": seen(Spot(BOB, 1, mark=IT)),
        "goal": seen(Spot(goal=True)),
        "fresh trail": seen(Spot(trail=BOB)),
        "own paint": seen(Spot(paint=OWN)),
        "paint": seen(Spot(paint=BOB)),
        "heart": seen(Spot(sign="heart", ring=BOB)),
        "nothing": nothing,
    }
    if scale.cell_width > 1:  # else the brackets are beside, and the goal is what one sees go
        kinds["followed"] = seen(Spot(BOB, 1, mark=FOLLOWED))
        kinds["walked to"] = seen(Spot(BOB, 1, goal=True))
    assert len(set(kinds.values())) == len(kinds), kinds


def grounds_under(segments: tuple[Segment, ...]) -> list[float]:
    found = []
    for segment in segments:
        if segment.text.strip() and segment.style and segment.style.color and segment.style.bgcolor:
            colour, ground = (
                Color.from_rich_color(c) for c in (segment.style.color, segment.style.bgcolor)
            )
            found.append(ratio(colour, ground))
    return found


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("scale", SCALES)
def test_players_and_emotes_can_be_read_on_any_paint_in_both_themes(
    ground: Ground, scale: Scale
) -> None:
    brush = Brush(ground, scale, mirror())
    middle = (scale.cell_height - 1) // 2
    for user_id, paint, ring in product([OWN, *OTHERS], ["", OWN, *OTHERS], ["", BOB]):
        for spot in (
            Spot(user_id, 1, paint=paint, ring=ring),
            Spot(user_id, 2, mark=IT, paint=paint),
        ):
            assert min(grounds_under(brush.spot(spot, middle))) >= READABLE, spot
    for emote, user_id in product(EMOTES, [OWN, *OTHERS]):
        assert min(grounds_under(brush.spot(Spot(sign=emote, ring=user_id), middle))) >= READABLE


def test_the_players_own_colours_can_be_read_on_both_themes() -> None:
    for theme, colours in ((NIGHT, (*ON_DARK, OWN_ON_DARK)), (DAY, (*ON_LIGHT, OWN_ON_LIGHT))):
        for colour in colours:
            for where in (theme.surface, theme.panel, theme.background):
                found = ratio(Color.parse(colour), Color.parse(where or ""))
                assert found >= READABLE, (colour, where, found)


def test_what_can_be_read_is_left_alone_and_the_rest_is_moved() -> None:
    white, black, grey = Color(255, 255, 255), Color(0, 0, 0), Color(119, 119, 119)
    assert ratio(white, black) == pytest.approx(21)
    assert ratio(grey, grey) == 1
    assert readable(white, black) is white
    for ground in (white, black, grey, Color.parse("#6d9bfa")):
        assert ratio(readable(ground, ground), ground) >= READABLE


def test_stale_is_fainter_in_every_way() -> None:
    live, stale = (Brush(GROUNDS[0], SCALES[3], mirror(), stale=stale) for stale in (False, True))
    for spot in (Spot(BOB, 1), Spot(OWN, 1), Spot(trail=BOB), Spot(paint=BOB)):
        before, after = (grounds_under(brush.spot(spot, 0))[0] for brush in (live, stale))
        assert 1 < after < before
        assert all(segment.style and segment.style.dim for segment in stale.spot(spot, 0))


def test_a_symbol_that_changes_is_drawn_anew() -> None:
    told = mirror()
    brush = Brush(GROUNDS[0], SCALES[0], told)
    assert brush.spot(Spot(BOB, 1), 0)[0].text == "B"
    told.apply(Delta(2, 42, joins=[Joiner(BOB, "Z", Cell(3, 3), "bob")]))
    assert brush.spot(Spot(BOB, 1), 0)[0].text == "Z"
    assert colour_of(BOB, own_id=BOB) == OWN_ON_DARK
