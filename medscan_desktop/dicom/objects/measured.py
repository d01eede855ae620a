"""A measurement group of a structured report as a measurement of this library: ours with nothing changed, others' as
far as they are understood."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO
from uuid import UUID, uuid5

from medscan_desktop.dicom.objects import measured_codes as terms
from medscan_desktop.dicom.objects.measured_shapes import Drawn, drawn_in
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.code import Code
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import OUTLINES, Measurement, MeasurementId, MeasurementKind, Point, Statistics
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.domain.user import UserId

Body = Mapping[str, Any]
_MADE_HERE = UUID("4b0f2f5e-6c1e-5a53-9d2b-0d3d7f1c9a10")  # the name space of ids for others' measurements
_UID = re.compile(r"[0-9.]{1,64}")
_LONGEST = 4000  # letters of one text
_MOST_OTHERS = 20


def read_report_measurements(workers: Workers, file: BinaryIO, label: str) -> Body:
    """What the report says, as `read_measurements` answers. Raises FileRefused."""
    return workers.run("read_measurements", {}, file, label=label)


def measurement_of(group: Body, plans: Sequence[StackPlan], *, report: str, number: int) -> Measurement:
    """The measurement that a group says. `report` is its SOP instance UID, `number` the group's place in it.

    Unsuitable, with the reason, where it says none that can be shown here.
    """
    details = _details(group["details"])
    kind = _kind_said(details)
    drawn = drawn_in(group, plans, kind, _anchor(details, (None, 0))[0])
    points = _exact_points(details, drawn)
    plan = drawn.plan
    ref = plan.frames[drawn.frame] if drawn.frame is not None else None
    anchor = _anchor(details, (ref.instance, ref.frame) if ref is not None else (None, 0))
    identifier = _identifier(details) or MeasurementId(str(uuid5(_MADE_HERE, f"{report}/{number}")))
    unit = str(details.get("unit") or _length_unit(group, plan))
    numbers = _Numbers(group["numbers"], str(details.get("value_unit", "")) if "value_unit" in details else None)
    counted = numbers.statistics(drawn.kind)
    is_on_image = details.get("image", "?") is not None if details else drawn.is_on_image
    return Measurement(
        id=identifier,
        study_instance_uid=plan.headers[0].study_instance_uid,
        series_instance_uid=SeriesUid(plan.series_instance_uid),
        sop_instance_uid=anchor[0] if is_on_image else None,
        frame=_frame(details, drawn),
        kind=drawn.kind,
        points=points,
        normal=_point(details.get("normal")) or drawn.normal,
        unit=unit,
        calibration=_text(details.get("calibration")) if details else _calibration(unit, plan),
        length=numbers.first(terms.LENGTHS) if drawn.kind in _WITH_LENGTH else None,
        statistics=counted,
        created_by=UserId(_text(details["created_by"])) if details.get("created_by") else None,
        created_at=_text(details.get("created_at")),
        note=_text(details.get("note")),
        anchor_instance=anchor[0],
        anchor_frame=anchor[1],
        width=numbers.first(terms.SHORT_AXES) if drawn.kind is MeasurementKind.BIDIRECTIONAL else None,
        angle=numbers.first(terms.ANGLES) if drawn.kind in (MeasurementKind.ANGLE, MeasurementKind.COBB) else None,
        text=_text(details.get("text")) if details else _foreign_text(group, drawn.kind),
        label=_label(group, details),
        finding=_code(group["finding"], details.get("finding")),
        site=_code(group["site"], details.get("site")),
        is_target=bool(group["is_target"]),
        tracking_uid=_tracking(group, details),
        method=_text(details.get("method")),
        time=numbers.within(terms.TIMES, terms.SECOND) if drawn.kind is MeasurementKind.LENGTH else None,
        velocity=numbers.within(terms.VELOCITIES, terms.CM_PER_S) if drawn.kind in _WITH_VELOCITY else None,
        area=numbers.within(terms.AREAS, terms.MM2) if drawn.kind in OUTLINES and counted is None else None,
    )


def left_out(group: Body) -> tuple[str, ...]:
    """What another program's group says besides numbers, by name, and has no place here."""
    if _details(group["details"]):
        return ()
    return tuple(dict.fromkeys(shown(one) for one in group["others"]))


def with_other_numbers(one: Measurement, group: Body) -> Measurement:
    """Numbers of another program's group that are no values of this kind here stand in its note, with their units."""
    if _details(group["details"]):
        return one
    counted = one.statistics
    own = [one.length, one.width, one.angle, one.time, one.velocity, one.area]
    if counted is not None:
        own += [counted.area_mm2, counted.volume_mm3, counted.mean, counted.standard_deviation]
        own += [counted.minimum, counted.maximum, float(counted.count)]
    others = [number for number in group["numbers"] if _is_finite(number["value"]) and number["value"] not in own]
    texts = [_number_text(number) for number in others[:_MOST_OTHERS]]
    return replace(one, note="; ".join(text for text in (one.note, *texts) if text))


def _number_text(number: Body) -> str:
    """`Mean Attenuation Coefficient 40.2 HU`."""
    derived = shown(number["derivation"][2]) if number["derivation"] else ""
    unit = terms.unit_text(number["unit"][0], shown(number["unit"][2]))
    parts = (derived, shown(number["name"][2]) or "a number", f"{float(number['value']):.4g}", unit)
    return " ".join(part for part in parts if part)


_WITH_LENGTH = frozenset(
    {MeasurementKind.LENGTH, MeasurementKind.POLYLINE, MeasurementKind.BIDIRECTIONAL, MeasurementKind.SPHERE}
)


_WITH_VELOCITY = frozenset({MeasurementKind.LENGTH, MeasurementKind.PROBE})


class _Numbers:
    """The numbers of a group, by what they are."""

    def __init__(self, numbers: Sequence[Body], unit: str | None) -> None:
        self._numbers = [one for one in numbers if _is_finite(one["value"])]
        self._unit = unit

    def first(self, names: frozenset[str]) -> float | None:
        """The first number of one of these names."""
        return next((float(one["value"]) for one in self._numbers if one["name"][0] in names), None)

    def within(self, names: frozenset[str], unit: Code) -> float | None:
        """The first number of one of these names that is in this unit."""
        found = (one for one in self._numbers if one["name"][0] in names and one["unit"][0] == unit.value)
        return next((float(one["value"]) for one in found), None)

    def statistics(self, kind: MeasurementKind) -> Statistics | None:
        """Those of pixel values; None where the group does not have them all."""
        found = [self._derived(names) for names in (terms.MEANS, terms.DEVIATIONS, terms.MINIMA, terms.MAXIMA)]
        values = [one for one in self._numbers if one["name"][0] not in terms.VELOCITIES]
        if kind is MeasurementKind.PROBE and found[0] is None and values:
            return self._of_one_pixel(values[0])
        told = [one for one in found if one is not None]
        if len(told) < len(found):
            return None
        mean, deviation, least, most = (float(one["value"]) for one in told)
        count = self.first(frozenset({terms.PIXEL_COUNT.value}))
        return Statistics(
            count=int(count) if count is not None else 0,
            area_mm2=self.first(terms.AREAS),
            mean=mean,
            standard_deviation=deviation,
            minimum=least,
            maximum=most,
            unit=self._unit_of(told[0]),
            volume_mm3=self.first(terms.VOLUMES),
        )

    def _of_one_pixel(self, one: Body) -> Statistics:
        value = float(one["value"])
        return Statistics(1, None, value, 0.0, value, value, self._unit_of(one))

    def _unit_of(self, one: Body) -> str:
        return terms.unit_text(one["unit"][0], shown(one["unit"][2])) if self._unit is None else self._unit

    def _derived(self, derivations: frozenset[str]) -> Body | None:
        return next((one for one in self._numbers if one["derivation"] and one["derivation"][0] in derivations), None)


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _details(text: str) -> Mapping[str, Any]:
    """Our own fields; empty where the group is another program's, or where they make no sense."""
    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and found.get("version") == 1 else {}


def _kind_said(details: Body) -> MeasurementKind | None:
    said = details.get("kind")
    return MeasurementKind(said) if said in list(MeasurementKind) else None


def _identifier(details: Body) -> MeasurementId | None:
    try:
        return MeasurementId(str(UUID(details["id"])))
    except (KeyError, ValueError, AttributeError, TypeError):
        return None


def _anchor(details: Body, found: tuple[InstanceUid | None, int]) -> tuple[InstanceUid | None, int]:
    """The image that was nearest to it when it was drawn."""
    match details.get("anchor"):
        case [str(uid), int(frame)] if _UID.fullmatch(uid):
            return InstanceUid(uid), frame
        case [None, int(frame)]:
            return None, frame
    return found


def _frame(details: Body, drawn: Drawn) -> int:
    frame = details.get("frame")
    return frame if isinstance(frame, int) and not isinstance(frame, bool) and 0 <= frame < 1 << 31 else drawn.k


def _exact_points(details: Body, drawn: Drawn) -> tuple[Point, ...]:
    """What the pixels say, unless the drawing lies beside the image and the details say where."""
    said = details.get("points")
    if isinstance(said, list):
        points = [_point(one) for one in said]
        known = tuple(one for one in points if one is not None)
        if len(known) == len(said) == len(drawn.points):
            return known
    points_here = drawn.points
    if details.get("is_turned") is True and drawn.kind is MeasurementKind.ELLIPSE:
        centre, longer, shorter = points_here
        return centre, shorter, longer
    return points_here


def _point(said: object) -> Point | None:
    if isinstance(said, list) and len(said) == 3 and all(_is_finite(one) for one in said):
        x, y, z = (float(one) for one in said)
        return x, y, z
    return None


def _text(said: object) -> str:
    """Plain text, as it may be shown; line breaks stay."""
    lines = str(said).split("\n") if isinstance(said, str) else []
    return "\n".join(shown(one) for one in lines)[:_LONGEST]


def _label(group: Body, details: Body) -> str:
    if details and details.get("has_label") is False:
        return ""
    return shown(group["tracking_id"].replace("\n", " "))[:_LONGEST]


def _tracking(group: Body, details: Body) -> str:
    uid = group["tracking_uid"]
    if not _UID.fullmatch(uid) or (details and details.get("is_tracked") is False):
        return ""
    return str(uid)


def _code(said: Sequence[str] | None, meaning: object) -> Code | None:
    if not said or not said[0]:
        return None
    whole = _text(meaning) if isinstance(meaning, str) else ""
    return Code(shown(said[0])[:64], shown(said[1])[:64], whole or shown(said[2]))


def _foreign_text(group: Body, kind: MeasurementKind) -> str:
    """What another program's arrow or point says."""
    if kind not in (MeasurementKind.ARROW, MeasurementKind.TEXT):
        return ""
    return _text("\n".join(group["remarks"]) or group["tracking_id"])


def _length_unit(group: Body, plan: StackPlan) -> str:
    for one in group["numbers"]:
        if one["name"][0] in terms.LENGTHS | terms.SHORT_AXES:
            if one["unit"][0] not in ("mm", "{pixels}"):
                raise Unsuitable(f"its length is in {shown(one['unit'][2] or one['unit'][0]) or 'no unit'}")
            return "mm" if one["unit"][0] == "mm" else "px"
    return "px" if plan.calibration == "px" else "mm"


def _calibration(unit: str, plan: StackPlan) -> str:
    return "px" if unit == "px" else "" if plan.calibration == "px" else plan.calibration
