"""From a finding and its masks to the coloured layers on screen."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from medscan_desktop.domain.finding import Finding, FindingId, FindingState
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace


def mask_layers(finding: Finding, masks: Mapping[int, Mask], workspace: Workspace) -> tuple[MaskLayer, ...]:
    """One layer a structure, over the open stack of the same series and shape; none where that is not open.

    A rejected finding stays in the list but not on the image.
    """
    if finding.state is FindingState.REJECTED:
        return ()
    layers = []
    for structure in finding.structures:
        mask = masks.get(structure.number)
        stack = _stack_of(finding, mask, workspace) if mask is not None else None
        if mask is not None and stack is not None:
            caption = mask_caption(finding)
            layer = MaskLayer(finding.id, structure.number, stack.id, structure.name, mask, structure.colour, caption)
            layers.append(layer)
    return tuple(layers)


def _stack_of(finding: Finding, mask: Mask, workspace: Workspace) -> Stack | None:
    """The stack whose images the mask was made of, in their order: a series may hold several of one shape."""
    fitting = [
        stack
        for stack in workspace.stacks
        if stack.series_instance_uid == finding.series_instance_uid and stack.slice_count == mask.shape[0]
    ]
    source = finding.provenance
    is_known = bool(source.sop_instance_uids)
    return next((one for one in fitting if not is_known or not one.instance_uids or source.is_of(_images(one))), None)


def _images(stack: Stack) -> tuple[tuple[InstanceUid, int], ...]:
    """(instance, frame) of each image of the stack, in its order."""
    numbers = stack.frame_numbers or (0,) * len(stack.instance_uids)
    return tuple((uid, frame) for uid, frame in zip(stack.instance_uids, numbers, strict=True) if uid)


def all_mask_layers(
    findings: Iterable[Finding], masks: Mapping[FindingId, Mapping[int, Mask]], workspace: Workspace
) -> tuple[MaskLayer, ...]:
    """The layers of several findings, in their order."""
    return tuple(layer for one in findings for layer in mask_layers(one, masks.get(one.id, {}), workspace))


def mask_caption(finding: Finding) -> str:
    """What must stand wherever the result is shown: algorithm, version, model hash, time, confidence."""
    source = finding.provenance
    return (
        f"AI: {source.algorithm_name} {source.version} · {source.sha256[:8]} · "
        f"{source.started_at[:16].replace('T', ' ')} UTC · {source.confidence_text} · {finding.state}"
    )


def with_finding(workspace: Workspace, finding: Finding, masks: Mapping[int, Mask]) -> Workspace:
    """The workspace with this finding added or replaced, if its study is (still) on screen."""
    if not workspace.is_open(finding.study_instance_uid):
        return workspace
    others = tuple(old for old in workspace.findings if old.id != finding.id)
    layers = tuple(layer for layer in workspace.masks if layer.source != finding.id)
    shown = mask_layers(finding, masks, workspace)
    known = {layer.number: layer for layer in workspace.masks if layer.source == finding.id}
    kept = tuple(
        replace(layer, opacity=known[layer.number].opacity, visible=known[layer.number].visible)
        if layer.number in known
        else layer
        for layer in shown
    )
    return replace(workspace, findings=(*others, finding), masks=layers + kept)


def with_opacity(workspace: Workspace, finding: FindingId, opacity: float) -> Workspace:
    """The workspace with this finding's masks drawn at `opacity` (0..1)."""
    held = min(max(opacity, 0.0), 1.0)
    return _with_layers(workspace, finding, lambda layer: replace(layer, opacity=held))


def with_visibility(workspace: Workspace, finding: FindingId, visible: bool) -> Workspace:
    """The workspace with this finding's masks shown or hidden."""
    return _with_layers(workspace, finding, lambda layer: replace(layer, visible=visible))


def with_surface(
    workspace: Workspace, source: str, number: int, *, shown: bool | None = None, opacity: float | None = None
) -> Workspace:
    """The workspace with the surface of one mask shown or hidden in 3D, or drawn at another opacity (0..1)."""

    def changed(layer: MaskLayer) -> MaskLayer:
        in_space = layer.in_space if shown is None else shown
        surface_opacity = layer.surface_opacity if opacity is None else min(max(opacity, 0.0), 1.0)
        return replace(layer, in_space=in_space, surface_opacity=surface_opacity)

    layers = (changed(one) if (one.source, one.number) == (source, number) else one for one in workspace.masks)
    return replace(workspace, masks=tuple(layers))


def _with_layers(workspace: Workspace, finding: FindingId, change: Callable[[MaskLayer], MaskLayer]) -> Workspace:
    return replace(
        workspace, masks=tuple(change(layer) if layer.source == finding else layer for layer in workspace.masks)
    )
