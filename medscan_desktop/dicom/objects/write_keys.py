"""Key images as a Key Object Selection (PS3.3 A.35.4, PS3.16 TID 2010), by highdicom."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.written import concept, file_bytes, identity, person, source_of
from medscan_desktop.domain.code import Code
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.domain.user import User

_SERIES_NUMBER = 7001  # far from the scanner's own, below that of wrapped files


def key_object_file(
    headers: Mapping[InstanceUid, Header],
    images: Sequence[tuple[InstanceUid, int]],
    title: Code,
    *,
    description: str = "",
    user: User | None,
    made_at: datetime,
) -> bytes:
    """The Part 10 file of a selection of (instance, frame from 0) of one study; `headers` has every instance of them.

    Frames are named where the instance has several (PS3.3 C.18.4: none named means all of them).
    """
    from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument  # noqa: PLC0415  late: half a second

    frames: dict[InstanceUid, list[int]] = {}
    for instance, frame in images:
        frames.setdefault(instance, []).append(frame)
    sources = [source_of(headers[instance]) for instance in frames]
    with quiet():
        selection = KeyObjectSelection(
            concept(title), sources, observer_person_context=person(user), description=description or None
        )
        for item in selection[0].ContentSequence:
            if item.ValueType == "IMAGE":
                reference = item.ReferencedSOPSequence[0]
                instance = InstanceUid(reference.ReferencedSOPInstanceUID)
                if headers[instance].frames > 1:
                    reference.ReferencedFrameNumber = [frame + 1 for frame in sorted(frames[instance])]
        made = KeyObjectSelectionDocument(sources, selection, **identity(_SERIES_NUMBER))
    return file_bytes(made, headers[images[0][0]], f"Key images: {title.meaning}", made_at)
