"""Objects shown over the images they belong to: put on, taken off, made stronger or fainter. Pure changes."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.scene.key_slices import next_key
from medscan_desktop.scene.navigation import at_slice, slice_position
from medscan_desktop.scene.overlay import ContourLayer, KeyImages, MaskLayer, Overlay, PresentationLayer, WashLayer
from medscan_desktop.scene.presenting import with_presentation, without_presentation
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace

Source = InstanceUid | StackId
OVERLAY_KINDS = frozenset(
    {ObjectKind.SEGMENTATION, ObjectKind.STRUCTURES, ObjectKind.PRESENTATION, ObjectKind.KEY_OBJECTS}
)
_Layer = MaskLayer | ContourLayer | WashLayer


@dataclass(frozen=True, slots=True)
class Shown:
    """An object with all that is drawn of it."""

    overlay: Overlay
    masks: tuple[MaskLayer, ...] = ()
    contours: tuple[ContourLayer, ...] = ()
    washes: tuple[WashLayer, ...] = ()
    presentation: PresentationLayer | None = None
    key_images: KeyImages | None = None


def with_shown(workspace: Workspace, shown: Shown) -> Workspace:
    """The workspace with this object shown, once; layers become visible again."""
    cleared = without(workspace, shown.overlay.source)
    added = replace(
        cleared,
        overlays=(*cleared.overlays, shown.overlay),
        masks=cleared.masks + shown.masks,
        contours=cleared.contours + shown.contours,
        washes=cleared.washes + shown.washes,
        masks_visible=True if shown.masks or shown.contours or shown.washes else cleared.masks_visible,
    )
    if shown.key_images is not None:
        added = replace(added, key_images=(*added.key_images, shown.key_images))
    if shown.presentation is None:
        return added
    replaced = [layer for layer in added.presentations if layer.stack == shown.presentation.stack]
    gone = {layer.source for layer in replaced}
    kept = tuple(one for one in added.overlays if one.source not in gone)
    return with_presentation(replace(added, overlays=kept), shown.presentation)


def without(workspace: Workspace, source: Source) -> Workspace:
    """The workspace with nothing drawn of this object."""
    if not any(one.source == source for one in workspace.overlays):
        return workspace
    left = replace(
        workspace,
        overlays=tuple(one for one in workspace.overlays if one.source != source),
        masks=tuple(one for one in workspace.masks if one.source != source),
        contours=tuple(one for one in workspace.contours if one.source != source),
        washes=tuple(one for one in workspace.washes if one.source != source),
        key_images=tuple(one for one in workspace.key_images if one.source != source),
    )
    if not left.key_images and not left.own_key_images:
        left = replace(left, only_key_images=False)
    applied = next((one for one in left.presentations if one.source == source), None)
    return left if applied is None else without_presentation(left, applied)


def with_part_visible(workspace: Workspace, source: Source, number: int | None, visible: bool) -> Workspace:
    """One segment or region (None: all of the object) shown or hidden."""
    return _changed(workspace, source, number, lambda layer: replace(layer, visible=visible))


def with_overlay_opacity(workspace: Workspace, source: Source, opacity: float) -> Workspace:
    """The whole object drawn at `opacity` (0..1)."""
    held = min(max(opacity, 0.0), 1.0)
    return _changed(workspace, source, None, lambda layer: replace(layer, opacity=held))


def with_wash_range(workspace: Workspace, source: Source, low: float, high: float) -> Workspace:
    """A wash drawn from `low` to `high`, in its own unit; nothing changes where there is no room between."""
    if not low < high:
        return workspace
    washes = tuple(replace(one, low=low, high=high) if one.source == source else one for one in workspace.washes)
    return replace(workspace, washes=washes)


def overlay_source(stack: Stack) -> Source:
    """What an object, or a stack of values, is called as the source of an overlay."""
    return stack.instance_uids[0] if stack.object_kind is not None and stack.instance_uids else stack.id


def can_be_washed_over(stack: Stack) -> bool:
    """Whether a stack holds values that are read over other images: a dose, a parametric map."""
    return stack.frame_count > 0 and (stack.modality == "RTDOSE" or stack.is_map)


def layers_of(workspace: Workspace, source: Source) -> tuple[_Layer, ...]:
    """Everything drawn of one object."""
    every: tuple[_Layer, ...] = (*workspace.masks, *workspace.contours, *workspace.washes)
    return tuple(layer for layer in every if layer.source == source)


def at_next_key(workspace: Workspace, view: View, step: int) -> Workspace:
    """The view at the next (1) or previous (-1) key image of its stack; unchanged where there is none."""
    position = slice_position(workspace, view)
    index = next_key(workspace, view, position[0], step) if position is not None else None
    return workspace if index is None else at_slice(workspace, view, index)


def with_only_key_images(workspace: Workspace, on: bool) -> Workspace:
    """Scrolling goes from key image to key image, or through all again."""
    return replace(workspace, only_key_images=on)


def _changed(workspace: Workspace, source: Source, number: int | None, change: Callable[[_Layer], _Layer]) -> Workspace:
    def is_meant(layer: _Layer) -> bool:
        return layer.source == source and (number is None or isinstance(layer, WashLayer) or layer.number == number)

    return replace(
        workspace,
        masks=tuple(change(one) if is_meant(one) else one for one in workspace.masks),  # type: ignore[misc]
        contours=tuple(change(one) if is_meant(one) else one for one in workspace.contours),  # type: ignore[misc]
        washes=tuple(change(one) if is_meant(one) else one for one in workspace.washes),  # type: ignore[misc]
    )
