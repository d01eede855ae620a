"""Measurements leave and come: a TID 1500 report out and in, a table out. Nothing half-done, nothing unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from medscan_desktop.dicom.objects.measured import (
    left_out,
    measurement_of,
    read_report_measurements,
    with_other_numbers,
)
from medscan_desktop.dicom.objects.write_sr import report_file
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import FileRefused, Unsuitable
from medscan_desktop.domain.measurement import Measurement, MeasurementId
from medscan_desktop.domain.study import InstanceUid, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.exporters.csv import measurements_csv
from medscan_desktop.persistence.records import Records
from medscan_desktop.scene.workspace import SceneChange, Workspace
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command
from medscan_desktop.workstation.delivery import check_place, deliver
from medscan_desktop.workstation.history import bytes_of
from medscan_desktop.workstation.outgoing import write_out
from medscan_desktop.workstation.shelf import file_opener, read_study

_CHANGED = frozenset({Kind.MEASUREMENTS})
_ALREADY = "it is there already"
_ANOTHERS = "its id is that of a measurement of another study"
_DIFFERS = "the library has it with other values, which stay"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What became of a report: the measurements that are in the library now, and what was left out with the reason."""

    title: str
    measurements: tuple[Measurement, ...]
    left_out: tuple[tuple[str, str], ...]


@command("export.measurement_report", permission=Permission.EXPORT)
def export_report(
    ctx: Context, *, study_instance_uid: StudyUid, out: Path | None = None, into_library: bool = False
) -> Effect:
    """Write a study's measurements as a structured report (TID 1500): to the file `out`, into the library, or both."""
    check_place(out, into_library=into_library)
    action = "export.measurement_report"
    with ctx.records(action, study_instance_uid, into="library" if out is None else "file") as records:
        measurements, plans = _of_study(ctx, records, study_instance_uid)
        records.detail["measurements"] = len(measurements)
    content = report_file(measurements, plans, user=ctx.user, made_at=ctx.now())
    left = deliver(ctx, action, study_instance_uid, content, "measurement report", out=out, into_library=into_library)
    notice = f"Report of {_count(len(measurements))} {left.where}."
    return Effect(changed=left.changed, scene=left.scene, value=out, notice=notice)


@command("export.measurement_table", permission=Permission.EXPORT)
def export_table(ctx: Context, *, study_instance_uid: StudyUid, out: Path) -> Effect:
    """Write a study's measurements as CSV, one row each."""
    action = "export.measurement_table"
    with ctx.records(action, study_instance_uid) as records:
        study = records.studies.get(study_instance_uid)
        measurements = records.measurements.of_study(study_instance_uid)
        names = records.users.names()
        records.detail["measurements"] = len(measurements)
    if not measurements:
        raise Unsuitable("This study has no measurements.")
    write_out(ctx, action, study_instance_uid, out, measurements_csv(study, measurements, names))
    return Effect(value=out, notice=f"Table of {_count(len(measurements))} written to {out}.")


@command("export.measurement_copy", permission=Permission.EXPORT)
def copy_measurements(ctx: Context, *, measurement: Measurement) -> Effect:
    """The text of a measurement for the clipboard: what it is and its values, without the patient."""
    with ctx.records("export.measurement_copy", measurement.id):
        pass
    named = measurement.label or measurement.kind.label
    coded = (code.meaning for code in (measurement.finding, measurement.site) if code is not None)
    text = "\n".join((", ".join((named, *coded)), *measurement.lines))
    return Effect(value=text, notice="Copied.")


@command("measurement.take_over", permission=Permission.ANNOTATE)
def take_over_report(
    ctx: Context,
    *,
    sop_instance_uid: InstanceUid | None = None,
    path: Path | None = None,
    study: StudyUid | None = None,
) -> Effect:
    """Take the measurements of a structured report over: of one in the library, or of a file (`path`).

    A file's report belongs to the study that it names, or to `study`. Raises FileRefused, NotFound, Unsuitable.
    """
    body, study_uid, report = _read(ctx, sop_instance_uid, path, study)
    with ctx.records("measurement.take_over", study_uid) as records:
        records.studies.get(study_uid)
        there, plans = _of_study(ctx, records, study_uid)
    known = {one.id: one for one in there}
    came: list[Measurement] = []
    left: list[tuple[str, str]] = [(name or "a number", "it belongs to no measurement") for name in body["outside"]]
    for number, group in enumerate(body["groups"]):
        name = group["tracking_id"].replace("\n", " ")[:64] or f"measurement {number + 1}"
        try:
            one = with_other_numbers(measurement_of(group, plans, report=report, number=number), group)
        except Unsuitable as reason:
            left.append((name, str(reason)))
            continue
        left += [(name, f"{what} has no place here") for what in left_out(group)]
        if one.id in known:
            left.append((name, _ALREADY if _is_same(known[one.id], one) else _DIFFERS))
        else:
            came.append(_signed(ctx, one))
            known[one.id] = one
    strangers = _put(ctx, study_uid, came) if came else frozenset[MeasurementId]()
    left += [(one.label or one.kind.label, _ANOTHERS) for one in came if one.id in strangers]
    came = [one for one in came if one.id not in strangers]
    value = TakenOver(body["title"], tuple(came), tuple(left))
    notice = f"{_count(len(came))} taken over." + (f" {len(left):,} not: {left[0][0]}: {left[0][1]}." if left else "")
    return _shown_effect(came, value, notice)


@command("measurement.withdraw", permission=Permission.ANNOTATE)
def withdraw_measurements(ctx: Context, *, measurements: Sequence[Measurement]) -> Effect:
    """Take measurements that came together away again."""
    with ctx.records("measurement.withdraw", measurements[0].study_instance_uid, count=len(measurements)) as records:
        for one in measurements:
            records.measurements.delete(one.id)
            records.outbox.add("measurement", one.id, {"deleted": True})
    undo = Call(restore_measurements, {"measurements": measurements})
    gone = {one.id for one in measurements}
    return Effect(changed=_CHANGED, scene=_without(gone), undo=undo, undo_name=_NAME, undo_bytes=bytes_of(measurements))


@command("measurement.restore", permission=Permission.ANNOTATE)
def restore_measurements(ctx: Context, *, measurements: Sequence[Measurement]) -> Effect:
    """Bring measurements that were withdrawn together back as they were."""
    _put(ctx, measurements[0].study_instance_uid, measurements)
    return _shown_effect(measurements, None, "")


_NAME = "take measurements over"


def _shown_effect(came: Sequence[Measurement], value: Any, notice: str) -> Effect:
    if not came:
        return Effect(value=value, notice=notice)
    undo = Call(withdraw_measurements, {"measurements": tuple(came)})
    return Effect(
        changed=_CHANGED,
        scene=_with(came),
        undo=undo,
        undo_name=_NAME,
        undo_bytes=bytes_of(came),
        value=value,
        notice=notice,
    )


def _put(ctx: Context, study: StudyUid, measurements: Sequence[Measurement]) -> frozenset[MeasurementId]:
    """Keep them; gives the ids that belong to measurements of another study, which no report may touch."""
    with ctx.records("measurement.restore", study, count=len(measurements)) as records:
        strangers = frozenset(
            one.id for one in measurements if records.measurements.study_of(one.id) not in (None, study)
        )
        for one in measurements:
            if one.id in strangers:
                continue
            records.measurements.put(one)
            records.outbox.add("measurement", one.id, {"series_instance_uid": one.series_instance_uid})
    return strangers


def _of_study(ctx: Context, records: Records, study: StudyUid) -> tuple[list[Measurement], list[StackPlan]]:
    records.studies.get(study)
    measurements = records.measurements.of_study(study)
    plans = [plan for one in read_study(records, ctx.vault, study) for plan in one.grouping.stacks]
    return measurements, plans


def _read(
    ctx: Context, uid: InstanceUid | None, path: Path | None, study: StudyUid | None
) -> tuple[Any, StudyUid, str]:
    """What the report says, the study that it is about, and what its measurements without an id are named after."""
    if path is not None:
        with _opened(path) as file:
            body = read_report_measurements(ctx.workers, file, str(path))
        return body, study or StudyUid(body["study"]), body["sop"]
    if uid is None:
        raise Unsuitable("Which report? Name a file, or one of the library.")
    with ctx.records("measurement.read_report", uid) as records:
        instance = records.studies.instance(uid)
        own = records.studies.series_by_uid(instance.series_instance_uid).study_instance_uid
        opener = file_opener(records, ctx.vault, instance)
    with opener() as file:
        return read_report_measurements(ctx.workers, file, str(instance.header["label"])), own, uid


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileRefused(str(path), "the file is not there, or cannot be read") from error


def _signed(ctx: Context, one: Measurement) -> Measurement:
    """One that another program drew is whoever's who took it over, and dated then."""
    if one.created_at:
        return one
    return replace(one, created_by=ctx.user.id if ctx.user else None, created_at=ctx.now().isoformat())


def _is_same(known: Measurement, came: Measurement) -> bool:
    """Whether nothing but the last digits of its points is another."""
    near = len(known.points) == len(came.points) and all(
        abs(a - b) < 0.01
        for one, other in zip(known.points, came.points, strict=True)
        for a, b in zip(one, other, strict=True)
    )
    return (
        near and replace(came, points=known.points, created_by=known.created_by, created_at=known.created_at) == known
    )


def _with(came: Sequence[Measurement]) -> SceneChange:
    ids = {one.id for one in came}

    def change(workspace: Workspace) -> Workspace:
        if not workspace.is_open(came[0].study_instance_uid):
            return workspace
        others = (old for old in workspace.measurements if old.id not in ids)
        every = sorted((*others, *came), key=lambda one: (one.created_at, one.id))  # as the records give them
        return replace(workspace, measurements=tuple(every))

    return change


def _without(gone: set[MeasurementId]) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        rest = tuple(one for one in workspace.measurements if one.id not in gone)
        selected = None if workspace.selected in gone else workspace.selected
        return replace(workspace, measurements=rest, selected=selected)

    return change


def _count(count: int) -> str:
    return "1 measurement" if count == 1 else f"{count:,} measurements"
