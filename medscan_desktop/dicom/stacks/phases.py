"""Slices that share positions: taken apart by what differs, and the steps of one examination put on a phase axis."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from medscan_desktop.dicom.stacks.axes import DISTINGUISHING, TURN, Axis
from medscan_desktop.dicom.stacks.order import in_space, in_time, places_of
from medscan_desktop.dicom.stacks.slices import Slice

_SAME_MM = 0.05  # phases whose slices lie within this are at the same positions
BY_TURN = "several images lie at the same positions and no attribute sets them apart: split by image number"


@dataclass(frozen=True, slots=True)
class Step:
    """One value on the way to a leaf."""

    axis: Axis
    value: str

    @property
    def text(self) -> str:
        """`echo time 12 ms`."""
        return f"{self.axis.name} {self.value}"


@dataclass(frozen=True, slots=True)
class PhaseOf:
    """Place `number` (from 0) of `count` on phase axis `axis` of its series; `name` says what it is."""

    axis: int
    number: int
    count: int
    name: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """Slices of which no two share a position, in space, and what sets them apart from the others."""

    slices: tuple[Slice, ...]
    path: tuple[Step, ...]
    phase: PhaseOf | None = None

    @property
    def is_by_turn(self) -> bool:
        """Whether nothing in the headers sets it apart."""
        return any(step.axis is TURN for step in self.path)

    @property
    def name(self) -> str:
        """`echo time 12 ms, set 2`."""
        return ", ".join(step.text for step in self.path)


def taken_apart(slices: Sequence[Slice]) -> list[Leaf]:
    """Split slices that share positions by the first attribute that sets some apart, and those parts again."""
    leaves = _apart(slices, (), DISTINGUISHING)
    families: dict[Hashable, list[int]] = defaultdict(list)
    for number, leaf in enumerate(leaves):
        families[tuple(step for step in leaf.path if not step.axis.is_phase)].append(number)
    axis = 0
    for family in families.values():
        for members in _at_same_positions(family, leaves):
            if len(members) < 2:
                continue
            varied = _varied([leaves[number].path for number in members])
            also = _also([leaves[number] for number in members], varied)
            for place, number in enumerate(members):
                leaf = leaves[number]
                more = [Step(one, one.value(leaf.slices[0])).text for one in also]
                name = ", ".join([step.text for step in leaf.path if step.axis in varied] + more)
                leaves[number] = replace(leaf, phase=PhaseOf(axis, place, len(members), name))
            axis += 1
    return leaves


def _apart(slices: Sequence[Slice], path: tuple[Step, ...], axes: Sequence[Axis]) -> list[Leaf]:
    places = places_of(slices)
    repeats = max(Counter(places).values())
    if repeats == 1:
        return [Leaf(in_space(slices), path)]
    for number, axis in enumerate(axes, 1):
        groups = _grouped(slices, axis)
        if 1 < len(groups) <= repeats and max(max(Counter(places_of(one)).values()) for one in groups) < repeats:
            rest = axes[number:]
            return [leaf for one in groups for leaf in _apart(one, (*path, Step(axis, axis.value(one[0]))), rest)]
    return _by_clock(slices, places, path) or _by_turn(slices, path)


def _grouped(slices: Sequence[Slice], axis: Axis) -> list[list[Slice]]:
    """By the attribute's value, in its order."""
    found: dict[str, list[Slice]] = defaultdict(list)
    for item in slices:
        found[item.text(axis.keyword)].append(item)
    return sorted(found.values(), key=lambda group: axis.order(group[0]))


def _by_clock(slices: Sequence[Slice], places: Sequence[int], path: tuple[Step, ...]) -> list[Leaf]:
    """By the order of a time at each position, where every position has as many; empty where no time tells."""
    if len(set(Counter(places).values())) > 1:
        return []
    for axis in (one for one in DISTINGUISHING if one.is_clock):
        numbers = [item.header.number(axis.keyword, item.frame) for item in slices]
        if any(number is None for number in numbers):
            continue
        if len(set(zip(places, numbers, strict=True))) < len(slices):
            continue
        ranked = sorted(zip(places, numbers, range(len(slices)), strict=True))
        turns = _dealt([slices[index] for _, _, index in ranked], [place for place, _, _ in ranked])
        return [Leaf(in_space(one), (*path, Step(axis, axis.value(one[len(one) // 2])))) for one in turns]
    return []


def _by_turn(slices: Sequence[Slice], path: tuple[Step, ...]) -> list[Leaf]:
    """The first at each position, the second at each, and so on: nothing in the headers sets them apart."""
    ordered = in_time(slices)
    turns = _dealt(ordered, places_of(ordered))
    return [Leaf(in_space(one), (*path, Step(TURN, str(number)))) for number, one in enumerate(turns, 1)]


def _dealt(slices: Sequence[Slice], places: Sequence[int]) -> list[list[Slice]]:
    """The first slice of every place, then the second of every place, and so on."""
    turns: Counter[int] = Counter()
    parts: dict[int, list[Slice]] = defaultdict(list)
    for item, place in zip(slices, places, strict=True):
        turns[place] += 1
        parts[turns[place]].append(item)
    return list(parts.values())


def _at_same_positions(family: Sequence[int], leaves: Sequence[Leaf]) -> list[list[int]]:
    groups: list[tuple[np.ndarray, list[int]]] = []
    for number in family:
        positions = np.array([item.place.position for item in leaves[number].slices])
        for own, members in groups:
            if own.shape == positions.shape and np.abs(own - positions).max() < _SAME_MM:
                members.append(number)
                break
        else:
            groups.append((positions, [number]))
    return [members for _, members in groups]


def _also(members: Sequence[Leaf], varied: set[Axis]) -> list[Axis]:
    """What else is another quantity in each of these: a time position that is an echo is called that too."""
    found = []
    for axis in DISTINGUISHING:
        if not axis.unit or not axis.is_phase or axis in varied:
            continue
        values = [{axis.value(item) for item in (one.slices[0], one.slices[-1])} for one in members]
        if all(len(value) == 1 for value in values) and len(set.union(*values)) == len(members):
            found.append(axis)
    return found


def _varied(paths: Sequence[tuple[Step, ...]]) -> set[Axis]:
    """The axes on which these differ."""
    values: dict[Axis, set[str]] = defaultdict(set)
    for path in paths:
        for step in path:
            values[step.axis].add(step.value)
    return {axis for axis, found in values.items() if len(found) > 1}
