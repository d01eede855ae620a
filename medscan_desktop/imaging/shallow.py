"""Whether a volume is too shallow for planes across its slices to show anything."""

from medscan_desktop.imaging.geometry import Geometry

_FEWEST, _FEW = 4, 8
_SHARE_OF_FEW, _SHARE = 1 / 8, 1 / 16


def is_shallow(geometry: Geometry) -> bool:
    """Fewer than 4 slices, fewer than 8 not an eighth as deep as an image is wide or high, or any not a sixteenth.

    A coronal plane of such a volume is a line on the screen: its images are read as they were acquired.
    """
    across, down, through = (size * step for size, step in zip(geometry.size_ijk, geometry.spacing, strict=True))
    count, share = geometry.size_ijk[2], through / max(across, down)
    return count < _FEWEST or share < _SHARE or (count < _FEW and share < _SHARE_OF_FEW)
