"""The workspace: one immutable value that says all that is on screen. Every change makes a new one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from medscan_desktop.domain.finding import Finding
from medscan_desktop.domain.hanging_protocol import Hung
from medscan_desktop.domain.key_image import KeyImage
from medscan_desktop.domain.measurement import Measurement, MeasurementId, Point
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.domain.user_calibration import UserCalibration
from medscan_desktop.imaging.window import PRESETS, Window
from medscan_desktop.scene.curve import Curve
from medscan_desktop.scene.display import CornerTexts, Marquee
from medscan_desktop.scene.layout import ONE_CELL, Layout
from medscan_desktop.scene.links import BY_POSITION, Links, Place
from medscan_desktop.scene.oblique import STRAIGHT, Turn
from medscan_desktop.scene.overlay import ContourLayer, KeyImages, MaskLayer, Overlay, PresentationLayer, WashLayer
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View, ViewId, ViewKind, in_step

_NO_VIEW = ViewId(0)


class GripPart(StrEnum):
    """What of the planes' lines the hand is on."""

    LINE = "line"  # moves the line's plane
    CENTRE = "centre"  # moves both
    HANDLE = "handle"  # turns both about this plane's normal


@dataclass(frozen=True, slots=True)
class Grip:
    """The line of plane `kind` in a view, under the pointer or (`is_held`) dragged."""

    view: ViewId
    part: GripPart
    kind: ViewKind
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """A measurement being drawn or changed, or drawn and not yet saved."""

    key: int  # tells two drafts apart until the records have given an id
    view: ViewId
    measurement: Measurement
    is_saving: bool = False
    placed: tuple[Point, ...] = ()  # the places chosen so far, patient mm
    is_written: bool = False  # all is chosen, and the user writes its text
    is_changing: bool = False  # of a saved measurement of the same id, which it hides


@dataclass(frozen=True, slots=True)
class BeforePrior:
    """How the panes stood before a prior was hung beside the current study, for the way back."""

    views: tuple[View, ...]
    layout: Layout
    active: ViewId
    compared: ViewId | None = None  # the one of them that the prior hangs beside


@dataclass(frozen=True, slots=True)
class BeforeTiles:
    """How the panes stood before one of them became a sheet, for the way back."""

    views: tuple[View, ...]
    layout: Layout
    maximised: ViewId | None
    of: ViewId  # the pane whose images the sheet shows


@dataclass(frozen=True, slots=True)
class Workspace:
    """All that is on screen."""

    study: Study | None = None
    priors: tuple[Study, ...] = ()  # earlier studies of the same patient, open beside it
    stacks: tuple[Stack, ...] = ()
    views: tuple[View, ...] = ()  # one for each cell of the layout, in its order
    layout: Layout = ONE_CELL
    active: ViewId = _NO_VIEW
    maximised: ViewId | None = None
    hung: Hung | None = None  # by which hanging protocol, at which stage; None where none fits
    focus: Mapping[StackId, Point] = field(default_factory=lambda: MappingProxyType({}))  # where the planes cross, mm
    turns: Mapping[StackId, Turn] = field(default_factory=lambda: MappingProxyType({}))  # of planes that are turned
    curves: Mapping[StackId, Curve] = field(default_factory=lambda: MappingProxyType({}))  # drawn along structures
    grip: Grip | None = None  # the line of a plane that the hand is on
    tool: str = "window"
    mouse: str = "default"  # the mouse profile: which tool each button means
    overlay: CornerTexts = CornerTexts.FULL  # what must never be hidden stays
    overlay_planes: bool = True  # graphics that the images themselves bring along (60xx)
    shutters: bool = True  # what the images' own shutters cover
    lens: bool = False  # a magnifier follows the pointer
    marquee: Marquee | None = None  # a box being dragged
    presets: Mapping[str, tuple[Window, ...]] = field(default_factory=lambda: PRESETS)  # the user's, by modality
    screens: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))  # mm a pixel, as users measured
    calibrations: tuple[UserCalibration, ...] = ()  # users' own, of the images of the open studies
    crosshair: bool = True
    links: Links = BY_POSITION  # what panes do together
    own_links: Links | None = None  # how the user had them before a hanging stage set its own
    reference_lines: bool = True  # where the active pane's slice cuts the others
    cursor: Place | None = None  # where the 3D cursor is; the next scroll takes it away
    before_prior: BeforePrior | None = None  # set while a prior hangs beside the current study
    before_tiles: BeforeTiles | None = None  # set while a sheet is on screen; of none it says nothing
    masks_visible: bool = True
    masks: tuple[MaskLayer, ...] = ()
    contours: tuple[ContourLayer, ...] = ()
    washes: tuple[WashLayer, ...] = ()
    presentations: tuple[PresentationLayer, ...] = ()
    key_images: tuple[KeyImages, ...] = ()
    own_key_images: tuple[KeyImage, ...] = ()  # marked by the user; `key_images` are other objects' selections
    only_key_images: bool = False  # scrolling goes from key image to key image
    overlays: tuple[Overlay, ...] = ()
    findings: tuple[Finding, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    selected: MeasurementId | None = None
    touched: MeasurementId | None = None  # the one under the pointer
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

    def is_open(self, uid: StudyUid) -> bool:
        """Whether this study is on screen: the open one, or a prior beside it."""
        return any(one.study_instance_uid == uid for one in (self.study, *self.priors) if one is not None)

    def is_prior(self, stack: Stack | None) -> bool:
        """Whether a stack belongs to a prior beside the open study."""
        uid = stack.study_instance_uid if stack is not None else ""
        return any(prior.study_instance_uid == uid for prior in self.priors)

    def with_view(self, view: View) -> "Workspace":
        """The same, with the view of this id replaced; the other tiles of its sheet go along."""
        return replace(self, views=tuple(view if old.id == view.id else in_step(old, view) for old in self.views))

    def with_stack(self, stack: Stack) -> "Workspace":
        """The same, with the stack of this id replaced."""
        return replace(self, stacks=tuple(stack if old.id == stack.id else old for old in self.stacks))

    def turn_of(self, stack_id: StackId | None) -> Turn:
        """How the planes of this stack are turned together."""
        return self.turns.get(stack_id, STRAIGHT) if stack_id is not None else STRAIGHT

    def with_turn(self, stack_id: StackId, turn: Turn) -> "Workspace":
        """The same, with the planes of this stack turned so."""
        others = {stack: other for stack, other in self.turns.items() if stack != stack_id}
        return replace(self, turns=MappingProxyType(others if turn.is_none else {**others, stack_id: turn}))

    def with_curve(self, stack_id: StackId, curve: Curve | None) -> "Workspace":
        """The same, with the curve of this stack replaced or taken away."""
        others = {stack: other for stack, other in self.curves.items() if stack != stack_id}
        return replace(self, curves=MappingProxyType(others if curve is None else {**others, stack_id: curve}))

    def with_focus(self, stack_id: StackId, point: Point) -> "Workspace":
        """The same, with the planes of this stack crossing at `point` (patient mm)."""
        return replace(self, focus=MappingProxyType({**self.focus, stack_id: point}))


SceneChange = Callable[[Workspace], Workspace]
EMPTY = Workspace()


def blank(workspace: Workspace) -> Workspace:
    """Nothing on screen; how its user works stays."""
    return replace(
        EMPTY,
        tool=workspace.tool,
        overlay=workspace.overlay,
        overlay_planes=workspace.overlay_planes,
        shutters=workspace.shutters,
        mouse=workspace.mouse,
        presets=workspace.presets,
        screens=workspace.screens,
        links=replace(workspace.own_links or workspace.links, spaces=()),  # of these images alone
        reference_lines=workspace.reference_lines,
    )
