"""The UIDs that file an instance. Where a file leaves them empty they come from its meta header, or are derived."""

import hashlib
import re
from collections.abc import Mapping

from medscan_desktop.dicom.headers.elements import Malformed

DERIVED = "MedScanDerivedIdentity"  # among the attributes, where a study or series UID was not the file's own

_UID = re.compile(r"[0-9.]{1,64}")
_STUDY = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "StudyDescription",
)
_SERIES = (
    "Modality",
    "SeriesNumber",
    "SeriesDescription",
    "SeriesDate",
    "SeriesTime",
    "FrameOfReferenceUID",
    "Manufacturer",
)
_FROM_META = {"SOPClassUID": "MediaStorageSOPClassUID", "SOPInstanceUID": "MediaStorageSOPInstanceUID"}


def identified(attributes: Mapping[str, str], meta: Mapping[str, str]) -> dict[str, str]:
    """The attributes with all four UIDs. Malformed where the instance itself cannot be told apart.

    A missing study or series UID is the same for all files that agree in what otherwise tells studies and series apart.
    """
    found = dict(attributes)
    for keyword, stored in _FROM_META.items():
        found.setdefault(keyword, meta.get(stored, ""))
    if "StudyInstanceUID" not in found:
        found |= {"StudyInstanceUID": _derived("study", found, _STUDY), DERIVED: "YES"}
    if "SeriesInstanceUID" not in found:
        found |= {"SeriesInstanceUID": _derived(found["StudyInstanceUID"], found, _SERIES), DERIVED: "YES"}
    for keyword in (*_FROM_META, "StudyInstanceUID", "SeriesInstanceUID"):
        if not found[keyword]:
            raise Malformed(f"has no {keyword}, so it cannot be told apart or filed")
        if not _UID.fullmatch(found[keyword]):
            raise Malformed(f"has a {keyword} that is no valid identifier")
    return found


def _derived(prefix: str, attributes: Mapping[str, str], keywords: tuple[str, ...]) -> str:
    """A UUID-derived UID (PS3.5 B.2) of the values."""
    text = "\0".join((prefix, *(attributes.get(keyword, "") for keyword in keywords)))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big") | 1 << 127
    return f"2.25.{number}"
