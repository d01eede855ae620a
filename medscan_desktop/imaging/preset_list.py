"""The users' windows by modality as plain values, and back; what is not whole is left out."""

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from medscan_desktop.imaging.voi import VoiFunction, Window

Presets = Mapping[str, tuple[Window, ...]]
MOST = 40  # of a modality
_NAME_LENGTH = 40


def presets_to_json(presets: Presets) -> dict[str, Any]:
    """What `presets_from_json` reads."""
    return {
        modality: [
            {"name": one.name, "centre": one.centre, "width": one.width, "function": one.function.value}
            for one in windows
        ]
        for modality, windows in presets.items()
    }


def presets_from_json(body: Mapping[str, Any]) -> Presets:
    """Every preset of the body that is one."""
    found = {
        str(modality): tuple(one for one in map(_window, windows[:MOST]) if one is not None)
        for modality, windows in body.items()
        if isinstance(windows, list)
    }
    return MappingProxyType(found)


def _window(body: object) -> Window | None:
    if not isinstance(body, Mapping):
        return None
    centre, width, function = body.get("centre"), body.get("width"), body.get("function", "LINEAR")
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in (centre, width)):
        return None
    if function not in list(VoiFunction):
        return None
    window = Window(
        float(centre or 0), float(width or 0), VoiFunction(function), str(body.get("name", ""))[:_NAME_LENGTH]
    )
    return window if window.is_usable and window.name else None
