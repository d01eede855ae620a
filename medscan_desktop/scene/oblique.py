"""How the three planes of a stack are turned together: one rotation in the patient, and what it makes of a plane.

A plane keeps its picture upright: of the rotation it takes what tilts its normal, never the turn about that normal.
So turning two planes about the third leaves the third as it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_PARALLEL = 1e-9


@dataclass(frozen=True, slots=True)
class Turn:
    """A rotation in patient space (LPS) as its nine numbers, row by row."""

    numbers: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

    @property
    def matrix(self) -> Floats:
        """3x3, orthonormal, determinant 1."""
        return np.reshape(np.asarray(self.numbers), (3, 3))

    @property
    def is_none(self) -> bool:
        """Whether it turns nothing."""
        return bool(np.abs(self.matrix - np.eye(3)).max() < _PARALLEL)

    def then(self, axis: ArrayLike, angle_degrees: float) -> "Turn":
        """This turn and after it one about `axis` (patient), by the right hand."""
        return turn_of(about(axis, angle_degrees) @ self.matrix)


STRAIGHT = Turn()


def turn_of(matrix: ArrayLike) -> Turn:
    """The rotation nearest to a 3x3 matrix: many small steps add up to no shear."""
    left, _, right = np.linalg.svd(np.asarray(matrix, float))
    rotation = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    return Turn(tuple(float(number) for number in rotation.ravel()))


def about(axis: ArrayLike, angle_degrees: float) -> Floats:
    """The 3x3 rotation about an axis by the right hand."""
    unit = np.asarray(axis, float) / np.linalg.norm(axis)
    angle = np.radians(angle_degrees)
    x, y, z = unit
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def tilted(right: Floats, down: Floats, turn: Turn) -> tuple[Floats, Floats, Floats]:
    """A plane's unit right, down and normal (right x down) after the turn, its picture upright."""
    normal = np.cross(right, down)
    wanted = turn.matrix @ normal
    axis, cosine = np.cross(normal, wanted), float(normal @ wanted)
    if cosine < -1 + _PARALLEL:  # turned right over: about its own down, so that the picture stays upright
        return -right, down, -normal
    if float(np.linalg.norm(axis)) < _PARALLEL:
        return right, down, normal
    swing = np.eye(3) + _cross(axis) + _cross(axis) @ _cross(axis) / (1 + cosine)
    return swing @ right, swing @ down, swing @ normal


def swing(start: Floats, end: Floats) -> Turn:
    """The least turn that takes one unit direction to another, less than half a turn away."""
    axis = _cross(np.cross(start, end))
    return turn_of(np.eye(3) + axis + axis @ axis / (1 + float(start @ end)))


def _cross(axis: Floats) -> Floats:
    x, y, z = axis
    return np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
