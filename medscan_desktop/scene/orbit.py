"""From the orbit of a 3D view to directions in the patient, to pixels, and to the letters at its edges. No VTK."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.imaging.geometry import Geometry, orientation_letters
from medscan_desktop.scene.letters import EdgeLetters
from medscan_desktop.scene.view import Camera3D

Vector = NDArray[np.float64]
VIEW_ANGLE = 30.0  # degrees from the bottom to the top of a pane, in perspective
_FILL = 0.86  # a box seen from its corner is as wide as its diagonal; most views are not, so the corners may be cut


@dataclass(frozen=True, eq=False)
class Orbit:
    """Where a camera looks from: unit directions in LPS; `half_height` is half the pane in mm at the focus."""

    focus: Vector
    towards_viewer: Vector
    right: Vector
    up: Vector
    half_height: float
    radius: float
    perspective: bool = False

    @property
    def letters(self) -> EdgeLetters:
        """The patient's sides at the left, right, top and bottom edge."""
        left, right, top, bottom = (orientation_letters(side) for side in (-self.right, self.right, self.up, -self.up))
        return left, right, top, bottom

    @property
    def distance(self) -> float:
        """From the eye to the focus in mm; without perspective only far enough."""
        if not self.perspective:
            return self.radius * 4
        return self.half_height / float(np.tan(np.radians(VIEW_ANGLE / 2)))

    def to_pane(self, point_mm: ArrayLike, size: tuple[int, int]) -> Vector:
        """Where points (..., 3) of the patient lie in a pane of `size`, in pixels (..., 2) from its top left."""
        away = np.asarray(point_mm, float) - self.focus
        nearer = away @ self.towards_viewer
        share = self.distance / np.maximum(self.distance - nearer, 1e-3) if self.perspective else np.ones_like(nearer)
        pixels = size[1] / 2 / self.half_height * share
        return np.stack([size[0] / 2 + away @ self.right * pixels, size[1] / 2 - away @ self.up * pixels], axis=-1)

    def depth(self, point_mm: ArrayLike) -> Vector:
        """How far points (..., 3) are behind the focus, in mm."""
        return np.asarray((self.focus - np.asarray(point_mm, float)) @ self.towards_viewer)


def orbit(geometry: Geometry, camera: Camera3D, size: tuple[int, int], *, perspective: bool = False) -> Orbit:
    """Azimuth 0 is from the front, 90 from the patient's left; elevation 90 is from the head.

    `shift` moves the picture right and down by that share of the pane.
    """
    azimuth, elevation = np.radians(camera.azimuth), np.radians(camera.elevation)
    out = np.array([np.sin(azimuth), -np.cos(azimuth), 0.0])
    head = np.array([0.0, 0.0, 1.0])
    towards = out * np.cos(elevation) + head * np.sin(elevation)
    up = head * np.cos(elevation) - out * np.sin(elevation)
    right = np.cross(up, towards)
    edges = geometry.affine[:3, :3] * np.asarray(geometry.size_ijk)
    radius = float(np.linalg.norm(edges, axis=0) @ np.linalg.norm(edges, axis=0)) ** 0.5 / 2
    width, height = max(size[0], 1), max(size[1], 1)
    half_height = radius * _FILL / min(1.0, width / height) / max(camera.zoom, 1e-3)
    pixel = 2 * half_height / height
    focus = geometry.centre - right * camera.shift[0] * width * pixel + up * camera.shift[1] * height * pixel
    return Orbit(focus, towards, right, up, half_height, radius, perspective)
