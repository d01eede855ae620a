"""The order of slices: along the normal where they have places, else in time; and which share a place."""

from collections.abc import Sequence
from itertools import pairwise

from medscan_desktop.dicom.stacks.lines import SAME_POSITION_MM
from medscan_desktop.dicom.stacks.slices import Slice


def in_time(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """By image number, then acquisition time, then file name; frames of an instance in their order."""

    def order(item: Slice) -> tuple[float, str, str, int]:
        number = item.header.number("InstanceNumber")
        time = item.text("AcquisitionTime")
        return (float("inf") if number is None else number, time, item.header.label, item.frame)

    return tuple(sorted(slices, key=order))


def in_space(slices: Sequence[Slice]) -> tuple[Slice, ...]:
    """Along the normal of the first."""
    normal = slices[0].place.normal
    return tuple(sorted(slices, key=lambda item: item.place.along(normal)))


def places_of(slices: Sequence[Slice]) -> list[int]:
    """A number for each slice, the same for those at one position along the normal."""
    normal = slices[0].place.normal
    along = [item.place.along(normal) for item in slices]
    order = sorted(range(len(slices)), key=along.__getitem__)
    places = [0] * len(slices)
    for before, after in pairwise(order):
        places[after] = places[before] + (along[after] - along[before] > SAME_POSITION_MM)
    return places
