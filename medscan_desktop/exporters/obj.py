"""Wavefront OBJ of surfaces: text, each surface a group with its name."""

from collections.abc import Sequence

from medscan_desktop.domain.export import Format
from medscan_desktop.imaging.surface import SYSTEM, Surface

FORMAT = Format("obj", "OBJ surface", ".obj")


def obj_bytes(surfaces: Sequence[Surface]) -> bytes:
    """All surfaces in one file, in patient mm, to a ten-thousandth of a millimetre."""
    lines = ["# MedScan Desktop", f"# {SYSTEM}", "# SPACE=LPS"]
    before = 1  # OBJ counts points from 1, through the whole file
    for surface in surfaces:
        lines.append(f"g {_word(surface.name)}")
        lines.extend(f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in surface.points.tolist())
        lines.extend(f"f {a} {b} {c}" for a, b, c in (surface.triangles + before).tolist())
        before += len(surface.points)
    return ("\n".join(lines) + "\n").encode("utf-8")


def _word(name: str) -> str:
    """A group's name ends at a space."""
    return "_".join("".join(letter if letter.isprintable() else " " for letter in name).split()) or "surface"
