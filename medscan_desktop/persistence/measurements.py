"""Saved measurements."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from medscan_desktop.domain.code import Code
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point, Statistics
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.persistence.revisions import Revisions
from medscan_desktop.persistence.tables import measurements


class Measurements:
    """Each change is a revision; a deleted one can be put again, as undo does."""

    def __init__(self, connection: Connection) -> None:
        self._rows = Revisions(connection, measurements, "measurement")

    def put(self, measurement: Measurement) -> int:
        """Insert or add a revision; gives its number."""
        return self._rows.put(measurement.id, measurement.study_instance_uid, asdict(measurement))

    def get(self, identifier: MeasurementId) -> Measurement:
        """Raises NotFound."""
        return _measurement(self._rows.get(identifier))

    def find(self, identifier: MeasurementId) -> Measurement | None:
        """None where there is none (any more)."""
        body = self._rows.find(identifier)
        return _measurement(body) if body is not None else None

    def study_of(self, identifier: MeasurementId) -> StudyUid | None:
        """The study that one belongs to, deleted or not; None where there never was one of this id."""
        return self._rows.study_of(identifier)

    def of_study(self, study_uid: StudyUid) -> list[Measurement]:
        """Those not deleted, oldest first."""
        found = (_measurement(body) for body in self._rows.of_study(study_uid))
        return sorted(found, key=lambda measurement: (measurement.created_at, measurement.id))

    def delete(self, identifier: MeasurementId) -> None:
        """Hide it; the revisions stay. Raises NotFound."""
        self._rows.delete(identifier)


def _measurement(body: dict[str, Any]) -> Measurement:
    values = dict(body)
    values["kind"] = MeasurementKind(body["kind"])
    values["points"] = tuple(_point(point) for point in body["points"])
    values["normal"] = _point(body["normal"])
    values["statistics"] = Statistics(**body["statistics"]) if body["statistics"] else None
    for name in ("finding", "site"):
        values[name] = Code(**body[name]) if body.get(name) else None
    return Measurement(**values)


def _point(values: list[float]) -> Point:
    x, y, z = values
    return (x, y, z)
