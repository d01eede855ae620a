"""Headers to stacks: what belongs together, in which order, with which geometry; and what is refused and why.

The rules are clinical-conventions' Geometry 1-6. Nothing here opens a file.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.displayable import reason_not_shown
from medscan_desktop.dicom.stacks.plan import Grouping, Refusal, StackPlan
from medscan_desktop.dicom.stacks.slices import Slice, slices_of
from medscan_desktop.dicom.stacks.split import split
from medscan_desktop.dicom.stacks.stack import plan_stack
from medscan_desktop.domain.object_kind import object_kind
from medscan_desktop.domain.sop_classes import sop_class_name
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.study import InstanceUid, SeriesUid


def group(headers: Sequence[Header], choices: Mapping[SeriesUid, SplitChoice] | None = None) -> Grouping:
    """Stacks of what can be shown, in the order of the headers' series; every other header is refused with a reason.

    `choices` are how a user wants series split, in place of the automatic way.
    """
    choices = choices or {}
    refused: list[Refusal] = []
    seen: set[InstanceUid] = set()
    series: dict[SeriesUid, list[Slice]] = defaultdict(list)
    for index, header in enumerate(headers):
        reason = reason_not_shown(header)
        if not reason and header.sop_instance_uid in seen:
            reason = "the same image as another file of the series"
        if reason:
            refused.append(_refusal(index, header, reason))
            continue
        seen.add(header.sop_instance_uid)
        series[header.series_instance_uid].extend(slices_of(index, header))
    stacks: list[StackPlan] = []
    for uid, slices in series.items():
        stacks.extend(plan_stack(part) for part in split(slices, choices.get(uid, AUTOMATIC)))
    return Grouping(tuple(stacks), tuple(refused))


def _refusal(index: int, header: Header, reason: str) -> Refusal:
    kind = object_kind(header.sop_class_uid, header.transfer_syntax_uid, has_pixels=header.pixels is not None)
    series, instance = header.series_instance_uid, header.sop_instance_uid
    words = (header.text("SeriesNumber"), header.text("SeriesDescription") or sop_class_name(header.sop_class_uid))
    title = " · ".join(text for text in words if text)
    label, sop_class = header.label, header.sop_class_uid
    return Refusal(
        index, series, instance, header.modality, label, reason, kind, title, sop_class, header.study_instance_uid
    )
