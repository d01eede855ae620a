"""A measurement: where it lies in the patient, what it says, and how that is written."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from medscan_desktop.domain.code import Code
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.domain.user import UserId

MeasurementId = NewType("MeasurementId", str)
Point = tuple[float, float, float]
_LONGEST_WHOLE = 1e7  # larger values are written with four digits


class MeasurementKind(StrEnum):
    """What was drawn."""

    LENGTH = "length"
    ANGLE = "angle"
    COBB = "cobb"
    BIDIRECTIONAL = "bidirectional"
    POLYLINE = "polyline"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    FREEHAND = "freehand"
    SPHERE = "sphere"
    ARROW = "arrow"
    TEXT = "text"
    PROBE = "probe"

    @property
    def label(self) -> str:
        """What the user reads."""
        return _LABELS[self]


_LABELS = {
    MeasurementKind.LENGTH: "Distance",
    MeasurementKind.ANGLE: "Angle",
    MeasurementKind.COBB: "Cobb angle",
    MeasurementKind.BIDIRECTIONAL: "Two diameters",
    MeasurementKind.POLYLINE: "Polyline",
    MeasurementKind.ELLIPSE: "Ellipse",
    MeasurementKind.RECTANGLE: "Rectangle",
    MeasurementKind.FREEHAND: "Freehand region",
    MeasurementKind.SPHERE: "Sphere",
    MeasurementKind.ARROW: "Arrow",
    MeasurementKind.TEXT: "Text",
    MeasurementKind.PROBE: "Probe",
}
OUTLINES = frozenset((MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE, MeasurementKind.FREEHAND))  # have an area
REGIONS = OUTLINES | {MeasurementKind.SPHERE}  # hold pixels whose values are counted


@dataclass(frozen=True, slots=True)
class Statistics:
    """Values of the pixels whose centre lies inside an ROI, in modality units."""

    count: int
    area_mm2: float | None  # None where the image is not calibrated
    mean: float
    standard_deviation: float
    minimum: float
    maximum: float
    unit: str
    volume_mm3: float | None = None  # of a sphere, which has no area


@dataclass(frozen=True, slots=True)
class Measurement:
    """Points are patient LPS mm; on an image without patient geometry, its own plane in mm or px.

    LENGTH: two ends. ANGLE: end, vertex, end. COBB: the ends of one line, then of the other. BIDIRECTIONAL: the ends
    of the long axis, then of the short one. POLYLINE: its corners in order. ELLIPSE, RECTANGLE: the centre and the ends
    of the two half axes. FREEHAND: the outline in order, closed by its first point, which is not repeated. SPHERE: the
    centre and a point on the surface. ARROW: the tip, then the tail. TEXT, PROBE: one point.
    `normal` is the unit normal of the plane drawn on. `length` and `width` are in `unit` ("mm" or "px"); of a SPHERE
    the length is its diameter. A PROBE's statistics are of its one pixel. In an ultrasound region of time a LENGTH has
    the time between its ends and their difference in velocity, or in depth (its length); each only where it is one.
    """

    id: MeasurementId
    study_instance_uid: StudyUid
    series_instance_uid: SeriesUid
    sop_instance_uid: InstanceUid | None  # the image nearest to the plane, where the plane is an acquired one
    frame: int  # index of the stack's frame at the plane's centre
    kind: MeasurementKind
    points: tuple[Point, ...]
    normal: Point
    unit: str
    calibration: str  # "" where the geometry is the patient's, else e.g. "at detector"
    length: float | None = None
    statistics: Statistics | None = None
    created_by: UserId | None = None
    created_at: str = ""  # ISO 8601, UTC
    note: str = ""  # what has happened to its image since
    anchor_instance: InstanceUid | None = None  # the image nearest to its middle: tells which stack it was drawn on,
    anchor_frame: int = 0  # on a reformatted plane too; the frame is counted from 0 in that instance
    width: float | None = None  # of BIDIRECTIONAL, across its length
    angle: float | None = None  # degrees, of ANGLE and COBB
    text: str = ""  # of TEXT and ARROW
    label: str = ""  # what the user calls it
    finding: Code | None = None  # what it is
    site: Code | None = None  # where it is
    is_target: bool = False  # a target lesion, followed over time
    tracking_uid: str = ""  # DICOM UID that follows the same lesion from study to study; "" for none yet
    method: str = ""  # how its values were taken, where not from a slice's own pixels, or why there are none
    time: float | None = None  # s, of a LENGTH in an M-mode or Doppler region of ultrasound
    velocity: float | None = None  # cm/s, in a Doppler region: of a LENGTH the difference, of a PROBE its own
    area: float | None = None  # mm², of an outline in an image whose pixels have no values

    @property
    def trust(self) -> str:
        """How far its distances may be trusted, in a word; "" in a patient geometry."""
        return _trust(self.unit, self.calibration)

    @property
    def lines(self) -> tuple[str, ...]:
        """Its numbers as they stand beside it, how they were taken, its note; none where nothing was measured."""
        return (*_value_lines(self), *(one for one in (self.method, self.note) if one))


def _value_lines(one: Measurement) -> tuple[str, ...]:
    if one.angle is not None:
        return (angle_text(one.angle, is_cobb=one.kind is MeasurementKind.COBB),)
    if one.time is not None or one.velocity is not None:
        return difference_lines(one)
    if one.length is not None:
        return _length_lines(one)
    statistics = statistics_text(one.statistics, one.trust) if one.statistics is not None else ()
    if one.kind is MeasurementKind.PROBE and one.statistics is not None:
        return (value_text(one.statistics.mean, one.statistics.unit),)
    if one.area is not None:
        statistics = (area_text(one.area, one.trust),)
    return statistics or tuple(line for line in one.text.split("\n") if line)


def _length_lines(one: Measurement) -> tuple[str, ...]:
    if one.length is None:
        return ()
    if one.width is not None:
        return (size_text(one.length, one.width, one.unit, one.calibration),)
    sign = "⌀ " if one.kind is MeasurementKind.SPHERE else ""
    statistics = statistics_text(one.statistics, one.trust) if one.statistics is not None else ()
    return (sign + length_text(one.length, one.unit, one.calibration), *statistics)


def angle_text(degrees: float, *, is_cobb: bool = False) -> str:
    """`45.0°`, or `Cobb 23.4°`."""
    return ("Cobb " if is_cobb else "") + f"{degrees:.1f}°"


def difference_lines(one: Measurement) -> tuple[str, ...]:
    """`0.25 s` or `34.5 cm/s` alone, else `Δt 0.25 s` and `Δv 34.5 cm/s` (in M-mode the depth, `Δd 12.3 mm`); the last
    says how far to trust them."""
    told = [("Δt", f"{one.time:.2f} s")] if one.time is not None else []
    if one.velocity is not None:
        told.append(("Δv", f"{one.velocity:.1f} cm/s"))
    if one.length is not None:
        told.append(("Δd", f"{one.length:.1f} {one.unit}"))
    lines = [f"{name} {text}" if len(told) > 1 else text for name, text in told]
    return (*lines[:-1], lines[-1] + (f" ({one.trust})" if one.trust else ""))


def size_text(length: float, width: float, unit: str, calibration: str) -> str:
    """`12.3 × 8.1 mm`, with how far to trust it as a length has."""
    return f"{length:.1f} × " + length_text(width, unit, calibration)


def value_text(value: float, unit: str) -> str:
    """One pixel's value: `-87 HU`, `3.25 g/ml`."""
    number = f"{value:.0f}" if value == round(value) and abs(value) < _LONGEST_WHOLE else f"{value:.4g}"
    return f"{number} {unit}".rstrip()


def length_text(value: float, unit: str, calibration: str) -> str:
    """`12.3 mm`, `12.3 mm (at detector)` or `45.0 px (uncalibrated)`: never without how far to trust it."""
    trust = _trust(unit, calibration)
    return f"{value:.1f} {unit}" + (f" ({trust})" if trust else "")


def statistics_text(statistics: Statistics, trust: str = "") -> tuple[str, ...]:
    """The lines beside a region: mean and SD, range, area (of a sphere its volume) and number of pixels."""
    unit = f" {statistics.unit}" if statistics.unit else ""
    return (
        f"Mean {statistics.mean:.1f} SD {statistics.standard_deviation:.1f}{unit}",
        f"Min {statistics.minimum:.1f} Max {statistics.maximum:.1f}{unit}",
        f"{region_text(statistics, trust)}  n {statistics.count}",
    )


def area_text(square_mm: float, trust: str) -> str:
    """`113.1 mm² (at detector)`."""
    return f"{square_mm:.1f} mm²" + (f" ({trust})" if trust else "")


def region_text(statistics: Statistics, trust: str) -> str:
    """`113.1 mm²`, `113.1 mm² (at detector)`, of a sphere `113.1 mm³`, or that nothing calibrates the image."""
    if statistics.volume_mm3 is not None:
        return f"{statistics.volume_mm3:.1f} mm³" + (f" ({trust})" if trust else "")
    if statistics.area_mm2 is None:
        return "uncalibrated"
    return area_text(statistics.area_mm2, trust)


def _trust(unit: str, calibration: str) -> str:
    return "uncalibrated" if unit == "px" else calibration
