"""From stored values to modality values: slope, intercept, unit, padding and the header's windows."""

from math import isclose

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.imaging.window import VoiFunction, Window

_UNITS = {"BQML": "Bq/ml", "GML": "g/ml", "CM2ML": "cm²/ml", "CNTS": "counts", "PROPCNTS": "counts"}
PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.30"
_NO_UNIT = ("1", "{no units}", "no units")


def rescale_of(header: Header, frame: int = 0) -> tuple[float, float]:
    """Slope and intercept of one frame, (1, 0) where it has none. A dose grid's scaling is its slope."""
    if header.sop_class_uid == PARAMETRIC_MAP:
        return _real_world(header, frame)
    dose = header.number("DoseGridScaling") if header.modality == "RTDOSE" else None
    if dose is not None:
        return dose, 0.0
    slope, intercept = header.number("RescaleSlope", frame), header.number("RescaleIntercept", frame)
    return (slope or 1.0), (0.0 if intercept is None else intercept)


def unit_of(header: Header, frame: int = 0) -> str:
    """The unit of the modality values, "" where they have none."""
    if header.sop_class_uid == PARAMETRIC_MAP:
        return _real_world_unit(header, frame)
    if header.modality == "PT":
        return _UNITS.get(header.text("Units"), "") or _mapped_unit(header, frame)
    if header.modality == "RTDOSE":
        return "Gy"
    kind = header.text("RescaleType", frame)
    if header.modality == "CT" and kind in ("", "HU") and _has_rescale(header):
        return "HU"
    return "" if kind == "US" else kind  # US: unspecified (PS3.3 C.11.1.1.2)


def _real_world(header: Header, frame: int) -> tuple[float, float]:
    """A parametric map's values mean what its real world value mapping says (PS3.3 A.75)."""
    slope, intercept = header.number("RealWorldValueSlope", frame), header.number("RealWorldValueIntercept", frame)
    return (slope or 1.0), (0.0 if intercept is None else intercept)


def _real_world_unit(header: Header, frame: int) -> str:
    unit = header.text("CodeValue", frame)  # UCUM; of all functional groups that are read, only this mapping has one
    return "" if unit in _NO_UNIT else unit


def _mapped_unit(header: Header, frame: int) -> str:
    """Of enhanced PET, which has no Units: what the mapping says, where it maps as the rescale does."""
    if header.number("RealWorldValueSlope", frame) is None:
        return ""
    is_same = all(map(isclose, _real_world(header, frame), rescale_of(header, frame)))
    return _real_world_unit(header, frame) if is_same else ""


def _has_rescale(header: Header) -> bool:
    """A CT without a rescale holds no Hounsfield units."""
    return bool(header.text("RescaleSlope") or header.per_frame.get("RescaleSlope"))


def stored_padding_of(header: Header) -> tuple[float, float] | None:
    """The closed range of stored values that is no tissue (0028,0120) to (0028,0121), None where there is none."""
    first = header.number("PixelPaddingValue")
    if first is None:
        return None
    limit = header.number("PixelPaddingRangeLimit")
    return (first, first) if limit is None else (min(first, limit), max(first, limit))


def padding_of(header: Header, frame: int = 0) -> tuple[float, float] | None:
    """The same in modality values of one frame."""
    stored = stored_padding_of(header)
    if stored is None:
        return None
    slope, intercept = rescale_of(header, frame)
    ends = [value * slope + intercept for value in stored]
    return min(ends), max(ends)


def windows_of(header: Header, frame: int = 0) -> tuple[Window, ...]:
    """The header's windows, those with an impossible width left out."""
    centres, widths = header.numbers("WindowCenter", frame), header.numbers("WindowWidth", frame)
    names = header.text("WindowCenterWidthExplanation", frame).split("\\")
    text = header.text("VOILUTFunction", frame)
    function = VoiFunction(text) if text in list(VoiFunction) else VoiFunction.LINEAR
    least = 1.0 if function is VoiFunction.LINEAR else 0.0
    return tuple(
        Window(centre, width, function, names[index] if index < len(names) else "")
        for index, (centre, width) in enumerate(zip(centres, widths, strict=False))
        if width >= least and width > 0
    )
