"""One frame as grouping sees it: where it lies in the patient, and what it must share with its neighbours."""

from dataclasses import dataclass

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.calibration import PROJECTIONS, Calibration, calibration_of, is_tomographic
from medscan_desktop.dicom.stacks.plane import Plane, plane_of


@dataclass(frozen=True, slots=True)
class Raster:
    """What all slices of one buffer share."""

    rows: int
    columns: int
    is_colour: bool
    is_inverted: bool
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class Key:
    """What the slices of one stack share."""

    raster: Raster
    is_localiser: bool
    alone: str  # the instance that stands for itself, "" for a slice among others


@dataclass(frozen=True, slots=True)
class Slice:
    """Frame `frame` of a header. `plane` is None where the frame has no place in the patient."""

    header_index: int
    frame: int
    header: Header
    plane: Plane | None
    key: Key

    @property
    def place(self) -> Plane:
        """The plane of a frame that is known to have one; ValueError where it has none."""
        if self.plane is None:
            raise ValueError("this frame has no place in the patient")
        return self.plane

    @property
    def image(self) -> tuple[str, int]:
        """Which image this is: instance and frame."""
        return self.header.sop_instance_uid, self.frame

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
    return header.modality not in PROJECTIONS or is_tomographic(header)


def is_localiser(header: Header) -> bool:
    """ImageType value 3 (PS3.3 C.8.2.1.1.1)."""
    return "LOCALIZER" in header.text("ImageType").upper()


def _key(header: Header, frame: int, has_plane: bool) -> Key:
    pixels = header.image
    has_position = header.text("ImagePositionPatient", frame) or header.text("ImagePositionVolume", frame)
    alone = not has_plane or (header.frames > 1 and not has_position)
    raster = Raster(
        pixels.rows,
        pixels.columns,
        pixels.samples > 1 or pixels.photometric == "PALETTE COLOR",
        pixels.photometric == "MONOCHROME1",
        calibration_of(header, frame),
    )
    return Key(raster, is_localiser(header), header.sop_instance_uid if alone else "")
