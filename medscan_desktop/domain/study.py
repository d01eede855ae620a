"""Patient, study, series and instance as the records keep them. Attributes keep their DICOM keyword in snake case."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

StudyUid = NewType("StudyUid", str)
SeriesUid = NewType("SeriesUid", str)
InstanceUid = NewType("InstanceUid", str)
VaultId = NewType("VaultId", str)


@dataclass(frozen=True, slots=True)
class Patient:
    """Who was imaged. `patient_name` is the raw PN value, component groups separated by `=`."""

    patient_id: str
    patient_name: str
    patient_birth_date: str = ""  # DA, YYYYMMDD
    patient_sex: str = ""

    @property
    def display_name(self) -> str:
        """All component groups, family name first: `Li, Wei (李, 伟)`."""
        groups = [", ".join(part for part in group.split("^") if part) for group in self.patient_name.split("=")]
        shown = [group for group in groups if group]
        if not shown:
            return "(no name)"
        return shown[0] + (f" ({'; '.join(shown[1:])})" if len(shown) > 1 else "")


@dataclass(frozen=True, slots=True)
class LegalHold:
    """Why a study must not be deleted, whatever the rules say."""

    reason: str
    by: str  # login name
    at: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Study:
    """One examination of one patient."""

    study_instance_uid: StudyUid
    patient: Patient
    study_date: str = ""  # DA
    study_time: str = ""  # TM
    study_description: str = ""
    accession_number: str = ""
    institution_name: str = ""
    modalities: tuple[str, ...] = ()
    series_count: int = 0
    instance_count: int = 0
    absent_count: int = 0  # images that were missing or changed when last looked at
    imported_at: str = ""  # ISO 8601, UTC; "" where an earlier version imported it
    opened_at: str = ""  # the last time; "" for never, as far as known
    legal_hold: LegalHold | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One series of a study."""

    series_instance_uid: SeriesUid
    study_instance_uid: StudyUid
    modality: str
    series_number: int | None = None
    series_description: str = ""
    body_part_examined: str = ""
    instance_count: int = 0
    absent_count: int = 0  # images that were missing or changed when last looked at


class Storage(StrEnum):
    """Where an instance's bytes are."""

    VAULT = "vault"
    REFERENCED = "referenced"


class InstanceState(StrEnum):
    """What was found when an instance's bytes were last looked for."""

    PRESENT = "present"
    MISSING = "missing"
    CHANGED = "changed"  # other bytes than those imported: never shown as what was imported


@dataclass(frozen=True, slots=True)
class Instance:
    """One SOP instance and where its bytes are.

    `header` is the scanner's JSON (`dicom.headers.header.Header.to_json`), opaque here and to the database.
    `location` is a vault id, or an absolute path for REFERENCED.
    """

    sop_instance_uid: InstanceUid
    series_instance_uid: SeriesUid
    sop_class_uid: str
    transfer_syntax_uid: str
    instance_number: int | None
    frames: int
    size_bytes: int
    sha256: str
    storage: Storage
    location: str
    header: Mapping[str, object]
    mtime_ns: int | None = None  # of a REFERENCED file when it was imported; None where that is not known
    state: InstanceState = InstanceState.PRESENT
