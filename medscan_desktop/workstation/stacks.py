"""From the shelf to the scene: the stacks of a study as the workspace wants them."""

from collections.abc import Sequence
from dataclasses import replace

from medscan_desktop.dicom.corners import corner_texts
from medscan_desktop.dicom.load import Failure, Loading
from medscan_desktop.dicom.plan import StackPlan
from medscan_desktop.domain.errors import NotFound, Unsuitable
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.scene.workspace import Stack, StackId
from medscan_desktop.workstation.shelf import Shelved


def stacks_of(shelved: Shelved) -> list[Stack]:
    """Every stack of a series, without pixels; what is no image stands there too, with the reason."""
    shown = [stack_of(plan) for plan in shelved.grouping.stacks]
    refused = [
        Stack(
            StackId(f"{shelved.series_instance_uid}#refused{number}"),
            shelved.series_instance_uid,
            refusal.modality,
            refusal.label,
            0,
            is_volume=False,
            refusal=refusal.reason,
            instance_uids=(refusal.instance,),
            object_kind=refusal.kind,
        )
        for number, refusal in enumerate(shelved.grouping.refused)
    ]
    return shown + refused


def stack_of(plan: StackPlan) -> Stack:
    """One stack, without pixels."""
    return Stack(
        plan.id,
        plan.series_instance_uid,
        plan.modality,
        plan.label,
        len(plan.frames),
        is_volume=plan.is_volume,
        refusal=plan.refusal,
        corners=corner_texts(plan),
        instance_uids=tuple(frame.instance for frame in plan.frames),
    )


def most_useful(shelved: Sequence[Shelved], wanted: SeriesUid | None = None) -> tuple[Shelved, StackPlan] | None:
    """The longest volume, else the longest stack, of the wanted series where one is named; None where nothing shows.

    Raises Unsuitable or NotFound where the wanted series has nothing to show.
    """
    asked = [one for one in shelved if wanted in (None, one.series_instance_uid)]
    candidates = [(one, plan) for one in asked for plan in one.grouping.stacks]
    if wanted is not None and not candidates:
        reasons = [refusal.reason for one in asked for refusal in one.grouping.refused]
        raise Unsuitable(reasons[0]) if reasons else NotFound("There is no such series in this study.")
    return max(candidates, key=lambda pair: (pair[1].is_volume, len(pair[1].frames)), default=None)


def with_pixels(stack: Stack, loading: Loading) -> Stack:
    """The stack with its pixels, which may still be arriving."""
    count, failures = int(loading.volume.loaded.sum()), loading.failures
    is_over = count + len(failures) == len(loading.volume.loaded)
    texts = failure_texts(failures) if is_over else ()
    return replace(stack, volume=loading.volume, loaded_count=count, failures=texts)


def failure_texts(failures: Sequence[Failure]) -> tuple[str, ...]:
    """Which files could not be loaded, and why, as the screen says it."""
    return tuple(f"{failure.label}: {failure.reason}" for failure in failures)


def with_all_pixels(stack: Stack, loading: Loading) -> Stack:
    """The stack once everything has arrived (waits). Raises Unsuitable where nothing did."""
    loading.wait()
    filled = with_pixels(stack, loading)
    if filled.loaded_count == 0 and filled.failures:
        raise Unsuitable(f"No image of this series could be loaded. {filled.failures[0]}")
    return filled
