"""Where a measurement's words stand: beside its shape, never on it or on other words, and wholly in the pane."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

Floats = NDArray[np.float64]
GAP = 8.0  # pixels between a shape and its words
_RINGS = (GAP, 28.0, 60.0, 110.0)
LED_FROM = 20.0  # pixels away from its shape: a line leads there


def free_place(
    shape: QRectF, size: tuple[float, float], area: QRectF, taken: Sequence[QRectF], lines: Sequence[Floats]
) -> QRectF:
    """The first place around the shape's frame that lies in the pane, on no words and on no line.

    Where there is none: the one in the pane that covers least.
    """
    best: tuple[float, QRectF] | None = None
    for number, place in enumerate(_places(shape, size)):
        inside = _pushed_inside(place, area)
        if number > 0 and inside != place:
            continue
        covered = sum(_overlap(inside, other) for other in taken)
        cost = covered + 4.0 * sum(_length_in(line, inside) for line in lines)
        if inside == place and cost == 0:
            return place
        if best is None or cost < best[0]:
            best = cost, inside
    return best[1] if best is not None else _pushed_inside(QRectF(*shape.topLeft().toTuple(), *size), area)


def nearest_point(lines: Sequence[Floats], place: QRectF) -> tuple[QPointF, QPointF, float] | None:
    """The points of shape and words that are nearest to each other, and how far apart they are."""
    best: tuple[QPointF, QPointF, float] | None = None
    for x, y in (at for line in lines for at in line.tolist()):
        near = QPointF(min(max(x, place.left()), place.right()), min(max(y, place.top()), place.bottom()))
        apart = float(np.hypot(near.x() - x, near.y() - y))
        if best is None or apart < best[2]:
            best = QPointF(x, y), near, apart
    return best


def _places(shape: QRectF, size: tuple[float, float]) -> Iterator[QRectF]:
    """Right, left, below, above, then the corners; further and further away."""
    width, height = size
    middle = shape.center()
    for gap in _RINGS:
        right, left = shape.right() + gap, shape.left() - gap - width
        below, above = shape.bottom() + gap, shape.top() - gap - height
        across, down = middle.x() - width / 2, middle.y() - height / 2
        for x, y in (
            (right, down),
            (left, down),
            (across, below),
            (across, above),
            (right, below),
            (right, above),
            (left, below),
            (left, above),
        ):
            yield QRectF(x, y, width, height)


def _overlap(place: QRectF, other: QRectF) -> float:
    common = place.intersected(other)
    return max(common.width(), 0.0) * max(common.height(), 0.0)


def _length_in(line: Floats, place: QRectF) -> float:
    """About how many pixels of a line lie in the place."""
    if len(line) < 2:
        at = line[0] if len(line) else np.full(2, np.inf)
        return 10.0 if place.contains(QPointF(float(at[0]), float(at[1]))) else 0.0
    start, way = line[:-1], np.diff(line, axis=0)
    low = np.array([place.left(), place.top()])
    high = np.array([place.right(), place.bottom()])
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.sort(np.stack([(low - start) / way, (high - start) / way]), axis=0)
    is_still = np.abs(way) < 1e-9
    beside = is_still & ((start < low) | (start > high))
    first = np.where(is_still, 0.0, ends[0]).max(axis=1).clip(0.0, 1.0)
    last = np.where(is_still, 1.0, ends[1]).min(axis=1).clip(0.0, 1.0)
    shares = np.where(beside.any(axis=1), 0.0, np.maximum(last - first, 0.0))
    return float((shares * np.linalg.norm(way, axis=1)).sum())


def _pushed_inside(place: QRectF, area: QRectF) -> QRectF:
    left = max(area.left(), min(place.left(), area.right() - place.width()))
    top = max(area.top(), min(place.top(), area.bottom() - place.height()))
    return QRectF(left, top, place.width(), place.height())
