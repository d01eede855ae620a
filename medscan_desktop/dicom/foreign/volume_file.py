"""A volume from a file that is no DICOM: what its header says, in DICOM's terms, and how its values will be stored.

Planes are written as they are stored, slice by slice; in the plane they are turned by quarter turns and mirrored (which
changes no value) so that rows run to the left or the back and columns to the back or the feet.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed

Floats = NDArray[np.float64]
MAX_BYTES = 16 << 30  # of one file, unpacked
MAX_SIDE = 65_535  # Rows and Columns are 16-bit
_SQUARE = 1e-3  # cosine between the axes of a plane: more cannot be said in DICOM


@dataclass(frozen=True, slots=True)
class VolumeHead:
    """What the header of a volume file says.

    `shape` is (times, slices, rows, columns) as stored, `dtype` a numpy name with its byte order, `samples` 3 for RGB
    and 4 with a fourth that is left out. A value is `stored * slope + intercept`. `affine` takes (column, row, slice)
    to LPS mm, as 16 numbers; None where the file does not say how it lies in the patient: `spacing` (column, row,
    slice) in mm is then all there is. `seconds` is the time from one volume to the next, 0 where unknown. `says`: texts
    in the file that may name somebody.
    """

    shape: tuple[int, int, int, int]
    dtype: str
    samples: int
    slope: float
    intercept: float
    affine: tuple[float, ...] | None
    spacing: tuple[float, float, float]
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    says: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        times, slices, rows, columns = self.shape
        if min(self.shape) < 1 or max(rows, columns) > MAX_SIDE or times * slices > 1_000_000:
            raise Malformed(f"has a size that no image has ({' × '.join(map(str, self.shape[::-1]))})")
        if self.bytes > MAX_BYTES:
            raise Malformed("claims more voxels than can be wrapped")
        numbers = (self.slope, self.intercept, *self.spacing, *(self.affine or ()))
        if not np.isfinite(numbers).all() or min(self.spacing) <= 0:
            raise Malformed("has a geometry that is no geometry (a spacing of zero, or not a number)")

    @property
    def bytes(self) -> int:
        """Of all its voxels, unpacked."""
        return int(np.prod(self.shape, dtype=object)) * self.samples * np.dtype(self.dtype).itemsize

    @property
    def slice_bytes(self) -> int:
        """Of one plane."""
        return self.shape[2] * self.shape[3] * self.samples * np.dtype(self.dtype).itemsize

    def to_json(self) -> dict[str, Any]:
        """JSON values; `from_json` gives an equal head."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "VolumeHead":
        """The head of `to_json`."""
        return cls(
            shape=tuple(body["shape"]),
            dtype=body["dtype"],
            samples=body["samples"],
            slope=body["slope"],
            intercept=body["intercept"],
            affine=None if body["affine"] is None else tuple(body["affine"]),
            spacing=tuple(body["spacing"]),
            seconds=body["seconds"],
            notes=tuple(body["notes"]),
            says=tuple((field, text) for field, text in body["says"]),
        )


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """How the planes are turned, and where they then lie. Slice k's first pixel is at `origin + k * step` (LPS mm)."""

    swapped: bool  # rows for columns
    flipped: tuple[bool, bool]  # (rows, columns) after that
    spacing: tuple[float, float]  # (row, column), mm
    origin: Floats | None = None
    step: Floats | None = None
    row: Floats | None = None  # the direction in which columns count, a unit vector
    column: Floats | None = None

    def turned(self, plane: NDArray[Any]) -> NDArray[Any]:
        """A plane (rows, columns, ...) as it will be stored."""
        out = plane.swapaxes(0, 1) if self.swapped else plane
        return out[:: -1 if self.flipped[0] else 1, :: -1 if self.flipped[1] else 1]


def placed(head: VolumeHead) -> Placed:
    """Where the planes of a volume lie. Malformed where its axes cannot be told in DICOM without resampling."""
    if head.affine is None:
        return Placed(False, (False, False), (head.spacing[1], head.spacing[0]))
    affine = np.array(head.affine, float).reshape(4, 4)
    i, j, step = affine[:3, 0], affine[:3, 1], affine[:3, 2]
    lengths = np.linalg.norm(i), np.linalg.norm(j)
    if min(lengths) <= 0 or abs(np.linalg.det(affine[:3, :3])) < 1e-12:
        raise Malformed("has a geometry that is no geometry (its axes lie in one plane)")
    if abs(i @ j) > _SQUARE * lengths[0] * lengths[1]:
        raise Malformed("has sheared planes, which DICOM cannot hold without resampling")
    first = int(np.argmax(np.abs(i)))
    others = [axis for axis in range(3) if axis != first]
    second = max(others, key=lambda axis: abs(j[axis]))
    swapped = first > second  # rows run along the earlier of x, y, z
    row, column = (j, i) if swapped else (i, j)
    rows, columns = (head.shape[3], head.shape[2]) if swapped else (head.shape[2], head.shape[3])
    along, down = min(first, second), max(first, second)
    flip_columns = row[along] < 0  # columns count to the left, or to the back
    flip_rows = column[down] > 0 if down == 2 else column[down] < 0  # rows count to the feet, or to the back
    origin = affine[:3, 3].copy()
    if flip_columns:
        origin, row = origin + row * (columns - 1), -row
    if flip_rows:
        origin, column = origin + column * (rows - 1), -column
    sizes = float(np.linalg.norm(column)), float(np.linalg.norm(row))
    return Placed(
        swapped, (bool(flip_rows), bool(flip_columns)), sizes, origin, step, row / sizes[1], _square(row, column)
    )


def _square(row: Floats, column: Floats) -> Floats:
    """The column's direction made exactly perpendicular to the row's (they were within a thousandth)."""
    unit = row / np.linalg.norm(row)
    rest = column - unit * (column @ unit)
    return np.asarray(rest / np.linalg.norm(rest))


@dataclass(frozen=True, slots=True)
class Range:
    """What the values of a file are: `low` to `high` as stored, `whole` where all are integers, `missing` are NaN."""

    low: float
    high: float
    whole: bool
    missing: int = 0


def known_range(head: VolumeHead) -> Range | None:
    """The range of a type that 16 bits hold as it is, so that nobody need read the file for it; None for the others."""
    kind = np.dtype(head.dtype)
    if kind.kind not in "iu" or kind.itemsize > 2:
        return None
    limits = np.iinfo(kind)
    return Range(float(limits.min), float(limits.max), True)


@dataclass(frozen=True, slots=True)
class Storing:
    """How file values become stored values of `dtype`: `round((value - base) / step)`, from `first` upwards.

    Modality values are then `stored * slope + intercept`, off by at most `error`. `missing`: the stored value of what
    is not a number, None where there is none.
    """

    dtype: str
    slope: float
    intercept: float
    base: float = 0.0
    step: float = 1.0
    first: int = 0
    error: float = 0.0
    missing: int | None = None

    def apply(self, plane: NDArray[Any]) -> NDArray[Any]:
        """A plane of file values as stored values."""
        if self.dtype == "float32":
            return np.asarray(plane.astype(np.float64) * self.step + self.base, np.float32)
        if self.first == 0:  # as they are
            known = plane if self.missing is None else np.nan_to_num(plane, nan=float(self.missing))
            return known.astype(self.dtype)
        scaled = np.round((plane.astype(np.float64) - self.base) / self.step) + self.first
        return np.clip(np.nan_to_num(scaled, nan=0.0), 0, np.iinfo(self.dtype).max).astype(self.dtype)


def storing(head: VolumeHead, found: Range, *, floats: bool) -> Storing:
    """How a volume is stored: as it is where 16 bits hold it, else in 65,535 equal steps; `floats`: as float32."""
    if head.samples > 1:
        return Storing("uint8", 1.0, 0.0)
    if floats:
        largest = max(abs(end * head.slope + head.intercept) for end in (found.low, found.high))
        exact = found.whole and largest < 1 << 24 and head.slope % 1 == head.intercept % 1 == 0
        return Storing("float32", 1.0, 0.0, head.intercept, head.slope, error=0.0 if exact else largest * 2.0**-24)
    for dtype in ("int16", "uint16"):
        limits = np.iinfo(dtype)
        spare = found.missing > 0
        if found.whole and limits.min + spare <= found.low and found.high <= limits.max:
            missing = int(limits.min) if spare else None
            return Storing(dtype, ds(head.slope), ds(head.intercept), missing=missing)
    return _in_steps(head, found)


def _in_steps(head: VolumeHead, found: Range) -> Storing:
    """65,535 steps from the lowest value to the highest; stored 0 is for what is not a number."""
    step = (found.high - found.low) / 65_534 or 1.0
    slope = ds(step * head.slope) or 1.0
    step = slope / head.slope if head.slope else step
    intercept = ds(found.low * head.slope + head.intercept - slope)
    return Storing(
        "uint16",
        slope,
        intercept,
        found.low,
        step,
        first=1,
        error=abs(slope) * 0.5001,
        missing=0 if found.missing else None,
    )


def ds(value: float) -> float:
    """The number that a decimal string of 16 letters holds (PS3.5 6.2), nearest to `value`."""
    return float(ds_text(value))


def ds_text(value: float) -> str:
    """`value` in at most 16 letters, as near as they allow."""
    text = repr(float(value))
    digits = 16
    while len(text) > 16:
        text = f"{value:.{digits}g}"
        digits -= 1
    return text.removesuffix(".0")
