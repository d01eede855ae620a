"""A length and a region with their numbers, for whoever writes them down."""

from dataclasses import replace

from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Statistics
from medscan_desktop.domain.study import SeriesUid, StudyUid

VALUES = Statistics(9, 12.34, 40, 2, 30, 50, "HU")
LENGTH = Measurement(
    id=MeasurementId("m"),
    study_instance_uid=StudyUid("1"),
    series_instance_uid=SeriesUid("2"),
    sop_instance_uid=None,
    frame=6,
    kind=MeasurementKind.LENGTH,
    points=((0, 0, 0), (0, 3, 4)),
    normal=(0, 0, 1),
    unit="mm",
    calibration="",
    length=5.04,
)
REGION = replace(LENGTH, kind=MeasurementKind.ELLIPSE, length=None, statistics=VALUES)
