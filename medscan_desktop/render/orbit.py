"""From the orbit of a 3D view to directions in the patient, and the letters at its edges. No VTK."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry, orientation_letters
from medscan_desktop.scene.letters import EdgeLetters
from medscan_desktop.scene.view import Camera3D

Vector = NDArray[np.float64]
_FILL = 0.86  # a box seen from its corner is as wide as its diagonal; most views are not, so the corners may be cut


@dataclass(frozen=True, eq=False)
class Orbit:
    """Where a parallel camera looks from: unit directions in LPS; `half_height` is half the pane in mm."""

    focus: Vector
    towards_viewer: Vector
    right: Vector
    up: Vector
    half_height: float
    radius: float

    @property
    def letters(self) -> EdgeLetters:
        """The patient's sides at the left, right, top and bottom edge."""
        left, right, top, bottom = (orientation_letters(side) for side in (-self.right, self.right, self.up, -self.up))
        return left, right, top, bottom


def orbit(geometry: Geometry, camera: Camera3D, size: tuple[int, int]) -> Orbit:
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
    return Orbit(focus, towards, right, up, half_height, radius)
