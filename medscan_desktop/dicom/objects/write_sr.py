"""Measurements as a structured report of TID 1500 (PS3.16), by highdicom.

A region becomes a planar ROI (TID 1410), a sphere a volumetric one (TID 1411), everything else a measurement group
(TID 1501). Coordinates are those of the image where it was drawn on one, else of the frame of reference.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from medscan_desktop.dicom.objects import measured_codes as terms
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.written import concept, file_bytes, identity, person, source_of
from medscan_desktop.dicom.objects.written_coordinates import Lines, Place, is_turned, lines_of, place_of
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.code import Code
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import Measurement, MeasurementKind, Statistics
from medscan_desktop.domain.user import User

if TYPE_CHECKING:
    from highdicom.sr import ObservationContext
    from pydicom import Dataset

_SERIES_NUMBER = 7002
_TITLE = Code("126000", "DCM", "Imaging Measurement Report")
_REPORTED = Code("363679005", "SCT", "Imaging procedure")
_WITHOUT_NUMBERS = frozenset({MeasurementKind.ARROW, MeasurementKind.TEXT, MeasurementKind.PROBE})
_PLANAR = frozenset({MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE, MeasurementKind.FREEHAND}) | _WITHOUT_NUMBERS
_TO_THE_MM = 1e-3  # a point that the report cannot say as exactly as this stands in the details too


def report_file(
    measurements: Sequence[Measurement], plans: Sequence[StackPlan], *, user: User | None, made_at: datetime
) -> bytes:
    """The Part 10 file of one study's measurements; `plans` are the stacks that they were drawn on.

    Unsuitable where there are none, or where an image of theirs is not among the stacks.
    """
    placed = [(one, place_of(one, plans)) for one in measurements]
    found = [(one, place) for one, place in placed if place is not None]
    if len(found) < len(placed) or not found:
        missing = len(placed) - len(found)
        raise Unsuitable(
            f"{missing:,} measurements lie on images that are not in the library."
            if missing
            else "This study has no measurements."
        )
    hd = _highdicom()
    with quiet():
        groups = [_group(one, place) for one, place in found]
        report = hd.MeasurementReport(
            observation_context=_context(user),
            procedure_reported=concept(_REPORTED),
            imaging_measurements=groups,
            title=concept(_TITLE),
        )
        evidence = {place.header.sop_instance_uid: source_of(place.header) for _, place in found}
        in_space = any(not place.in_pixels for _, place in found)
        document = hd.Comprehensive3DSR if in_space else hd.ComprehensiveSR
        made = document(list(evidence.values()), report[0], is_complete=True, **identity(_SERIES_NUMBER))
    return file_bytes(made, found[0][1].header, "Measurements", made_at)


def tracking_of(one: Measurement) -> str:
    """Its tracking UID; that of one that is not tracked comes from its own id, so that it is the same each time."""
    return one.tracking_uid or f"2.25.{UUID(one.id).int}"


@cache
def _highdicom() -> Any:
    from highdicom import sr  # noqa: PLC0415  late: half a second

    return sr


def _context(user: User | None) -> "ObservationContext":
    hd = _highdicom()
    observer = person(user)
    if observer is not None:
        made: ObservationContext = hd.ObservationContext(observer_person_context=observer)
        return made
    raise Unsuitable("A report needs to say who measured: log in first.")


def _group(one: Measurement, place: Place) -> Any:
    hd = _highdicom()
    shared = {
        "tracking_identifier": hd.TrackingIdentifier(tracking_of(one), one.label or one.kind.label),
        "finding_type": concept(one.finding) if one.finding else None,
        "finding_sites": [hd.FindingSite(concept(one.site))] if one.site else None,
        "qualitative_evaluations": [hd.QualitativeEvaluation(concept(terms.TARGET_LESION), concept(terms.YES))]
        if one.is_target
        else None,
    }
    drawn = lines_of(one)
    if one.kind is MeasurementKind.SPHERE and not place.in_pixels:
        points = np.asarray(drawn[0].points)
        source = hd.SourceSeriesForSegmentation(one.series_instance_uid)
        surface = hd.VolumeSurface("ELLIPSOID", points, place.frame_of_reference, source_series=source)
        group = hd.VolumetricROIMeasurementsAndQualitativeEvaluations(
            referenced_volume_surface=surface, measurements=_numbers(one, place), **shared
        )
    elif one.kind in _PLANAR or one.kind is MeasurementKind.SPHERE:
        group = hd.PlanarROIMeasurementsAndQualitativeEvaluations(
            referenced_region=_region(one, drawn[0], place), measurements=_numbers(one, place), **shared
        )
    else:
        group = hd.MeasurementsAndQualitativeEvaluations(measurements=_numbers(one, place, drawn), **shared)
    _add_texts(group[0], one, place)
    return group


def _region(one: Measurement, drawn: Lines, place: Place) -> Any:
    hd = _highdicom()
    if not place.in_pixels:
        return hd.ImageRegion3D(drawn.graphic, np.asarray(drawn.points), place.frame_of_reference)
    if one.kind is MeasurementKind.SPHERE:  # images without a frame of reference
        return hd.ImageRegion("CIRCLE", place.pixels(one.points), _image(place))
    return hd.ImageRegion(_flat(drawn.graphic), place.pixels(drawn.points), _image(place))


def _image(place: Place) -> Any:
    frames = [place.frame + 1] if place.header.frames > 1 else None
    return _highdicom().SourceImageForRegion(place.header.sop_class_uid, place.header.sop_instance_uid, frames)


def _flat(graphic: str) -> str:
    """An image has no POLYGON: a closed POLYLINE is one."""
    return "POLYLINE" if graphic == "POLYGON" else graphic


def _coordinates(drawn: Sequence[Lines], place: Place) -> list[Any]:
    hd = _highdicom()
    if place.in_pixels:
        return [
            hd.CoordinatesForMeasurement(_flat(one.graphic), place.pixels(one.points), _image(place)) for one in drawn
        ]
    return [
        hd.CoordinatesForMeasurement3D(one.graphic, np.asarray(one.points), place.frame_of_reference) for one in drawn
    ]


def _numbers(one: Measurement, place: Place, drawn: Sequence[Lines] = ()) -> list[Any] | None:
    """Every number that was measured, each with its unit and, without a region of its own, where."""
    unit = terms.MM if one.unit == "mm" else terms.PIXELS
    made = []
    if one.angle is not None:
        name = terms.COBB if one.kind is MeasurementKind.COBB else terms.ANGLE
        made.append(_number(name, one.angle, terms.DEGREE, where=_coordinates(drawn, place)))
    if one.length is not None:
        name = terms.LENGTH_NAMES.get(one.kind, terms.LENGTH)
        own = drawn[:1] if one.kind is MeasurementKind.BIDIRECTIONAL else drawn
        made.append(_number(name, one.length, unit, where=_coordinates(own, place)))
    if one.width is not None:
        made.append(_number(terms.SHORT_AXIS, one.width, unit, where=_coordinates(drawn[1:], place)))
    if one.time is not None:
        made.append(_number(terms.TIME, one.time, terms.SECOND, where=_coordinates(drawn, place)))
    if one.velocity is not None:
        where = _coordinates(drawn, place) if one.kind is MeasurementKind.LENGTH else ()
        made.append(_number(terms.VELOCITY, one.velocity, terms.CM_PER_S, where=where))
    if one.area is not None:
        made.append(_number(terms.AREA, one.area, terms.MM2))
    if one.statistics is not None:
        made += _statistics(one.statistics, place.plan.modality)
    return [number for number in made if number is not None] or None


def _statistics(counted: Statistics, modality: str) -> list[Any]:
    name, unit = terms.value_name(counted.unit, modality), terms.value_unit(counted.unit)
    return [
        _number(terms.PIXEL_COUNT, float(counted.count), terms.PIXELS),
        _number(terms.AREA, counted.area_mm2, terms.MM2),
        _number(terms.VOLUME, counted.volume_mm3, terms.MM3),
        _number(name, counted.mean, unit, terms.MEAN),
        _number(name, counted.standard_deviation, unit, terms.DEVIATION),
        _number(name, counted.minimum, unit, terms.MINIMUM),
        _number(name, counted.maximum, unit, terms.MAXIMUM),
    ]


def _number(
    name: Code, value: float | None, unit: Code, derivation: Code | None = None, where: Sequence[Any] = ()
) -> Any:
    if value is None or not math.isfinite(value):
        return None
    return _highdicom().Measurement(
        name=concept(name),
        value=float(value),
        unit=concept(unit),
        derivation=concept(derivation) if derivation else None,
        referenced_coordinates=list(where) or None,
    )


def _add_texts(group: "Dataset", one: Measurement, place: Place) -> None:
    """What others may read, and what only this program does."""
    hd = _highdicom()
    remarks = [text for text in (one.text, one.trust, one.method, one.note) if text]
    if remarks:
        text = "; ".join(remarks)
        group.ContentSequence.append(hd.TextContentItem(concept(terms.COMMENT), text, "CONTAINS"))
    details = json.dumps(_details(one, place), ensure_ascii=False, separators=(",", ":"))
    group.ContentSequence.append(hd.TextContentItem(concept(terms.DETAILS), details, "CONTAINS"))


def _details(one: Measurement, place: Place) -> Mapping[str, Any]:
    """All fields that the standard's items do not say, and those that they cannot say exactly."""
    details: dict[str, Any] = {
        "version": 1,
        "id": one.id,
        "kind": one.kind.value,
        "series": one.series_instance_uid,
        "image": one.sop_instance_uid,
        "anchor": [one.anchor_instance, one.anchor_frame],
        "frame": one.frame,
        "normal": list(one.normal),
        "unit": one.unit,
        "calibration": one.calibration,
        "created_by": one.created_by,
        "created_at": one.created_at,
        "method": one.method,
        "note": one.note,
        "text": one.text,
        "has_label": bool(one.label),
        "is_tracked": bool(one.tracking_uid),
    }
    if one.statistics is not None:
        details["value_unit"] = one.statistics.unit
    if one.finding is not None:
        details["finding"] = one.finding.meaning  # CodeMeaning holds 64 letters
    if one.site is not None:
        details["site"] = one.site.meaning
    if is_turned(one):
        details["is_turned"] = True
    if place.in_pixels and not _is_exact(one, place):
        details["points"] = [list(point) for point in one.points]
    return details


def _is_exact(one: Measurement, place: Place) -> bool:
    """Whether the points come back from their pixels."""
    pixels = place.pixels(one.points).astype(np.float32).astype(float) - 0.5
    index = np.column_stack([pixels, np.full(len(pixels), float(place.k))])
    off = place.plan.geometry.to_patient(index) - np.asarray(one.points)
    return bool(np.linalg.norm(off, axis=1).max() < _TO_THE_MM)
