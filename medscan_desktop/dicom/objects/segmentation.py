"""A DICOM Segmentation as masks over a stack: placed by the images it names, else by position in the patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.matching import Target
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.stacks.plane import plane_of
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.errors import FileRefused
from medscan_desktop.imaging.cielab import rgb_of_cielab
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.placing import Frame, Piece, copied, resampled, slice_holding

# For segments without a colour of their own: told apart by anyone, on grey.
PALETTE = ((86, 180, 233), (230, 159, 0), (0, 158, 115), (240, 228, 66), (204, 121, 167), (213, 94, 0), (0, 114, 178))


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. `detail` is what it is, `origin` how it was made; `is_automatic`: by an algorithm alone."""

    number: int
    name: str
    colour: tuple[int, int, int]
    detail: str
    origin: str
    is_automatic: bool


@dataclass(frozen=True, eq=False, slots=True)
class Segmentation:
    """What the object holds. `pieces` are by segment number; `sources` by frame: (instance, frame from 0)."""

    header: Header
    label: str
    segments: tuple[Segment, ...]
    pieces: Mapping[int, tuple[Piece, ...]]
    sources: tuple[tuple[tuple[str, int], ...], ...]
    slice_spacing: tuple[float, float]  # between slices, thickness; 0 = not said
    target: Target
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """The masks by segment number on the stack's grid, their volumes in ml by the object's own spacing, and remarks."""

    masks: Mapping[int, Mask]
    volumes_ml: Mapping[int, float | None]
    notes: tuple[str, ...]


def read_segmentation(workers: Workers, file: BinaryIO, header: Header) -> Segmentation:
    """Read the object's file. Raises FileRefused."""
    arrays: list[NDArray[np.uint8]] = []
    answer = workers.run(
        "read_seg", {}, file, label=header.label, received=lambda bits: arrays.append(np.array(bits, np.uint8))
    )
    segments = tuple(_segment(body, place) for place, body in enumerate(answer["segments"]))
    known = {segment.number for segment in segments}
    pieces = _pieces(answer["pieces"], arrays, header)
    unnamed = tuple(
        Segment(number, f"Segment {number}", PALETTE[number % len(PALETTE)], "", "", False)
        for number in sorted(pieces.keys() - known)
    )
    return Segmentation(
        header=header,
        label=answer["label"],
        segments=segments + unnamed,
        pieces=pieces,
        sources=tuple(tuple((uid, frame) for uid, frame in one["sources"]) for one in answer["frames"]),
        slice_spacing=(answer["spacing"][0], answer["spacing"][1]),
        target=Target(answer["references"], frozenset({header.text("FrameOfReferenceUID")} - {""})),
        notes=_notes(answer),
    )


def place(segmentation: Segmentation, plan: StackPlan) -> Placed:
    """The segments as masks on the stack: frame by frame where the grids are one, else resampled to the nearest."""
    used = {piece.frame for pieces in segmentation.pieces.values() for piece in pieces}
    frames = {number: _frame(segmentation.header, number) for number in used}
    on_slices = _on_slices(segmentation, plan, frames)
    spacing = _spacing(segmentation, plan, frames, is_copied=bool(on_slices))
    shape = plan.geometry.shape
    masks: dict[int, Mask] = {}
    notes = list(segmentation.notes)
    if on_slices:
        for number, pieces in segmentation.pieces.items():
            masks[number] = copied([(on_slices[one.frame], one) for one in pieces if one.frame in on_slices], shape)
        if left := len(used) - len(on_slices):
            notes.append(f"{left:,} of its {len(used):,} frames lie on none of the images that are here")
    elif plan.geometry.spatial and spacing > 0:
        for number, pieces in segmentation.pieces.items():
            known = [(frame, one) for one in pieces if (frame := frames[one.frame]) is not None]
            masks[number] = resampled(known, spacing, plan.geometry)
        notes.append("on another grid than the images: shown by the nearest voxel; volumes by its own grid")
    else:
        notes.append("it cannot be placed on these images: neither positions nor sizes agree")
    volumes = {number: _volume(segmentation, number, frames, spacing) for number in masks}
    if on_slices and (problem := _gap(plan, set(on_slices.values()))):
        notes.append(f"no volumes: {problem}")
        volumes = dict.fromkeys(volumes)
    return Placed(masks, volumes, tuple(notes))


def _gap(plan: StackPlan, covered: set[int]) -> str:
    """Why its frames are not the whole of what it segments, as far as the images tell; "" where they are.

    An object with frames where images are missing was made when these were there, and is whole.
    """
    is_departure = plan.volume_refusal != plan.refusal  # else it is too few images, which says nothing of gaps
    return plan.volume_refusal if is_departure and covered.isdisjoint(plan.empty) else ""


def _segment(body: Mapping[str, Any], place: int) -> Segment:
    number = body["number"]
    algorithm = " ".join(text for text in (body["algorithm_name"], body["algorithm_version"]) if text)
    kind = body["algorithm_type"]
    detail = " · ".join(dict.fromkeys(text for text in (body["category"], body["type"]) if text))
    return Segment(
        number,
        body["label"] or f"Segment {number}",
        rgb_of_cielab(body["cielab"]) or PALETTE[place % len(PALETTE)],
        detail,
        " · ".join(text for text in (kind.lower(), algorithm) if text),
        kind == "AUTOMATIC",
    )


def _pieces(
    rows: Sequence[Sequence[int]], arrays: Sequence[NDArray[np.uint8]], header: Header
) -> dict[int, tuple[Piece, ...]]:
    """Pieces by segment; the answer comes from a process that read foreign bytes, so nothing in it is trusted."""
    found: dict[int, list[Piece]] = {}
    bits = np.concatenate(arrays) if arrays else np.zeros(0, np.uint8)
    at = 0
    for frame, segment, top, left, height, width in rows:
        length = -(-height * width // 8)
        inside = 0 <= top < top + height <= header.image.rows and 0 <= left < left + width <= header.image.columns
        if not inside or not 0 <= frame < header.frames or at + length > len(bits):
            raise FileRefused(header.label, "the segmentation contradicts itself about its frames")
        piece = Piece(frame, top, left, bits[at : at + length], (height, width))
        found.setdefault(segment, []).append(piece)
        at += length
    return {segment: tuple(pieces) for segment, pieces in found.items()}


def _notes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    if answer["type"] != "FRACTIONAL":
        return ()
    meaning = answer["fraction"].lower() or "fraction"
    return (f"fractional ({meaning}): shown, and its volume counted, where it is at least one half",)


def _frame(header: Header, number: int) -> Frame | None:
    plane, spacing = plane_of(header, number), header.numbers("PixelSpacing", number)
    if plane is None or len(spacing) != 2 or min(spacing) <= 0:
        return None
    row, column = np.array(plane.cosines[:3]), np.array(plane.cosines[3:])
    return Frame(
        np.array(plane.position),
        row / np.linalg.norm(row),
        column / np.linalg.norm(column),
        (spacing[1], spacing[0]),
        (header.image.rows, header.image.columns),
    )


def _on_slices(segmentation: Segmentation, plan: StackPlan, frames: Mapping[int, Frame | None]) -> dict[int, int]:
    """The slice of each frame whose pixels are that slice's, one for one."""
    slices = {(ref.instance, ref.frame): k for k, ref in zip(plan.slices, plan.frames, strict=True)}
    found = {}
    for number, frame in frames.items():
        named = [slices[source] for source in segmentation.sources[number] if source in slices]
        if frame is None:  # no position of its own: it lies on the one image it names
            size = (segmentation.header.image.rows, segmentation.header.image.columns)
            if len(set(named)) == 1 and size == plan.geometry.shape[1:]:
                found[number] = named[0]
            continue
        own = next((k for k in named if _is_same(frame, plan, k)), None)
        k = own if own is not None else slice_holding(frame, plan.geometry)
        if k is not None:
            found[number] = k
    return found


def _is_same(frame: Frame, plan: StackPlan, k: int) -> bool:
    """Whether the frame is slice k, by the image's own position: the stack's straight line may pass it by."""
    at = plan.frame_at(k)
    if at is None:
        return False
    ref = plan.frames[at]
    image = _frame(plan.headers[ref.header], ref.frame)
    if image is None:
        return frame.size == plan.geometry.shape[1:]
    directions = np.stack([frame.row - image.row, frame.column - image.column])
    return (
        frame.size == image.size == plan.geometry.shape[1:]
        and float(np.abs(directions).max()) < 1e-3
        and bool(np.allclose(frame.spacing, image.spacing, rtol=1e-3))
        and float(np.linalg.norm(frame.origin - image.origin)) <= 0.5 * min(frame.spacing)
    )


def _spacing(
    segmentation: Segmentation, plan: StackPlan, frames: Mapping[int, Frame | None], *, is_copied: bool
) -> float:
    """mm from one slice of the segmentation to the next; 0 where nothing tells."""
    between, thickness = segmentation.slice_spacing
    if between > 0:
        return between
    if is_copied and plan.geometry.spatial:
        return plan.geometry.voxel_mm3 / (plan.geometry.spacing[0] * plan.geometry.spacing[1])
    known = [frame for frame in frames.values() if frame is not None]
    along = sorted({round(float(frame.origin @ known[0].normal), 3) for frame in known})
    return float(np.median(np.diff(along))) if len(along) > 1 else thickness


def _volume(
    segmentation: Segmentation, number: int, frames: Mapping[int, Frame | None], spacing: float
) -> float | None:
    total = 0.0
    for piece in segmentation.pieces[number]:
        frame = frames[piece.frame]
        if frame is None or spacing <= 0:
            return None
        total += float(np.count_nonzero(piece.bits)) * frame.spacing[0] * frame.spacing[1]
    return total * spacing / 1000
