"""Where one frame lies in the patient (PS3.3 C.7.6.2.1.1)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medscan_desktop.dicom.headers.header import Header

Vector = tuple[float, float, float]

_NON_ORTHOGONAL = 1e-2


@dataclass(frozen=True, slots=True)
class Plane:
    """The centre of a frame's first pixel, and its row and column directions as six cosines."""

    position: Vector
    cosines: tuple[float, float, float, float, float, float]
    in_patient: bool = True  # False: in the volume's own frame of reference (PS3.3 C.8.24.4)

    @property
    def normal(self) -> Vector:
        """Row × column."""
        return normal_of(self.cosines)

    def along(self, normal: Vector) -> float:
        """The position along `normal` in mm."""
        return self.position[0] * normal[0] + self.position[1] * normal[1] + self.position[2] * normal[2]


def plane_of(header: Header, frame: int) -> Plane | None:
    """None where the header gives no position, or directions that cannot be trusted."""
    found = _stated(header, frame)
    if found is None:
        return None
    position, cosines, in_patient = found
    if len(position) != 3 or len(cosines) != 6 or not _are_directions(cosines):
        return None
    x, y, z = position
    a, b, c, d, e, f = cosines
    return Plane((x, y, z), (a, b, c, d, e, f), in_patient)


def skew_degrees(header: Header, frame: int) -> float | None:
    """How far rows and columns are off a right angle where that is why there is no plane, else None."""
    found = _stated(header, frame)
    cosines = found[1] if found is not None else ()
    if len(cosines) != 6 or _are_directions(cosines):
        return None
    a, b, c, d, e, f = cosines
    lengths = math.hypot(a, b, c) * math.hypot(d, e, f)
    if lengths == 0 or abs(lengths - 1) > 4 * _NON_ORTHOGONAL:
        return None
    return math.degrees(math.asin(min(1.0, abs(a * d + b * e + c * f) / lengths)))


def _stated(header: Header, frame: int) -> tuple[tuple[float, ...], tuple[float, ...], bool] | None:
    """Position and cosines in the patient, else in the volume."""
    for place, in_patient in (("Patient", True), ("Volume", False)):
        position = header.numbers(f"ImagePosition{place}", frame)
        if position:
            return position, header.numbers(f"ImageOrientation{place}", frame), in_patient
    return None


def normal_of(cosines: Sequence[float]) -> Vector:
    """Row × column of six cosines."""
    a, b, c, d, e, f = cosines
    return b * f - c * e, c * d - a * f, a * e - b * d


def _are_directions(cosines: Sequence[float]) -> bool:
    """Unit vectors at a right angle, within the tolerance beyond which there is no geometry to trust."""
    a, b, c, d, e, f = cosines
    return (
        abs(a * a + b * b + c * c - 1) < 2 * _NON_ORTHOGONAL
        and abs(d * d + e * e + f * f - 1) < 2 * _NON_ORTHOGONAL
        and abs(a * d + b * e + c * f) < _NON_ORTHOGONAL
    )
