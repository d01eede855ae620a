"""How far in-plane distances may be trusted: the pixel spacing in mm and the label shown beside every length.

PS3.3 10.7.1.3 and A.8; ImagerPixelSpacing (at the detector) is never taken silently for PixelSpacing (in the patient).
"""

from dataclasses import dataclass

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.rescale import PARAMETRIC_MAP
from medscan_desktop.imaging.ultrasound_region import ULTRASOUND_REGION, UltrasoundRegion

PROJECTIONS = frozenset(("CR", "DX", "MG", "XA", "RF", "IO", "PX", "RG"))
_PLANAR = frozenset(("CT", "MR", "PT", "NM", "RTDOSE"))
_TOMOGRAPHIC = "1.2.840.10008.5.1.4.1.1.13.1."  # X-Ray 3D and breast tomosynthesis: real slices
_ULTRASOUND_VOLUME = "1.2.840.10008.5.1.4.1.1.6.2"
_SAME = 5e-5  # spacings that differ by less are one, written with fewer digits
_CENTIMETRES = 3
_MOST_REGIONS = 64


@dataclass(frozen=True, slots=True)
class Calibration:
    """Row spacing (vertical) and column spacing in mm, or the pixel's aspect where `label` is "px"."""

    row: float
    column: float
    label: str

    def agrees(self, other: "Calibration") -> bool:
        """Whether the two are the same but for digits left out."""
        steps = ((self.row, other.row), (self.column, other.column))
        return self.label == other.label and all(abs(one - two) <= _SAME * one for one, two in steps)


def is_tomographic(header: Header) -> bool:
    """Whether the object holds slices although its modality is that of projections."""
    return header.sop_class_uid.startswith(_TOMOGRAPHIC)


def calibration_of(header: Header, frame: int = 0) -> Calibration:
    """The rules for this modality; never fails: "px" where nothing calibrates the image."""
    if is_tomographic(header) or header.sop_class_uid == _ULTRASOUND_VOLUME:
        found = _labelled(header, "PixelSpacing", "", frame)
    elif header.modality in PROJECTIONS:
        found = _projection(header, frame)
    elif header.modality == "US":
        found = _ultrasound(header)
    elif header.modality in _PLANAR or header.sop_class_uid == PARAMETRIC_MAP:  # of any modality
        found = _labelled(header, "PixelSpacing", "", frame)
    else:
        found = _labelled(header, "NominalScannedPixelSpacing", "at scanner", frame)
    if found is None and header.modality not in PROJECTIONS:
        found = _labelled(header, "PixelSpacing", "mm, unverified plane", frame)
    return found or _pixels(header)


def _spacing(header: Header, keyword: str, frame: int) -> tuple[float, float] | None:
    """Row and column spacing where both are above zero."""
    numbers = header.numbers(keyword, frame)
    return (numbers[0], numbers[1]) if len(numbers) == 2 and min(numbers) > 0 else None


def _labelled(header: Header, keyword: str, label: str, frame: int) -> Calibration | None:
    spacing = _spacing(header, keyword, frame)
    return None if spacing is None else Calibration(*spacing, label)


def _projection(header: Header, frame: int) -> Calibration | None:
    in_patient = _spacing(header, "PixelSpacing", frame)
    at_detector = _spacing(header, "ImagerPixelSpacing", frame)
    kind = header.text("PixelSpacingCalibrationType").upper()
    if in_patient and kind == "FIDUCIAL":
        return Calibration(*in_patient, "calibrated")
    if in_patient and (kind == "GEOMETRY" or (at_detector and not _are_equal(in_patient, at_detector))):
        return Calibration(*in_patient, "magnification-corrected")
    if in_patient:
        return Calibration(*in_patient, "at detector" if at_detector else "mm, unverified plane")
    if at_detector is None:
        return None
    factor = _magnification(header)
    if factor > 1:
        return Calibration(at_detector[0] / factor, at_detector[1] / factor, "estimated")
    return Calibration(*at_detector, "at detector")


def _are_equal(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return all(abs(a - b) <= 1e-4 * b for a, b in zip(first, second, strict=True))


def _magnification(header: Header) -> float:
    factor = header.number("EstimatedRadiographicMagnificationFactor")
    if factor is not None:
        return factor
    to_detector, to_patient = header.number("DistanceSourceToDetector"), header.number("DistanceSourceToPatient")
    return to_detector / to_patient if to_detector and to_patient and to_patient > 0 else 1.0


def ultrasound_regions(header: Header) -> tuple[UltrasoundRegion, ...]:
    """The regions that say what a measurement within one of them is worth; none in what has a grid of its own, and none
    where a file names more than any device draws."""
    is_image = header.modality == "US" and header.sop_class_uid != _ULTRASOUND_VOLUME
    return header.regions if is_image and len(header.regions) <= _MOST_REGIONS else ()


def _ultrasound(header: Header) -> Calibration | None:
    """The step that all regions in centimetres share; None where they differ or there are none."""
    steps = {
        (abs(region.delta_y) * 10, abs(region.delta_x) * 10)
        for region in header.regions
        if region.unit_x == region.unit_y == _CENTIMETRES and region.delta_x and region.delta_y
    }
    others = any(_CENTIMETRES not in (region.unit_x, region.unit_y) for region in header.regions)
    if len(steps) != 1 or others:
        return None
    return Calibration(*steps.pop(), ULTRASOUND_REGION)


def _pixels(header: Header) -> Calibration:
    """Uncalibrated: 1 px a column, rows by the pixel's aspect (0028,0034), else by a spacing that is no calibration."""
    aspect = header.numbers("PixelAspectRatio")
    if len(aspect) == 2 and min(aspect) > 0:
        return Calibration(aspect[0] / aspect[1], 1.0, "px")
    return Calibration(1.0, 1.0, "px")
