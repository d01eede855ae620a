"""A user's own calibration: a line of known length drawn on an image. It stands beside the image's, never in its place.

Every number that rests on it says so.
"""

from dataclasses import dataclass
from typing import NewType

from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.domain.user import UserId

CalibrationId = NewType("CalibrationId", str)
USER_CALIBRATION = "user calibration"


@dataclass(frozen=True, slots=True)
class UserCalibration:
    """`drawn` is the line's length by the image's own measure, in its `unit` ("mm" or "px"); it is `known_mm` long.

    `sop_instance_uid` None: all images of the series. `image_calibration` is how far the image's own measure goes.
    """

    id: CalibrationId
    study_instance_uid: StudyUid
    series_instance_uid: SeriesUid
    sop_instance_uid: InstanceUid | None
    drawn: float
    unit: str
    known_mm: float
    image_calibration: str = "px"
    created_by: UserId | None = None
    created_at: str = ""  # ISO 8601, UTC

    @property
    def factor(self) -> float:
        """Millimetres to one unit of the image's own measure."""
        return self.known_mm / self.drawn
