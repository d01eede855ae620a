"""The straight line on which a stack's slice positions should lie (PS3.3 C.7.6.2.1.1), and what departs from it.

Rounded positions are judged against the fitted line, never against their neighbours.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float64]

_SHOWN = (0.01, 0.1)  # deviation over this share of the spacing and over these mm is shown
_REFUSED = (0.05, 0.2)  # over these there is no volume
SAME_POSITION_MM = 0.01
_DRIFT_MM = 0.05  # sideways over the whole stack: less is rounding, and the step is along the normal
_TILT_DEGREES = 0.1


@dataclass(frozen=True, slots=True)
class Line:
    """Slice k lies at `origin + k * step`. `spacing` is along the normal.

    `gaps` are (slice before, distance to the next in mm). `deviation` is the largest from the line, in mm.
    """

    origin: Vectors
    step: Vectors
    spacing: float
    tilt_degrees: float
    deviation: float
    gaps: tuple[tuple[int, float], ...]

    @property
    def is_shown(self) -> bool:
        """Whether the departure is large enough to be told."""
        return bool(self.gaps) or _is_over(self.deviation, self.spacing, _SHOWN)

    @property
    def is_refused(self) -> bool:
        """Whether the slices make no volume."""
        return bool(self.gaps) or _is_over(self.deviation, self.spacing, _REFUSED)


def fit_line(positions: Vectors, normal: Vectors) -> Line:
    """Fit positions (n, 3), n >= 2, sorted along the unit `normal`, none twice."""
    count = len(positions)
    along = positions @ normal
    origin, step, deviation = _fit(positions, np.arange(count))
    spacing = float(step @ normal)
    gaps: tuple[tuple[int, float], ...] = ()
    if _is_over(deviation, spacing, _SHOWN):
        distances = np.diff(along)
        usual = float(np.median(distances))
        skips = np.maximum(1, np.rint(distances / usual)).astype(int)
        _, regular_step, deviation = _fit(positions, np.concatenate(([0], np.cumsum(skips))))
        gaps = tuple((int(k), float(distances[k])) for k in np.flatnonzero(skips > 1))
        spacing = float(regular_step @ normal)
    return Line(origin, _without_drift(step, normal, count), spacing, _tilt(step, normal, count), deviation, gaps)


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
    return float(np.linalg.norm(step - (step @ normal) * normal))


def _without_drift(step: Vectors, normal: Vectors, count: int) -> Vectors:
    return (step @ normal) * normal if _drift(step, normal) * (count - 1) < _DRIFT_MM else step


def _tilt(step: Vectors, normal: Vectors, count: int) -> float:
    """The angle in degrees between the step and the normal, 0 where it is rounding."""
    angle = float(np.degrees(np.arctan2(_drift(step, normal), float(step @ normal))))
    return 0.0 if _drift(step, normal) * (count - 1) < _DRIFT_MM or angle < _TILT_DEGREES else angle
