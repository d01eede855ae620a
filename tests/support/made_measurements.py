"""One measurement of every kind on a stack, with every field filled, for reports and presentation states."""

from dataclasses import replace
from uuid import UUID

import numpy as np

from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.code import Code
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point, Statistics
from medscan_desktop.domain.user import UserId

NODULE = Code("27925004", "SCT", "Nodule")
LIVER = Code("10200004", "SCT", "Liver")
# By kind, in (column, row) of the image, centres of pixels at whole numbers.
POINTS: dict[MeasurementKind, tuple[tuple[float, float], ...]] = {
    MeasurementKind.LENGTH: ((1.25, 2.5), (4.75, 1.125)),
    MeasurementKind.ANGLE: ((1, 1), (2.5, 3.25), (5, 1)),
    MeasurementKind.COBB: ((0, 0), (3, 0.5), (0, 4), (3, 6.5)),
    MeasurementKind.BIDIRECTIONAL: ((1, 3), (6, 3), (3, 1), (3, 5)),
    MeasurementKind.POLYLINE: ((0, 0), (2, 3), (5, 3), (6, 1)),
    MeasurementKind.ELLIPSE: ((3, 3), (4.5, 3), (3, 5.75)),
    MeasurementKind.RECTANGLE: ((3, 3), (5.5, 3), (3, 4)),
    MeasurementKind.FREEHAND: ((1, 1), (5, 1.5), (6, 4), (2, 5)),
    MeasurementKind.SPHERE: ((3, 3), (5, 3)),
    MeasurementKind.ARROW: ((3.3, 2.2), (6, 6)),
    MeasurementKind.TEXT: ((0.1, 0.2),),
    MeasurementKind.PROBE: ((4, 2),),
}


def drawn(
    plan: StackPlan, kind: MeasurementKind, *, n: int = 1, in_space: bool = False, unit: str = "HU"
) -> Measurement:
    """A measurement of `kind` on frame `n` of the stack, or (`in_space`) turned out of its plane."""
    k, ref = plan.slices[n], plan.frames[n]
    places = np.asarray([(*one, k) for one in POINTS[kind]], float)
    points = plan.geometry.to_patient(places)
    if in_space:
        turn = np.array([[0.8, 0.0, 0.6], [0.0, 1.0, 0.0], [-0.6, 0.0, 0.8]])
        points = (points - points[0]) @ turn.T + points[0]
    number = list(MeasurementKind).index(kind)
    has_values = kind in (
        *(MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE, MeasurementKind.FREEHAND),
        *(MeasurementKind.SPHERE, MeasurementKind.PROBE),
    )
    is_sphere, is_probe = kind is MeasurementKind.SPHERE, kind is MeasurementKind.PROBE
    area = None if is_sphere or is_probe else 33.333333333333336
    volume = 123.4567890123 if is_sphere else None
    spread = 0.0 if is_probe else 1 / 3
    statistics = Statistics(1 if is_probe else 17, area, -87.1 / 3, spread, -1024.0, 3071.25, unit, volume)
    has_length = kind in (MeasurementKind.LENGTH, MeasurementKind.POLYLINE, MeasurementKind.BIDIRECTIONAL)
    return Measurement(
        id=MeasurementId(str(UUID(int=0x4000_8000_0000_0000_0000 + number + 100 * in_space))),
        study_instance_uid=plan.headers[0].study_instance_uid,
        series_instance_uid=plan.series_instance_uid,
        sop_instance_uid=None if in_space else ref.instance,
        frame=k,
        kind=kind,
        points=tuple(_point(one) for one in points),
        normal=(0.6, 0.0, 0.8) if in_space else (0.0, 0.0, 1.0),
        unit="px" if plan.calibration == "px" else "mm",
        calibration=plan.calibration,
        length=10 / 3 if has_length or is_sphere else None,
        statistics=statistics if has_values else None,
        created_by=UserId("u1"),
        created_at="2026-01-02T03:04:05.678901+00:00",
        note="its image was replaced" if kind is MeasurementKind.ANGLE else "",
        anchor_instance=ref.instance,
        anchor_frame=ref.frame,
        width=5 / 3 if kind is MeasurementKind.BIDIRECTIONAL else None,
        angle=123.45678901234567 if kind in (MeasurementKind.ANGLE, MeasurementKind.COBB) else None,
        text='<b>größer</b>\n=2+2 "右肺"' if kind in (MeasurementKind.ARROW, MeasurementKind.TEXT) else "",
        label=f"läsion <i>{number}</i> & = @" if number % 2 else "",
        finding=NODULE if number % 3 else replace(NODULE, meaning="a meaning " * 9),
        site=LIVER if number % 2 else None,
        is_target=number % 4 == 1,
        tracking_uid=f"2.25.{12345 + number}" if number % 4 == 1 else "",
        method="samples of the volume, linear" if in_space else "",
    )


def every_kind(plan: StackPlan, *, n: int = 1, in_space: bool = False) -> list[Measurement]:
    """One of each."""
    return [drawn(plan, kind, n=n, in_space=in_space) for kind in MeasurementKind]


def _point(place: np.ndarray) -> Point:
    x, y, z = (float(one) for one in place)
    return x, y, z
