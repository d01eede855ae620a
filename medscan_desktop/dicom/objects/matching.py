"""Which stack an object about images belongs to: by the images it names, else by its frame of reference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.scene.stack import StackId

_NAMED = 3  # series UIDs in a sentence


@dataclass(frozen=True, slots=True)
class Target:
    """What an object says it is about: SOP Instance UIDs by series ("" for none named), and frames of reference."""

    references: Mapping[str, Sequence[str]]
    frames_of_reference: frozenset[str] = frozenset()

    @property
    def instances(self) -> frozenset[str]:
        """Every image named."""
        return frozenset(uid for uids in self.references.values() for uid in uids)


@dataclass(frozen=True, eq=False, slots=True)
class Match:
    """The stack, and what must be said about the choice ("" where it is the object's own)."""

    plan: StackPlan
    note: str = ""


def match(target: Target, plans: Sequence[StackPlan], on_screen: StackId | None = None) -> Match | None:
    """The stack with most of the named images, else the longest volume in the same frame of reference.

    The stack `on_screen` wins where it holds a named image at all.
    """
    wanted = target.instances
    for plan in plans:
        if plan.id == on_screen and not wanted.isdisjoint(plan.instances):
            return Match(plan)
    counts = [(len(wanted.intersection(plan.instances)), plan) for plan in plans]
    most, best = max(counts, key=lambda pair: (pair[0], pair[1].is_volume, len(pair[1].frames)), default=(0, None))
    if best is not None and most:
        return Match(best)
    near = [plan for plan in plans if _frame_of_reference(plan) in target.frames_of_reference and plan.geometry.spatial]
    if not near:
        return None
    other = max(near, key=lambda plan: (plan.is_volume, len(plan.frames)))
    note = "shown over other images of the same frame of reference: its own are not in this study" if wanted else ""
    return Match(other, note)


def missing_text(what: str, target: Target) -> str:
    """Why it cannot be shown: the images it belongs to, as far as it names them."""
    count = len(target.instances)
    if not count:
        return f"This {what} names no images, and none of this study share its frame of reference."
    series = [uid for uid in target.references if uid]
    images = "1 image" if count == 1 else f"{count:,} images"
    where = f" of series {', '.join(series[:_NAMED])}" if series else ""
    more = f" and {len(series) - _NAMED} more" if len(series) > _NAMED else ""
    return f"This {what} belongs to {images}{where}{more}, which this study does not have: import them to see it."


def _frame_of_reference(plan: StackPlan) -> str:
    return plan.headers[0].text("FrameOfReferenceUID") or "-"
