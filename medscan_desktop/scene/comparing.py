"""A prior beside the current study: what comes to the screen with it, how it is hung, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medscan_desktop.domain.alike_stack import most_alike
from medscan_desktop.domain.finding import Finding
from medscan_desktop.domain.key_image import KeyImage
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.domain.user_calibration import UserCalibration
from medscan_desktop.scene.apply_protocol import recounted
from medscan_desktop.scene.hanging import PENDING, show_stack
from medscan_desktop.scene.layout import Layout
from medscan_desktop.scene.navigation import followed
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import BeforePrior, Workspace

_FLAT = (ViewKind.THREE_D, ViewKind.DOCUMENT, ViewKind.CURVED)
_SAME_GREYS = frozenset({"CT", "PT"})  # whose values mean the same in every study: one window for both


@dataclass(frozen=True, slots=True)
class PriorContent:
    """What the records have of a prior, without the masks, which lie on pixels."""

    study: Study
    stacks: tuple[Stack, ...]
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    key_images: tuple[KeyImage, ...] = ()
    calibrations: tuple[UserCalibration, ...] = ()


def with_prior(workspace: Workspace, prior: PriorContent) -> Workspace:
    """The workspace with a prior open beside its study, nothing of it hung yet; once, however often it is opened."""
    if workspace.is_open(prior.study.study_instance_uid):
        return workspace
    opened = replace(
        workspace,
        priors=(*workspace.priors, prior.study),
        stacks=(*workspace.stacks, *prior.stacks),
        measurements=(*workspace.measurements, *prior.measurements),
        findings=(*workspace.findings, *prior.findings),
        own_key_images=(*workspace.own_key_images, *prior.key_images),
        calibrations=(*workspace.calibrations, *prior.calibrations),
    )
    return recounted(opened)


def without_prior(workspace: Workspace, uid: StudyUid) -> Workspace:
    """The workspace without a prior and all that was of it; its panes go, or stay empty where others would move."""
    gone = {stack.id for stack in workspace.stacks if stack.study_instance_uid == uid}
    if workspace.before_prior is not None and any(view.stack in gone for view in workspace.views):
        workspace = alone(workspace)
    views = tuple(replace(view, stack=None) if view.stack in gone else view for view in workspace.views)
    selected = {one.id for one in workspace.measurements if one.study_instance_uid == uid}
    closed = replace(
        workspace,
        priors=tuple(prior for prior in workspace.priors if prior.study_instance_uid != uid),
        stacks=tuple(stack for stack in workspace.stacks if stack.id not in gone),
        views=views,
        measurements=tuple(one for one in workspace.measurements if one.study_instance_uid != uid),
        findings=tuple(one for one in workspace.findings if one.study_instance_uid != uid),
        own_key_images=tuple(one for one in workspace.own_key_images if one.study_instance_uid != uid),
        calibrations=tuple(one for one in workspace.calibrations if one.study_instance_uid != uid),
        masks=tuple(layer for layer in workspace.masks if layer.stack not in gone),
        contours=tuple(layer for layer in workspace.contours if layer.stack not in gone),
        washes=tuple(layer for layer in workspace.washes if layer.stack not in gone),
        presentations=tuple(layer for layer in workspace.presentations if layer.stack not in gone),
        overlays=tuple(one for one in workspace.overlays if one.stack not in gone),
        selected=None if workspace.selected in selected else workspace.selected,
        drafts=(),
        cursor=None,
    )
    return recounted(closed)


def counterpart(like: Stack | None, stacks: Sequence[Stack]) -> Stack | None:
    """The stack to be hung beside `like`; without one, or where none is of its kind, the most useful one."""
    shown = [stack for stack in stacks if stack.frame_count > 0]
    if like is not None and like.traits is not None:
        found = most_alike(like.traits, [(one.id, one.traits) for one in shown if one.traits is not None])
        if found is not None:
            return next(one for one in shown if one.id == found)
    return max(shown, key=lambda stack: (stack.is_volume, stack.frame_count), default=None)


def compared_view(workspace: Workspace) -> View | None:
    """The pane of the current study that a prior is hung beside: the active one, else the first that shows images."""
    ordered = sorted(workspace.views, key=lambda view: view.id != workspace.active)
    for view in ordered:
        stack = workspace.stack(view.stack)
        if stack is not None and view.kind is not ViewKind.DOCUMENT and not workspace.is_prior(stack):
            return view
    return None


def beside(workspace: Workspace, stack_id: StackId) -> Workspace:
    """The workspace with the current study on the left and this stack of a prior on the right, each in one pane.

    The prior has the current's plane, and its window where greys mean the same; where scrolling is linked it comes up
    at the same place. What was hung before is kept for `alone`. KeyError where there is no such stack.
    """
    prior, current = workspace.stack(stack_id), compared_view(workspace)
    if prior is None:
        raise KeyError(stack_id)
    compared = current.id if current is not None else None
    kept = workspace.before_prior if is_beside(workspace) else None
    before = kept or BeforePrior(workspace.views, workspace.layout, workspace.active, compared)
    if current is None:
        return show_stack(workspace, stack_id, None)
    own = workspace.stack(current.stack)
    kind = current.kind if current.kind not in _FLAT else _flat_kind(own)
    left = replace(current, id=ViewId(0), kind=kind, tile=None, slab=None)
    right = View(ViewId(1), kind, camera=_turn_of(left))
    hung = replace(
        workspace,
        views=(left, right),
        layout=Layout.of((left.id, right.id), 2),
        active=right.id,
        maximised=None,
        drafts=(),
        cursor=None,
        before_prior=before,
    )
    shown = show_stack(hung, stack_id, right.id)
    view = replace(shown.view(right.id), camera=right.camera)
    if own is not None and own.modality == prior.modality and own.modality in _SAME_GREYS and left.voi is not PENDING:
        view = replace(view, voi=left.voi, inverted=left.inverted)
    return followed(replace(shown.with_view(view), active=left.id), left)


def alone(workspace: Workspace) -> Workspace:
    """The workspace as it was hung before a prior came beside; the pane that was compared stays as it is by now."""
    before = workspace.before_prior
    if before is None:
        return workspace
    now = compared_view(workspace)
    views = tuple(_as_now(view, now) if view.id == before.compared else view for view in before.views)
    return replace(
        workspace,
        views=views,
        layout=before.layout,
        active=before.active,
        maximised=None,
        drafts=(),
        cursor=None,
        before_prior=None,
    )


def is_beside(workspace: Workspace) -> bool:
    """Whether a prior hangs beside the current study as `beside` hung it; not once something else was hung since."""
    return workspace.before_prior is not None and prior_beside(workspace) is not None


def prior_beside(workspace: Workspace) -> Study | None:
    """The prior that is in a pane, None where none is."""
    for view in workspace.views:
        stack = workspace.stack(view.stack)
        if stack is not None and workspace.is_prior(stack):
            return workspace.study_of(stack)
    return None


def _as_now(view: View, now: View | None) -> View:
    is_same = now is not None and now.stack == view.stack and now.kind is view.kind
    return replace(now, id=view.id, tile=view.tile, slab=view.slab) if now is not None and is_same else view


def _flat_kind(stack: Stack | None) -> ViewKind:
    return ViewKind.AXIAL if stack is not None and stack.is_volume else ViewKind.ACQUIRED


def _turn_of(view: View) -> Camera:
    """Zoomed alike; turned and mirrored pictures are not copied: the prior may lie otherwise as it is stored."""
    return Camera(zoom=view.camera.zoom)
