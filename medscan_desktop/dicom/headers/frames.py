"""What the frames of one instance say each for itself: functional groups, grid offsets, detector geometry, regions."""

import math
from collections.abc import Mapping

from medscan_desktop.dicom.headers.elements import Elements
from medscan_desktop.dicom.headers.tags import REGION_ATTRIBUTES, TAGS
from medscan_desktop.dicom.headers.values import attribute_values
from medscan_desktop.dicom.stacks.plane import normal_of
from medscan_desktop.imaging.ultrasound_region import UltrasoundRegion

_SHARED = TAGS["SharedFunctionalGroupsSequence"]
_PER_FRAME = TAGS["PerFrameFunctionalGroupsSequence"]
_DETECTOR = TAGS["DetectorInformationSequence"]
_REGIONS = TAGS["SequenceOfUltrasoundRegions"]
_VIEW = TAGS["ViewCodeSequence"]
_OUTSIDE_GROUPS = frozenset((_SHARED, _PER_FRAME, _DETECTOR, _REGIONS, _VIEW)) | {
    TAGS[name] for name in ("ModalityLUTSequence", "VOILUTSequence", "DirectoryRecordSequence")
}


def shared_values(elements: Elements, attributes: Mapping[str, str]) -> dict[str, str]:
    """What all frames share: the shared functional groups, or the detector's geometry of nuclear medicine."""
    values: dict[str, str] = {}
    for tag in (_SHARED, _DETECTOR):
        for item in elements.items.get(tag, ())[:1]:
            values |= _flat(item, attributes)
    for item in elements.items.get(_VIEW, ())[:1]:
        code = attribute_values(item, charset="").get("CodeValue")
        values |= {"ViewCode": code} if code else {}
    return values


def per_frame_values(elements: Elements, attributes: Mapping[str, str], frames: int) -> dict[str, tuple[str, ...]]:
    """One text a frame by keyword, "" where a frame leaves it to the shared value."""
    groups = elements.items.get(_PER_FRAME, ())
    if len(groups) == frames:
        rows = [_flat(group, attributes) for group in groups]
        keywords = dict.fromkeys(keyword for row in rows for keyword in row)
        return {keyword: tuple(row.get(keyword, "") for row in rows) for keyword in keywords}
    if frames > 1:
        return _stepped_positions(attributes, frames)
    return {}


def _flat(item: Elements, attributes: Mapping[str, str]) -> dict[str, str]:
    """The values of a functional group item and of the sequences inside it, the first item of each."""
    values = attribute_values(item, charset=attributes.get("SpecificCharacterSet", ""))
    for tag, items in item.items.items():
        if items and tag not in _OUTSIDE_GROUPS:
            values |= _flat(items[0], attributes)
    return values


def _stepped_positions(attributes: Mapping[str, str], frames: int) -> dict[str, tuple[str, ...]]:
    """Positions along the normal: a dose grid's offsets (PS3.3 C.8.8.3.2), or NM SpacingBetweenSlices (C.8.4.15)."""
    position = _numbers(attributes, "ImagePositionPatient")
    cosines = _numbers(attributes, "ImageOrientationPatient")
    if len(position) != 3 or len(cosines) != 6:
        return {}
    offsets = list(_numbers(attributes, "GridFrameOffsetVector"))
    spacing = _numbers(attributes, "SpacingBetweenSlices")
    if attributes.get("Modality") == "NM" and spacing and _is_reconstructed(attributes):
        offsets = [index * spacing[0] for index in range(frames)]
    if len(offsets) != frames:
        return {}
    if offsets[0] == position[2] != 0:  # the older form gives z itself instead of offsets
        offsets = [offset - position[2] for offset in offsets]
    normal = normal_of(cosines)
    positions = ([p + n * offset for p, n in zip(position, normal, strict=True)] for offset in offsets)
    return {"ImagePositionPatient": tuple("\\".join(map(repr, point)) for point in positions)}


def _is_reconstructed(attributes: Mapping[str, str]) -> bool:
    """Only tomographic NM frames are slices; the others are views, times or energies."""
    return "RECON" in attributes.get("ImageType", "").upper()


def _numbers(attributes: Mapping[str, str], keyword: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in attributes.get(keyword, "").split("\\") if part)
    except ValueError:
        return ()


def regions_of(elements: Elements) -> tuple[UltrasoundRegion, ...]:
    """The ultrasound regions whose bounds and steps are stated."""
    found = (attribute_values(item, REGION_ATTRIBUTES, "") for item in elements.items.get(_REGIONS, ()))
    return tuple(region for values in found if (region := _region(values)) is not None)


def _region(values: Mapping[str, str]) -> UltrasoundRegion | None:
    names = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
    try:
        x0, y0, x1, y1 = (int(values[name]) for name in names)
        return UltrasoundRegion(
            bounds=(x0, y0, x1, y1),
            unit_x=int(values["PhysicalUnitsXDirection"]),
            unit_y=int(values["PhysicalUnitsYDirection"]),
            delta_x=_finite(values["PhysicalDeltaX"]),
            delta_y=_finite(values["PhysicalDeltaY"]),
            data_type=int(values.get("RegionDataType", "0")),
            flags=int(values.get("RegionFlags", "0")),
            reference=_reference(values),
            reference_value=(
                _finite(values.get("ReferencePixelPhysicalValueX", "0")),
                _finite(values.get("ReferencePixelPhysicalValueY", "0")),
            ),
        )
    except (KeyError, ValueError):
        return None


def _reference(values: Mapping[str, str]) -> tuple[int, int] | None:
    x, y = values.get("ReferencePixelX0"), values.get("ReferencePixelY0")
    return None if x is None or y is None else (int(x), int(y))


def _finite(text: str) -> float:
    """0 for what is no number: it calibrates nothing."""
    number = float(text)
    return number if math.isfinite(number) else 0.0
