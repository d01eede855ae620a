"""How a user sees the images: the windows of each modality, and how large the pixels of each screen are."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.user import Permission
from medscan_desktop.imaging.preset_list import Presets, presets_from_json, presets_to_json
from medscan_desktop.imaging.window import PRESETS
from medscan_desktop.workstation.command import Context, Effect, Kind, command

_SCREENS = "screens"
_LEAST_MM, _MOST_MM = 0.02, 2.0  # of a pixel: from the finest telephone to a wall
_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """`presets` by modality: the standard ones, and in their place the user's. `screens`: mm a device pixel by key."""

    presets: Presets = field(default_factory=lambda: PRESETS)
    screens: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@command("display.read", permission=Permission.READ)
def read_display(ctx: Context) -> Effect:
    """The settings of the logged-in user, and of this library's screens."""
    with ctx.records("display.read") as records:
        presets, screens = records.preferences.get(_presets_key(ctx)), records.preferences.get(_SCREENS)
    measured = {
        key: float(size)
        for key, size in (screens or {}).items()
        if isinstance(size, int | float) and _LEAST_MM <= size <= _MOST_MM
    }
    own = presets_from_json(presets or {})
    return Effect(value=DisplaySettings(MappingProxyType({**PRESETS, **own}), MappingProxyType(measured)))


@command("display.save_presets", permission=Permission.READ)
def save_presets(ctx: Context, *, presets: Presets) -> Effect:
    """Keep the user's windows; those of a modality that are the standard ones are kept as such."""
    own = {modality: windows for modality, windows in presets.items() if windows != PRESETS.get(modality, ())}
    with ctx.records("display.save_presets", modalities=len(own)) as records:
        if own:
            records.preferences.put(_presets_key(ctx), presets_to_json(own))
        else:
            records.preferences.remove(_presets_key(ctx))
    return Effect(changed=frozenset({Kind.SETTINGS}))


@command("display.save_screen", permission=Permission.READ)
def save_screen(ctx: Context, *, screen: str, mm_per_pixel: float | None) -> Effect:
    """Keep how large a device pixel of this screen is; None for what the screen itself says.

    Unsuitable where no screen has such pixels.
    """
    if mm_per_pixel is not None and not (math.isfinite(mm_per_pixel) and _LEAST_MM <= mm_per_pixel <= _MOST_MM):
        raise Unsuitable("No screen has pixels of this size; hold a ruler against the line once more.")
    with ctx.records("display.save_screen", is_measured=mm_per_pixel is not None) as records:
        screens = dict(records.preferences.get(_SCREENS) or {})
        screens.pop(screen[:_KEY_LENGTH], None)
        if mm_per_pixel is not None:
            screens[screen[:_KEY_LENGTH]] = mm_per_pixel
        records.preferences.put(_SCREENS, screens)
    return Effect(changed=frozenset({Kind.SETTINGS}))


def _presets_key(ctx: Context) -> str:
    return f"presets.{ctx.user.id if ctx.user else ''}"
