"""Binary STL of surfaces: triangles alone, which every printer and planning program reads. Names are not in it."""

from collections.abc import Sequence

import numpy as np

from medscan_desktop.domain.export import Format
from medscan_desktop.imaging.surface import Surface

FORMAT = Format("stl", "STL surface", ".stl")
# 80 bytes, and not beginning with "solid", which would make it text; SPACE=LPS is what 3D Slicer looks for.
_HEADER = b"MedScan Desktop; mm; SPACE=LPS (DICOM patient: x left, y posterior, z head)"
_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def stl_bytes(surfaces: Sequence[Surface]) -> bytes:
    """All surfaces in one file, in patient mm."""
    parts = []
    for surface in surfaces:
        part = np.zeros(len(surface.triangles), _TRIANGLE)
        part["normal"] = surface.normals
        part["corners"] = surface.points[surface.triangles]
        parts.append(part.tobytes())
    count = sum(len(surface.triangles) for surface in surfaces)
    return b"".join([_HEADER.ljust(80), np.uint32(count).astype("<u4").tobytes(), *parts])
