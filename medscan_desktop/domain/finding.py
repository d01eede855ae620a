"""What a model proposed and a person decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from medscan_desktop.domain.errors import NotAllowed
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid, VaultId
from medscan_desktop.domain.user import UserId

FindingId = NewType("FindingId", str)


class FindingState(StrEnum):
    """A finding is proposed until a person accepts or rejects it."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Code:
    """A coded concept (PS3.3 8.8)."""

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Structure:
    """One segment of a finding's mask: label value `number` in the stored mask."""

    number: int
    name: str
    volume_ml: float
    category: Code
    type: Code
    colour: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a result came to be: enough to make it again and to show beside it."""

    model: str
    version: str
    sha256: str
    algorithm_name: str
    series_instance_uid: SeriesUid
    sop_instance_uids: tuple[InstanceUid, ...]  # in the stack's order
    preprocessing: str
    provider: str
    started_at: str  # ISO 8601, UTC
    seconds: float
    confidence: float | None = None
    confidence_meaning: str = "no confidence given"
    frame_numbers: tuple[int, ...] = ()  # the frame of each of these instances, from 0; empty where all are the first

    def is_of(self, images: Sequence[tuple[InstanceUid, int]]) -> bool:
        """Whether these (instance, frame) are the images it was made of, in their order."""
        if self.sop_instance_uids != tuple(uid for uid, _ in images):
            return False
        return self.frame_numbers in ((), tuple(frame for _, frame in images))  # findings of old know no frames

    @property
    def confidence_text(self) -> str:
        """The confidence with what it means, or that there is none."""
        if self.confidence is None:
            return "no confidence given"
        return f"confidence {self.confidence:.2f} ({self.confidence_meaning})"


@dataclass(frozen=True, slots=True)
class Finding:
    """A model's result on one series."""

    id: FindingId
    study_instance_uid: StudyUid
    series_instance_uid: SeriesUid
    state: FindingState
    structures: tuple[Structure, ...]
    provenance: Provenance
    mask: VaultId | None
    created_by: UserId
    created_at: str
    decided_by: UserId | None = None
    decided_at: str = ""
    reason: str = ""
    note: str = ""  # what has happened to its images since

    def check_accepted(self) -> None:
        """Raises NotAllowed where nobody has accepted it: a proposal never leaves the house."""
        if self.state is not FindingState.ACCEPTED:
            raise NotAllowed(f"Only an accepted finding is exported; this one is {self.state}.")
