"""Reads an RT Structure Set (PS3.3 A.19), in a worker: its regions and their contours in patient mm."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.references import Dataset, data_set, items_of, numbers_of, referenced_series, text_of
from medscan_desktop.dicom.workers.task import Task

_CONTOUR_DATA = 0x30060050
_KINDS = {
    "CLOSED_PLANAR": "closed",
    "CLOSEDPLANAR_XOR": "closed",
    "OPEN_PLANAR": "open",
    "OPEN_NONPLANAR": "open",
    "POINT": "point",
}


def read_rtstruct(task: Task) -> Mapping[str, Any]:
    """Emits one array (n, 3) of points for each region, its contours one after the other."""
    dataset = data_set(task)
    with quiet():
        drawn = {_number(item, "ReferencedROINumber"): item for item in items_of(dataset, "ROIContourSequence")}
        observed = {
            _number(item, "ReferencedROINumber"): item for item in items_of(dataset, "RTROIObservationsSequence")
        }
        rois = []
        for item in items_of(dataset, "StructureSetROISequence"):
            number = _number(item, "ROINumber")
            roi, points = _roi(item, drawn.get(number, {}), observed.get(number, {}))
            task.emit(points)
            rois.append(roi)
        frames = [
            text_of(item, "FrameOfReferenceUID") for item in items_of(dataset, "ReferencedFrameOfReferenceSequence")
        ]
        return {
            "label": text_of(dataset, "StructureSetLabel") or text_of(dataset, "StructureSetName"),
            "rois": rois,
            "frames_of_reference": [uid for uid in frames if uid],
            "references": referenced_series(dataset),
        }


def _roi(item: Dataset, drawn: Dataset, observed: Dataset) -> tuple[dict[str, Any], NDArray[np.float64]]:
    contours, parts, broken = [], [], 0
    for contour in items_of(drawn, "ContourSequence"):
        kind, points = _KINDS.get(text_of(contour, "ContourGeometricType")), _points(contour)
        if kind is None or points is None:
            broken += 1
            continue
        contours.append([kind, len(points)])
        parts.append(points)
    roi = {
        "number": _number(item, "ROINumber"),
        "name": text_of(item, "ROIName"),
        "algorithm": text_of(item, "ROIGenerationAlgorithm"),
        "type": text_of(observed, "RTROIInterpretedType"),
        "colour": [int(value) for value in numbers_of(drawn, "ROIDisplayColor")],
        "contours": contours,
        "broken": broken,
    }
    return roi, np.concatenate(parts) if parts else np.zeros((0, 3))


def _points(contour: Dataset) -> NDArray[np.float64] | None:
    """(n, 3) mm, None where the numbers do not come in threes."""
    element = contour.get_item(_CONTOUR_DATA)  # as it stands in the file: pydicom makes an object of every number
    try:
        if element is not None and isinstance(element.value, bytes):
            values = np.array(element.value.rstrip(b" \0").split(b"\\"), np.float64)
        else:
            values = np.array(numbers_of(contour, "ContourData"), np.float64)
    except ValueError:
        return None
    if not values.size or values.size % 3 or not np.isfinite(values).all():
        return None
    return values.reshape(-1, 3)


def _number(item: Dataset, keyword: str) -> int:
    return int((numbers_of(item, keyword) or [0])[0])
