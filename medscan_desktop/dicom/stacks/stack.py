"""One part of a series to the plan of a stack: its geometry, what refuses it as a volume, and how its values read."""

from dataclasses import dataclass

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.identity import DERIVED
from medscan_desktop.dicom.stacks.calibration import Calibration, calibration_of, ultrasound_regions
from medscan_desktop.dicom.stacks.placing import Placed, placed
from medscan_desktop.dicom.stacks.plan import FrameRef, StackPlan
from medscan_desktop.dicom.stacks.rescale import padding_of, stored_padding_of, unit_of, windows_of
from medscan_desktop.dicom.stacks.slices import Slice
from medscan_desktop.dicom.stacks.split import Part
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.imaging.ultrasound_region import UltrasoundRegion
from medscan_desktop.imaging.window import Window, is_lowest_white
from medscan_desktop.scene.stack import Phase, StackId

_DERIVED_UIDS = "the files name no study or series: they were put together by patient, time and frame of reference"
_PADDING = ("PixelPaddingValue", "PixelPaddingRangeLimit")
_RESCALE = ("RescaleSlope", "RescaleIntercept")
_WINDOW = ("WindowCenter", "WindowWidth", "WindowCenterWidthExplanation", "VOILUTFunction")
_COLOUR = "a colour image, which makes no volume of values"


@dataclass(frozen=True, slots=True)
class _Read:
    """How the values of a stack's frames are read."""

    calibration: Calibration
    is_colour: bool
    vois: tuple[Window, ...]
    frame_vois: tuple[tuple[Window, ...], ...]
    frame_paddings: tuple[tuple[float, float] | None, ...]


def plan_stack(part: Part) -> StackPlan:
    """The plan of one part; its frames point into its own headers."""
    slices = part.slices
    headers = {item.header_index: item.header for item in slices}
    own = {index: position for position, index in enumerate(headers)}
    middle = slices[len(slices) // 2]
    first = slices[0].header
    read = _read(slices, middle)
    place = placed(part, read.calibration)
    refusal = place.refusal or (_COLOUR if read.is_colour else "")
    return StackPlan(
        id=StackId(f"{first.series_instance_uid}#{part.anchor}"),
        series_instance_uid=SeriesUid(first.series_instance_uid),
        modality=first.modality,
        label=_label(first, part.name),
        frames=tuple(FrameRef(item.header.sop_instance_uid, item.frame, own[item.header_index]) for item in slices),
        headers=tuple(headers.values()),
        geometry=place.geometry,
        is_volume=not refusal,
        is_colour=read.is_colour,
        refusal=refusal,
        warnings=_warnings(part, place, first),
        calibration=read.calibration.label,
        unit=unit_of(middle.header, middle.frame),
        vois=read.vois,
        inverted=is_lowest_white(first.image.photometric, first.text("PresentationLUTShape")),
        padding=padding_of(middle.header, middle.frame),
        places=place.places,
        volume_refusal=place.volume_refusal or refusal,
        details=place.details,
        reason="; ".join(part.reasons),
        phase=_phase(part, first),
        frame_vois=read.frame_vois,
        frame_paddings=read.frame_paddings,
        frame_regions=_regions(slices),
    )


def _read(slices: tuple[Slice, ...], middle: Slice) -> _Read:
    is_colour = middle.header.image.samples > 1 or middle.header.image.photometric == "PALETTE COLOR"
    paddings: tuple[tuple[float, float] | None, ...] = ()
    if _varies(slices, _PADDING) or (middle.text("PixelPaddingValue") and _varies(slices, _RESCALE)):
        paddings = tuple(stored_padding_of(item.header) for item in slices)
    vois: tuple[tuple[Window, ...], ...] = ()
    if not is_colour and _varies(slices, _WINDOW):
        vois = tuple(windows_of(item.header, item.frame) for item in slices)
    return _Read(
        calibration=calibration_of(middle.header, middle.frame),
        is_colour=is_colour,
        vois=() if is_colour else windows_of(middle.header, middle.frame),
        frame_vois=vois,
        frame_paddings=paddings,
    )


def _regions(slices: tuple[Slice, ...]) -> tuple[tuple[UltrasoundRegion, ...], ...]:
    """Each slice's ultrasound regions, once where all have the same."""
    found = tuple(ultrasound_regions(item.header) for item in slices)
    if not any(found):
        return ()
    return found[:1] if found.count(found[0]) == len(found) else found


def _varies(slices: tuple[Slice, ...], keywords: tuple[str, ...]) -> bool:
    """Whether the frames differ in one of these, by their text."""
    first = [slices[0].text(keyword) for keyword in keywords]
    plain = {id(item.header.attributes): item.header for item in slices if not item.header.per_frame}.values()
    if any([header.attributes.get(keyword, "") for keyword in keywords] != first for header in plain):
        return True
    framed = (item for item in slices if item.header.per_frame)
    return any([item.text(keyword) for keyword in keywords] != first for item in framed)


def _warnings(part: Part, place: Placed, first: Header) -> tuple[str, ...]:
    return place.warnings + part.warnings + ((_DERIVED_UIDS,) if first.text(DERIVED) else ())


def _phase(part: Part, first: Header) -> Phase | None:
    if part.phase is None:
        return None
    found = part.phase
    return Phase(f"{first.series_instance_uid}#{found.axis}", found.number, found.count, found.name)


def _label(header: Header, part: str) -> str:
    view = f"{header.text('ImageLaterality')} {header.text('ViewPosition')}".strip()  # a projection stands for itself
    texts = (header.text("SeriesNumber"), header.text("SeriesDescription") or header.modality, view, part)
    return " · ".join(text for text in texts if text)
