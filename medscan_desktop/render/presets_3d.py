"""The looks that come with the program: fixed Hounsfield ramps for CT, ramps over the data's own range else."""

from dataclasses import replace

from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import auto_window
from medscan_desktop.scene.look import Look, LookPoint
from medscan_desktop.scene.view import View

_BLACK = (0.0, 0.0, 0.0)


def _look(name: str, *points: tuple[float, float, tuple[float, float, float]], relative: bool = False) -> Look:
    return Look(name, tuple(LookPoint(*point) for point in points), relative=relative)


# Value, opacity a millimetre, colour. Bone: from trabecular (150 HU) to cortical bone (over 600).
_BONE = _look(
    "CT bone",
    (130, 0.0, (0.62, 0.34, 0.24)),
    (220, 0.16, (0.88, 0.72, 0.54)),
    (600, 0.65, (0.97, 0.93, 0.84)),
    (3000, 0.9, (1.0, 1.0, 1.0)),
)
# Contrasted vessels (150 to 500 HU) in red over bone, whose dense parts are pale.
_ANGIO = _look(
    "CT angio",
    (110, 0.0, (0.45, 0.08, 0.06)),
    (170, 0.12, (0.72, 0.14, 0.10)),
    (300, 0.45, (0.92, 0.42, 0.28)),
    (520, 0.60, (0.98, 0.86, 0.72)),
    (3000, 0.85, (1.0, 1.0, 0.96)),
)
# Aerated lung (-850) as a blue haze; vessels and walls in it, and its outer face, rose. Soft tissue is left out.
_LUNG = _look(
    "CT lung",
    (-930, 0.0, (0.30, 0.42, 0.62)),
    (-850, 0.006, (0.40, 0.56, 0.80)),
    (-700, 0.05, (0.66, 0.74, 0.90)),
    (-560, 0.24, (0.95, 0.80, 0.74)),
    (-400, 0.20, (0.98, 0.72, 0.62)),
    (-260, 0.0, (0.95, 0.62, 0.52)),
)
_SOFT = _look(
    "CT soft tissue",
    (-160, 0.0, (0.78, 0.56, 0.40)),
    (-20, 0.015, (0.84, 0.56, 0.42)),
    (20, 0.16, (0.72, 0.34, 0.27)),
    (110, 0.42, (0.82, 0.44, 0.34)),
    (250, 0.70, (0.95, 0.87, 0.74)),
    (3000, 0.9, (1.0, 1.0, 1.0)),
)
_SKIN = _look(
    "CT skin",
    (-600, 0.0, (0.72, 0.48, 0.38)),
    (-300, 0.20, (0.88, 0.65, 0.53)),
    (-50, 0.55, (0.93, 0.74, 0.62)),
    (3000, 0.9, (1.0, 0.96, 0.90)),
)
_SURFACE = _look(
    "MR",
    (0.07, 0.0, (0.45, 0.29, 0.24)),
    (0.16, 0.10, (0.66, 0.46, 0.37)),
    (0.40, 0.30, (0.88, 0.69, 0.57)),
    (1.0, 0.65, (1.0, 0.97, 0.92)),
    relative=True,
)
# Bright flow (time of flight, contrast) alone, out of what is grey around it.
_MR_ANGIO = _look(
    "MR angio",
    (0.42, 0.0, (0.45, 0.08, 0.06)),
    (0.60, 0.16, (0.80, 0.22, 0.15)),
    (0.85, 0.55, (0.98, 0.66, 0.45)),
    (1.2, 0.85, (1.0, 0.95, 0.85)),
    relative=True,
)
_MIP = replace(
    _look("MIP", (0, 0.0, (0, 0, 0)), (1, 1.0, (1, 1, 1)), relative=True),
    shaded=False,
    brightest=True,
    background=_BLACK,
)
_INVERSE_MIP = replace(_MIP, points=(LookPoint(0, 0, (1, 1, 1)), LookPoint(1, 1, (0, 0, 0))), background=(1, 1, 1))


def presets_for(volume: Volume, modality: str) -> tuple[Look, ...]:
    """What suits this volume, the best first."""
    if modality == "CT" and volume.unit == "HU":
        return _BONE, _ANGIO, _LUNG, _SOFT, _SKIN, _MIP
    if modality in ("PT", "NM"):
        return (_INVERSE_MIP if modality == "PT" else _MIP), _SURFACE
    return _SURFACE, _MR_ANGIO, _MIP


def preset_of(volume: Volume, modality: str, name: str) -> Look:
    """The preset of this name, the best one where the name is empty or does not suit."""
    offered = presets_for(volume, modality)
    return next((preset for preset in offered if preset.name == name), offered[0])


def look_of(volume: Volume, modality: str, view: View) -> Look:
    """How a 3D view looks: the user's own look, or else its preset."""
    return view.space.look or preset_of(volume, modality, view.preset_3d)


def value_range(look: Look, volume: Volume) -> tuple[float, float]:
    """(offset, factor) that take the look's points to values."""
    return relative_range(volume) if look.relative else (0.0, 1.0)


def relative_range(volume: Volume) -> tuple[float, float]:
    """(offset, factor) that take shares of the data's 0.1 to 99.9 percentile range to values."""
    window = auto_window(volume.values, volume.padding)
    return window.centre - window.width / 2, max(window.width, 1e-6)
