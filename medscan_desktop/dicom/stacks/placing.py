"""Where the slices of a stack lie: on one grid, each in a place of its own, or in no place of the patient; and why."""

from dataclasses import dataclass

import numpy as np

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.calibration import Calibration
from medscan_desktop.dicom.stacks.lines import Line, fit_line
from medscan_desktop.dicom.stacks.plane import skew_degrees
from medscan_desktop.dicom.stacks.slices import Slice, is_localiser
from medscan_desktop.dicom.stacks.split import Part
from medscan_desktop.imaging.geometry import Geometry

_SHOWN_GAPS = 3
_SQUARE = 1e-4  # cosines off a right angle by more are told
_TILT_AGREES_DEGREES = 1.0
_ONE_PLACE_MM = 1e-5  # between images of one position: 1,000 of them are 0.01 mm apart, and can still be told apart
_LOCALISER = "a localiser, which makes no volume"
_FEW = "fewer than 3 slices"
_NOT_SORTED = "not spatially sorted"
_NO_SIDES = "orientation not stated in the file"
_OWN_FRAME = "the positions are the volume's own: the sides of the patient are not known"

Vector = np.ndarray
Shape = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a stack lies, and what is to be said about it; the fields are those of a StackPlan."""

    geometry: Geometry
    refusal: str = ""
    warnings: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    volume_refusal: str = ""
    details: tuple[str, ...] = ()


def placed(part: Part, calibration: Calibration) -> Placed:
    """The place of one part, whose pixels are as large as `calibration` says."""
    slices = part.slices
    header = slices[0].header
    shape = (len(slices), header.image.rows, header.image.columns)
    spacing = (calibration.column, calibration.row)
    if part.is_mixed:
        why = "images of several places or times in one stack"
        return Placed(_own_plane(shape, spacing), why, (_NOT_SORTED,))
    if slices[0].plane is None or calibration.label == "px":
        return Placed(_own_plane(shape, spacing), *_not_in_space(part))
    if not part.is_ordered_in_space:
        why = _LOCALISER if is_localiser(header) else "all images lie at one position"
        return Placed(_at_one_place(slices[0], shape, spacing), why)
    warnings = _squareness(slices[0]) + (() if slices[0].place.in_patient else (_OWN_FRAME,))
    if len(slices) == 1:
        why = _LOCALISER if is_localiser(header) else _FEW
        return Placed(_at_one_place(slices[0], shape, spacing), why, warnings)
    return _on_line(slices, shape, spacing, warnings)


def _on_line(slices: tuple[Slice, ...], shape: Shape, spacing: tuple[float, float], said: tuple[str, ...]) -> Placed:
    positions = np.array([item.place.position for item in slices])
    line = fit_line(positions, _unit_normal(slices[0]))
    if is_localiser(slices[0].header):
        geometry = _each_in_its_place(positions, line, slices[0], shape, spacing)
        return Placed(geometry, _LOCALISER, said)
    departure, details = _departure(line, slices)
    warnings = said + _tilt_warning(line, slices[0].header) + ((departure,) if line.is_shown else ())
    row, column = _directions(slices[0])
    if line.is_irregular:
        geometry = _each_in_its_place(positions, line, slices[0], shape, spacing)
        refusal = _FEW if len(slices) < 3 else f"no planes and no 3D: {departure}"
        return Placed(geometry, refusal, warnings, (), departure, details)
    shape = (line.places[-1] + 1, *shape[1:])
    geometry = Geometry.from_axes(line.origin, row, column, (*spacing, line.spacing), shape, slice_step=line.step)
    places = line.places if line.gaps else ()
    refusal = _FEW if len(slices) < 3 else ""
    return Placed(
        _framed(geometry, slices[0]), refusal, warnings, places, departure if line.is_refused else "", details
    )


def _each_in_its_place(
    positions: Vector, line: Line, item: Slice, shape: Shape, spacing: tuple[float, float]
) -> Geometry:
    row, column = _directions(item)
    step = (*spacing, line.spacing)
    geometry = Geometry.from_axes(positions[0], row, column, step, shape, slice_step=line.step, origins=positions)
    return _framed(geometry, item)


def _framed(geometry: Geometry, item: Slice) -> Geometry:
    """The geometry in the frame of reference of its slices."""
    if item.place.in_patient:
        return geometry
    return Geometry(geometry.affine, geometry.shape, origins=geometry.origins, in_patient=False)


def _not_in_space(part: Part) -> tuple[str, tuple[str, ...]]:
    """Why there is no place in the patient, and what is said about the order."""
    first = part.slices[0]
    if len(part.slices) == 1:
        return "a single image", ()
    if first.plane is None and (skew := skew_degrees(first.header, first.frame)) is not None:
        return f"rows and columns are {skew:.2f}° off a right angle: their positions cannot be trusted", (_NOT_SORTED,)
    if first.header.frames > 1 and len({item.header_index for item in part.slices}) == 1:
        return "frames without positions in the patient", ()
    if first.plane is not None:
        return "the pixel spacing is missing", (_NOT_SORTED,)
    if not part.slices[0].text("ImageOrientationPatient"):
        return "the headers give no usable positions", (_NO_SIDES, _NOT_SORTED)
    return "the headers give no usable positions", (_NOT_SORTED,)


def _own_plane(shape: Shape, spacing: tuple[float, float]) -> Geometry:
    return Geometry.from_axes((0, 0, 0), (1, 0, 0), (0, 1, 0), (*spacing, 1.0), shape, spatial=False)


def _at_one_place(item: Slice, shape: Shape, spacing: tuple[float, float]) -> Geometry:
    """One slice where it is, as thick as the header says; several so close that each is where they all are."""
    stated = item.header.number("SpacingBetweenSlices", item.frame) or item.header.number("SliceThickness", item.frame)
    step = abs(stated or 1.0) if shape[0] == 1 else _ONE_PLACE_MM
    geometry = Geometry.from_axes(item.place.position, *_directions(item), (*spacing, step), shape)
    return _framed(geometry, item)


def _directions(item: Slice) -> tuple[Vector, Vector]:
    """Unit row and column direction."""
    row, column = np.array(item.place.cosines[:3]), np.array(item.place.cosines[3:])
    return row / np.linalg.norm(row), column / np.linalg.norm(column)


def _unit_normal(item: Slice) -> Vector:
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


def _departure(line: Line, slices: tuple[Slice, ...]) -> tuple[str, tuple[str, ...]]:
    """What is wrong with the slice positions, short and in full, with the files on both sides."""
    if not line.gaps:
        positions = np.array([item.place.position for item in slices])
        on_line = line.origin + np.arange(len(slices))[:, None] * line.step
        off = np.linalg.norm(positions - on_line, axis=1)
        worst = [int(n) for n in np.argsort(-off, kind="stable") if off[n] > line.deviation / 2]
        details = tuple(f"{off[n]:.2f} mm off the line: {slices[n].header.label}" for n in worst)
        text = f"slices lie up to {line.deviation:.2f} mm off the straight line (spacing {line.spacing:.2f} mm)"
        names = [_file_name(slices[n]) for n in worst]
        return f"{text}: {_counted(names)}", details
    details = tuple(
        f"{distance:.2f} mm between {slices[k].header.label} and {slices[k + 1].header.label}"
        for k, distance in line.gaps
    )
    short = [
        f"{distance:.2f} mm between {_file_name(slices[k])} and {_file_name(slices[k + 1])}"
        for k, distance in line.gaps
    ]
    missing = line.places[-1] + 1 - len(slices)
    what = "a slice is missing" if missing == 1 else f"{missing} slices are missing"
    return f"{what} (spacing {line.spacing:.2f} mm): gap of {_counted(short)}", details


def _file_name(item: Slice) -> str:
    """The last part of the label: a banner has no room for folders."""
    return item.header.label.replace("\\", "/").rsplit("/", 1)[-1]


def _counted(texts: list[str]) -> str:
    """The first three, and how many more."""
    more = len(texts) - _SHOWN_GAPS
    return ", ".join(texts[:_SHOWN_GAPS]) + (f" and {more} more" if more > 0 else "")
