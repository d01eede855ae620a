"""The workspace: one immutable value that says all that is on screen. Every change makes a new one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from medscan_desktop.domain.finding import Finding
from medscan_desktop.domain.measurement import Measurement, MeasurementId, Point
from medscan_desktop.domain.study import Study
from medscan_desktop.scene.overlay import ContourLayer, KeyImages, MaskLayer, Overlay, PresentationLayer, WashLayer
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View, ViewId

_NO_VIEW = ViewId(0)


@dataclass(frozen=True, slots=True)
class Draft:
    """A measurement being drawn, or drawn and not yet saved."""

    key: int  # tells two drafts apart until the records have given an id
    view: ViewId
    measurement: Measurement
    is_saving: bool = False


@dataclass(frozen=True, slots=True)
class Workspace:
    """All that is on screen."""

    study: Study | None = None
    priors: tuple[Study, ...] = ()  # earlier studies of the same patient, open beside it
    stacks: tuple[Stack, ...] = ()
    views: tuple[View, ...] = ()
    columns: int = 2  # panes a row
    active: ViewId = _NO_VIEW
    maximised: ViewId | None = None
    focus: Mapping[StackId, Point] = field(default_factory=lambda: MappingProxyType({}))  # where the planes cross, mm
    tool: str = "window"
    mouse: str = "default"  # the mouse profile: which tool each button means
    overlay: bool = True  # corner texts; what must never be hidden stays
    crosshair: bool = True
    masks_visible: bool = True
    masks: tuple[MaskLayer, ...] = ()
    contours: tuple[ContourLayer, ...] = ()
    washes: tuple[WashLayer, ...] = ()
    presentations: tuple[PresentationLayer, ...] = ()
    key_images: tuple[KeyImages, ...] = ()
    only_key_images: bool = False  # scrolling goes from key image to key image
    overlays: tuple[Overlay, ...] = ()
    findings: tuple[Finding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    selected: MeasurementId | None = None
    drafts: tuple[Draft, ...] = ()
    is_demo: bool = False

    def view(self, view_id: ViewId) -> View:
        """The view of this id; KeyError where there is none."""
        for view in self.views:
            if view.id == view_id:
                return view
        raise KeyError(view_id)

    def stack(self, stack_id: StackId | None) -> Stack | None:
        """The stack of this id, None where it is not (or no longer) open."""
        return next((stack for stack in self.stacks if stack.id == stack_id), None)

    def study_of(self, stack: Stack | None) -> Study | None:
        """The study that a stack belongs to: the open one, or a prior beside it."""
        uid = stack.study_instance_uid if stack is not None else ""
        return next((prior for prior in self.priors if prior.study_instance_uid == uid), self.study)

    def with_view(self, view: View) -> "Workspace":
        """The same, with the view of this id replaced."""
        return replace(self, views=tuple(view if old.id == view.id else old for old in self.views))

    def with_stack(self, stack: Stack) -> "Workspace":
        """The same, with the stack of this id replaced."""
        return replace(self, stacks=tuple(stack if old.id == stack.id else old for old in self.stacks))

    def with_focus(self, stack_id: StackId, point: Point) -> "Workspace":
        """The same, with the planes of this stack crossing at `point` (patient mm)."""
        return replace(self, focus=MappingProxyType({**self.focus, stack_id: point}))


SceneChange = Callable[[Workspace], Workspace]
EMPTY = Workspace()


def blank(workspace: Workspace) -> Workspace:
    """Nothing on screen; how its user works stays."""
    return replace(EMPTY, tool=workspace.tool, overlay=workspace.overlay, mouse=workspace.mouse)
