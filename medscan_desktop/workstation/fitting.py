"""How a stack is loaded within the memory budget: whole, with fewer voxels, or slice by slice; and what is said of it.

The default where nobody has chosen: whole where it fits. A volume that does not fit is shown with fewer voxels, so that
planes and 3D are there; what is no volume anyway loses nothing slice by slice.
"""

from collections.abc import Callable
from dataclasses import dataclass

from medscan_desktop.dicom.pixels.budget import fitting, need_of, voxel_bytes
from medscan_desktop.dicom.pixels.load import Loading, Opener, start_load
from medscan_desktop.dicom.pixels.reduced_load import start_reduced_load
from medscan_desktop.dicom.pixels.window_load import can_hold_a_window, start_window_load
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.need import size_text
from medscan_desktop.imaging.reduction import WHOLE, Reduction
from medscan_desktop.scene.memory import MemoryOffer, ShownAs

_SMALLEST_ROOM = 32_000_000  # less is not asked for when the computer refuses


@dataclass(frozen=True, slots=True)
class Fit:
    """What is loaded: `size` bytes will be taken of a room of `room`. `offer` is None where the whole fits."""

    shown_as: ShownAs
    size: int
    room: int
    reduction: Reduction = WHOLE
    offer: MemoryOffer | None = None


def fit(plan: StackPlan, room: int | None, wish: ShownAs | None = None, *, voxel: int | None = None) -> Fit:
    """How `plan` goes into `room` bytes (None: no limit), as the user wishes where that is possible.

    `voxel` is what `voxel_bytes` gave for the plan, where that is known already.
    """
    voxel = voxel_bytes(plan) if voxel is None else voxel
    whole = need_of(plan, voxel=voxel).least
    if room is None or whole <= room:
        return Fit(ShownAs.WHOLE, whole, whole if room is None else room)
    room = max(room, 0)
    reduction = fitting(plan, room, voxel)
    slices_go = can_hold_a_window()
    default = ShownAs.REDUCED if plan.is_volume or not slices_go else ShownAs.SLICES
    shown_as = wish if wish is ShownAs.REDUCED or (wish is ShownAs.SLICES and slices_go) else default
    k, j, i = plan.geometry.shape
    reason = f"{i}×{j}×{k} needs {size_text(whole)} of {size_text(room)}"
    offer = MemoryOffer(shown_as, reason, reduction.text, slices_go, is_volume=plan.is_volume)
    if shown_as is ShownAs.SLICES:
        return Fit(shown_as, room // 2, room, offer=offer)  # half: another stack may come beside it
    return Fit(shown_as, need_of(plan, reduction, voxel=voxel).least, room, reduction, offer)


def warning_of(fitted: Fit, plan: StackPlan) -> str:
    """The banner; "" where the whole is shown."""
    if fitted.offer is None:
        return ""
    reason = fitted.offer.reason
    if fitted.shown_as is ShownAs.SLICES:
        missing = ": no other planes, no 3D, no models" if plan.is_volume else ""
        return f"2D alone, at full resolution, a part of the images in memory at a time ({reason}){missing}"
    spacing = "×".join(f"{step:.2g}" for step in fitted.reduction.geometry_of(plan.geometry).spacing)
    unit = "px" if plan.calibration == "px" else "mm"
    return f"shown at {fitted.reduction.text} ({reason}): averages over {spacing} {unit}, not for models"


def start(
    plan: StackPlan, opener: Opener, workers: Workers, fitted: Fit, *, threads: int, on_slices: Callable[[], None]
) -> tuple[Loading, Fit]:
    """Begin to load it so; with less, and told, where the computer does not give as much. Unsuitable without any."""
    try:
        return _started(plan, opener, workers, fitted, threads, on_slices), fitted
    except MemoryError as error:
        room = min(fitted.size, fitted.room) // 2
        if room < _SMALLEST_ROOM:
            raise Unsuitable(
                f"There is not enough memory for this series, which needs {size_text(need_of(plan).least)}."
            ) from error
    return start(plan, opener, workers, fit(plan, room, ShownAs.REDUCED), threads=threads, on_slices=on_slices)


def _started(
    plan: StackPlan, opener: Opener, workers: Workers, fitted: Fit, threads: int, on_slices: Callable[[], None]
) -> Loading:
    warning = warning_of(fitted, plan)
    if fitted.shown_as is ShownAs.WHOLE:
        return start_load(plan, opener, workers, threads=threads, on_slices=on_slices)
    if fitted.shown_as is ShownAs.REDUCED:
        return start_reduced_load(
            plan, opener, workers, fitted.reduction, warning=warning, threads=threads, on_slices=on_slices
        )
    return start_window_load(plan, opener, workers, fitted.size, warning=warning, threads=threads, on_slices=on_slices)
