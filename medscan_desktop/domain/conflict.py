"""What an import could not simply take in, or took in beside what contradicts it; and what people decide about it."""

from dataclasses import dataclass
from enum import StrEnum

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.study import InstanceUid, Patient, SeriesUid, StudyUid


class ConflictKind(StrEnum):
    """How something new contradicts the library. The first three hold the file back; the last lists two patients."""

    CONTENT = "content"  # the same SOP Instance UID, other content
    PATIENT = "patient"  # the same Study Instance UID, another patient
    SERIES = "series"  # the same Series Instance UID, in another study
    IDENTITY = "identity"  # the same patient ID with another name, birth date or sex


REASONS = {
    ConflictKind.CONTENT: "the library has this SOP Instance UID already, with other content",
    ConflictKind.PATIENT: "the library has this Study Instance UID already, of another patient",
    ConflictKind.SERIES: "the library has this Series Instance UID already, in another study",
    ConflictKind.IDENTITY: "the library has this patient ID already, of somebody with another name, birth date or sex",
}


class ConflictState(StrEnum):
    """Open until somebody decides; then what was decided."""

    OPEN = "open"
    KEPT = "keep"  # what the library has stays, the held file is erased
    REPLACED = "replace"  # the new is in the place of the old
    FILED = "file"  # stands where the library has the study or series, its own header untouched
    APART = "apart"  # stays held back, shown nowhere
    SAME_PERSON = "same-person"
    DIFFERENT_PEOPLE = "different-people"


DECISIONS = {
    ConflictKind.CONTENT: (ConflictState.KEPT, ConflictState.REPLACED, ConflictState.APART),
    ConflictKind.PATIENT: (ConflictState.KEPT, ConflictState.REPLACED, ConflictState.FILED, ConflictState.APART),
    ConflictKind.SERIES: (ConflictState.KEPT, ConflictState.REPLACED, ConflictState.FILED, ConflictState.APART),
    ConflictKind.IDENTITY: (ConflictState.SAME_PERSON, ConflictState.DIFFERENT_PEOPLE),
}

TAKEN_BACK = frozenset(  # decisions that erased nothing
    {
        ConflictState.FILED,
        ConflictState.APART,
        ConflictState.SAME_PERSON,
        ConflictState.DIFFERENT_PEOPLE,
    }
)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that contradict each other, as far as a person needs it to decide."""

    patient: Patient
    study_instance_uid: StudyUid
    study_date: str = ""
    study_description: str = ""
    accession_number: str = ""
    series_instance_uid: SeriesUid | None = None
    modality: str = ""
    series_description: str = ""
    size_bytes: int = 0
    sha256: str = ""

    def fields(self) -> dict[str, str]:
        """What is shown of it, by the field's name."""
        patient = self.patient
        return {
            "Patient": patient.display_name,
            "Patient ID": patient.patient_id,
            "Birth date": date_text(patient.patient_birth_date),
            "Sex": patient.patient_sex,
            "Study date": date_text(self.study_date),
            "Study": self.study_description,
            "Accession": self.accession_number,
            "Study UID": self.study_instance_uid,
            "Modality": self.modality,
            "Series": self.series_description,
            "Size": f"{self.size_bytes:,} bytes" if self.size_bytes else "",
            "SHA-256": self.sha256[:16],
        }


@dataclass(frozen=True, slots=True)
class Conflict:
    """One entry of the reconcile list: all files that contradict the library in the same way.

    `id` is the same for the same contradiction, so that importing again adds no second entry.
    """

    id: str
    kind: ConflictKind
    state: ConflictState
    ours: Side  # what the library has; for IDENTITY the earlier study
    theirs: Side  # what came; for IDENTITY the later study
    at: str  # ISO 8601, UTC, when the first of its files came
    labels: tuple[str, ...] = ()  # the held files as the user knows them
    sop_instance_uids: tuple[InstanceUid, ...] = ()
    resolved_at: str = ""
    resolved_by: str = ""
    reason: str = ""  # of the decision

    @property
    def decisions(self) -> tuple[ConflictState, ...]:
        """What may be decided about it."""
        return DECISIONS[self.kind] if self.state is ConflictState.OPEN else ()

    def compared(self) -> dict[str, tuple[str, str]]:
        """What both sides say, by field; without what is empty on both, or of an image where ours is a whole study."""
        ours, theirs = self.ours.fields(), self.theirs.fields()
        left_out = set() if self.ours.sha256 else {"Size", "SHA-256"}
        left_out |= set() if self.ours.series_instance_uid else {"Modality", "Series"}
        return {
            name: (ours[name], theirs[name]) for name in ours if name not in left_out and (ours[name] or theirs[name])
        }

    @property
    def differing(self) -> tuple[str, ...]:
        """The names of the fields that are not the same on both sides."""
        return tuple(name for name, (ours, theirs) in self.compared().items() if ours != theirs)


def is_same_patient(one: Patient, other: Patient) -> bool:
    """The same id and name; a birth date or another script of the name only counts where both have one."""
    if one.patient_id.strip() != other.patient_id.strip() or not _is_same_name(one, other):
        return False
    return _agree(one.patient_birth_date, other.patient_birth_date)


def is_same_identity(one: Patient, other: Patient) -> bool:
    """Whether two of one patient ID can be one person: nothing known of both differs."""
    return is_same_patient(one, other) and _agree(one.patient_sex, other.patient_sex)


def plain_name(patient: Patient) -> str:
    """The name without what only differs in writing: case, spaces and empty components at the end of a group."""
    return "=".join(_groups(patient)).strip("=")


def _is_same_name(one: Patient, other: Patient) -> bool:
    pairs = list(zip(_groups(one), _groups(other), strict=False))
    written = [(a, b) for a, b in pairs if a and b]
    return all(a == b for a, b in written) and bool(written or plain_name(one) == plain_name(other))


def _groups(patient: Patient) -> list[str]:
    return [group.strip(" ^") for group in patient.patient_name.casefold().split("=")]


def _agree(one: str, other: str) -> bool:
    return len({one.strip(), other.strip()} - {""}) <= 1
