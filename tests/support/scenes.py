"""Workspaces with one phantom hung, and pointers to drag in them."""

from dataclasses import replace

from medscan_desktop.domain.study import InstanceUid, Patient, SeriesUid, Study, StudyUid
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.gesture import Phase, Pointer, Step, Tool
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace

STUDY = Study(StudyUid("1.2"), Patient("P1", "Doe^Jane"))
STACK = StackId("1.2.3#0")
PANE = (400, 300)


def stack_of(
    volume: Volume | None, *, modality: str = "CT", is_volume: bool = True, frames: int | None = None
) -> Stack:
    """A stack of this volume (or one whose pixels nobody has asked for)."""
    count = frames if frames is not None else volume.geometry.shape[0] if volume is not None else 0
    uids = tuple(InstanceUid(f"1.2.3.{number}") for number in range(count))
    loaded = int(volume.loaded.sum()) if volume is not None else 0
    return Stack(
        STACK, SeriesUid("1.2.3"), modality, "phantom", count, is_volume, "", volume, loaded, instance_uids=uids
    )


def hung(
    volume: Volume | None, *, modality: str = "CT", is_volume: bool = True, frames: int | None = None
) -> Workspace:
    """A workspace with this volume on screen."""
    return hang(EMPTY, STUDY, (stack_of(volume, modality=modality, is_volume=is_volume, frames=frames),))


def view_of(workspace: Workspace, kind: ViewKind) -> View:
    """The first view of this kind, or the first view turned into one."""
    found = next((view for view in workspace.views if view.kind is kind), None)
    return found if found is not None else replace(workspace.views[0], kind=kind)


def with_camera(workspace: Workspace, view_id: ViewId, **changes: object) -> Workspace:
    """The workspace with some of a view's camera changed."""
    view = workspace.view(view_id)
    return workspace.with_view(replace(view, camera=replace(view.camera, **changes)))  # type: ignore[arg-type]


def pointer(
    phase: Phase,
    position: tuple[float, float],
    start: tuple[float, float] | None = None,
    previous: tuple[float, float] | None = None,
    *,
    pane: tuple[int, int] = PANE,
    wheel_steps: float = 0.0,
    shift: bool = False,
) -> Pointer:
    """A pointer event; the drag began, and the last event was, where it is now unless said otherwise."""
    start = start if start is not None else position
    return Pointer(phase, position, pane, start, previous if previous is not None else start, wheel_steps, shift)


def drag(
    tool: Tool,
    workspace: Workspace,
    view_id: ViewId,
    *positions: tuple[float, float],
    pane: tuple[int, int] = PANE,
    shift: bool = False,
) -> Step:
    """Press at the first position, move through the others, release at the last; the last Step."""
    start = previous = positions[0]
    step = tool.step(workspace, workspace.view(view_id), pointer(Phase.PRESS, start, pane=pane, shift=shift))
    for position in positions[1:]:
        event = pointer(Phase.MOVE, position, start, previous, pane=pane, shift=shift)
        step = tool.step(step.workspace, step.workspace.view(view_id), event)
        previous = position
    event = pointer(Phase.RELEASE, previous, start, previous, pane=pane, shift=shift)
    return tool.step(step.workspace, step.workspace.view(view_id), event)
