"""One frame as grouping sees it: where it lies in the patient, and what it must share with its neighbours."""

from collections.abc import Hashable
from dataclasses import dataclass

from medscan_desktop.dicom.calibration import PROJECTIONS, calibration_of
from medscan_desktop.dicom.header import Header

Vector = tuple[float, float, float]

_TOMOGRAPHIC = (
    "1.2.840.10008.5.1.4.1.1.13.1.",
)  # X-Ray 3D and breast tomosynthesis: projections' modality, real slices
_NON_ORTHOGONAL = 1e-2


@dataclass(frozen=True, slots=True)
class Plane:
    """Where a frame lies: the centre of its first pixel, and its row and column directions as six cosines."""

    position: Vector
    cosines: tuple[float, float, float, float, float, float]

    @property
    def normal(self) -> Vector:
        """Row × column."""
        a, b, c, d, e, f = self.cosines
        return b * f - c * e, c * d - a * f, a * e - b * d

    def along(self, normal: Vector) -> float:
        """The position along `normal` in mm."""
        return self.position[0] * normal[0] + self.position[1] * normal[1] + self.position[2] * normal[2]


@dataclass(frozen=True, slots=True)
class Slice:
    """Frame `frame` of a header. `plane` is None where the frame has no place in the patient."""

    header_index: int
    frame: int
    header: Header
    plane: Plane | None
    key: Hashable  # slices of one stack share it

    @property
    def place(self) -> Plane:
        """The plane of a frame that is known to have one; ValueError where it has none."""
        if self.plane is None:
            raise ValueError("this frame has no place in the patient")
        return self.plane

    def text(self, keyword: str) -> str:
        """The frame's value of an attribute."""
        return self.header.text(keyword, self.frame)


def slices_of(header_index: int, header: Header) -> list[Slice]:
    """Every frame of one instance."""
    has_plane = _has_plane(header)
    is_varied = bool(header.per_frame)
    key = _key(header, 0, has_plane)
    found = []
    for frame in range(header.frames):
        plane = _plane(header, frame) if has_plane else None
        frame_key = _key(header, frame, has_plane) if is_varied and frame else key
        found.append(Slice(header_index, frame, header, plane, frame_key))
    return found


def _has_plane(header: Header) -> bool:
    """Whether the modality's positions are slices of the patient. A projection has none, whatever it says."""
    return header.modality not in PROJECTIONS or header.sop_class_uid.startswith(_TOMOGRAPHIC)


def _plane(header: Header, frame: int) -> Plane | None:
    position = header.numbers("ImagePositionPatient", frame)
    cosines = header.numbers("ImageOrientationPatient", frame)
    if len(position) != 3 or len(cosines) != 6 or not _are_directions(cosines):
        return None
    x, y, z = position
    a, b, c, d, e, f = cosines
    return Plane((x, y, z), (a, b, c, d, e, f))


def _are_directions(cosines: tuple[float, ...]) -> bool:
    """Unit vectors at a right angle, within the tolerance beyond which there is no geometry to trust."""
    a, b, c, d, e, f = cosines
    return (
        abs(a * a + b * b + c * c - 1) < 2 * _NON_ORTHOGONAL
        and abs(d * d + e * e + f * f - 1) < 2 * _NON_ORTHOGONAL
        and abs(a * d + b * e + c * f) < _NON_ORTHOGONAL
    )


def is_localiser(header: Header) -> bool:
    """ImageType value 3 (PS3.3 C.8.2.1.1.1)."""
    return "LOCALIZER" in header.text("ImageType").upper()


def _key(header: Header, frame: int, has_plane: bool) -> Hashable:
    pixels = header.image
    alone = not has_plane or (header.frames > 1 and not header.text("ImagePositionPatient", frame))
    return (
        pixels.rows,
        pixels.columns,
        pixels.samples > 1 or pixels.photometric == "PALETTE COLOR",
        pixels.photometric == "MONOCHROME1",
        is_localiser(header),
        calibration_of(header, frame),
        header.sop_instance_uid if alone else "",  # a projection or a cine run stands for itself
    )
