"""From the shelf to the scene: the stacks of a study as the workspace wants them."""

from collections.abc import Sequence
from dataclasses import replace

from medscan_desktop.dicom.pixels.frame_rate import frame_rate
from medscan_desktop.dicom.pixels.load import Failure, Loading
from medscan_desktop.dicom.stacks.corners import corner_texts
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.stacks.rescale import PARAMETRIC_MAP
from medscan_desktop.dicom.stacks.shutters import shutters_of
from medscan_desktop.dicom.stacks.traits import traits_of
from medscan_desktop.domain.errors import NotFound, Unsuitable
from medscan_desktop.domain.sop_classes import sop_class_name
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.scene.memory import MemoryOffer
from medscan_desktop.scene.stack import Corners, Stack, StackId
from medscan_desktop.workstation.shelf import Shelved


def stacks_of(shelved: Shelved) -> list[Stack]:
    """Every stack of a series, without pixels; what is no image stands there too, with the reason."""
    shown = [stack_of(plan) for plan in shelved.grouping.stacks]
    refused = [
        Stack(
            StackId(f"{shelved.series_instance_uid}#refused{number}"),
            shelved.series_instance_uid,
            refusal.modality,
            refusal.title or refusal.label,
            0,
            is_volume=False,
            refusal=refusal.reason,
            instance_uids=(refusal.instance,),
            object_kind=refusal.kind,
            type_name=sop_class_name(refusal.sop_class_uid),
            study_instance_uid=refusal.study_instance_uid,
        )
        for number, refusal in enumerate(shelved.grouping.refused)
    ]
    return shown + refused


def stack_of(plan: StackPlan) -> Stack:
    """One stack, without pixels."""
    by_slice = [plan.frames[n] if n is not None else None for n in map(plan.frame_at, range(plan.geometry.shape[0]))]
    return Stack(
        plan.id,
        plan.series_instance_uid,
        plan.modality,
        plan.label,
        len(plan.frames),
        is_volume=plan.is_volume,
        refusal=plan.refusal,
        corners=corner_texts(plan),
        instance_uids=tuple(frame.instance if frame else InstanceUid("") for frame in by_slice),
        frame_numbers=tuple(frame.frame if frame else 0 for frame in by_slice),
        empty=plan.empty,
        volume_refusal=plan.volume_refusal,
        reason=plan.reason,
        phase=plan.phase,
        frames_per_second=frame_rate(plan.headers[0]),
        is_map=plan.headers[0].sop_class_uid == PARAMETRIC_MAP,
        study_instance_uid=plan.headers[0].study_instance_uid,
        shutters=shutters_of(plan),
        traits=traits_of(plan),
        frame_of_reference=_frame_of_reference(plan),
    )


def _frame_of_reference(plan: StackPlan) -> str:
    """The one that all its images name; "" where each has its own, as a de-identifier makes them."""
    named = {header.text("FrameOfReferenceUID") for header in plan.headers}
    return named.pop() if len(named) == 1 else ""


def most_useful(shelved: Sequence[Shelved], wanted: SeriesUid | None = None) -> tuple[Shelved, StackPlan] | None:
    """The longest volume, else the longest stack, of the wanted series where one is named; None where nothing shows.

    None too where the wanted series holds documents alone. Raises NotFound where there is no such series.
    """
    asked = [one for one in shelved if wanted in (None, one.series_instance_uid)]
    candidates = [(one, plan) for one in asked for plan in one.grouping.stacks]
    if wanted is not None and not candidates and not any(one.grouping.refused for one in asked):
        raise NotFound("There is no such series in this study.")
    return max(candidates, key=lambda pair: (pair[1].is_volume, len(pair[1].frames)), default=None)


def with_pixels(stack: Stack, loading: Loading, offer: MemoryOffer | None = None) -> Stack:
    """The stack with its pixels, which may still be arriving.

    With an `offer` they are not the whole: there are fewer slices, or no planes and no 3D.
    """
    count, volume, is_over = loading.count, loading.volume, loading.is_over
    texts = failure_texts(loading.failures) if is_over or volume.window else ()
    notes = loading.notes if is_over else ()
    filled = replace(stack, volume=volume, loaded_count=count, failures=texts, notes=notes, offer=offer)
    if volume.window is not None:
        refusal = stack.refusal or f"2D alone: {offer.reason if offer else 'not all of it is in memory'}"
        return replace(filled, is_volume=False, refusal=refusal)
    return _of_blocks(filled, volume.reduction.slices) if volume.reduction.slices > 1 else filled


def _of_blocks(stack: Stack, slices: int) -> Stack:
    """What is said of a single image is not said of an average; that one of them is lossy is."""
    count = -(-stack.slice_count // slices)
    corners = stack.corners or Corners()
    blocks = [corners.lossy[k * slices : (k + 1) * slices] for k in range(count)] if corners.lossy else []
    lossy = tuple(next((text for text in block if text), "") for block in blocks)
    empty = stack.volume.empty if stack.volume is not None else ()
    said = replace(corners, frames=(), lossy=lossy)
    return replace(stack, frame_count=count - len(empty), empty=empty, corners=said, shutters=())


def failure_texts(failures: Sequence[Failure]) -> tuple[str, ...]:
    """Which files could not be loaded, and why, as the screen says it."""
    return tuple(f"{failure.label}: {failure.reason}" for failure in failures)


def with_all_pixels(stack: Stack, loading: Loading, offer: MemoryOffer | None = None) -> Stack:
    """The stack once everything has arrived (waits). Raises Unsuitable where nothing did."""
    loading.wait()
    filled = with_pixels(stack, loading, offer)
    if filled.loaded_count == 0 and filled.failures:
        raise Unsuitable(f"No image of this series could be loaded. {filled.failures[0]}")
    return filled
