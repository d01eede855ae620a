"""One frame as grouping sees it: where it lies in the patient, and what it must share with its neighbours."""

from collections.abc import Hashable
from dataclasses import dataclass

from medscan_desktop.dicom.calibration import PROJECTIONS, calibration_of
from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.plane import Plane, plane_of

# X-Ray 3D and breast tomosynthesis: projections' modality, real slices.
_TOMOGRAPHIC = "1.2.840.10008.5.1.4.1.1.13.1."


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
        plane = plane_of(header, frame) if has_plane else None
        frame_key = _key(header, frame, has_plane) if is_varied and frame else key
        found.append(Slice(header_index, frame, header, plane, frame_key))
    return found


def _has_plane(header: Header) -> bool:
    """Whether the modality's positions are slices of the patient. A projection has none, whatever it says."""
    return header.modality not in PROJECTIONS or header.sop_class_uid.startswith(_TOMOGRAPHIC)


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
