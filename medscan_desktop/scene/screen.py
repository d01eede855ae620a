"""The screen that a pane stands on, and the scale of a picture: image pixels, and millimetres of the patient on it."""

from dataclasses import dataclass

from medscan_desktop.scene.camera import PaneMap

_SAME = 0.005  # scales that differ by less are one: a pane has whole pixels


@dataclass(frozen=True, slots=True)
class Screen:
    """`mm_per_pixel` is of a logical pixel, 0 where nothing says it. `is_measured`: by the user, against a ruler."""

    device_pixel_ratio: float = 1.0
    mm_per_pixel: float = 0.0
    is_measured: bool = False


def pixel_share(pane: PaneMap, screen: Screen) -> float:
    """Device pixels to one image pixel; of pixels that are not square, the finer way."""
    right, down = (pane.geometry.spacing[axis] for axis in (pane.axes.right, pane.axes.down))
    return min(right, down) / pane.mm_per_pixel * screen.device_pixel_ratio


def size_share(pane: PaneMap, screen: Screen, factor: float = 1.0) -> float | None:
    """How large the patient is on the screen: 1 is true size; None where the screen's size is not known.

    `factor` is millimetres to the geometry's unit.
    """
    return screen.mm_per_pixel / (pane.mm_per_pixel * factor) if screen.mm_per_pixel > 0 else None


def scale_text(pane: PaneMap, screen: Screen, factor: float | None) -> str:
    """`Zoom 1.37× · 183 % · true size`: of what fits the pane, of an image pixel a device pixel, of the patient.

    `factor` as in `size_share`, None where no distance is known.
    """
    share = pixel_share(pane, screen)
    parts = [f"Zoom {pane.zoom:.2f}×", "1:1" if abs(share - 1) < _SAME else f"{share * 100:.0f} %"]
    size = size_share(pane, screen, factor) if factor is not None else None
    if size is not None and abs(size - 1) < _SAME:
        parts.append("true size" if screen.is_measured else "true size (screen not calibrated)")
    return " · ".join(parts)
