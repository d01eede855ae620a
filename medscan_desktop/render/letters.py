"""The patient's sides at a pane's edges, turned and flipped with the picture."""

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import orientation_letters
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.workspace import Corners

EdgeLetters = tuple[str, str, str, str]  # left, right, top, bottom
NO_LETTERS: EdgeLetters = ("", "", "", "")
_OPPOSITE = str.maketrans("LRAPHF", "RLPAFH")
_SINE_OF_A_DEGREE = 0.0175


def plane_letters(pane: PaneMap, corners: Corners) -> EdgeLetters:
    """From the geometry; without one from Patient Orientation (0020,0020); empty where neither tells."""
    if pane.geometry.spatial:
        return direction_letters(pane.right, pane.down, corners.quadruped)
    right, bottom = (_in_plane(pane, direction, corners) for direction in (pane.right, pane.down))
    return right.translate(_OPPOSITE), right, bottom.translate(_OPPOSITE), bottom


def direction_letters(right: NDArray[np.float64], down: NDArray[np.float64], quadruped: bool) -> EdgeLetters:
    """From the patient directions (LPS) that run to the right and down the screen."""
    left, top = (orientation_letters(-direction, quadruped=quadruped) for direction in (right, down))
    return (
        left,
        orientation_letters(right, quadruped=quadruped),
        top,
        orientation_letters(down, quadruped=quadruped),
    )


def _in_plane(pane: PaneMap, direction: NDArray[np.float64], corners: Corners) -> str:
    """The side that a direction of the pane points to; "" unless it runs along the image's rows or columns."""
    unit = direction / np.linalg.norm(direction)
    for side, axis in zip(corners.patient_orientation, (0, 1), strict=True):
        share = float(unit @ pane.geometry.directions[:, axis])
        is_human = side.strip("LRAPHF") == ""  # the codes of animals have no simple opposites
        if abs(share) > 1 - _SINE_OF_A_DEGREE and is_human:
            return side if share > 0 else side.translate(_OPPOSITE)
    return ""
