"""From modality values to grey (PS3.3 C.11.2): the reference, auto-window and presets.

float64 and the standard's own formulas: `render` may be faster, never different.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.imaging.voi import Voi, VoiFunction, VoiLut, Window
from medscan_desktop.imaging.volume import Volume

__all__ = [
    "PRESETS",
    "Voi",
    "VoiFunction",
    "VoiLut",
    "Window",
    "apply_window",
    "auto_window",
    "initial_voi",
    "is_lowest_white",
    "offered_windows",
    "region_window",
]

_HOUNSFIELD, _SUV = "HU", "g/ml"
_AUTO_PERCENTILES = (0.1, 99.9)
_REGION_PERCENTILES = (1.0, 99.0)
_AUTO_SAMPLES = 1_000_000  # of a stack: 1,000 values beyond each percentile fix them well below one grey level
_AUTO_SLICES = 16  # of a stack that is still arriving
_WHITE = 255

# Width / level as radiologists name them; in the order of the keys 1 to 9.
PRESETS: Mapping[str, tuple[Window, ...]] = MappingProxyType(
    {
        "CT": (
            Window(40, 400, name="Soft tissue"),
            Window(-600, 1500, name="Lung"),
            Window(350, 2000, name="Bone"),
            Window(40, 80, name="Brain"),
            Window(90, 150, name="Liver"),
            Window(50, 350, name="Mediastinum"),
            Window(300, 600, name="Angio"),
            Window(75, 200, name="Subdural"),
            Window(40, 40, name="Stroke"),
            Window(40, 120, name="Posterior fossa"),
            Window(400, 4000, name="Sinus"),
        ),
        "PT": (
            Window(2.5, 5, VoiFunction.LINEAR_EXACT, "PET 0–5 SUV"),
            Window(5, 10, VoiFunction.LINEAR_EXACT, "PET 0–10 SUV"),
        ),
    }
)
_PRESET_UNIT = {"CT": _HOUNSFIELD, "PT": _SUV}


def apply_window(values: ArrayLike, voi: Voi, *, inverted: bool) -> NDArray[np.uint8]:
    """Grey 0..255 of modality values of any shape; what is no number is black, inverted or not."""
    x = np.asarray(values, np.float64)
    shares = _through_lut(x, voi) if isinstance(voi, VoiLut) else _through_window(x, voi)
    grey = np.floor(np.nan_to_num(shares) * _WHITE + 0.5).astype(np.uint8)
    if inverted:
        grey = _WHITE - grey
    return np.where(np.isnan(x), np.uint8(0), grey)


def is_lowest_white(photometric_interpretation: str, presentation_lut_shape: str = "") -> bool:
    """Whether the lowest value is shown white: MONOCHROME1 *or* an INVERSE presentation LUT; both are one inversion."""
    return photometric_interpretation == "MONOCHROME1" or presentation_lut_shape == "INVERSE"


def auto_window(values: NDArray[np.generic], padding: tuple[float, float] | None) -> Window:
    """From the 0.1 to the 99.9 percentile of `values` (k, j, i), padding and non-numbers left out.

    Large stacks are sampled on a regular grid of about a million voxels. Without a single tissue value: 0 to 1.
    """
    sample = _thinned(values).ravel()
    keep = np.isfinite(sample)
    if padding is not None:
        keep &= np.less(sample, padding[0]) | np.greater(sample, padding[1])
    sample = sample[keep]
    is_integer = sample.dtype.kind in "iu"
    low, high = (float(at) for at in np.percentile(sample, _AUTO_PERCENTILES)) if sample.size else (0.0, 1.0)
    if is_integer:  # LINEAR is black up to c - 0.5 - (w - 1) / 2 and white from c - 0.5 + (w - 1) / 2
        return Window((low + high) / 2 + 0.5, high - low + 1, name="Auto")
    width = max(high - low, 1e-6 * max(1.0, abs(high)))
    return Window((low + high) / 2, width, VoiFunction.LINEAR_EXACT, "Auto")


def region_window(values: NDArray[np.generic], padding: tuple[float, float] | None) -> Window | None:
    """From the 1st to the 99th percentile of the values of a region; None where no tissue lies in it."""
    keep = np.isfinite(values)
    if padding is not None:
        keep &= np.less(values, padding[0]) | np.greater(values, padding[1])
    sample = values[keep].astype(np.float64)
    if not sample.size:
        return None
    low, high = (float(at) for at in np.percentile(sample, _REGION_PERCENTILES))
    least = 1.0 if values.dtype.kind in "iu" else max(1e-6, 1e-6 * abs(high))
    return Window((low + high) / 2, max(high - low, least), VoiFunction.LINEAR_EXACT, "Region")


def offered_windows(
    volume: Volume, modality: str, k: int | None = None, presets: Mapping[str, tuple[Window, ...]] = PRESETS
) -> tuple[Voi, ...]:
    """The header's windows and VOI LUTs (slice `k`'s own, where they differ), then auto, then the modality's presets;
    none for true colour.

    Presets are offered only where the values are in their unit: HU for CT, SUV for PET; those of other modalities are
    their user's own (`presets`). Auto looks at what has arrived.
    """
    if volume.is_colour:
        return ()
    own = volume.slice_vois[k] if k is not None and volume.slice_vois else volume.vois
    header = tuple(_named(voi, number) for number, voi in enumerate(_usable(own), start=1))
    is_whole = volume.is_complete and not volume.empty
    arrived = volume.values if is_whole else volume.values[_some(np.flatnonzero(volume.loaded))]
    auto = (auto_window(arrived, volume.padding),) if arrived.size else ()
    return header + auto + _presets(volume, modality, presets)


def initial_voi(volume: Volume, modality: str, presets: Mapping[str, tuple[Window, ...]] = PRESETS) -> Voi | None:
    """What a stack is first shown with: the header's first, else the modality's first preset, else auto.

    None while nothing has arrived that auto could look at, and for true colour.
    """
    if volume.is_colour:
        return None
    standard = _presets(volume, modality, presets) if modality in PRESETS else ()  # where all images are in one unit
    first = next(iter(_usable(volume.vois)), None) or next(iter(standard), None)
    return first if first is not None else next(iter(offered_windows(volume, modality)), None)


def _through_window(x: NDArray[np.float64], window: Window) -> NDArray[np.float64]:
    """The shares 0..1 of PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    centre, width = window.centre, window.width
    if window.function is VoiFunction.SIGMOID:
        return np.asarray(1 / (1 + np.exp(np.clip(-4 * (x - centre) / width, -700, 700))))
    if window.function is VoiFunction.LINEAR_EXACT:
        return np.clip((x - centre) / width + 0.5, 0, 1)
    if width <= 1:
        return np.where(x <= centre - 0.5, 0.0, 1.0)
    return np.clip((x - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def _through_lut(x: NDArray[np.float64], lut: VoiLut) -> NDArray[np.float64]:
    """Exact at whole values, linear between them (interpolated pixels), the ends beyond."""
    return np.asarray(np.interp(x, np.arange(len(lut.entries)) + lut.first, lut.entries))


def _usable(vois: tuple[Voi, ...]) -> tuple[Voi, ...]:
    return tuple(voi for voi in vois if isinstance(voi, VoiLut) or voi.is_usable)


def _named(voi: Voi, number: int) -> Voi:
    return voi if voi.name else replace(voi, name=f"Header {number}")


def _presets(volume: Volume, modality: str, presets: Mapping[str, tuple[Window, ...]]) -> tuple[Window, ...]:
    is_meant = volume.unit == _PRESET_UNIT.get(modality, volume.unit)
    return tuple(preset for preset in presets.get(modality, ()) if preset.is_usable) if is_meant else ()


def _some(slices: NDArray[np.int64]) -> NDArray[np.int64]:
    """A few slices spread evenly: copying all that have arrived would be felt."""
    return slices[:: max(1, len(slices) // _AUTO_SLICES)]


def _thinned(values: NDArray[np.generic]) -> NDArray[np.generic]:
    step = max(1, int(np.ceil((values.size / _AUTO_SAMPLES) ** (1 / max(values.ndim, 1)))))
    return values[(slice(step // 2, None, step),) * values.ndim] if step > 1 else values
