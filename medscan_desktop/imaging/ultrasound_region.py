"""One ultrasound region of an image: where its pixels lie and what a pixel's step is worth there (PS3.3 C.8.5.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

ULTRASOUND_REGION = "ultrasound region"  # beside every length that rests on one
_LOW_PRIORITY = 1  # bit 0 of RegionFlags: where regions overlap, the pixels are the other one's
_LEAST, _MOST = 1e-9, 1e4  # of a unit, for one pixel: beyond them no number is a scale
_CENTIMETRES, _SECONDS, _CENTIMETRES_PER_SECOND = 3, 4, 7


class RegionScale(Enum):
    """What a region's two directions measure; NONE where they do not measure what is known here."""

    PLANE = "cm, cm"  # B-mode, colour flow
    MOTION = "s, cm"  # M-mode
    DOPPLER = "s, cm/s"  # a spectrum
    NONE = ""


_SCALES = {
    (_CENTIMETRES, _CENTIMETRES): RegionScale.PLANE,
    (_SECONDS, _CENTIMETRES): RegionScale.MOTION,
    (_SECONDS, _CENTIMETRES_PER_SECOND): RegionScale.DOPPLER,
}


@dataclass(frozen=True, slots=True)
class UltrasoundRegion:
    """`bounds` are x0, y0, x1, y1 in pixels of the image, inclusive. A delta is the step of one pixel in its unit (3 =
    cm, 4 = s, 7 = cm/s); below 0 the value falls along the pixels, 0 where the file gives no finite one.

    `reference` is the pixel, from the region's upper left corner, that has `reference_value` in the two units; None
    where the file names none. `data_type` 1 is tissue, 2 colour flow, 3 PW and 4 CW spectral Doppler.
    """

    bounds: tuple[int, int, int, int]
    unit_x: int
    unit_y: int
    delta_x: float
    delta_y: float
    data_type: int = 0
    flags: int = 0
    reference: tuple[int, int] | None = None
    reference_value: tuple[float, float] = (0.0, 0.0)

    @property
    def scale(self) -> RegionScale:
        """What its two directions measure."""
        if not all(_LEAST <= abs(delta) <= _MOST for delta in (self.delta_x, self.delta_y)):
            return RegionScale.NONE
        return _SCALES.get((self.unit_x, self.unit_y), RegionScale.NONE)

    def velocity_at(self, y: float) -> float | None:
        """cm/s of a row of the image, in the direction that the spectrum calls positive; None where no row is known."""
        if self.scale is not RegionScale.DOPPLER or self.reference is None:
            return None
        return self.reference_value[1] + (y - self.bounds[1] - self.reference[1]) * self.delta_y

    @property
    def rank(self) -> tuple[bool, int]:
        """The lowest has a pixel that several cover: high priority before low, then the smaller one."""
        x0, y0, x1, y1 = self.bounds
        return bool(self.flags & _LOW_PRIORITY), (x1 - x0 + 1) * (y1 - y0 + 1)

    def measures_as(self, other: "UltrasoundRegion") -> bool:
        """Whether the two have one scale, so that a line may lie in both: colour flow over its tissue."""
        own = (self.scale, abs(self.delta_x), abs(self.delta_y))
        return own == (other.scale, abs(other.delta_x), abs(other.delta_y))

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "UltrasoundRegion":
        """The region of its fields as JSON has them; TypeError where they are others."""
        values = dict(body)
        for name in ("bounds", "reference", "reference_value"):
            if values.get(name) is not None:
                values[name] = tuple(values[name])
        return cls(**values)
