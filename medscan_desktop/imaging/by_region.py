"""Which ultrasound region a measurement lies in, and its places in what that region measures (PS3.3 C.8.5.5).

A line belongs to a region when its ends do. Where regions overlap, a pixel is that of the one that lies on top; one
region drawn over another of the same scale, as colour flow over its tissue, does not part them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.measurement import Measurement, MeasurementKind
from medscan_desktop.imaging.regions import slice_axis
from medscan_desktop.imaging.ultrasound_region import ULTRASOUND_REGION, RegionScale, UltrasoundRegion
from medscan_desktop.imaging.volume import Volume

Floats = NDArray[np.float64]
_TO_MM = 10.0  # cm
_SAME = 1e-4  # of a step
_EDGE = 0.5 + 1e-6  # a pixel reaches half its size beyond its centre


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A measurement among the regions of its image. `region` is None where its points are not all in one.

    `pixels` are (n, 2): x and y of its points. `can_turn` is whether an angle between them means anything.
    """

    region: UltrasoundRegion | None
    pixels: Floats
    can_turn: bool

    @property
    def scale(self) -> RegionScale:
        """What the region measures; NONE without one."""
        return self.region.scale if self.region is not None else RegionScale.NONE

    @property
    def points(self) -> Floats:
        """(n, 3): the points as (x, y, 0) in mm, s or cm/s of the region; of no region the pixels."""
        steps = _steps(self.region) if self.region is not None else (1.0, 1.0)
        return np.column_stack([self.pixels * steps, np.zeros(len(self.pixels))])


def placed_by_region(one: Measurement, volume: Volume) -> Placed | None:
    """Where it lies among the regions; None where one measure holds for the whole image, or it has no regions.

    A lone region's centimetres hold for the whole image: what lies beside it is letters and scales.
    """
    regions = volume.regions_at(one.frame)
    is_whole = len(regions) == 1 and volume.calibration != "px"
    if not regions or is_whole or not one.points or slice_axis(volume.geometry, one.normal) != 2:
        return None
    index = np.asarray(volume.geometry.to_index(np.asarray(one.points, float)))[:, :2]
    pixels = (index + 0.5) * volume.reduction.in_plane - 0.5
    reach = _outermost(one.kind, pixels)
    ranked = sorted(regions, key=lambda region: region.rank)
    covers = np.stack([_covered(region, reach) for region in ranked])
    owners = [ranked[first] for first in np.unique(covers.argmax(axis=0)[covers.any(axis=0)])]
    holding = [region for region, covered in zip(ranked, covers, strict=True) if covered.all()]
    region = next((one for one in holding if all(one.measures_as(owner) for owner in owners)), None)
    return Placed(region, pixels, all(_is_even(owner) for owner in owners))


def has_own_measure(calibration: str, image_calibration: str) -> bool:
    """Whether a number rests on a region (or on none) where its image as a whole does otherwise: no other measure of
    the image changes it."""
    of_region, image = calibration.startswith(ULTRASOUND_REGION), image_calibration.startswith(ULTRASOUND_REGION)
    return (of_region and not image) or (image and calibration == "px")


def _covered(region: UltrasoundRegion, points: Floats) -> NDArray[np.bool_]:
    x0, y0, x1, y1 = region.bounds
    low, high = np.subtract((x0, y0), _EDGE), np.add((x1, y1), _EDGE)
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def _steps(region: UltrasoundRegion) -> tuple[float, float]:
    of_x = _TO_MM if region.scale is RegionScale.PLANE else 1.0
    of_y = _TO_MM if region.scale in (RegionScale.PLANE, RegionScale.MOTION) else 1.0
    return abs(region.delta_x) * of_x, abs(region.delta_y) * of_y


def _is_even(region: UltrasoundRegion) -> bool:
    """Whether an angle between pixels is one in what they show: the same step both ways."""
    across, down = abs(region.delta_x), abs(region.delta_y)
    return region.scale is RegionScale.PLANE and abs(across - down) <= _SAME * down


def _outermost(kind: MeasurementKind, pixels: Floats) -> Floats:
    """The points that its outline reaches to: of an ellipse or rectangle the corners of what holds it."""
    if kind not in (MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE) or len(pixels) != 3:
        return pixels
    sides = pixels[1:] - pixels[0]
    span = np.linalg.norm(sides, axis=0) if kind is MeasurementKind.ELLIPSE else np.abs(sides).sum(axis=0)
    return np.asarray(pixels[0] + span * [(-1, -1), (1, -1), (1, 1), (-1, 1)])
