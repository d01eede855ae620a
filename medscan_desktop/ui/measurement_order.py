"""The order of the list of measurements, and the headings in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.scene.showing import slice_of
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace


class Order(StrEnum):
    """What the list goes by."""

    DRAWN = "As drawn"
    IMAGE = "By image"
    NAME = "By name"
    SIZE = "Largest first"
    TARGETS = "Targets first"


@dataclass(frozen=True, slots=True)
class Group:
    """Measurements under one heading, "" for none."""

    heading: str
    measurements: tuple[Measurement, ...]


def grouped(workspace: Workspace, order: Order, *, by_series: bool) -> tuple[Group, ...]:
    """The measurements in the order wanted; by series in the order of the strip, an earlier study's with its date."""
    every = sorted(workspace.measurements, key=lambda one: _rank(workspace, one, order))
    if not by_series:
        return (Group("", tuple(every)),) if every else ()
    found: dict[str, list[Measurement]] = {}
    for heading in _headings(workspace, every):
        found.setdefault(heading, [])
    for one in every:
        found[heading_of(workspace, one)].append(one)
    return tuple(Group(heading, tuple(ones)) for heading, ones in found.items() if ones)


def heading_of(workspace: Workspace, one: Measurement) -> str:
    """`3 · AXIAL T1`, of an earlier study with its date before it."""
    stack = stack_of(workspace, one)
    label = stack.label if stack is not None else "Not in the open study"
    prior = next((study for study in workspace.priors if study.study_instance_uid == one.study_instance_uid), None)
    return f"{date_text(prior.study_date)} · {label}" if prior is not None else label


def place_of(workspace: Workspace, one: Measurement) -> str:
    """`image 12`; nothing where its images are not open."""
    stack = stack_of(workspace, one)
    if stack is None:
        return ""
    number = slice_of(one, stack) + 1
    return f"image {number}" if one.sop_instance_uid is not None else f"near image {number}"


def stack_of(workspace: Workspace, one: Measurement) -> Stack | None:
    """The stack it was drawn on; where its series has several, the one with its image."""
    own = [stack for stack in workspace.stacks if stack.series_instance_uid == one.series_instance_uid]
    held = (stack for stack in own if one.anchor_instance in stack.instance_uids)
    return next(held, own[0] if own else None)


def _headings(workspace: Workspace, every: Sequence[Measurement]) -> Iterator[str]:
    places = {stack.id: number for number, stack in enumerate(workspace.stacks)}

    def at(one: Measurement) -> int:
        stack = stack_of(workspace, one)
        return places[stack.id] if stack is not None else len(places)

    return (heading_of(workspace, one) for one in sorted(every, key=at))


def _rank(workspace: Workspace, one: Measurement, order: Order) -> tuple[object, ...]:
    drawn = (one.created_at, one.id)
    match order:
        case Order.IMAGE:
            stack = stack_of(workspace, one)
            return (slice_of(one, stack) if stack is not None else 0, *drawn)
        case Order.NAME:
            return ((one.label or one.kind.label).casefold(), *drawn)
        case Order.SIZE:
            return (-_size(one), *drawn)
        case Order.TARGETS:
            return (not one.is_target, *drawn)
        case _:
            return drawn


def _size(one: Measurement) -> float:
    """Its length; of a region the diameter of a circle as large; 0 where it has neither."""
    if one.length is not None:
        return one.length
    area = one.statistics.area_mm2 if one.statistics is not None else one.area
    return 2 * (area / 3.141592653589793) ** 0.5 if area else 0.0
