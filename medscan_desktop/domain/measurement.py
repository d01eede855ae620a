"""A saved measurement: where it lies in the patient and what it says."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.domain.user import UserId

MeasurementId = NewType("MeasurementId", str)
Point = tuple[float, float, float]


class MeasurementKind(StrEnum):
    """What was drawn."""

    LENGTH = "length"
    ELLIPSE = "ellipse"


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


@dataclass(frozen=True, slots=True)
class Measurement:
    """Points are patient LPS mm; on an image without patient geometry, its own plane in mm or px.

    LENGTH: two ends. ELLIPSE: three points, the centre and the ends of the two half axes.
    `normal` is the unit normal of the plane drawn on. `length` is in `unit` ("mm" or "px").
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
