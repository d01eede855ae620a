"""A measurement as an annotation of its image in a presentation state (PS3.3 C.10.5): lines, and a text beside them.

In pixels a position is counted from the corner of the first pixel and lies on the image: what runs beyond is cut off.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.objects.written_coordinates import Lines, lines_of, place_of
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.measurement import Measurement, MeasurementKind

if TYPE_CHECKING:
    from pydicom import Dataset

Floats = NDArray[np.float64]
_LAYER = "MEASUREMENTS"
_LONGEST = 1000  # letters of ST, which holds 1,024
_ROUND = 96  # corners of an ellipse that is cut off by the image's edge
_HEAD = 0.2  # of an arrow, of its length


def annotation_of(one: Measurement, plan: StackPlan) -> "Dataset | None":
    """None where it was not drawn on an image of the stack."""
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    place = place_of(one, [plan])
    if place is None:
        return None
    size = np.array([plan.geometry.size_ijk[0], plan.geometry.size_ijk[1]], float)
    made, image = Dataset(), Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = (
        place.header.sop_class_uid,
        place.header.sop_instance_uid,
    )
    if place.header.frames > 1:
        image.ReferencedFrameNumber = place.frame + 1
    made.ReferencedImageSequence, made.GraphicLayer = [image], _LAYER
    drawn = [graphic for line in _flat(one) for graphic in _graphic(line, place.pixels(line.points), size)]
    if drawn:
        made.GraphicObjectSequence = drawn
    lines = [text for text in (one.label, *one.lines) if text]
    if lines:
        at = np.clip(place.pixels(one.points[:1])[0], 0, size)
        made.TextObjectSequence = [_text("\r\n".join(lines), at)]
    return made if drawn or lines else None


def _flat(one: Measurement) -> Iterator[Lines]:
    """What is drawn of it in its plane."""
    if one.kind is MeasurementKind.TEXT:
        return
    if one.kind is MeasurementKind.SPHERE:
        yield Lines("CIRCLE", one.points)
        return
    if one.kind is MeasurementKind.ARROW:
        yield from _arrow(one)
        return
    for line in lines_of(one):
        yield Lines("POLYLINE", line.points) if line.graphic == "POLYGON" else line


def _arrow(one: Measurement) -> Iterator[Lines]:
    """The shaft, and the head as a second line."""
    tip, tail = (np.asarray(point) for point in one.points)
    back = (tail - tip) * _HEAD
    aside = np.cross(np.asarray(one.normal), back) / 2
    yield Lines("POLYLINE", one.points)
    ends = [tip + back + aside, tip, tip + back - aside]
    yield Lines("POLYLINE", tuple((float(x), float(y), float(z)) for x, y, z in ends))


def _graphic(line: Lines, pixels: Floats, size: Floats) -> "Iterator[Dataset]":
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    kind = line.graphic
    if kind in ("ELLIPSE", "CIRCLE"):
        outline = _outline(kind, pixels)
        if (outline < 0).any() or (outline > size).any():
            kind, pixels = "POLYLINE", outline
    inside = np.clip(pixels, 0, size)
    made = Dataset()
    made.GraphicAnnotationUnits, made.GraphicDimensions = "PIXEL", 2
    made.NumberOfGraphicPoints, made.GraphicData = len(inside), [float(one) for one in inside.ravel()]
    made.GraphicType, made.GraphicFilled = kind, "N"
    yield made


def _outline(kind: str, pixels: Floats) -> Floats:
    """(n, 2) points of an ellipse or a circle, closed."""
    if kind == "CIRCLE":
        centre, first = pixels[0], pixels[1] - pixels[0]
        second = np.array([-first[1], first[0]])
    else:
        centre = (pixels[0] + pixels[1]) / 2
        first, second = pixels[0] - centre, pixels[2] - centre
    angles = np.linspace(0, 2 * np.pi, _ROUND + 1)[:, None]
    return np.asarray(centre + np.cos(angles) * first + np.sin(angles) * second)


def _text(text: str, at: Floats) -> "Dataset":
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    made = Dataset()
    made.UnformattedTextValue = text[:_LONGEST]
    made.AnchorPointAnnotationUnits = "PIXEL"
    made.AnchorPoint, made.AnchorPointVisibility = [float(at[0]), float(at[1])], "N"
    return made
