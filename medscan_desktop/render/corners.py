"""What stands in a pane's corners and strips: words only, no drawing.

A line marked `kept` is never hidden: who the patient is, and whatever could make the picture be read wrongly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from medscan_desktop.domain import notices
from medscan_desktop.imaging.geometry import orientation_letters
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Voi, VoiLut
from medscan_desktop.render.colours import ALERT, PALE
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.workspace import Camera, Corners, MaskLayer, Stack, View, ViewKind, Workspace

PLANE_COLOURS = {ViewKind.AXIAL: 0xF0655A, ViewKind.CORONAL: 0x6CCB74, ViewKind.SAGITTAL: 0xF2C94C}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a corner."""

    text: str
    kept: bool = False
    colour: int = PALE
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """A line across the whole pane, never hidden; `swatches` are the colours of the masks it speaks of."""

    text: str
    colour: int = ALERT
    swatches: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PaneWords:
    """All the words of a pane, each corner from top to bottom."""

    top_left: tuple[Line, ...] = ()
    top_right: tuple[Line, ...] = ()
    bottom_left: tuple[Line, ...] = ()
    bottom_right: tuple[Line, ...] = ()
    top_strips: tuple[Strip, ...] = ()
    bottom_strips: tuple[Strip, ...] = ()

    def only_kept(self) -> "PaneWords":
        """What stays when the user hides the overlay."""
        corners = ("top_left", "top_right", "bottom_left", "bottom_right")
        return replace(self, **{name: tuple(line for line in getattr(self, name) if line.kept) for name in corners})


def plane_words(workspace: Workspace, view: View, stack: Stack, pane: PaneMap | None, value: str) -> PaneWords:
    """The words of a 2D pane; `pane` is None while no pixels are there, `value` is that under the pointer."""
    words = _common_words(workspace, view, stack)
    corners = stack.corners or Corners()
    live: tuple[Line, ...] = ()
    if pane is not None and stack.volume is not None:
        live = _live_lines(view, stack, stack.volume, pane, value)
    flags = _flags(view.camera, corners, stack.volume, pane)
    shown = words if workspace.overlay else words.only_kept()
    return replace(shown, bottom_left=flags + (live if workspace.overlay else ()))


def space_words(workspace: Workspace, view: View, stack: Stack, preset: str) -> PaneWords:
    """The words of a 3D pane."""
    words = _common_words(workspace, view, stack)
    shown = words if workspace.overlay else words.only_kept()
    return replace(shown, bottom_left=(Line("3D", bold=True), Line(preset)) if workspace.overlay else ())


def shown_masks(workspace: Workspace, view: View) -> tuple[MaskLayer, ...]:
    """The masks that this view draws."""
    if not workspace.masks_visible:
        return ()
    return tuple(layer for layer in workspace.masks if layer.visible and layer.stack == view.stack)


def _common_words(workspace: Workspace, view: View, stack: Stack) -> PaneWords:
    corners = stack.corners or Corners()
    patient = corners.patient
    if not patient and workspace.study is not None:
        patient = (workspace.study.patient.display_name, workspace.study.patient.patient_id)
    return PaneWords(
        top_left=tuple(Line(text, kept=True, bold=row == 0) for row, text in enumerate(patient) if text),
        top_right=_lines(corners.study),
        bottom_right=_lines(corners.series) or _lines((stack.label,)),
        top_strips=_notices(workspace, stack),
        bottom_strips=_mask_strips(shown_masks(workspace, view)),
    )


def _lines(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text) for text in texts if text)


def _notices(workspace: Workspace, stack: Stack) -> tuple[Strip, ...]:
    strips = [Strip(notices.DEMO, 0x7FB2FF)] if workspace.is_demo else []
    volume = stack.volume
    if volume is not None:
        if stack.failures:
            arrived = f"incomplete series: {int(volume.loaded.sum())} of {len(volume.loaded)} images"
            strips.append(Strip(f"{arrived}. {stack.failures[0]}"))
        elif not volume.is_complete:  # no count: a text that changes 30 times a second is drawn anew each time
            strips.append(Strip("incomplete series: still loading"))
        strips.extend(Strip(warning) for warning in volume.warnings)
    return tuple(strips)


def _mask_strips(layers: tuple[MaskLayer, ...]) -> tuple[Strip, ...]:
    """One strip for each result: the structures' names, then where they come from."""
    captions = dict.fromkeys(layer.caption for layer in layers)
    strips = []
    for caption in captions:
        group = [layer for layer in layers if layer.caption == caption]
        names = ", ".join(layer.name for layer in group)
        strips.append(Strip(f"AI overlay on: {names} · {caption}", PALE, tuple(layer.colour for layer in group)))
    return tuple(strips)


def _flags(camera: Camera, corners: Corners, volume: Volume | None, pane: PaneMap | None) -> tuple[Line, ...]:
    """What could make the picture be read wrongly: lossy, uncalibrated, flipped, which side."""
    texts = [f"laterality {corners.laterality}"] if corners.laterality else []
    if pane is not None and pane.axes.through == 2 and pane.slice_index < len(corners.lossy):
        texts.append(corners.lossy[pane.slice_index])
    elif any(corners.lossy):
        texts.append(next(text for text in corners.lossy if text))
    if volume is not None and volume.calibration:
        texts.append("uncalibrated" if volume.calibration == "px" else f"distances: {volume.calibration}")
    if camera.flip_horizontal or camera.flip_vertical:
        ways = [way for way, on in (("left-right", camera.flip_horizontal), ("top-bottom", camera.flip_vertical)) if on]
        texts.append(f"flipped {' and '.join(ways)}")
    return tuple(Line(text, kept=True, colour=ALERT, bold=True) for text in texts if text)


def _live_lines(view: View, stack: Stack, volume: Volume, pane: PaneMap, value: str) -> tuple[Line, ...]:
    """What changes while the user scrolls, windows and zooms."""
    count = pane.geometry.size_ijk[pane.axes.through]
    lines = (
        [Line(view.kind.value.capitalize(), colour=PLANE_COLOURS[view.kind], bold=True)]
        if view.kind in PLANE_COLOURS
        else []
    )
    lines.append(Line(f"Image {pane.slice_index + 1}/{count}"))
    if not volume.is_colour:
        lines.append(Line(window_text(view.voi) + (" · inverted" if view.inverted else "")))
    zoom = f"Zoom {view.camera.zoom:.2f}×"
    turned = view.camera.rotation % 360
    lines.append(Line(zoom + (f" · {turned:g}°" if turned else "")))
    lines.extend(_location(stack, pane))
    if value:
        lines.append(Line(value))
    return tuple(lines)


def _location(stack: Stack, pane: PaneMap) -> tuple[Line, ...]:
    frames = stack.corners.frames if stack.corners is not None else ()
    if pane.axes.through == 2 and pane.slice_index < len(frames):
        return _lines(frames[pane.slice_index])
    if not pane.geometry.spatial:
        return ()
    point = pane.geometry.centre + pane.normal * float((pane.origin - pane.geometry.centre) @ pane.normal)
    axis = int(np.argmax(np.abs(pane.normal)))
    side = orientation_letters(np.eye(3)[axis] * (1 if point[axis] >= 0 else -1))
    thickness = pane.geometry.spacing[pane.axes.through]
    return (Line(f"Loc {side} {abs(point[axis]):.1f} mm · Thk {thickness:.2f} mm"),)


def window_text(voi: Voi) -> str:
    """`Lung W 1500 L -600`; a VOI LUT by its name."""
    if isinstance(voi, VoiLut):
        return f"VOI LUT {voi.name}".rstrip()
    return f"{voi.name} W {_short(voi.width)} L {_short(voi.centre)}".lstrip()


def _short(value: float) -> str:
    """Whole numbers from 10 up, as every viewer says windows; two decimals below, for SUV."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{round(value, 2):g}"
