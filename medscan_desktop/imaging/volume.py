"""The pixels of one stack and what they mean. The buffer may still be filling; everything else is fixed."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.overlay_plane import OverlayPlane
from medscan_desktop.imaging.reduction import WHOLE, Reduction
from medscan_desktop.imaging.ultrasound_region import UltrasoundRegion
from medscan_desktop.imaging.voi import Voi


class SliceWindow(Protocol):
    """What keeps only the slices around the ones that are looked at, and reads the others when they are asked for."""

    def look_at(self, k: int) -> None:
        """Slice `k` is on screen: it stays, and it and its neighbours are read next. Returns at once."""
        ...

    def fetch(self, k: int) -> None:
        """Wait until slice `k` is there or is known to have failed."""
        ...

    def has_failed(self, k: int) -> bool:
        """Whether slice `k` could not be read."""
        ...


@dataclass(frozen=True, eq=False)
class Volume:
    """Modality values of one stack (the one exception to immutability: `values` fills while it loads).

    `values` is (k, j, i): int16 or uint16 where the rescale is one integer map over the whole stack, else float32;
    or (k, j, i, 3) uint8 for true colour, which has no window. `loaded` is one flag a slice.
    `reduction` says how many voxels of the files one voxel is the mean of: measurements say so, models refuse.
    `window` is set where not all slices are held at a time (2D alone): it is never complete.
    `room` is what the memory budget leaves for copies of this volume, in bytes; None where nobody counts.
    `padding` is the closed range of modality values that is no tissue, None where there is none.
    `unit` is the modality unit: "HU", "Bq/ml", "g/ml", "" where it has none.
    `calibration` names how far in-plane distances may be trusted: "" for a patient geometry, "px" for none,
    else the label shown beside every length ("at detector", "magnification-corrected", ...).
    """

    values: NDArray[np.generic]
    geometry: Geometry
    loaded: NDArray[np.bool_]
    unit: str = ""
    padding: tuple[float, float] | None = None
    calibration: str = ""
    vois: tuple[Voi, ...] = ()  # the header's windows and VOI LUTs, of the middle slice
    inverted: bool = False  # MONOCHROME1 or an INVERSE presentation LUT: lowest value is white
    warnings: tuple[str, ...] = ()  # shown in a banner, never hidden
    reduction: Reduction = WHOLE
    window: SliceWindow | None = None
    room: int | None = None
    empty: tuple[int, ...] = ()  # slices where an image is missing: they never arrive
    slice_vois: tuple[tuple[Voi, ...], ...] = ()  # the header's windows of each slice, where they differ
    overlay_planes: dict[int, tuple[OverlayPlane, ...]] = field(default_factory=dict)  # by slice; fills while it loads
    regions: tuple[tuple[UltrasoundRegion, ...], ...] = ()  # see `regions_at`

    @property
    def is_colour(self) -> bool:
        """True colour has no window and no modality value."""
        return self.values.ndim == 4

    @property
    def is_complete(self) -> bool:
        """Whether every slice has arrived that will."""
        if self.empty:
            return int(np.count_nonzero(self.loaded)) == self.image_count
        return bool(self.loaded.all())

    @property
    def image_count(self) -> int:
        """How many slices have an image."""
        return len(self.loaded) - len(self.empty)

    @property
    def length_unit(self) -> str:
        """The unit of distances in this image: "mm", or "px" where nothing calibrates it."""
        return "px" if self.calibration == "px" else "mm"

    def regions_at(self, frame: int) -> tuple[UltrasoundRegion, ...]:
        """The ultrasound regions of one of the stack's slices, counted at full resolution. `regions` holds them once
        where all slices have the same."""
        if len(self.regions) <= 1:
            return self.regions[0] if self.regions else ()
        return self.regions[frame] if 0 <= frame < len(self.regions) else ()

    def padding_mask(self, values: NDArray[np.generic]) -> NDArray[np.bool_] | None:
        """Which of `values` are padding, None where the stack has none."""
        if self.padding is None:
            return None
        low, high = self.padding
        return np.asarray(np.greater_equal(values, low) & np.less_equal(values, high))
