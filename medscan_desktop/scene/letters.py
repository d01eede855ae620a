"""Which side of the patient each edge of a pane shows, after every turn and flip."""

import numpy as np

from medscan_desktop.imaging.geometry import orientation_letters
from medscan_desktop.scene.camera import PaneMap, plane_directions
from medscan_desktop.scene.workspace import Corners, View, ViewKind

EdgeLetters = tuple[str, str, str, str]  # left, right, top, bottom
NONE: EdgeLetters = ("", "", "", "")

# The terms of Patient Orientation (0020,0020), people and animals (PS3.3 C.7.6.1.1.1), longest first.
_TERMS = {"LE": "RT", "CR": "CD", "PR": "DI", "PA": "PL", "D": "V", "L": "R", "P": "A", "H": "F"}
_OPPOSITE = _TERMS | {other: term for term, other in _TERMS.items()}
_ALMOST_STRAIGHT = 0.2  # sine of about 12 degrees, as for `orientation_letters`


def edge_letters(pane: PaneMap, view: View, corners: Corners) -> EdgeLetters:
    """The letters at the left, right, top and bottom edge of a pane; "" where they cannot be computed.

    From the patient geometry; without one, on a stored frame, from the header's Patient Orientation.
    """
    if pane.geometry.spatial:
        directions = (-pane.right, pane.right, -pane.down, pane.down)
        left, right, top, bottom = (orientation_letters(one, quadruped=corners.quadruped) for one in directions)
        return left, right, top, bottom
    if view.kind is not ViewKind.ACQUIRED:
        return NONE
    return _from_header(pane, corners.patient_orientation)


def opposite(orientation: str) -> str:
    """The other side of a Patient Orientation value: `LF` gives `RH`; "" for what the standard does not name."""
    found, rest = "", orientation.upper()
    while rest:
        term = next((rest[:size] for size in (2, 1) if rest[:size] in _OPPOSITE), None)
        if term is None:
            return ""
        found, rest = found + _OPPOSITE[term], rest[len(term) :]
    return found


def _from_header(pane: PaneMap, orientation: tuple[str, str]) -> EdgeLetters:
    rows, columns = (value.upper() for value in orientation)
    if not opposite(rows) or not opposite(columns):
        return NONE
    axes = np.stack(plane_directions(pane.geometry, pane.axes))
    edges = [axes @ (one / np.linalg.norm(one)) for one in (-pane.right, pane.right, -pane.down, pane.down)]
    left, right, top, bottom = (_towards(float(along), float(down), rows, columns) for along, down in edges)
    return left, right, top, bottom


def _towards(along_rows: float, down_columns: float, rows: str, columns: str) -> str:
    """The sides that a direction in the stored picture points to, the nearer first."""
    parts = [(abs(along_rows), rows if along_rows > 0 else opposite(rows))]
    parts.append((abs(down_columns), columns if down_columns > 0 else opposite(columns)))
    (_, nearer), (share, further) = sorted(parts, key=lambda part: -part[0])
    return nearer + (further if share > _ALMOST_STRAIGHT else "")
