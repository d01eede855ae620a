"""An RT Structure Set over a stack: outlines on the slices they lie on, and the voxels inside for other planes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.matching import Target
from medscan_desktop.dicom.objects.segmentation import PALETTE
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.imaging.contours import Contour, ContourKind, by_slice, filled, volume_ml
from medscan_desktop.imaging.mask import Mask


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """One region of interest with all its contours."""

    number: int
    name: str
    colour: tuple[int, int, int]
    detail: str
    is_automatic: bool
    contours: tuple[Contour, ...]


@dataclass(frozen=True, eq=False, slots=True)
class StructureSet:
    """What the object holds."""

    label: str
    regions: tuple[Region, ...]
    target: Target
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class PlacedRegion:
    """A region on a stack: contours by slice, the voxels inside, and its volume by contour area x spacing."""

    region: Region
    outlines: Mapping[int, tuple[Contour, ...]]
    mask: Mask
    volume_ml: float | None
    strays: int  # contours that lie on no slice of the stack


def read_structures(workers: Workers, file: BinaryIO, header: Header) -> StructureSet:
    """Read the object's file. Raises FileRefused."""
    arrays: list[NDArray[np.float64]] = []
    answer = workers.run(
        "read_rtstruct", {}, file, label=header.label, received=lambda points: arrays.append(np.array(points, float))
    )
    if len(arrays) != len(answer["rois"]):
        raise FileRefused(header.label, "the structure set contradicts itself about its contours")
    bodies = zip(answer["rois"], arrays, strict=True)
    regions = tuple(_region(body, points, place) for place, (body, points) in enumerate(bodies))
    broken = sum(body["broken"] for body in answer["rois"])
    frames = frozenset(answer["frames_of_reference"]) | ({header.text("FrameOfReferenceUID")} - {""})
    notes = (f"{broken:,} contours have no readable points or an unknown type and are not drawn",) if broken else ()
    return StructureSet(answer["label"], regions, Target(answer["references"], frames), notes)


def place_region(region: Region, plan: StackPlan) -> PlacedRegion:
    """A region on the stack's slices."""
    outlines, strays = by_slice(region.contours, plan.geometry)
    return PlacedRegion(
        region, outlines, filled(outlines, plan.geometry), volume_ml(region.contours, plan.geometry), strays
    )


def _region(body: Mapping[str, Any], points: NDArray[np.float64], place: int) -> Region:
    ends = np.cumsum([count for _, count in body["contours"]], dtype=np.int64)
    parts = np.split(points.reshape(-1, 3), ends[:-1]) if len(ends) else []
    contours = tuple(Contour(ContourKind(kind), part) for (kind, _), part in zip(body["contours"], parts, strict=False))
    colour = body["colour"]
    known = len(colour) == 3 and all(0 <= part <= 255 for part in colour)
    number, algorithm = body["number"], body["algorithm"]
    return Region(
        number,
        body["name"] or f"Region {number}",
        (colour[0], colour[1], colour[2]) if known else PALETTE[place % len(PALETTE)],
        " · ".join(text for text in (body["type"].lower(), algorithm.lower()) if text),
        algorithm == "AUTOMATIC",
        contours,
    )
