"""By which attributes a series could be split: those of the known ones in which its images differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.axes import DISTINGUISHING, Axis
from medscan_desktop.dicom.stacks.slices import Slice, slices_of

_MORE = (
    Axis("SeriesTime", "series time"),
    Axis("RepetitionTime", "repetition time", "ms"),
    Axis("SliceThickness", "slice thickness", "mm"),
    Axis("PatientPosition", "patient position"),
    Axis("FrameOfReferenceUID", "frame of reference"),
    Axis("ProtocolName", "protocol"),
)


@dataclass(frozen=True, slots=True)
class OfferedSplit:
    """One attribute and how many stacks it would make at least."""

    keyword: str
    name: str
    values: int


def offered_splits(headers: Sequence[Header]) -> tuple[OfferedSplit, ...]:
    """Those that set some images apart, but not every one."""
    slices = [item for index, header in enumerate(headers) if header.pixels for item in slices_of(index, header)]
    found = []
    for axis in (*DISTINGUISHING, *_MORE):
        count = len(_values(slices, axis.keyword))
        if 1 < count <= max(2, len(slices) // 2):
            found.append(OfferedSplit(axis.keyword, axis.name, count))
    return tuple(found)


def _values(slices: Sequence[Slice], keyword: str) -> set[str]:
    return {item.text(keyword) for item in slices}
