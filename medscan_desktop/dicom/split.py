"""Splits a series into stacks: by what slices must share, by orientation, and by what sets apart those at one place."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from medscan_desktop.dicom.lines import SAME_POSITION_MM
from medscan_desktop.dicom.slices import Slice

# What may set apart slices at one position, in the order tried.
_DISTINGUISHING = (
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "TriggerTime",
    "NominalCardiacTriggerDelayTime",
    "EchoTime",
    "EffectiveEchoTime",
    "DiffusionBValue",
    "AcquisitionNumber",
    "FrameAcquisitionNumber",
    "ImageType",
    "FrameType",
    "StackID",
)
_SAME_COSINE = 2e-3


@dataclass(frozen=True, slots=True)
class Part:
    """The slices of one stack, in order. `name` says what sets it apart; `is_ordered_in_space`: sorted by position."""

    slices: tuple[Slice, ...]
    name: str = ""
    is_ordered_in_space: bool = False
    warnings: tuple[str, ...] = ()


def split(slices: Sequence[Slice]) -> list[Part]:
    """The stacks of one series, the largest first."""
    parts: list[Part] = []
    for alike in _by(slices, lambda item: item.key):
        for framed, warnings in _by_frame_of_reference(alike):
            for oriented in _by_orientation(framed):
                found = _in_space(oriented) if oriented[0].plane else [Part(_in_time(oriented))]
                parts.extend(replace(part, warnings=part.warnings + warnings) for part in found)
    return sorted(parts, key=lambda part: -len(part.slices))


def _by_frame_of_reference(slices: Sequence[Slice]) -> list[tuple[list[Slice], tuple[str, ...]]]:
    """Positions compare inside one frame of reference. Where every image has its own, a de-identifier made them."""
    groups = _by(slices, lambda item: item.header.text("FrameOfReferenceUID"))
    instances = len({item.header_index for item in slices})
    if len(groups) == instances > 1:
        return [(list(slices), ("every image names its own frame of reference: their positions are taken as shared",))]
    return [(group, ()) for group in groups]


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
    own, other = first.plane.cosines, second.plane.cosines
    return own == other or all(abs(a - b) < _SAME_COSINE for a, b in zip(own, other, strict=True))


def _in_time(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """By image number, then acquisition time, then file name; frames of an instance in their order."""

    def order(item: Slice) -> tuple[float, str, str, int]:
        number = item.header.number("InstanceNumber")
        time = item.text("AcquisitionTime")
        return (float("inf") if number is None else number, time, item.header.label, item.frame)

    return tuple(sorted(slices, key=order))


def _in_space(slices: Sequence[Slice]) -> list[Part]:
    places = _places(slices)
    repeats = Counter(places)
    if len(repeats) == 1 and len(slices) > 1:  # a time series at one place is one stack
        return [Part(_in_time(slices))]
    if max(repeats.values()) == 1:
        return [Part(_sorted(slices), is_ordered_in_space=True)]
    return _apart(slices, "", _DISTINGUISHING)


def _sorted(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    normal = slices[0].place.normal
    return tuple(sorted(slices, key=lambda item: item.place.along(normal)))


def _places(slices: Sequence[Slice]) -> list[int]:
    """A number for each slice, the same for those at one position along the normal."""
    normal = slices[0].place.normal
    along = [item.place.along(normal) for item in slices]
    order = sorted(range(len(slices)), key=along.__getitem__)
    places = [0] * len(slices)
    for before, after in pairwise(order):
        places[after] = places[before] + (along[after] - along[before] > SAME_POSITION_MM)
    return places


def _apart(slices: Sequence[Slice], name: str, keywords: Sequence[str]) -> list[Part]:
    """Split slices that share positions by the first keyword that sets some of them apart, and those parts again."""
    repeats = max(Counter(_places(slices)).values())
    if repeats == 1:
        return [Part(_sorted(slices), name, is_ordered_in_space=True)]
    for number, keyword in enumerate(keywords, 1):
        parts = _by(slices, partial(Slice.text, keyword=keyword))
        if 1 < len(parts) <= repeats:
            rest = keywords[number:]
            return [apart for part in parts for apart in _apart(part, _named(name, keyword, part[0]), rest)]
    return _by_turn(slices, name)


def _named(name: str, keyword: str, item: Slice) -> str:
    value = f"{keyword} {item.text(keyword) or 'none'}".replace("\\", "/")
    return f"{name}, {value}" if name else value


def _by_turn(slices: Sequence[Slice], name: str) -> list[Part]:
    """The first at each position, the second at each, and so on: nothing in the headers sets them apart."""
    ordered = _in_time(slices)
    turns: Counter[int] = Counter()
    parts: dict[int, list[Slice]] = defaultdict(list)
    for item, place in zip(ordered, _places(ordered), strict=True):
        turns[place] += 1
        parts[turns[place]].append(item)
    warning = "several images lie at the same positions and no attribute sets them apart: split by image number"
    found = [Part(_sorted(part), _turn_name(name, turn), is_ordered_in_space=True) for turn, part in parts.items()]
    return [replace(part, warnings=(warning,)) for part in found]


def _turn_name(name: str, turn: int) -> str:
    return f"{name}, set {turn}" if name else f"set {turn}"
