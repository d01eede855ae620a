"""Padding where frames differ in it, by value or by rescale: put at one value that no tissue of the stack can have."""

from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.header import Pixels
from medscan_desktop.dicom.pixels.modality import held_padding
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.stacks.rescale import rescale_of

Range = tuple[float, float]


def padding_in(plan: StackPlan, dtype: np.dtype[Any]) -> Range | None:
    """The closed range of padding in a buffer of `dtype`."""
    if not plan.frame_paddings:
        return held_padding(plan.padding, dtype)
    if dtype.kind == "f":
        value = float(floor(_least(plan))) - 1
        return value, value
    stated = plan.padding or next(found for found in plan.frame_paddings if found is not None)
    return held_padding((stated[0], stated[0]), dtype)


def padding_of_frame(plan: StackPlan, frame: int, stored: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Which of a frame's stored values are its own padding, where frames differ in that; else None."""
    if not plan.frame_paddings or stored.ndim != 2:
        return None
    own = plan.frame_paddings[frame]
    return None if own is None else np.asarray((stored >= own[0]) & (stored <= own[1]))


def _least(plan: StackPlan) -> float:
    """The lowest modality value that any frame could hold."""
    ends = [
        end * slope + intercept
        for ref in plan.frames
        for slope, intercept in [rescale_of(plan.headers[ref.header], ref.frame)]
        for end in _stored_ends(plan.headers[ref.header].image)
    ]
    return min(ends)


def _stored_ends(pixels: Pixels) -> Range:
    low = -(1 << (pixels.bits_stored - 1)) if pixels.is_signed else 0
    return float(low), float(low + (1 << pixels.bits_stored) - 1)
