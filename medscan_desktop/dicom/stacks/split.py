"""Splits a series into stacks: by what slices must share, by orientation, and by what sets apart those at one place.

Every part says why it stands apart; a user's choice comes before the automatic way.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace

from medscan_desktop.dicom.stacks.axes import Axis, axis_of
from medscan_desktop.dicom.stacks.order import in_space, in_time, places_of
from medscan_desktop.dicom.stacks.phases import BY_TURN, Leaf, PhaseOf, taken_apart
from medscan_desktop.dicom.stacks.slices import Slice
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.imaging.geometry import orientation_letters

_SAME_COSINE = 2e-3
_SHOWN_VALUES = 4
TOGETHER = "kept together in one stack by choice"
JOINED = "joined with another stack by choice"
_OWN_FRAMES = "every image names its own frame of reference: their positions are taken as shared"
_FRAMES = ("two frames of reference are in one stack: their positions are not comparable",)


@dataclass(frozen=True, slots=True)
class Part:
    """The slices of one stack, in order. `name` says what sets it apart; `is_ordered_in_space`: sorted by position.

    `reasons` are the sentences that say why it is a stack of its own. `is_mixed`: positions have no order in it.
    """

    slices: tuple[Slice, ...]
    name: str = ""
    is_ordered_in_space: bool = False
    warnings: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    phase: PhaseOf | None = None
    is_mixed: bool = False

    @property
    def anchor(self) -> str:
        """Names the part as long as its first image (by UID) stays in it, whatever becomes of the others."""
        instance, frame = min(item.image for item in self.slices)
        return f"{instance}:{frame}" if frame else instance


def split(slices: Sequence[Slice], choice: SplitChoice = AUTOMATIC) -> list[Part]:
    """The stacks of one series, the largest first, the phases of one axis one after another."""
    if choice.together:
        groups = _by(slices, lambda item: item.key.raster)
        sizes = _difference("image size or kind", [_raster_text(group[0]) for group in groups])
        parts = [replace(_merged(group), reasons=(TOGETHER, *sizes)) for group in groups]
    elif choice.by:
        parts = _by_choice(slices, choice.by)
    else:
        parts = _automatic(slices)
    for anchors in choice.joins:
        parts = _with_joined(parts, anchors)
    return sorted(_renumbered(parts), key=lambda part: -len(part.slices))


def _renumbered(parts: Sequence[Part]) -> list[Part]:
    """The parts with the steps of each phase axis counted anew: one may have been joined away."""
    axes: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        if part.phase is not None:
            axes[part.phase.axis].append(part)
    phases: dict[str, PhaseOf | None] = {}
    for steps in axes.values():
        for number, part in enumerate(steps):
            phase = part.phase
            is_alone = phase is None or len(steps) < 2
            phases[part.anchor] = None if is_alone or phase is None else replace(phase, number=number, count=len(steps))
    return [replace(part, phase=phases[part.anchor]) if part.phase is not None else part for part in parts]


def _by_choice(slices: Sequence[Slice], keyword: str) -> list[Part]:
    axis = axis_of(keyword)
    groups = sorted(_by(slices, lambda item: item.text(keyword)), key=lambda group: axis.order(group[0]))
    why = _difference(axis.name, [axis.value(group[0]) for group in groups])
    parts: list[Part] = []
    for group in groups:
        name = f"{axis.name} {axis.value(group[0])}"
        for part in _automatic(group, first_axis=_next_axis(parts)):
            label = f"{name}, {part.name}" if part.name else name
            reasons = (*(f"{text}, by choice" for text in why), *part.reasons)
            parts.append(replace(part, name=label if why else part.name, reasons=reasons))
    return parts


def _automatic(slices: Sequence[Slice], first_axis: int = 0) -> list[Part]:
    parts: list[Part] = []
    alike = _by_key(slices)
    sizes = _difference("image size or kind", [_raster_text(group[0]) for group in alike])
    for group in alike:
        framed, warnings = _by_frame_of_reference(group)
        frames = (f"split by frame of reference: {len(framed)} of them",) if len(framed) > 1 else ()
        for inside in framed:
            oriented = _by_orientation(inside)
            turned = _difference("orientation", [_orientation_text(one[0]) for one in oriented])
            for one in oriented:
                found = _in_space(one, first_axis + _next_axis(parts)) if one[0].plane else [Part(in_time(one))]
                why = (*sizes, *frames, *turned)
                parts.extend(
                    replace(part, warnings=part.warnings + warnings, reasons=why + part.reasons) for part in found
                )
    return parts


def _next_axis(parts: Sequence[Part]) -> int:
    return max((part.phase.axis + 1 for part in parts if part.phase), default=0)


def _difference(what: str, values: Sequence[str]) -> tuple[str, ...]:
    """`split by echo time: 12 ms and 60 ms`; nothing where there is but one value."""
    shown = list(dict.fromkeys(values))
    if len(shown) < 2:
        return ()
    more = len(shown) - _SHOWN_VALUES
    if more > 0:
        return (f"split by {what}: {', '.join(shown[:_SHOWN_VALUES])} and {more} more",)
    return (f"split by {what}: {', '.join(shown[:-1])} and {shown[-1]}",)


def _raster_text(item: Slice) -> str:
    raster = item.key.raster
    kinds = [f"{raster.columns}×{raster.rows}"]
    kinds += ["colour"] if raster.is_colour else []
    kinds += ["lowest white"] if raster.is_inverted else []
    kinds += ["localiser"] if item.key.is_localiser else []
    spacing = raster.calibration
    kinds += [f"pixels of {spacing.column:.4g} mm"] if spacing.label != "px" else ["no pixel spacing"]
    kinds += ["images that stand for themselves"] if item.key.alone else []
    return " ".join(kinds)


def _orientation_text(item: Slice) -> str:
    """`rows L, columns P`, the sides that they run to."""
    if item.plane is None:
        return "none stated"
    row, column = item.plane.cosines[:3], item.plane.cosines[3:]
    return f"rows to {orientation_letters(row)} and columns to {orientation_letters(column)}"


def _by_key(slices: Sequence[Slice]) -> list[list[Slice]]:
    """Slices that share a key; a spacing written with fewer digits is the same."""
    groups: list[list[Slice]] = []
    for group in _by(slices, lambda item: item.key):
        key = group[0].key
        for other in groups:
            own = other[0].key
            raster = replace(key.raster, calibration=own.raster.calibration)
            alike = key.raster.calibration.agrees(own.raster.calibration)
            if alike and replace(key, raster=raster) == own:
                other.extend(group)
                break
        else:
            groups.append(group)
    return groups


def _by_frame_of_reference(slices: Sequence[Slice]) -> tuple[list[list[Slice]], tuple[str, ...]]:
    """Positions compare inside one frame of reference. Where every image has its own, a de-identifier made them."""
    groups = _by(slices, lambda item: item.header.text("FrameOfReferenceUID"))
    instances = len({item.header_index for item in slices})
    if len(groups) == instances > 1:
        return [list(slices)], (_OWN_FRAMES,)
    return groups, ()


def _by(slices: Sequence[Slice], key: Callable[[Slice], Hashable]) -> list[list[Slice]]:
    found: dict[Hashable, list[Slice]] = defaultdict(list)
    for item in slices:
        found[key(item)].append(item)
    return list(found.values())


def _by_orientation(slices: Sequence[Slice]) -> list[list[Slice]]:
    groups: list[list[Slice]] = []
    for item in slices:
        for group in groups:
            if _are_parallel(item, group[0]):
                group.append(item)
                break
        else:
            groups.append([item])
    return groups


def _are_parallel(first: Slice, second: Slice) -> bool:
    if first.plane is None or second.plane is None:
        return first.plane is second.plane
    if first.plane.in_patient != second.plane.in_patient:
        return False
    own, other = first.plane.cosines, second.plane.cosines
    return own == other or all(abs(a - b) < _SAME_COSINE for a, b in zip(own, other, strict=True))


def _in_space(slices: Sequence[Slice], first_axis: int) -> list[Part]:
    repeats = Counter(places_of(slices))
    if len(repeats) == 1 and len(slices) > 1:  # a time series at one place is one stack
        return [Part(in_time(slices))]
    if max(repeats.values()) == 1:
        return [Part(in_space(slices), is_ordered_in_space=True)]
    leaves = taken_apart(slices)
    values: dict[Axis, list[str]] = defaultdict(list)
    for leaf in leaves:
        for step in leaf.path:
            values[step.axis].append(step.value)
    why = tuple(text for axis, found in values.items() for text in _difference(axis.name, found))
    return [_part_of(leaf, first_axis, why) for leaf in leaves]


def _part_of(leaf: Leaf, first_axis: int, why: tuple[str, ...]) -> Part:
    phase = None if leaf.phase is None else replace(leaf.phase, axis=first_axis + leaf.phase.axis)
    return Part(leaf.slices, leaf.name, True, (BY_TURN,) if leaf.is_by_turn else (), why, phase)


def _merged(slices: Sequence[Slice]) -> Part:
    """One stack of these: in space where all lie apart in one direction, else by image number."""
    first = slices[0]
    is_parallel = all(item.plane is not None and _are_parallel(item, first) for item in slices)
    frames = _by_frame_of_reference(slices)
    if is_parallel and len(frames[0]) == 1 and max(Counter(places_of(slices)).values()) == 1:
        return Part(in_space(slices), is_ordered_in_space=True, warnings=frames[1])
    several = _FRAMES if len(frames[0]) > 1 and all(item.plane for item in slices) else ()
    return Part(in_time(slices), is_mixed=True, warnings=several)


def _with_joined(parts: Sequence[Part], anchors: tuple[str, ...]) -> list[Part]:
    """The parts with those that `anchors` name made one, where they fit into one buffer."""
    chosen = [part for part in parts if part.anchor in anchors]
    rasters = {part.slices[0].key.raster for part in chosen}
    if len(chosen) < 2 or len(rasters) > 1:
        return list(parts)
    merged = _merged([item for part in chosen for item in part.slices])
    reasons = tuple(dict.fromkeys(text for part in chosen for text in part.reasons))
    rest = [part for part in parts if part not in chosen]
    return [*rest, replace(merged, reasons=(JOINED, *reasons))]
