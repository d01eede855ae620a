"""Which side of the patient each edge of a pane shows, after every turn and flip."""

import numpy as np

from medscan_desktop.imaging.geometry import SECOND_LETTER_AT, orientation_letters
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import View, ViewKind

EdgeLetters = tuple[str, str, str, str]  # left, right, top, bottom
NONE: EdgeLetters = ("", "", "", "")

# The terms of Patient Orientation (0020,0020) that have an opposite (PS3.3 C.7.6.1.1.1): `PR` of a person is two terms.
_PERSON = {"L": "R", "R": "L", "P": "A", "A": "P", "H": "F", "F": "H"}
_QUADRUPED_PAIRS = (("LE", "RT"), ("D", "V"), ("CR", "CD"), ("PR", "DI"), ("PA", "PL"), ("M", "L"))
_QUADRUPED = {term: other for pair in _QUADRUPED_PAIRS for term, other in (pair, pair[::-1])}


def edge_letters(pane: PaneMap, view: View, corners: Corners) -> EdgeLetters:
    """The letters at the left, right, top and bottom edge of a pane; "" where they cannot be computed.

    From the patient geometry; without one, on a stored frame, from the header's Patient Orientation.
    """
    if view.kind is ViewKind.CURVED:
        return NONE
    if pane.geometry.spatial and not pane.geometry.in_patient:
        return NONE
    if pane.geometry.spatial:
        directions = (-pane.right, pane.right, -pane.down, pane.down)
        left, right, top, bottom = (orientation_letters(one, quadruped=corners.quadruped) for one in directions)
        return left, right, top, bottom
    if view.kind is not ViewKind.ACQUIRED:
        return NONE
    return _from_header(pane, corners)


def opposite(orientation: str, *, quadruped: bool = False) -> str:
    """The other side of a Patient Orientation value: `LF` gives `RH`; "" for what the standard does not name."""
    opposites = _QUADRUPED if quadruped else _PERSON
    found, rest = "", orientation.upper()
    while rest:
        term = next((rest[:size] for size in (2, 1) if rest[:size] in opposites), None)
        if term is None:
            return ""
        found, rest = found + opposites[term], rest[len(term) :]
    return found


def _from_header(pane: PaneMap, corners: Corners) -> EdgeLetters:
    rows, columns = (value.upper() for value in corners.patient_orientation)
    against = tuple(opposite(value, quadruped=corners.quadruped) for value in (rows, columns))
    if not all(against):
        return NONE
    sides = ((rows, against[0]), (columns, against[1]))  # along and against the stored rows, then columns
    axes = np.stack(pane.picture)
    edges = [axes @ (one / np.linalg.norm(one)) for one in (-pane.right, pane.right, -pane.down, pane.down)]
    left, right, top, bottom = (_towards((float(along), float(down)), sides) for along, down in edges)
    return left, right, top, bottom


def _towards(direction: tuple[float, float], sides: tuple[tuple[str, str], tuple[str, str]]) -> str:
    """The sides that a direction in the stored picture points to, the nearer first."""
    parts = [(abs(share), pair[0 if share > 0 else 1]) for share, pair in zip(direction, sides, strict=True)]
    (_, nearer), (share, further) = sorted(parts, key=lambda part: -part[0])
    return nearer + (further if share > SECOND_LETTER_AT else "")
