"""A slab: what a plane of some thickness shows of the values across it."""

from dataclasses import dataclass, replace
from enum import StrEnum

THINNEST_MM, THICKEST_MM = 1.0, 500.0
FIRST_MM = 10.0


class SlabMode(StrEnum):
    """Which value of those across the slab a pixel shows; the value is what the corner says."""

    MIP = "MIP"
    MIN_IP = "MinIP"
    MEAN = "Mean"


@dataclass(frozen=True, slots=True)
class Slab:
    """`thickness_mm` about the plane: half of it to either side."""

    mode: SlabMode
    thickness_mm: float = FIRST_MM

    @property
    def text(self) -> str:
        """`MIP 10.0 mm`."""
        return f"{self.mode.value} {self.thickness_mm:.1f} mm"

    def thicker(self, by_mm: float) -> "Slab":
        """The same with so much more, held within what makes sense."""
        return replace(self, thickness_mm=min(max(self.thickness_mm + by_mm, THINNEST_MM), THICKEST_MM))

    def reach(self, step_mm: float) -> int:
        """How many steps of `step_mm` to either side still lie within the slab, its ends included."""
        return int(self.thickness_mm / 2 / step_mm + 1e-6)
