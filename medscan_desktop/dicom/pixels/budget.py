"""What a stack will take, from its headers alone: before a file of it is opened."""

from medscan_desktop.dicom.pixels.modality import value_map
from medscan_desktop.dicom.pixels.tables import Tables
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.imaging.need import Need, need_of_array, reduction_for
from medscan_desktop.imaging.reduction import WHOLE, Reduction

_TABLE_BYTES = 4  # a modality LUT may ask for floats, and only its file tells


def need_of(plan: StackPlan, reduction: Reduction = WHOLE, *, voxel: int | None = None) -> Need:
    """Of the stack as it is, or reduced. `voxel` is what `voxel_bytes` gave, for who asks more than once."""
    size = voxel_bytes(plan) if voxel is None else voxel
    return need_of_array(reduction.shape_of(plan.geometry.shape), size, is_volume=plan.is_volume)


def fitting(plan: StackPlan, room: int, voxel: int) -> Reduction:
    """How far the stack, of so many bytes a voxel, must be reduced to fit into `room` bytes."""
    return reduction_for(plan.geometry, voxel, room, is_volume=plan.is_volume)


def voxel_bytes(plan: StackPlan) -> int:
    """Of one voxel in memory; with tables in the file the most that it can be."""
    if plan.is_colour:
        return 3
    size = value_map(plan, Tables()).dtype.itemsize
    return max(size, _TABLE_BYTES) if any(header.image.has_tables for header in plan.headers) else size
