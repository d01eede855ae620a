"""What stands in a pane's corners and strips: words only, no drawing.

A line marked `kept` is never hidden: who the patient is, and whatever could make the picture be read wrongly.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from medscan_desktop.domain import notices
from medscan_desktop.imaging.distance_scale import DistanceScale
from medscan_desktop.imaging.geometry import orientation_letters
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Voi, VoiLut
from medscan_desktop.render.colours import ALERT, MUTED, PALE
from medscan_desktop.render.compared_words import study_banner
from medscan_desktop.scene.calibrating import distance_scale
from medscan_desktop.scene.camera import PaneMap
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.key_slices import own_key_slices
from medscan_desktop.scene.linking import link_state
from medscan_desktop.scene.overlay import ContourLayer, MaskLayer, WashLayer
from medscan_desktop.scene.plane_lines import plane_texts
from medscan_desktop.scene.presenting import presentation_of
from medscan_desktop.scene.screen import Screen, scale_text
from medscan_desktop.scene.shown_on_image import overlay_planes_of, own_shutter
from medscan_desktop.scene.stack import Corners, Stack
from medscan_desktop.scene.view import Camera, View, ViewKind
from medscan_desktop.scene.workspace import Workspace

_KEY = 0xFFD75E
_CUT = 0x9BE7FF
_LINKED = 0x7FE0A8
_NO_SCREEN = Screen()
_SWATCHES = 12  # of one strip
PLANE_COLOURS = {ViewKind.AXIAL: 0xF0655A, ViewKind.CORONAL: 0x6CCB74, ViewKind.SAGITTAL: 0xF2C94C}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a corner."""

    text: str
    kept: bool = False
    colour: int = PALE
    bold: bool = False
    least: CornerTexts = CornerTexts.FULL  # it stands there from this step of the corner texts on
    chain: bool | None = None  # a chain before it, whole or (False) broken


@dataclass(frozen=True, slots=True)
class Strip:
    """A line across the whole pane, never hidden; `swatches` are the colours of the masks it speaks of."""

    text: str
    colour: int = ALERT
    swatches: tuple[tuple[int, int, int], ...] = ()
    filled: bool = False  # with its colour, in dark letters: what must be seen from across the room


@dataclass(frozen=True, slots=True)
class PaneWords:
    """All the words of a pane, each corner from top to bottom."""

    top_left: tuple[Line, ...] = ()
    top_right: tuple[Line, ...] = ()
    bottom_left: tuple[Line, ...] = ()
    bottom_right: tuple[Line, ...] = ()
    top_strips: tuple[Strip, ...] = ()
    bottom_strips: tuple[Strip, ...] = ()
    side: str = ""  # "left" or "right": every corner's words stand there, for the picture lies against the other

    def at(self, step: CornerTexts) -> "PaneWords":
        """What stays at this step of the corner texts."""

        def kept(lines: tuple[Line, ...]) -> tuple[Line, ...]:
            return tuple(line for line in lines if line.kept or line.least <= step)

        return replace(
            self,
            top_left=kept(self.top_left),
            top_right=kept(self.top_right),
            bottom_left=kept(self.bottom_left),
            bottom_right=kept(self.bottom_right),
        )


def plane_words(
    workspace: Workspace, view: View, stack: Stack, pane: PaneMap | None, value: str, screen: Screen = _NO_SCREEN
) -> PaneWords:
    """The words of a 2D pane; `pane` is None while no pixels are there, `value` is that under the pointer."""
    words = _common_words(workspace, view, stack)
    corners = stack.corners or Corners()
    live: tuple[Line, ...] = ()
    scale = distance_scale(workspace, stack, 0)
    if pane is not None and stack.volume is not None:
        k = pane.slice_index if pane.axes.through == 2 else len(stack.instance_uids) // 2
        scale = distance_scale(workspace, stack, k)
        zoom = scale_text(pane, screen, None if scale.unit == "px" else scale.factor)
        live = _live_lines(view, stack, stack.volume, pane, value, zoom)
    flags = (
        _flags(view.camera, corners, scale, pane)
        + _hidden_lines(workspace, view, pane)
        + _phase_line(stack)
        + _plane_line(workspace, view, pane)
    )
    objects = _object_lines(workspace, view, pane)
    together = _link_lines(workspace, view)
    side = {"left": "right", "right": "left"}.get(view.camera.justify, "")
    return replace(words, bottom_left=flags + objects + together + live, side=side).at(workspace.overlay)


def space_words(workspace: Workspace, view: View, stack: Stack, preset: str, note: str = "") -> PaneWords:
    """The words of a 3D pane; `note` is what the renderer says of its picture."""
    words = _common_words(workspace, view, stack)
    if note:
        words = replace(words, top_strips=(*words.top_strips, Strip(note)))
    live = (Line("3D", bold=True, least=CornerTexts.LESS), Line(preset, least=CornerTexts.LESS))
    return replace(words, bottom_left=_phase_line(stack) + live).at(workspace.overlay)


def _plane_line(workspace: Workspace, view: View, pane: PaneMap | None) -> tuple[Line, ...]:
    """That it is no slice as it was acquired: never hidden."""
    texts = plane_texts(workspace, view, pane) if pane is not None else ()
    return tuple(Line(text, kept=True, colour=_CUT, bold=True) for text in texts)


def _phase_line(stack: Stack) -> tuple[Line, ...]:
    """Which step of a 4D series this is: never hidden, since all its steps look alike."""
    return (Line(stack.phase.text.capitalize(), kept=True, bold=True),) if stack.phase is not None else ()


def shown_masks(workspace: Workspace, view: View) -> tuple[MaskLayer, ...]:
    """The masks that this view draws."""
    stack = workspace.stack(view.stack)
    if not workspace.masks_visible or stack is None or view.kind is ViewKind.CURVED:
        return ()
    shape = None if stack.volume is None else stack.volume.geometry.shape
    return tuple(
        layer
        for layer in workspace.masks
        if layer.visible and layer.stack == view.stack and shape in (None, layer.mask.shape)
    )


def shown_contours(workspace: Workspace, view: View) -> tuple[ContourLayer, ...]:
    """The outlines that this view draws."""
    if not workspace.masks_visible or view.kind is ViewKind.CURVED:
        return ()
    return tuple(layer for layer in workspace.contours if layer.visible and layer.stack == view.stack)


def shown_washes(workspace: Workspace, view: View) -> tuple[WashLayer, ...]:
    """The colour washes that this view draws."""
    if not workspace.masks_visible or view.kind in (ViewKind.THREE_D, ViewKind.CURVED):
        return ()
    return tuple(layer for layer in workspace.washes if layer.visible and layer.stack == view.stack)


def _common_words(workspace: Workspace, view: View, stack: Stack) -> PaneWords:
    corners = stack.corners or Corners()
    patient = corners.patient
    study = workspace.study_of(stack)
    if not patient and study is not None:
        patient = (study.patient.display_name, study.patient.patient_id)
    return PaneWords(
        top_left=tuple(Line(text, kept=True, bold=row == 0) for row, text in enumerate(patient) if text),
        top_right=_lines(corners.study),
        bottom_right=_first_always(_lines(corners.series) or _lines((stack.label,))),
        top_strips=_which_study(workspace, stack) + _notices(workspace, stack) + _omissions(workspace, view),
        bottom_strips=_overlay_strips(workspace, view),
    )


def _first_always(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The first of them with less corner texts too."""
    return tuple(replace(line, least=CornerTexts.LESS) if row == 0 else line for row, line in enumerate(lines))


def _lines(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text) for text in texts if text)


def _which_study(workspace: Workspace, stack: Stack) -> tuple[Strip, ...]:
    """While studies are compared: which one this is."""
    banner = study_banner(workspace, stack)
    return () if banner is None else (Strip(banner.text, banner.colour, filled=banner.is_prior),)


def _link_lines(workspace: Workspace, view: View) -> tuple[Line, ...]:
    """How this pane goes with the others, never hidden: what moves by itself must be seen to."""
    state = link_state(workspace, view)
    if state is None:
        return ()
    return (Line(state.text, kept=True, colour=_LINKED if state.is_linked else MUTED, chain=state.is_linked),)


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
        if pane.slice_index in own_key_slices(workspace, view.stack):
            lines.append(Line("KEY IMAGE", kept=True, colour=_KEY, bold=True))
        for keys in workspace.key_images:
            if pane.slice_index in keys.slices.get(view.stack, ()):
                lines.append(Line(f"KEY IMAGE · {keys.title}".rstrip(" ·"), kept=True, colour=_KEY, bold=True))
    return tuple(lines)


def _flags(camera: Camera, corners: Corners, scale: DistanceScale, pane: PaneMap | None) -> tuple[Line, ...]:
    """What could make the picture be read wrongly: lossy, uncalibrated, flipped, which side."""
    texts = [f"laterality {corners.laterality}"] if corners.laterality else []
    if pane is not None and pane.axes.through == 2 and pane.slice_index < len(corners.lossy):
        texts.append(corners.lossy[pane.slice_index])
    elif any(corners.lossy):
        texts.append(next(text for text in corners.lossy if text))
    if scale.calibration:
        partly = "uncalibrated outside its ultrasound regions" if scale.has_regions else "uncalibrated"
        texts.append(partly if scale.unit == "px" else f"distances: {scale.calibration}")
    if camera.flip_horizontal or camera.flip_vertical:
        ways = [way for way, on in (("left-right", camera.flip_horizontal), ("top-bottom", camera.flip_vertical)) if on]
        texts.append(f"flipped {' and '.join(ways)}")
    return tuple(Line(text, kept=True, colour=ALERT, bold=True) for text in texts if text)


def _hidden_lines(workspace: Workspace, view: View, pane: PaneMap | None) -> tuple[Line, ...]:
    """What the image brings along and the user has taken off: never silent."""
    texts = []
    if not workspace.overlay_planes and overlay_planes_of(workspace, view, pane):
        texts.append("overlay planes off")
    if not workspace.shutters and own_shutter(workspace, view, pane) is not None:
        texts.append("shutter off")
    return tuple(Line(text, kept=True, colour=ALERT) for text in texts)


def _live_lines(view: View, stack: Stack, volume: Volume, pane: PaneMap, value: str, zoom: str) -> tuple[Line, ...]:
    """What changes while the user scrolls, windows and zooms; what a small pane drops first comes last."""
    count = pane.count
    lines = (
        [Line(view.kind.value.capitalize(), colour=PLANE_COLOURS[view.kind], bold=True, least=CornerTexts.LESS)]
        if view.kind in PLANE_COLOURS
        else []
    )
    less = CornerTexts.LESS
    if view.kind is not ViewKind.CURVED:
        lines.append(Line(_image_text(volume, pane, count), least=less))
    if not volume.is_colour:
        lines.append(Line(window_text(view.voi) + (" · inverted" if view.inverted else ""), least=less))
    turned = view.camera.rotation % 360
    lines.append(Line(zoom + (f" · {turned:g}°" if turned else ""), least=less))
    lines.extend(_location(stack, pane))
    if value:
        lines.append(Line(value, least=less))
    return tuple(lines)


def _image_text(volume: Volume, pane: PaneMap, count: int) -> str:
    """`Image 5/24`; across the slices the images alone are counted, not the places of those that are missing."""
    k = pane.slice_index
    if not volume.empty or pane.axes.through != 2:
        return f"{'Plane' if pane.is_oblique else 'Image'} {k + 1}/{count}"
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
    place = f"Loc {side} {abs(point[axis]):.1f} mm"
    if pane.is_oblique or pane.slab is not None:  # how thick it is stands in a line of its own, or it has no thickness
        return (Line(place),)
    return (Line(f"{place} · Thk {pane.geometry.spacing[pane.axes.through]:.2f} mm"),)


def window_text(voi: Voi) -> str:
    """`Lung W 1500 L -600`; a VOI LUT by its name."""
    if isinstance(voi, VoiLut):
        return f"VOI LUT {voi.name}".rstrip()
    return f"{voi.name} W {_short(voi.width)} L {_short(voi.centre)}".lstrip()


def _short(value: float) -> str:
    """Whole numbers from 10 up, as every viewer says windows; two decimals below, for SUV."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{round(value, 2):g}"
