"""One part of a series to the plan of a stack: its geometry, what refuses it as a volume, and how its values read."""

from dataclasses import dataclass

import numpy as np

from medscan_desktop.dicom.calibration import Calibration, calibration_of
from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.identity import DERIVED
from medscan_desktop.dicom.lines import Line, fit_line
from medscan_desktop.dicom.plan import FrameRef, StackPlan
from medscan_desktop.dicom.rescale import padding_of, unit_of, windows_of
from medscan_desktop.dicom.slices import Slice, is_localiser
from medscan_desktop.dicom.split import Part
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.window import is_lowest_white
from medscan_desktop.scene.workspace import StackId

_DERIVED_UIDS = "the files name no study or series: they were put together by patient, time and frame of reference"
_SHOWN_GAPS = 3
_SQUARE = 1e-4  # cosines off a right angle by more are told
_TILT_AGREES_DEGREES = 1.0


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where a stack lies, and what is to be said about it."""

    geometry: Geometry
    refusal: str = ""
    warnings: tuple[str, ...] = ()


def plan_stack(stack_id: StackId, part: Part) -> StackPlan:
    """The plan of one part; its frames point into its own headers."""
    slices = part.slices
    headers = {item.header_index: item.header for item in slices}
    own = {index: position for position, index in enumerate(headers)}
    middle = slices[len(slices) // 2]
    first = slices[0].header
    calibration = calibration_of(middle.header, middle.frame)
    placed = _placed(part, calibration)
    is_colour = first.image.samples > 1 or first.image.photometric == "PALETTE COLOR"
    refusal = placed.refusal or ("a colour image, which makes no volume of values" if is_colour else "")
    return StackPlan(
        id=stack_id,
        series_instance_uid=SeriesUid(first.series_instance_uid),
        modality=first.modality,
        label=_label(first, part.name),
        frames=tuple(FrameRef(item.header.sop_instance_uid, item.frame, own[item.header_index]) for item in slices),
        headers=tuple(headers.values()),
        geometry=placed.geometry,
        is_volume=not refusal,
        is_colour=is_colour,
        refusal=refusal,
        warnings=placed.warnings + part.warnings + ((_DERIVED_UIDS,) if first.text(DERIVED) else ()),
        calibration=calibration.label,
        unit=unit_of(middle.header, middle.frame),
        vois=() if is_colour else windows_of(middle.header, middle.frame),
        inverted=is_lowest_white(first.image.photometric, first.text("PresentationLUTShape")),
        padding=padding_of(middle.header, middle.frame),
    )


def _label(header: Header, part: str) -> str:
    view = f"{header.text('ImageLaterality')} {header.text('ViewPosition')}".strip()  # a projection stands for itself
    texts = (header.text("SeriesNumber"), header.text("SeriesDescription") or header.modality, view, part)
    return " · ".join(text for text in texts if text)


def _placed(part: Part, calibration: Calibration) -> _Placed:
    slices = part.slices
    header = slices[0].header
    shape = (len(slices), header.image.rows, header.image.columns)
    spacing = (calibration.column, calibration.row)
    if slices[0].plane is None or calibration.label == "px":
        return _Placed(_own_plane(shape, spacing), *_not_in_space(part))
    if is_localiser(header):
        return _Placed(_at_one_place(slices[0], shape, spacing), "a localiser, which makes no volume")
    if not part.is_ordered_in_space:
        return _Placed(_at_one_place(slices[0], shape, spacing), "all images lie at one position")
    squareness = _squareness(slices[0])
    if len(slices) == 1:
        return _Placed(_at_one_place(slices[0], shape, spacing), "fewer than 3 slices", squareness)
    line = fit_line(np.array([item.place.position for item in slices]), _unit_normal(slices[0]))
    geometry = _stacked(slices[0], line, shape, spacing)
    warnings = squareness + _tilt_warning(line, header) + ((_departure(line, slices),) if line.is_shown else ())
    if len(slices) < 3:
        return _Placed(geometry, "fewer than 3 slices", warnings)
    return _Placed(geometry, _departure(line, slices) if line.is_refused else "", warnings)


def _not_in_space(part: Part) -> tuple[str, tuple[str, ...]]:
    """Why there is no place in the patient, and what is said about the order."""
    if len(part.slices) == 1:
        return "a single image", ()
    if part.slices[0].header.frames > 1 and len({item.header_index for item in part.slices}) == 1:
        return "frames without positions in the patient", ()
    if part.slices[0].plane is not None:
        return "the pixel spacing is missing", ("not spatially sorted",)
    return "the headers give no usable positions", ("not spatially sorted",)


def _own_plane(shape: tuple[int, int, int], spacing: tuple[float, float]) -> Geometry:
    return Geometry.from_axes((0, 0, 0), (1, 0, 0), (0, 1, 0), (*spacing, 1.0), shape, spatial=False)


def _at_one_place(item: Slice, shape: tuple[int, int, int], spacing: tuple[float, float]) -> Geometry:
    """Slice 0 where it is; the step is the header's, for there is nothing to measure it by."""
    step = item.header.number("SpacingBetweenSlices", item.frame) or item.header.number("SliceThickness", item.frame)
    return Geometry.from_axes(item.place.position, *_directions(item), (*spacing, abs(step or 1.0)), shape)


def _stacked(item: Slice, line: Line, shape: tuple[int, int, int], spacing: tuple[float, float]) -> Geometry:
    row, column = _directions(item)
    return Geometry.from_axes(line.origin, row, column, (*spacing, line.spacing), shape, slice_step=line.step)


def _directions(item: Slice) -> tuple[np.ndarray, np.ndarray]:
    """Unit row and column direction."""
    row, column = np.array(item.place.cosines[:3]), np.array(item.place.cosines[3:])
    return row / np.linalg.norm(row), column / np.linalg.norm(column)


def _unit_normal(item: Slice) -> np.ndarray:
    normal = np.cross(*_directions(item))
    return np.asarray(normal / np.linalg.norm(normal))


def _squareness(item: Slice) -> tuple[str, ...]:
    row, column = _directions(item)
    off = abs(float(row @ column))
    return (f"rows and columns are {np.degrees(np.arcsin(off)):.2f}° off a right angle",) if off > _SQUARE else ()


def _tilt_warning(line: Line, header: Header) -> tuple[str, ...]:
    if not line.tilt_degrees:
        return ()
    stated = header.number("GantryDetectorTilt")
    text = f"gantry tilt of {line.tilt_degrees:.1f}°: planes and 3D are shear-corrected"
    if stated is not None and abs(abs(stated) - line.tilt_degrees) > _TILT_AGREES_DEGREES:
        text += f" (the header says {abs(stated):.1f}°)"
    return (text,)


def _departure(line: Line, slices: tuple[Slice, ...]) -> str:
    """What is wrong with the slice positions, with the files on both sides of each gap."""
    if not line.gaps:
        return f"slices lie up to {line.deviation:.2f} mm off the straight line (spacing {line.spacing:.2f} mm)"
    shown = [
        f"{distance:.2f} mm between {slices[k].header.label} and {slices[k + 1].header.label}"
        for k, distance in line.gaps[:_SHOWN_GAPS]
    ]
    more = len(line.gaps) - len(shown)
    return (
        f"slices are missing (spacing {line.spacing:.2f} mm): gap of "
        + ", ".join(shown)
        + (f" and {more} more" if more else "")
    )
