"""A closed surface as triangles in patient mm, and what can be known of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

SYSTEM = "millimetres; DICOM patient coordinates LPS: x to the left, y to the back, z to the head"
"""What every file of a surface says of its numbers."""


@dataclass(frozen=True, eq=False)
class Surface:
    """`points` (n, 3) in patient mm (LPS); `triangles` (m, 3) are their numbers, anticlockwise seen from outside."""

    name: str
    points: NDArray[np.float64]
    triangles: NDArray[np.int64]

    @cached_property
    def area_mm2(self) -> float:
        """Of all triangles."""
        return float(np.linalg.norm(self._crosses, axis=1).sum() / 2)

    @cached_property
    def volume_mm3(self) -> float:
        """What it encloses; negative where its triangles look inwards, without a meaning where it is not closed."""
        first = self.points[self.triangles[:, 0]] - (self.points.mean(axis=0) if len(self.points) else 0)
        return float((first * self._crosses).sum() / 6)

    @cached_property
    def is_watertight(self) -> bool:
        """Whether every edge lies between exactly two triangles that run along it in opposite ways."""
        edges = np.concatenate([self.triangles[:, [0, 1]], self.triangles[:, [1, 2]], self.triangles[:, [2, 0]]])
        count = len(self.points)
        there, back = (np.sort(edges[:, one] * count + edges[:, other]) for one, other in ((0, 1), (1, 0)))
        return bool(len(there) > 0 and (np.diff(there) > 0).all() and np.array_equal(there, back))

    @cached_property
    def normals(self) -> NDArray[np.float64]:
        """(m, 3) unit normals of the triangles, outwards; zero for one without an area."""
        lengths = np.linalg.norm(self._crosses, axis=1, keepdims=True)
        return np.asarray(self._crosses / np.where(lengths > 0, lengths, 1), np.float64)

    def of_volume(self, volume_mm3: float) -> "Surface":
        """The same surface moved in or out along its normals until it encloses so much, or nearly: smoothing shrinks.

        It is moved by less than its own triangles are large, so that nothing folds.
        """
        if not len(self.triangles) or self.area_mm2 == 0:
            return self
        most = float(np.sqrt(self.area_mm2 / len(self.triangles)))
        by = float(np.clip((volume_mm3 - self.volume_mm3) / self.area_mm2, -most, most))
        around = np.zeros_like(self.points)
        for corner in range(3):  # each point's triangles, the large ones counting more
            for axis in range(3):
                weights = self._crosses[:, axis]
                around[:, axis] += np.bincount(self.triangles[:, corner], weights, minlength=len(self.points))
        lengths = np.linalg.norm(around, axis=1, keepdims=True)
        return Surface(self.name, self.points + around / np.where(lengths > 0, lengths, 1) * by, self.triangles)

    @cached_property
    def _crosses(self) -> NDArray[np.float64]:
        a, b, c = (self.points[self.triangles[:, corner]] for corner in range(3))
        return np.asarray(np.cross(b - a, c - a), np.float64)
