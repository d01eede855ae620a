"""What a DICOM object is, where it is no plain image: by SOP class (PS3.4 B.5) and, for video, by transfer syntax."""

from enum import StrEnum


class ObjectKind(StrEnum):
    """Kinds of objects that open in something else than an image stack."""

    SEGMENTATION = "segmentation"
    STRUCTURES = "structure set"
    PRESENTATION = "presentation state"
    KEY_OBJECTS = "key object selection"
    REPORT = "structured report"
    DOCUMENT = "document"  # encapsulated PDF, CDA
    MESH = "mesh"  # encapsulated STL, OBJ, MTL
    WAVEFORM = "waveform"
    VIDEO = "video"
    OTHER = "other object"  # stored and listed with its type, its attributes can be read


_STORAGE = "1.2.840.10008.5.1.4.1.1."
# By SOP class, the longest branch that fits wins.
_CLASSES = {
    _STORAGE + "9": ObjectKind.WAVEFORM,
    _STORAGE + "11": ObjectKind.PRESENTATION,
    _STORAGE + "66": ObjectKind.OTHER,
    _STORAGE + "66.4": ObjectKind.SEGMENTATION,
    _STORAGE + "66.7": ObjectKind.SEGMENTATION,  # label map
    _STORAGE + "88": ObjectKind.REPORT,
    _STORAGE + "88.59": ObjectKind.KEY_OBJECTS,
    _STORAGE + "104": ObjectKind.DOCUMENT,
    _STORAGE + "104.3": ObjectKind.MESH,
    _STORAGE + "104.4": ObjectKind.MESH,
    _STORAGE + "104.5": ObjectKind.MESH,
    _STORAGE + "481.3": ObjectKind.STRUCTURES,
    _STORAGE + "481.4": ObjectKind.OTHER,
    _STORAGE + "481.5": ObjectKind.OTHER,
    _STORAGE + "481.8": ObjectKind.OTHER,
}
_VIDEO_SYNTAXES = frozenset(f"1.2.840.10008.1.2.4.{code}" for code in range(100, 109))


def object_kind(sop_class_uid: str, transfer_syntax_uid: str, *, has_pixels: bool) -> ObjectKind | None:
    """The kind of an object; None for a plain image."""
    if transfer_syntax_uid.removesuffix(".1") in _VIDEO_SYNTAXES:  # ".1": the fragmentable form
        return ObjectKind.VIDEO
    parts = sop_class_uid.split(".")
    for count in range(len(parts), 0, -1):
        if kind := _CLASSES.get(".".join(parts[:count])):
            return kind
    return None if has_pixels else ObjectKind.OTHER
