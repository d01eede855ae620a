"""Users' own calibrations of images."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from medscan_desktop.domain.study import StudyUid
from medscan_desktop.domain.user_calibration import CalibrationId, UserCalibration
from medscan_desktop.persistence.revisions import Revisions
from medscan_desktop.persistence.tables import calibrations


class Calibrations:
    """Each change is a revision; a removed one can be put again, as undo does."""

    def __init__(self, connection: Connection) -> None:
        self._rows = Revisions(connection, calibrations, "calibration")

    def put(self, calibration: UserCalibration) -> int:
        """Insert or add a revision; gives its number."""
        return self._rows.put(calibration.id, calibration.study_instance_uid, asdict(calibration))

    def get(self, identifier: CalibrationId) -> UserCalibration:
        """Raises NotFound."""
        return _calibration(self._rows.get(identifier))

    def of_study(self, study_uid: StudyUid) -> list[UserCalibration]:
        """Those not removed, oldest first."""
        found = (_calibration(body) for body in self._rows.of_study(study_uid))
        return sorted(found, key=lambda one: (one.created_at, one.id))

    def delete(self, identifier: CalibrationId) -> None:
        """Hide it; the revisions stay. Raises NotFound."""
        self._rows.delete(identifier)


def _calibration(body: dict[str, Any]) -> UserCalibration:
    return UserCalibration(**body)
