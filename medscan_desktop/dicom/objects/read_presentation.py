"""Reads a presentation state (PS3.3 A.33), in a worker: everything it asks for, and by name what is not done here."""

from collections.abc import Iterator, Mapping
from typing import Any

from medscan_desktop.dicom.objects.exact_area import EXACT_AREA, PRIVATE_CREATOR, PRIVATE_GROUP
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.references import Dataset, data_set, items_of, numbers_of, referenced_series, text_of
from medscan_desktop.dicom.workers.task import Task

# What is understood at the top of the object, or says nothing about the picture; everything else is named to the user.
_UNDERSTOOD = frozenset(
    (
        "SoftcopyVOILUTSequence",
        "PresentationLUTShape",
        "RescaleIntercept",
        "RescaleSlope",
        "RescaleType",
        "DisplayedAreaSelectionSequence",
        "GraphicAnnotationSequence",
        "GraphicLayerSequence",
        "ImageHorizontalFlip",
        "ImageRotation",
        "ContentLabel",
        "ContentDescription",
        "ContentCreatorName",
        "PresentationCreationDate",
        "PresentationCreationTime",
        "ContentCreatorIdentificationCodeSequence",
        "AlternateContentDescriptionSequence",
        "SoftwareVersions",
        "DeviceSerialNumber",
        "ProtocolName",
        "DateOfLastCalibration",
        "TimeOfLastCalibration",
        "BodyPartExamined",
        "PatientPosition",
        "GraphicGroupSequence",
        "ContributingEquipmentSequence",
    )
)
_OMITTED = {
    "PresentationLUTSequence": "a presentation lookup table",
    "ModalityLUTSequence": "a modality lookup table",
    "ShutterOverlayGroup": "a bitmap shutter",
    "MaskSubtractionSequence": "mask subtraction",
    "RedPaletteColorLookupTableDescriptor": "pseudo-colour by a palette",
    "ICCProfile": "a colour profile",
    "BlendingSequence": "blending of two images",
}
_PARTS = (  # of what is named as a whole, or understood with the rest
    "PaletteColorLookupTable",
    "ViewingMode",
    "ColorSpace",
    "PixelPresentation",
    "Shutter",
)
_TEXT_LINES = 40


def read_presentation(task: Task) -> Mapping[str, Any]:
    """Everything as JSON; positions as the object has them."""
    dataset = data_set(task)
    with quiet():
        omitted = list(_omitted(dataset))
        colours = {
            text_of(layer, "GraphicLayer"): _colour(layer) for layer in items_of(dataset, "GraphicLayerSequence")
        }
        return {
            "label": text_of(dataset, "ContentLabel"),
            "description": text_of(dataset, "ContentDescription"),
            "created": f"{text_of(dataset, 'PresentationCreationDate')} {text_of(dataset, 'PresentationCreationTime')}",
            "creator": text_of(dataset, "ContentCreatorName"),
            "references": referenced_series(dataset),
            "images": [
                image
                for series in items_of(dataset, "ReferencedSeriesSequence")
                for image in _images(series, "ReferencedImageSequence")
            ],
            "slope": numbers_of(dataset, "RescaleSlope")[:1],
            "intercept": numbers_of(dataset, "RescaleIntercept")[:1],
            "shape": text_of(dataset, "PresentationLUTShape"),
            "rotation": (numbers_of(dataset, "ImageRotation") or [0.0])[0],
            "flip": text_of(dataset, "ImageHorizontalFlip") == "Y",
            "vois": [_voi(item) for item in items_of(dataset, "SoftcopyVOILUTSequence")],
            "areas": [_area(item) for item in items_of(dataset, "DisplayedAreaSelectionSequence")],
            "annotations": [
                _annotation(item, colours, omitted) for item in items_of(dataset, "GraphicAnnotationSequence")
            ],
            "shutter": _shutter(dataset),
            "omitted": list(dict.fromkeys(omitted)),
        }


def _omitted(dataset: Dataset) -> Iterator[str]:
    for element in dataset:
        keyword = element.keyword
        if keyword in _OMITTED:
            yield _OMITTED[keyword]
        elif element.tag.group & 0xFF01 == 0x6000:
            if keyword == "OverlayActivationLayer" or element.tag.element == 0x1001:
                yield "overlay planes"
        elif (
            element.tag.group in (0x0018, 0x0028, 0x0070, 0x2050)
            and keyword not in _UNDERSTOOD
            and not any(part in keyword for part in _PARTS)
        ):
            yield element.name.lower()
    if "BITMAP" in text_of(dataset, "ShutterShape"):
        yield _OMITTED["ShutterOverlayGroup"]


def _images(item: Dataset, keyword: str = "ReferencedImageSequence") -> list[list[Any]]:
    """[instance, frames from 0]; no frames means all of them."""
    return [
        [
            text_of(image, "ReferencedSOPInstanceUID"),
            [int(one) - 1 for one in numbers_of(image, "ReferencedFrameNumber")],
        ]
        for image in items_of(item, keyword)
    ]


def _voi(item: Dataset) -> dict[str, Any]:
    names = item.get("WindowCenterWidthExplanation") or ""
    table = next(iter(items_of(item, "VOILUTSequence")), None)
    return {
        "images": _images(item),
        "centre": numbers_of(item, "WindowCenter")[:1],
        "width": numbers_of(item, "WindowWidth")[:1],
        "function": text_of(item, "VOILUTFunction") or "LINEAR",
        "name": str(names if isinstance(names, str) else names[0]),
        "lut": None
        if table is None
        else {
            "descriptor": [int(one) for one in numbers_of(table, "LUTDescriptor")],
            "entries": [int(one) for one in _words(table)],
            "name": text_of(table, "LUTExplanation"),
        },
    }


def _words(table: Dataset) -> list[float]:
    """LUT Data as numbers, whether it is US or OW."""
    value = table.get("LUTData")
    if isinstance(value, bytes):
        return [float(int.from_bytes(value[at : at + 2], "little")) for at in range(0, len(value) - 1, 2)]
    return numbers_of(table, "LUTData")


def _area(item: Dataset) -> dict[str, Any]:
    return {
        "images": _images(item),
        "top_left": numbers_of(item, "DisplayedAreaTopLeftHandCorner"),
        "bottom_right": numbers_of(item, "DisplayedAreaBottomRightHandCorner"),
        "mode": text_of(item, "PresentationSizeMode"),
        "exact": _exact_area(item),
    }


def _exact_area(item: Dataset) -> list[float]:
    """The area in parts of a pixel, where this program wrote it: top left, bottom right; empty otherwise."""
    try:
        found = item.private_block(PRIVATE_GROUP, PRIVATE_CREATOR)[EXACT_AREA].value
        return [float(one) for one in found] if len(found) == 4 else []
    except (KeyError, TypeError, ValueError):
        return []


def _annotation(item: Dataset, colours: Mapping[str, Any], omitted: list[str]) -> dict[str, Any]:
    if items_of(item, "CompoundGraphicSequence"):
        omitted.append("compound graphics (rulers, axes, arrows)")
    return {
        "images": _images(item),
        "colour": colours.get(text_of(item, "GraphicLayer")),
        "graphics": [
            {
                "units": text_of(one, "GraphicAnnotationUnits"),
                "kind": text_of(one, "GraphicType"),
                "points": numbers_of(one, "GraphicData"),
                "filled": text_of(one, "GraphicFilled") == "Y",
            }
            for one in items_of(item, "GraphicObjectSequence")
        ],
        "texts": [_text(one) for one in items_of(item, "TextObjectSequence")],
    }


def _text(item: Dataset) -> dict[str, Any]:
    raw = str(item.get("UnformattedTextValue") or "")
    return {
        "lines": [line[:1000] for line in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n")][:_TEXT_LINES],
        "box": [numbers_of(item, f"BoundingBox{corner}HandCorner") for corner in ("TopLeft", "BottomRight")],
        "box_units": text_of(item, "BoundingBoxAnnotationUnits"),
        "justification": text_of(item, "BoundingBoxTextHorizontalJustification"),
        "anchor": numbers_of(item, "AnchorPoint"),
        "anchor_units": text_of(item, "AnchorPointAnnotationUnits"),
        "anchor_visible": text_of(item, "AnchorPointVisibility") == "Y",
    }


def _colour(layer: Dataset) -> dict[str, Any]:
    return {
        "cielab": [int(one) for one in numbers_of(layer, "GraphicLayerRecommendedDisplayCIELabValue")],
        "grey": [int(one) for one in numbers_of(layer, "GraphicLayerRecommendedDisplayGrayscaleValue")],
    }


def _shutter(dataset: Dataset) -> dict[str, Any]:
    edges = ("LeftVertical", "UpperHorizontal", "RightVertical", "LowerHorizontal")
    return {
        "shapes": text_of(dataset, "ShutterShape").split(),
        "edges": [number for edge in edges for number in numbers_of(dataset, f"Shutter{edge}Edge")[:1]],
        "centre": numbers_of(dataset, "CenterOfCircularShutter"),
        "radius": numbers_of(dataset, "RadiusOfCircularShutter")[:1],
        "vertices": numbers_of(dataset, "VerticesOfThePolygonalShutter"),
        "value": (numbers_of(dataset, "ShutterPresentationValue") or [0.0])[0],
    }
