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
from medscan_desktop.scene.overlay import ContourLayer, MaskLayer, WashLayer
from medscan_desktop.scene.presenting import presentation_of
from medscan_desktop.scene.stack import Corners, Stack
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_KEY = 0xFFD75E
_SWATCHES = 12  # of one strip
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
    flags = _flags(view.camera, corners, stack.volume, pane) + _phase_line(stack)
    shown = words if workspace.overlay else words.only_kept()
    objects = _object_lines(workspace, view, pane)
    return replace(shown, bottom_left=flags + objects + (live if workspace.overlay else ()))


def space_words(workspace: Workspace, view: View, stack: Stack, preset: str, note: str = "") -> PaneWords:
    """The words of a 3D pane; `note` is what the renderer says of its picture."""
    words = _common_words(workspace, view, stack)
    if note:
        words = replace(words, top_strips=(*words.top_strips, Strip(note)))
    shown = words if workspace.overlay else words.only_kept()
    live = (Line("3D", bold=True), Line(preset)) if workspace.overlay else ()
    return replace(shown, bottom_left=_phase_line(stack) + live)


def _phase_line(stack: Stack) -> tuple[Line, ...]:
    """Which step of a 4D series this is: never hidden, since all its steps look alike."""
    return (Line(stack.phase.text.capitalize(), kept=True, bold=True),) if stack.phase is not None else ()


def shown_masks(workspace: Workspace, view: View) -> tuple[MaskLayer, ...]:
    """The masks that this view draws."""
    stack = workspace.stack(view.stack)
    if not workspace.masks_visible or stack is None:
        return ()
    shape = None if stack.volume is None else stack.volume.geometry.shape
    return tuple(
        layer
        for layer in workspace.masks
        if layer.visible and layer.stack == view.stack and shape in (None, layer.mask.shape)
    )


def shown_contours(workspace: Workspace, view: View) -> tuple[ContourLayer, ...]:
    """The outlines that this view draws."""
    if not workspace.masks_visible:
        return ()
    return tuple(layer for layer in workspace.contours if layer.visible and layer.stack == view.stack)


def shown_washes(workspace: Workspace, view: View) -> tuple[WashLayer, ...]:
    """The colour washes that this view draws."""
    if not workspace.masks_visible or view.kind is ViewKind.THREE_D:
        return ()
    return tuple(layer for layer in workspace.washes if layer.visible and layer.stack == view.stack)


def _common_words(workspace: Workspace, view: View, stack: Stack) -> PaneWords:
    corners = stack.corners or Corners()
    patient = corners.patient
    if not patient and workspace.study is not None:
        patient = (workspace.study.patient.display_name, workspace.study.patient.patient_id)
    return PaneWords(
        top_left=tuple(Line(text, kept=True, bold=row == 0) for row, text in enumerate(patient) if text),
        top_right=_lines(corners.study),
        bottom_right=_lines(corners.series) or _lines((stack.label,)),
        top_strips=_notices(workspace, stack) + _omissions(workspace, view),
        bottom_strips=_overlay_strips(workspace, view),
    )


def _lines(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text) for text in texts if text)


def _notices(workspace: Workspace, stack: Stack) -> tuple[Strip, ...]:
    strips = [Strip(notices.DEMO, 0x7FB2FF)] if workspace.is_demo else []
    volume = stack.volume
    if volume is not None:
        if stack.failures and volume.window is not None:
            strips.append(Strip(f"{len(stack.failures)} images cannot be read. {stack.failures[0]}"))
        elif stack.failures:
            arrived = f"incomplete series: {int(volume.loaded.sum())} of {volume.image_count} images"
            strips.append(Strip(f"{arrived}. {stack.failures[0]}"))
        elif volume.window is None and not volume.is_complete:  # no count: what changes is drawn anew each time
            strips.append(Strip("incomplete series: still loading"))
        strips.extend(Strip(text) for text in (*volume.warnings, *stack.notes))
        if not volume.reduction.is_none and _has_findings(workspace, stack):
            strips.append(Strip("results are drawn at full resolution alone: this series has some that are not shown"))
    return tuple(strips)


def _omissions(workspace: Workspace, view: View) -> tuple[Strip, ...]:
    """What an applied presentation state asks for and is not done."""
    applied = presentation_of(workspace, view.stack)
    if applied is None or not applied.presentation.omitted:
        return ()
    return (Strip(f"presentation state applied in part, without {', '.join(applied.presentation.omitted)}"),)


def _has_findings(workspace: Workspace, stack: Stack) -> bool:
    return any(finding.series_instance_uid == stack.series_instance_uid for finding in workspace.findings)


def _overlay_strips(workspace: Workspace, view: View) -> tuple[Strip, ...]:
    """One strip for each result and object: the structures' names, then where they come from."""
    layers: tuple[MaskLayer | ContourLayer, ...] = (*shown_masks(workspace, view), *shown_contours(workspace, view))
    captions = dict.fromkeys((layer.source, layer.caption, layer.is_ai) for layer in layers)
    strips = []
    for source, caption, is_ai in captions:
        group = {one.number: one for one in layers if (one.source, one.caption) == (source, caption)}.values()
        names = ", ".join(layer.name for layer in group)
        prefix = "AI overlay on" if is_ai else "Overlay on"
        colours = tuple(layer.colour for layer in group)[:_SWATCHES]
        strips.append(Strip(f"{prefix}: {names} · {caption}", PALE, colours))
    strips.extend(Strip(f"Colour wash on: {layer.caption}", PALE) for layer in shown_washes(workspace, view))
    return tuple(strips)


def _object_lines(workspace: Workspace, view: View, pane: PaneMap | None) -> tuple[Line, ...]:
    """The presentation state that is applied, and whether the slice shown is a key image."""
    lines = []
    applied = presentation_of(workspace, view.stack)
    if applied is not None:
        lines.append(Line(f"Presentation: {applied.presentation.label or 'without a label'}", kept=True, bold=True))
    if pane is not None and pane.axes.through == 2 and view.stack is not None:
        for keys in workspace.key_images:
            if pane.slice_index in keys.slices.get(view.stack, ()):
                lines.append(Line(f"KEY IMAGE · {keys.title}".rstrip(" ·"), kept=True, colour=_KEY, bold=True))
    return tuple(lines)


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
    lines.append(Line(_image_text(volume, pane, count)))
    if not volume.is_colour:
        lines.append(Line(window_text(view.voi) + (" · inverted" if view.inverted else "")))
    zoom = f"Zoom {view.camera.zoom:.2f}×"
    turned = view.camera.rotation % 360
    lines.append(Line(zoom + (f" · {turned:g}°" if turned else "")))
    lines.extend(_location(stack, pane))
    if value:
        lines.append(Line(value))
    return tuple(lines)


def _image_text(volume: Volume, pane: PaneMap, count: int) -> str:
    """`Image 5/24`; across the slices the images alone are counted, not the places of those that are missing."""
    k = pane.slice_index
    if not volume.empty or pane.axes.through != 2:
        return f"Image {k + 1}/{count}"
    if k in volume.empty:
        return f"no image · {volume.image_count} images"
    return f"Image {k + 1 - sum(empty < k for empty in volume.empty)}/{volume.image_count}"


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
