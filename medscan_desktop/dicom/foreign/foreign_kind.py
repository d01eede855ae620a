"""Which files that are no DICOM can be wrapped into a study: told by how they begin, never by the name alone."""

from enum import StrEnum

_CAN_BE = "which can be wrapped into a study"
HEAD_BYTES = 352  # enough of a file to tell
_GZIP = b"\x1f\x8b"
_NIFTI_1 = (b"\x5c\x01\0\0", b"\0\0\x01\x5c")  # the header's own size, in either byte order
_NIFTI_2 = (b"\x1c\x02\0\0", b"\0\0\x02\x1c")


class ForeignKind(StrEnum):
    """A format that can be wrapped."""

    NIFTI = "NIfTI image"
    NRRD = "NRRD image"
    PNG = "PNG picture"
    JPEG = "JPEG picture"
    TIFF = "TIFF picture"
    PDF = "PDF document"
    STL = "STL surface"

    @property
    def is_volume(self) -> bool:
        """Whether it holds voxels."""
        return self in (ForeignKind.NIFTI, ForeignKind.NRRD)

    @property
    def has_modality(self) -> bool:
        """Whether it becomes images, of a modality that somebody must name."""
        return self not in (ForeignKind.PDF, ForeignKind.STL)


def foreign_kind(head: bytes, name: str) -> ForeignKind | None:
    """The format of a file that begins with `head` (HEAD_BYTES, or all of it); None where it cannot be wrapped."""
    end = name.lower()
    if head[:4] in _NIFTI_1 + _NIFTI_2 or (head[:2] == _GZIP and end.endswith((".nii.gz", ".nii"))):
        return ForeignKind.NIFTI
    for kind, beginnings in _BEGINNINGS:
        if head.startswith(beginnings):
            return kind
    return ForeignKind.STL if end.endswith(".stl") and len(head) >= 15 else None


_BEGINNINGS = (
    (ForeignKind.NRRD, (b"NRRD000",)),
    (ForeignKind.PNG, (b"\x89PNG\r\n\x1a\n",)),
    (ForeignKind.JPEG, (b"\xff\xd8\xff",)),
    (ForeignKind.TIFF, (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")),
    (ForeignKind.PDF, (b"%PDF-",)),
)


_ARCHIVES = (
    (_GZIP, "a gzip file"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ\0", "an xz file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
)
_TAR_AT, _TAR = 257, b"ustar"


def _archive(head: bytes) -> str:
    """The kind of archive that a file begins as, "" for none. ZIP is read, and never comes here."""
    if head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "a tar archive"
    return next((text for beginning, text in _ARCHIVES if head.startswith(beginning)), "")


def not_dicom(head: bytes, name: str) -> str:
    """Why a file that is no DICOM is not imported, for the report."""
    kind = foreign_kind(head, name)
    if kind is None and (archive := _archive(head)):
        return f"not DICOM: {archive}; unpack it and import what is in it"
    article = "an" if kind in (ForeignKind.NRRD, ForeignKind.STL) else "a"
    return f"not DICOM: {article} {kind}, {_CAN_BE}" if kind else "not a DICOM file"


def can_be_wrapped(reason: str) -> bool:
    """Whether `reason` is one of `not_dicom` for a file that can be wrapped."""
    return reason.endswith(_CAN_BE)
