"""How a stack that is too large for the memory budget is on screen, and what else the user may choose."""

from dataclasses import dataclass
from enum import StrEnum


class ShownAs(StrEnum):
    """What of a stack is in memory."""

    WHOLE = "whole"
    REDUCED = "reduced"  # fewer voxels, each an average
    SLICES = "slices"  # full resolution, the slices around the one looked at; no other planes, no 3D


@dataclass(frozen=True, slots=True)
class MemoryOffer:
    """The choice for a stack over the budget. `reason` is `512×512×3000 needs 1.6 GB of 1.0 GB`."""

    shown_as: ShownAs
    reason: str
    reduced: str  # "half resolution": what REDUCED would be
    slices_go: bool  # whether this system can show it slice by slice
    is_volume: bool = True
