"""Headers to stacks: what belongs together, in which order, with which geometry; and what is refused and why.

The rules are clinical-conventions' Geometry 1-6. Nothing here opens a file.
"""

from collections import defaultdict
from collections.abc import Sequence

from medscan_desktop.dicom.displayable import reason_not_shown
from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.plan import Grouping, Refusal, StackPlan
from medscan_desktop.dicom.slices import Slice, slices_of
from medscan_desktop.dicom.split import split
from medscan_desktop.dicom.stack import plan_stack
from medscan_desktop.domain.object_kind import object_kind
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.scene.workspace import StackId


def group(headers: Sequence[Header]) -> Grouping:
    """Stacks of what can be shown, in the order of the headers' series; every other header is refused with a reason."""
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
        parts = split(slices)
        stacks.extend(plan_stack(StackId(f"{uid}#{number}"), part) for number, part in enumerate(parts, 1))
    return Grouping(tuple(stacks), tuple(refused))


def _refusal(index: int, header: Header, reason: str) -> Refusal:
    kind = object_kind(header.sop_class_uid, header.transfer_syntax_uid, has_pixels=header.pixels is not None)
    series, instance = header.series_instance_uid, header.sop_instance_uid
    return Refusal(index, series, instance, header.modality, header.label, reason, kind)
