"""How values become colour and opacity in 3D: fixed Hounsfield ramps for CT, ramps over the data's own range else."""

from dataclasses import dataclass, replace

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import auto_window

ColourPoint = tuple[float, float, float, float]  # value, red, green, blue (0..1)
OpacityPoint = tuple[float, float]  # value, opacity a millimetre


@dataclass(frozen=True, slots=True)
class Preset:
    """A look. With `relative`, values are shares of the data's 0.1 to 99.9 percentile range, else modality units."""

    name: str
    colours: tuple[ColourPoint, ...]
    opacities: tuple[OpacityPoint, ...]
    relative: bool = False
    shaded: bool = True
    brightest: bool = False  # maximum intensity instead of depth: its colours are the picture, behind nothing
    background: tuple[float, float, float] = (0.035, 0.043, 0.055)


_BONE = Preset(
    "CT bone",
    (
        (-1000, 0.35, 0.16, 0.12),
        (80, 0.62, 0.30, 0.22),
        (200, 0.89, 0.74, 0.57),
        (700, 0.98, 0.95, 0.87),
        (3000, 1, 1, 1),
    ),
    ((-1000, 0), (120, 0), (230, 0.16), (600, 0.65), (3000, 0.9)),
)
_SOFT = Preset(
    "CT soft tissue",
    (
        (-1000, 0.60, 0.38, 0.30),
        (-300, 0.80, 0.56, 0.45),
        (-50, 0.90, 0.70, 0.56),
        (60, 0.75, 0.33, 0.27),
        (250, 0.95, 0.87, 0.74),
        (3000, 1, 1, 1),
    ),
    ((-1000, 0), (-450, 0), (-250, 0.12), (-60, 0.16), (80, 0.30), (300, 0.75), (3000, 0.9)),
)
_SURFACE = Preset(
    "MR",
    ((0, 0.20, 0.13, 0.11), (0.12, 0.62, 0.42, 0.34), (0.35, 0.86, 0.66, 0.54), (0.7, 0.95, 0.86, 0.76), (1, 1, 1, 1)),
    ((0, 0), (0.07, 0), (0.16, 0.10), (0.40, 0.30), (1, 0.65)),
    relative=True,
)
_MIP = Preset(
    "MIP",
    ((0, 0, 0, 0), (1, 1, 1, 1)),
    ((0, 0), (1, 1)),
    relative=True,
    shaded=False,
    brightest=True,
    background=(0, 0, 0),
)
_INVERSE_MIP = replace(_MIP, colours=((0, 1, 1, 1), (1, 0, 0, 0)), background=(1, 1, 1))


def presets_for(volume: Volume, modality: str) -> tuple[Preset, ...]:
    """What suits this volume, the best first."""
    if modality == "CT" and volume.unit == "HU":
        return _BONE, _SOFT, _MIP
    if modality in ("PT", "NM"):
        return (_INVERSE_MIP if modality == "PT" else _MIP), _SURFACE
    return _SURFACE, _MIP


def preset_of(volume: Volume, modality: str, name: str) -> Preset:
    """The preset of this name, the best one where the name is empty or does not suit."""
    offered = presets_for(volume, modality)
    return next((preset for preset in offered if preset.name == name), offered[0])


def value_range(preset: Preset, volume: Volume) -> tuple[float, float]:
    """(offset, factor) that take the preset's points to values."""
    if not preset.relative:
        return 0.0, 1.0
    window = auto_window(volume.values, volume.padding)
    return window.centre - window.width / 2, max(window.width, 1e-6)
