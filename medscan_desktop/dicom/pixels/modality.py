"""Stored values to modality values in the volume's buffer: 16 bits where that loses nothing, else float32; or RGB."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.headers.header import Header, Pixels
from medscan_desktop.dicom.pixels.colour import palette_to_rgb, to_rgb
from medscan_desktop.dicom.pixels.stored import frame_shape, stored_dtype
from medscan_desktop.dicom.pixels.tables import Tables
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.stacks.rescale import rescale_of

Array = NDArray[Any]
_SIGNED, _UNSIGNED = np.dtype(np.int16), np.dtype(np.uint16)
_MOST, _FULL = 32_767, 65_536
_RESCALE = ("SOPClassUID", "DoseGridScaling", "RescaleSlope", "RescaleIntercept")


@dataclass(frozen=True, slots=True)
class ValueMap:
    """How frames become modality values. `whole` is the one integer (slope, intercept) of a stack of integers."""

    dtype: np.dtype[Any]
    whole: tuple[int, int] | None = None

    def stored_buffer(self, pixels: Pixels, out: Array) -> Array:
        """Where a frame's stored values are decoded to: `out` itself where the sizes agree, so nothing is copied."""
        dtype = stored_dtype(pixels)
        if self.whole is not None and dtype.itemsize == out.itemsize:
            return out.view(dtype)
        if self.dtype == dtype and out.shape == frame_shape(pixels):
            return out
        return np.empty(frame_shape(pixels), dtype)

    def apply(self, stored: Array, out: Array, header: Header, frame: int, tables: Tables, photometric: str) -> bool:
        """Write the modality values or colours of one frame into `out`. Malformed where a palette is missing.

        True where values had to be held at the ends of what `out` can say.
        """
        pixels = header.image
        if out.ndim == 3:
            _colours(stored, out, pixels, tables, photometric)
        elif tables.modality is not None:
            out[:] = tables.modality.look_up(stored)
        elif self.whole is not None:
            return _whole(stored, out, *self.whole)
        else:
            slope, intercept = rescale_of(header, frame)
            _check_finite(pixels, slope, intercept)
            np.multiply(stored, np.float64(slope), out=out, casting="unsafe")
            np.add(out, np.float32(intercept), out=out)
        return False


def _check_finite(pixels: Pixels, slope: float, intercept: float) -> None:
    """Malformed where the rescale leads beyond what a float32 holds."""
    most = 1 << pixels.bits_stored if pixels.kind == "integer" else 1
    if abs(slope) * most + abs(intercept) > np.finfo(np.float32).max:
        raise Malformed("has a rescale slope or intercept that leads beyond all numbers")


def held_padding(padding: tuple[float, float] | None, dtype: np.dtype[Any]) -> tuple[float, float] | None:
    """The range of padding as the buffer holds it: what lies beyond its type was put at its ends."""
    if padding is None or dtype.kind not in "iu":
        return padding
    limits = np.iinfo(dtype)
    low, high = (float(min(max(end, limits.min), limits.max)) for end in padding)
    return low, high


def value_map(plan: StackPlan, tables: Tables) -> ValueMap:
    """The map of a whole stack."""
    if plan.is_colour:
        return ValueMap(np.dtype(np.uint8))
    if tables.modality is not None:
        fits = len(plan.headers) == 1 and int(tables.modality.entries.max(initial=0)) <= _MOST
        return ValueMap(np.dtype(np.int16 if fits else np.float32))
    if plan not in _maps:
        _maps[plan] = _one_integer_map(plan) or ValueMap(np.dtype(np.float32))
    return _maps[plan]


# Asked for by the need of memory and again by the loading: of a long series it takes a fifth of the first image's time.
_maps: WeakKeyDictionary[StackPlan, ValueMap] = WeakKeyDictionary()


def _one_integer_map(plan: StackPlan) -> ValueMap | None:
    """The integer (slope, intercept) that all frames share, where their results fit 16 bits, with or without a sign."""
    maps = {rescale_of(header, frame) for header, frame in _differing(plan)}
    if len(maps) != 1:
        return None
    slope, intercept = maps.pop()
    if slope != int(slope) or intercept != int(intercept):
        return None
    whole = int(slope), int(intercept)
    layouts = {header.pixels for header in plan.headers if header.pixels is not None}
    for dtype in (_SIGNED, _UNSIGNED):
        if all(_fits(pixels, *whole, plan.modality, dtype) for pixels in layouts):
            return ValueMap(dtype, whole)
    return None


def _differing(plan: StackPlan) -> list[tuple[Header, int]]:
    """A frame for each rescale that the headers write down: thousands of slices mostly share one."""
    found: dict[tuple[str | None, ...], tuple[Header, int]] = {}
    varied = set()
    for ref in plan.frames:
        header = plan.headers[ref.header]
        if header.per_frame:
            varied.add((ref.header, ref.frame))
            continue
        said = header.attributes
        found[header.modality, *(said.get(keyword) for keyword in _RESCALE)] = header, 0
    return [*found.values(), *((plan.headers[header], frame) for header, frame in varied)]


def _fits(pixels: Pixels, slope: int, intercept: int, modality: str, dtype: np.dtype[Any]) -> bool:
    """By the range that BitsStored allows. Hounsfield units beyond int16 mean nothing: CT is held there, and told."""
    if pixels.kind != "integer" or pixels.bits_allocated > 16:
        return False
    if modality == "CT" and dtype == _SIGNED and slope == 1 and abs(intercept) <= _MOST:
        return True
    low = -(1 << (pixels.bits_stored - 1)) if pixels.is_signed else 0
    high = low + (1 << pixels.bits_stored) - 1
    ends = (low * slope + intercept, high * slope + intercept)
    limits = np.iinfo(dtype)
    return min(ends) >= limits.min and max(ends) <= limits.max


def _whole(stored: Array, out: Array, slope: int, intercept: int) -> bool:
    """`stored * slope + intercept` in place; wrapping arithmetic is exact once the ends are held. Whether any was."""
    if stored.itemsize < out.itemsize:
        out[:] = stored
        stored = out
    is_held = False
    if slope == 1:
        limits, wanted = np.iinfo(stored.dtype), np.iinfo(out.dtype)
        low, high = max(limits.min, wanted.min - intercept), min(limits.max, wanted.max - intercept)
        # numpy has fast minima and a slow clip; nearly every image is inside already
        if (low > limits.min and stored.min() < low) or (high < limits.max and stored.max() > high):
            np.clip(stored, low, high, out=stored)
            is_held = True
    values = stored.view(np.uint16)  # counts round as signed values do, bit by bit
    if slope != 1:
        np.multiply(values, np.uint16(slope % _FULL), out=values)
    if intercept:
        np.add(values, np.uint16(intercept % _FULL), out=values)
    return is_held


def _colours(stored: Array, out: Array, pixels: Pixels, tables: Tables, photometric: str) -> None:
    if pixels.photometric == "PALETTE COLOR":
        if tables.palette is None:
            raise Malformed("is damaged: its palette is missing")
        out[:] = palette_to_rgb(stored, tables.palette)
    elif stored is not out or photometric != "RGB":
        out[:] = to_rgb(stored, photometric, pixels.bits_stored)
