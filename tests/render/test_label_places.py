"""A measurement's words: in the pane, on no other words, on no line, and led to their shape from afar."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from medscan_desktop.render.label_places import Obstacles, free_place, nearest_point

AREA = QRectF(0, 0, 400, 300)
SIZE = (90.0, 40.0)


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.asarray(points, float)


@pytest.mark.parametrize("middle", [(200, 150), (5, 5), (395, 150), (200, 298), (-40, 150), (600, 900)])
def test_words_are_wholly_in_the_pane_wherever_the_shape_is(middle: tuple[float, float]) -> None:
    shape = QRectF(middle[0] - 20, middle[1] - 20, 40, 40)

    place = free_place(shape, SIZE, AREA, (), Obstacles.of(()))

    assert AREA.contains(place) and (place.width(), place.height()) == SIZE


def test_words_are_beside_the_shape_and_on_no_line_or_other_words() -> None:
    shape = QRectF(180, 130, 40, 40)
    crossing = line((240, 0), (240, 300))  # to the right of it
    taken = [QRectF(0, 100, 175, 100)]  # to the left of it

    place = free_place(shape, SIZE, AREA, taken, Obstacles.of([crossing]))

    assert not place.intersects(shape) and not place.intersects(taken[0])
    assert place.right() <= 240 or place.left() >= 240


def test_where_all_is_full_they_stand_where_they_cover_least() -> None:
    taken = [QRectF(0, 0, 400, 240)]

    place = free_place(QRectF(180, 130, 40, 40), SIZE, AREA, taken, Obstacles.of(()))

    assert AREA.contains(place)
    assert place.top() > 200


def test_the_length_of_lines_in_a_place_is_exact() -> None:
    place = np.array([[10.0, 10, 30, 20]])

    for points, inside in (
        (((0, 15), (100, 15)), 20.0),
        (((20, 0), (20, 100)), 10.0),
        (((0, 0), (40, 40)), 10 * np.sqrt(2)),
        (((0, 5), (100, 5)), 0.0),
        (((12, 12), (15, 16)), 5.0),
        (((40, 0), (40, 40)), 0.0),
    ):
        assert Obstacles.of([line(*points)]).lengths_in(place)[0] == pytest.approx(inside, abs=1e-4)


def test_the_leader_joins_the_nearest_points() -> None:
    place = QRectF(100, 100, 50, 20)

    at, near, apart = nearest_point([line((0, 0), (60, 110))], place)

    assert (at.x(), at.y(), near.x(), near.y(), apart) == (60, 110, 100, 110, 40)
