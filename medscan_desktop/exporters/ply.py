"""Binary PLY of surfaces: points once, triangles by their numbers."""

from collections.abc import Sequence

import numpy as np

from medscan_desktop.domain.export import Format
from medscan_desktop.imaging.surface import SYSTEM, Surface

FORMAT = Format("ply", "PLY surface", ".ply")
_FACE = np.dtype([("count", "u1"), ("points", "<i4", 3)])


def ply_bytes(surfaces: Sequence[Surface]) -> bytes:
    """All surfaces in one file, in patient mm; their names stand in comments, in their order."""
    points = [surface.points.astype("<f4").tobytes() for surface in surfaces]
    faces, before = [], 0
    for surface in surfaces:
        part = np.zeros(len(surface.triangles), _FACE)
        part["count"] = 3
        part["points"] = surface.triangles + before
        faces.append(part.tobytes())
        before += len(surface.points)
    header = [
        "ply",
        "format binary_little_endian 1.0",
        "comment MedScan Desktop",
        f"comment {SYSTEM}",
        "comment SPACE=LPS",
        *(f"comment surface {_ascii(one.name)}, {len(one.triangles)} triangles" for one in surfaces),
        f"element vertex {before}",
        *(f"property float {axis}" for axis in "xyz"),
        f"element face {sum(len(surface.triangles) for surface in surfaces)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    return b"".join([("\n".join(header) + "\n").encode("ascii"), *points, *faces])


def _ascii(name: str) -> str:
    """A PLY header is ASCII, and a line ends it."""
    return "".join(letter if " " <= letter <= "~" else "?" for letter in name)
