"""Cells of the screen: grids, splits, dividers, and their stored form."""

import json
import random

import pytest

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.scene.layout import MOST_CELLS, Layout, Rect, Way
from medscan_desktop.scene.view import ViewId

V = [ViewId(number) for number in range(40)]


def covered(layout: Layout) -> float:
    return sum(rect.width * rect.height for rect in layout.rects.values())


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_a_grid_has_equal_cells_row_by_row(rows: int, columns: int) -> None:
    layout = Layout.grid(rows, columns)
    assert layout.cells == tuple(V[: rows * columns])
    for number, rect in enumerate(layout.rects.values()):
        expected = ((number % columns) / columns, (number // columns) / rows, 1 / columns, 1 / rows)
        assert rect == pytest.approx(expected)
    assert layout.as_grid == (rows, columns)
    assert len(layout.dividers) == rows - 1 + rows * (columns - 1)


def test_a_grid_keeps_the_views_that_are_named_and_numbers_the_others_after_them() -> None:
    assert Layout.grid(2, 2, (V[7], V[3])).cells == (7, 3, 8, 9)
    assert Layout.grid(1, 1, (V[7], V[3])).cells == (7,)


def test_views_fill_rows_and_the_last_row_may_have_wider_cells() -> None:
    rects = Layout.of(V[:3], 2).rects
    assert rects[V[2]] == pytest.approx((0, 0.5, 1, 0.5))
    assert Layout.of((), 2) == Layout()


def test_a_cell_is_halved_side_by_side_or_one_above_the_other() -> None:
    beside = Layout().split(V[0], Way.BESIDE, V[1])
    assert beside.rects == {0: Rect(0, 0, 0.5, 1), 1: Rect(0.5, 0, 0.5, 1)}
    below = beside.split(V[1], Way.BELOW, V[2])
    assert below.rects[V[1]] == (0.5, 0, 0.5, 0.5) and below.rects[V[2]] == (0.5, 0.5, 0.5, 0.5)
    again = beside.split(V[1], Way.BESIDE, V[2])  # in one row with the first, each with its own room
    assert again.rects[V[0]] == (0, 0, 0.5, 1) and again.rects[V[2]] == (0.75, 0, 0.25, 1)
    assert below.as_grid is None


def test_what_cannot_be_split_or_removed_stays_as_it_is() -> None:
    layout = Layout.grid(1, 2)
    assert layout.split(V[9], Way.BELOW, V[5]) is layout
    assert layout.split(V[0], Way.BELOW, V[1]) is layout
    assert layout.removed(V[9]) is layout and Layout().removed(V[0]) == Layout()
    assert layout.swapped(V[0], V[9]) is layout
    many = Layout()
    for number in range(1, 40):
        many = many.split(V[number - 1], (Way.BESIDE, Way.BELOW)[number % 2], V[number])
    assert len(many.cells) == MOST_CELLS


def test_what_was_split_with_a_cell_takes_its_room_when_it_goes() -> None:
    split = Layout.grid(2, 2).split(V[3], Way.BELOW, V[4])
    assert split.removed(V[4]) == Layout.grid(2, 2)
    assert Layout.grid(2, 2).removed(V[1]).rects[V[0]] == pytest.approx((0, 0, 1, 0.5))
    assert Layout.grid(1, 3).removed(V[1]).rects == {
        V[0]: pytest.approx((0, 0, 0.5, 1)),
        V[2]: pytest.approx((0.5, 0, 0.5, 1)),
    }


def test_two_cells_change_places() -> None:
    layout = Layout.grid(2, 2)
    assert layout.swapped(V[0], V[3]).cells == (3, 1, 2, 0)
    assert layout.swapped(V[0], V[3]).swapped(V[0], V[3]) == layout


def test_a_divider_moves_with_those_on_its_line_or_alone() -> None:
    layout = Layout.grid(2, 2)
    upright = next(one for one in layout.dividers if one.way is Way.BESIDE)
    moved = layout.with_divider(upright, 0.3)
    assert moved.rects[V[0]] == pytest.approx((0, 0, 0.3, 0.5)) and moved.rects[V[2]].width == pytest.approx(0.3)
    alone = layout.with_divider(upright, 0.3, alone=True)
    assert alone.rects[V[0]].width == pytest.approx(0.3) and alone.rects[V[2]].width == pytest.approx(0.5)
    assert moved.as_grid is None and moved.even() == layout


def test_no_cell_becomes_smaller_than_the_least() -> None:
    layout = Layout.grid(1, 3)
    first = layout.dividers[0]
    assert layout.with_divider(first, -5, least=0.1).rects[V[0]].width == pytest.approx(0.1)
    far = layout.with_divider(first, 5, least=0.1)
    assert far.rects[V[1]].width == pytest.approx(0.1) and far.rects[V[2]].width == pytest.approx(1 / 3)


def test_whatever_is_done_the_cells_cover_the_whole_and_come_back_from_their_stored_form() -> None:
    chance = random.Random(4)
    layout, number = Layout(), 0
    for _ in range(400):
        cells = layout.cells
        match chance.randrange(4):
            case 0 | 1:
                number += 1
                layout = layout.split(chance.choice(cells), chance.choice(list(Way)), ViewId(number))
            case 2:
                layout = layout.removed(chance.choice(cells))
            case _ if layout.dividers:
                layout = layout.with_divider(chance.choice(layout.dividers), chance.random(), least=0.01)
        assert covered(layout) == pytest.approx(1)
        assert len(set(layout.cells)) == len(layout.cells)
        back = Layout.from_json(json.loads(json.dumps(layout.to_json())))
        assert back.cells == layout.cells
        for view, rect in layout.rects.items():
            assert back.rects[view] == pytest.approx(rect, abs=1e-4)


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        {"root": -1},
        {"root": True},
        {"root": {"way": "up", "parts": [0, 1], "shares": [0.5, 0.5]}},
        {"root": {"way": "below", "parts": [0], "shares": [1]}},
        {"root": {"way": "below", "parts": [0, 0], "shares": [0.5, 0.5]}},
        {"root": {"way": "below", "parts": [0, 1], "shares": [0.5]}},
        {"root": {"way": "below", "parts": [0, 1], "shares": [0.5, float("nan")]}},
        {"root": {"way": "below", "parts": [0, 1], "shares": [1, 0]}},
        {"root": {"way": "below", "parts": list(range(33)), "shares": [1] * 33}},
    ],
)
def test_a_broken_stored_layout_is_refused(body: object) -> None:
    with pytest.raises(Damaged):
        Layout.from_json(body)
