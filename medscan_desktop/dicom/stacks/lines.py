"""The straight line on which a stack's slice positions should lie (PS3.3 C.7.6.2.1.1), and what departs from it.

Rounded positions are judged against the fitted line, never against their neighbours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]

_SHOWN = (0.01, 0.1)  # deviation over this share of the spacing and over these mm is shown
_REFUSED = (0.05, 0.2)  # over these no volume is measured, and after room is left for gaps there are no planes
SAME_POSITION_MM = 0.01
_DRIFT_MM = 0.05  # sideways over the whole stack: less is rounding, and the step is along the normal
_TILT_DEGREES = 0.1
_EMPTY_PER_SLICE, _EMPTY_ALWAYS = 3, 20  # missing slices that room is left for: more is two stacks far apart


@dataclass(frozen=True, slots=True)
class Line:
    """Slice n lies at `origin + places[n] * step`. `spacing` is along the normal.

    `places` skips those that are missing; `gaps` are (slice before, distance to the next in mm). `deviation` is the
    largest from the line, in mm.
    """

    origin: Vectors
    step: Vectors
    spacing: float
    tilt_degrees: float
    deviation: float
    gaps: tuple[tuple[int, float], ...]
    places: tuple[int, ...]

    @property
    def is_shown(self) -> bool:
        """Whether the departure is large enough to be told."""
        return bool(self.gaps) or _is_over(self.deviation, self.spacing, _SHOWN)

    @property
    def is_irregular(self) -> bool:
        """Whether the slices lie on no regular grid, even with room left for missing ones."""
        return _is_over(self.deviation, self.spacing, _REFUSED)

    @property
    def is_refused(self) -> bool:
        """Whether no volume may be measured on these slices."""
        return bool(self.gaps) or self.is_irregular


def fit_line(positions: Vectors, normal: Vectors) -> Line:
    """Fit positions (n, 3), n >= 2, sorted along the unit `normal`, none twice."""
    close = _on_line(positions, normal, np.arange(len(positions)))
    if not close.is_shown:
        return close
    distances = np.diff(positions @ normal)
    found = close
    # A step is the usual distance, or the smallest one where every second slice is missing.
    for usual in (float(np.median(distances)), float(distances.min())):
        skips = np.maximum(1, np.rint(distances / usual)).astype(int)
        index = np.concatenate(([0], np.cumsum(skips)))
        if skips.max() == 1 or index[-1] >= len(positions) * (1 + _EMPTY_PER_SLICE) + _EMPTY_ALWAYS:
            continue
        spread = _on_line(positions, normal, index)
        if not spread.is_irregular:
            return spread
    return found


def _on_line(positions: Vectors, normal: Vectors, index: NDArray[np.int_]) -> Line:
    """The line through `positions` where slice n is the `index[n]`-th."""
    origin, step, deviation = _fit(positions, index)
    steps = int(index[-1])
    gaps = tuple(
        (int(k), float((positions[k + 1] - positions[k]) @ normal)) for k in np.flatnonzero(np.diff(index) > 1)
    )
    if _drift(step, normal) * steps < _DRIFT_MM:
        step = (step @ normal) * normal
        origin = positions.mean(axis=0) - float(index.mean()) * step
    spacing = float(step @ normal)
    return Line(origin, step, spacing, _tilt(step, normal), deviation, gaps, tuple(int(place) for place in index))


def _fit(positions: Vectors, index: NDArray[np.int_]) -> tuple[Vectors, Vectors, float]:
    """Least squares line through `positions` at `index`: origin, step, largest deviation."""
    centred = index - index.mean()
    middle = positions.mean(axis=0)
    step = centred @ (positions - middle) / float(centred @ centred)
    off = positions - middle - centred[:, None] * step
    return middle - index.mean() * step, step, float(np.linalg.norm(off, axis=1).max())


def _is_over(deviation: float, spacing: float, limit: tuple[float, float]) -> bool:
    return deviation > limit[0] * abs(spacing) and deviation > limit[1]


def _drift(step: Vectors, normal: Vectors) -> float:
    """How far a step goes sideways."""
    return float(np.linalg.norm(step - (step @ normal) * normal))


def _tilt(step: Vectors, normal: Vectors) -> float:
    """The angle in degrees between the step and the normal, 0 where it is rounding."""
    angle = float(np.degrees(np.arctan2(_drift(step, normal), float(step @ normal))))
    return 0.0 if angle < _TILT_DEGREES else angle
