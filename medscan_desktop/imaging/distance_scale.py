"""What a distance on an image is worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DistanceScale:
    """A distance in the geometry's own unit, times `factor`, is in `unit`; `calibration` says how far to trust it.

    As `Volume.calibration`: "" in a patient geometry, "px" where nothing calibrates the image. `has_regions`: within an
    ultrasound region a measurement is in that one's units all the same.
    """

    factor: float = 1.0
    unit: str = "mm"
    calibration: str = ""
    has_regions: bool = False
