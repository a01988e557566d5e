"""Which move a position is, case by case; against whole games: test_ledger."""

from hypothesis import given
from hypothesis import strategies as st

from gridcli.core.geometry import Cell
from gridcli.core.ledger.moves import Move
from gridcli.core.ledger.numbering import Numbered, Numbering
from gridcli.core.ledger.stays import Stays

A, B, C, D = (Cell(x, 1) for x in range(1, 5))


def moves_to(*cells: Cell | None, first: int = 1, room: str = "lobby") -> dict[int, Move]:
    """A sender's moves, numbered on from `first`."""
    return {
        seq: Move(1, "ann", seq, room, seq, 0.0, 0.0, cell, 1)
        for seq, cell in enumerate(cells, first)
    }


def numbering(*last: int) -> Numbering:
    """Of one receiver, whose state includes Ann's moves up to one of these."""
    return Numbering("ben", "lobby", {"ann": last})


def test_the_next_position_is_the_next_move() -> None:
    made, moves = numbering(0), moves_to(B, B, A)
    assert [made.number("ann", cell, moves) for cell in (B, B, A)] == [
        Numbered(1),
        Numbered(2),
        Numbered(3),
    ]


def test_a_move_of_unknown_outcome_fits_any_cell() -> None:
    assert numbering(0).number("ann", D, moves_to(None)) == Numbered(1)


def test_a_position_that_fits_nothing_is_passed_over() -> None:
    made, moves = numbering(0), moves_to(B, C)
    assert made.number("ann", D, moves) is None
    assert made.number("ann", B, moves) == Numbered(1)


def test_the_same_position_again_is_no_move() -> None:
    made, moves = numbering(0), moves_to(B, C)
    assert made.number("ann", B, moves) == Numbered(1)
    assert made.number("ann", B, moves) is None
    assert made.number("ann", C, moves) == Numbered(2)


def test_a_gap_with_one_explanation_is_jumped() -> None:
    made, moves = numbering(0), moves_to(B, C, D)
    assert made.number("ann", D, moves) == Numbered(3)


def test_a_gap_with_two_explanations_waits_for_the_next_position() -> None:
    made, moves = numbering(0), moves_to(A, B, A, B, C)
    assert made.number("ann", A, moves) == Numbered(1)
    assert made.number("ann", B, moves) == Numbered(2)
    assert made.number("ann", B, moves) is None  # the second again, or the fourth?
    assert made.unclear("ann", 3)
    assert made.unclear("ann", 4)
    assert not made.unclear("ann", 2)
    assert not made.unclear("ann", 5)
    assert made.passed("ann", 2)
    assert not made.passed("ann", 3)
    assert made.number("ann", C, moves) == Numbered(5, range(3, 5))
    assert made.passed("ann", 5)
    assert not made.unclear("ann", 4)


def test_a_state_among_moves_under_way_is_narrowed_down() -> None:
    made, moves = numbering(1, 2, 3), moves_to(A, B, C, D, A)
    assert made.number("ann", C, moves) == Numbered(3, range(2, 3))
    assert made.number("ann", D, moves) == Numbered(4)


def test_moves_in_other_rooms_never_fit() -> None:
    made = numbering(0)
    moves = moves_to(B) | moves_to(C, first=2, room="den") | moves_to(C, first=3)
    assert made.number("ann", B, moves) == Numbered(1)
    made.forget("ann")
    assert made.awaits("ann")
    assert made.last_seen("ann") == 1
    made.introduce("ann", (1, 2))
    assert made.number("ann", C, moves) == Numbered(3, range(2, 3))


def test_our_own_first_position_is_our_arrival() -> None:
    made = Numbering("ben", "lobby", {"ben": (4,)})
    assert made.awaits("ben")
    made.introduce("ben", (4,))
    assert not made.awaits("ben")
    assert made.number("ben", B, moves_to(B, first=5)) == Numbered(5)


def test_a_retired_connection_shows_nothing_more() -> None:
    made = numbering(0)
    made.retire("ann")
    made.retire("nobody")
    assert made.number("ann", B, moves_to(B)) is None
    assert not made.passed("ann", 1)
    assert not made.unclear("ann", 1)
    made.forget("ann")
    assert made.awaits("ann")
    assert made.last_seen("ann") == 0


@given(st.lists(st.sampled_from([A, B, C]), min_size=1, max_size=12), st.data())
def test_right_whatever_is_lost_once_it_is_sure(cells: list[Cell], data: st.DataObject) -> None:
    """With distinct steps sent one by one, what arrives in time is never mistaken."""
    made, moves = numbering(0), {}
    for seq, cell in enumerate(cells, 1):
        moves |= moves_to(cell, first=seq)
        if data.draw(st.booleans()):
            numbered = made.number("ann", cell, moves)
            if numbered is not None:
                assert moves[numbered.seq].cell == cell
                assert numbered.seq <= seq
                assert all(n < numbered.seq for n in numbered.blurred)


def test_stays_tell_after_which_move_somebody_arrived() -> None:
    known = moves_to(*[A] * 9)
    stays = Stays("lobby", 1)
    stays.depart(3, 10, known)
    assert (stays.latest, stays.arrivals("lobby", 0, 0)) == (3, (0, 3))  # going who knows where
    stays.arrive("den")
    assert stays.arrivals("lobby", 0, 0) == (0,)
    stays.depart(5, 20, known)
    stays.arrive("lobby")
    assert stays.arrivals("lobby", 0, 0) == (0, 5)
    assert stays.arrivals("lobby", 0, 2) == (5,)  # it has seen the second move already
    assert stays.arrivals("lobby", 10, 0) == (5,)  # it asked when the first stay was over
    assert stays.arrivals("attic", 0, 4) == (4,)


def test_old_stays_are_dropped_with_their_moves() -> None:
    stays = Stays("lobby", 1)
    for n in range(1, 50):
        stays.depart(n, 10 * n, moves_to(A, A, first=n - 1))
        stays.arrive("lobby")
    assert stays.arrivals("lobby", 0, 0) == (47, 48, 49)


def test_what_a_state_may_include() -> None:
    stays, moves = Stays("lobby", 1), moves_to(A, B, A, B)
    assert stays.included("lobby", B, range(1, 5), moves) == (2, 4)
    stays.depart(2, 5, moves)
    stays.arrive("den")
    assert stays.included("den", A, range(1, 5), moves) == (2,)
    assert stays.included("den", A, range(3, 5), moves) == (3, 4)  # nothing fits: any may be
