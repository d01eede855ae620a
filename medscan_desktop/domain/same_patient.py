"""Whether two studies under one patient ID are of one person: what they say against it."""

from medscan_desktop.domain.conflict import Conflict, ConflictKind, ConflictState, is_same_identity, is_same_patient
from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.study import Patient


def contradictions(one: Patient, other: Patient, issuers: tuple[str, str] = ("", "")) -> tuple[str, ...]:
    """What differs, as a person reads it; empty where nothing known of both does.

    `issuers` are who gave out the patient IDs (0010,0021): the same number from two of them is two patients.
    """
    found = []
    given = [issuer.strip() for issuer in issuers]
    if all(given) and given[0].casefold() != given[1].casefold():
        found.append(f"the ID was issued by {given[0]} / {given[1]}")
    if is_same_identity(one, other):
        return tuple(found)
    if not is_same_patient(Patient(one.patient_id, one.patient_name), Patient(other.patient_id, other.patient_name)):
        found.append(f"name: {one.display_name} / {other.display_name}")
    for label, own, theirs in (
        ("birth date", date_text(one.patient_birth_date), date_text(other.patient_birth_date)),
        ("sex", one.patient_sex, other.patient_sex),
    ):
        if own.strip() and theirs.strip() and own.strip() != theirs.strip():
            found.append(f"{label}: {own} / {theirs}")
    return tuple(found)


def decided(one: Patient, other: Patient, conflicts: list[Conflict]) -> ConflictState | None:
    """What somebody decided of these two identities in the reconcile list; None where nobody did."""
    for conflict in conflicts:
        if conflict.kind is not ConflictKind.IDENTITY or conflict.state is ConflictState.OPEN:
            continue
        sides = conflict.ours.patient, conflict.theirs.patient
        for first, second in (sides, sides[::-1]):
            if is_same_identity(first, one) and is_same_identity(second, other):
                return conflict.state
    return None
