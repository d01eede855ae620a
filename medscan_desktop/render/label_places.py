"""Where a measurement's words stand: beside its shape, never on it or on other words, and wholly in the pane."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Floats = NDArray[np.float64]
GAP = 8.0  # pixels between a shape and its words
_RINGS = (GAP, 28.0, 60.0, 110.0)
LED_FROM = 20.0  # pixels away from its shape: a line leads there
_PIECES = 24  # of a line: a round one is looked at as coarsely as that
_STILL = 1e-6  # a piece straight up or across still has a way along the other axis
_LINE_COST = 4.0  # a pixel of a line under words weighs as much as so many pixels of other words


@dataclass(frozen=True, eq=False, slots=True)
class Obstacles:
    """The lines of everything drawn, as pieces: `start` and `way` (n, 2) in pane pixels."""

    start: Floats
    way: Floats

    @classmethod
    def of(cls, lines: Sequence[Floats]) -> "Obstacles":
        """A single point is a piece without a way, and counts for a little."""
        coarse = [_coarse(line) for line in lines if len(line)]
        starts = [line[:-1] if len(line) > 1 else line for line in coarse]
        ways = [np.diff(line, axis=0) if len(line) > 1 else np.full((1, 2), 1e-3) for line in coarse]
        none = np.empty((0, 2))
        way = np.concatenate([none, *ways])
        return cls(np.concatenate([none, *starts]), np.where(np.abs(way) < _STILL, _STILL, way))

    def lengths_in(self, places: Floats) -> Floats:
        """How many pixels of the lines lie in each place (n, 4: left, top, right, bottom)."""
        first, last = np.zeros((len(places), len(self.start))), np.ones((len(places), len(self.start)))
        for axis in range(2):  # a piece enters a place where it has entered it along both axes
            step = 1.0 / self.way[:, axis]
            one = (places[:, axis, None] - self.start[:, axis]) * step
            other = (places[:, axis + 2, None] - self.start[:, axis]) * step
            np.maximum(first, np.minimum(one, other), out=first)
            np.minimum(last, np.maximum(one, other), out=last)
        return np.asarray(np.maximum(last - first, 0.0) @ np.hypot(self.way[:, 0], self.way[:, 1]))


def free_place(
    shape: QRectF, size: tuple[float, float], area: QRectF, taken: Sequence[QRectF], obstacles: Obstacles
) -> QRectF:
    """The first place around the shape's frame that lies in the pane, on no words and on no line.

    Where there is none: the one in the pane that covers least.
    """
    rectangles = np.array([(one.left(), one.top(), one.right(), one.bottom()) for one in taken]).reshape(-1, 4)
    best_cost, best = np.inf, _pushed_inside(_ring(shape, size, GAP)[:1], area)[0]
    for gap in _RINGS:
        ring = _ring(shape, size, gap)
        pushed = _pushed_inside(ring, area)
        is_whole = (np.abs(pushed - ring) < 1e-6).all(axis=1)
        costs = _overlaps(pushed, rectangles) + _LINE_COST * obstacles.lengths_in(pushed)
        free = np.flatnonzero(is_whole & (costs <= 0))
        if free.size:
            best = ring[free[0]]
            break
        place = int(np.argmin(costs))
        if costs[place] < best_cost:
            best_cost, best = float(costs[place]), pushed[place]
    return QRectF(float(best[0]), float(best[1]), *size)


def nearest_point(lines: Sequence[Floats], place: QRectF) -> tuple[QPointF, QPointF, float]:
    """The points of shape and words that are nearest to each other, and how far apart they are."""
    at = np.concatenate(list(lines))
    near = np.clip(at, (place.left(), place.top()), (place.right(), place.bottom()))
    apart = np.linalg.norm(near - at, axis=1)
    best = int(apart.argmin())
    return QPointF(*at[best].tolist()), QPointF(*near[best].tolist()), float(apart[best])


def _coarse(line: Floats) -> Floats:
    """Every so many points of a long line, its ends kept."""
    if len(line) <= _PIECES:
        return line
    return np.asarray(line[np.linspace(0, len(line) - 1, _PIECES + 1).round().astype(int)])


def _ring(shape: QRectF, size: tuple[float, float], gap: float) -> Floats:
    """Right, left, below, above, then the corners, (8, 4)."""
    width, height = size
    right, left = shape.right() + gap, shape.left() - gap - width
    below, above = shape.bottom() + gap, shape.top() - gap - height
    across, down = shape.center().x() - width / 2, shape.center().y() - height / 2
    corners = np.array(
        [
            (right, down),
            (left, down),
            (across, below),
            (across, above),
            (right, below),
            (right, above),
            (left, below),
            (left, above),
        ]
    )
    return np.concatenate([corners, corners + size], axis=1)


def _overlaps(places: Floats, others: Floats) -> Floats:
    """The area that each place shares with the others, in pixels."""
    low = np.maximum(places[:, None, :2], others[None, :, :2])
    high = np.minimum(places[:, None, 2:], others[None, :, 2:])
    return np.asarray(np.prod(np.maximum(high - low, 0.0), axis=2).sum(axis=1))


def _pushed_inside(places: Floats, area: QRectF) -> Floats:
    size = places[:, 2:] - places[:, :2]
    low = np.array([area.left(), area.top()])
    corner = np.maximum(np.minimum(places[:, :2], np.array([area.right(), area.bottom()]) - size), low)
    return np.concatenate([corner, corner + size], axis=1)
