"""A key image: one acquired image that a user points out, and the titles under which such a selection is written."""

from dataclasses import dataclass
from typing import NewType

from medscan_desktop.domain.code import Code
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.domain.user import UserId

KeyImageId = NewType("KeyImageId", str)

# Of PS3.16 CID 7010, Key Object Selection Document Title, those that a reader at a workstation gives.
TITLES: tuple[Code, ...] = (
    Code("113000", "DCM", "Of Interest"),
    Code("113002", "DCM", "For Referring Provider"),
    Code("113003", "DCM", "For Surgery"),
    Code("113004", "DCM", "For Teaching"),
    Code("113005", "DCM", "For Conference"),
    Code("113006", "DCM", "For Therapy"),
    Code("113007", "DCM", "For Patient"),
    Code("113008", "DCM", "For Peer Review"),
    Code("113009", "DCM", "For Research"),
    Code("113013", "DCM", "Best In Set"),
)


@dataclass(frozen=True, slots=True)
class KeyImage:
    """`frame` is counted from 0 within the instance."""

    id: KeyImageId
    study_instance_uid: StudyUid
    series_instance_uid: SeriesUid
    sop_instance_uid: InstanceUid
    frame: int = 0
    created_by: UserId | None = None
    created_at: str = ""  # ISO 8601, UTC

    @property
    def image(self) -> tuple[InstanceUid, int]:
        """What it points at."""
        return self.sop_instance_uid, self.frame
