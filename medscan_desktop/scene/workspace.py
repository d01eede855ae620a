"""The workspace: one immutable value that says all that is on screen. Every change makes a new one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

from medscan_desktop.domain.finding import Finding, FindingId
from medscan_desktop.domain.measurement import Measurement, MeasurementId, Point
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid, SeriesUid, Study
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Voi, Window

_SOFT_TISSUE = Window(40, 400)
ViewId = NewType("ViewId", int)
StackId = NewType("StackId", str)  # "<SeriesInstanceUID>#<n>": a series may split into several stacks


class ViewKind(StrEnum):
    """How a view looks at its stack."""

    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    ACQUIRED = "acquired"  # frame by frame, as stored
    THREE_D = "3d"


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a 2D view looks, free of the pane's size.

    `zoom` is relative to "the whole image fits". `centre` is the plane point at the pane's centre, in mm right and
    down of the image's middle. `rotation` is clockwise in degrees, after the flips.
    """

    zoom: float = 1.0
    centre: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    flip_horizontal: bool = False
    flip_vertical: bool = False


@dataclass(frozen=True, slots=True)
class Camera3D:
    """An orbit.

    Degrees of azimuth (0 = from the front, growing towards the patient's left) and elevation (growing towards the
    head), zoom relative to fit, shift as a share of the pane to the right and down.
    """

    azimuth: float = 0.0
    elevation: float = 0.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    moving: bool = False  # while dragged: the coarse level of detail will do


@dataclass(frozen=True, slots=True)
class View:
    """One pane."""

    id: ViewId
    kind: ViewKind
    stack: StackId | None = None
    frame: int = 0  # for ACQUIRED; the planes follow the stack's focus
    voi: Voi = _SOFT_TISSUE
    inverted: bool = False  # the user's invert, after all else
    camera: Camera = Camera()
    camera_3d: Camera3D = Camera3D()
    preset_3d: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack of the open study. `volume` is None until somebody looks at it."""

    id: StackId
    series_instance_uid: SeriesUid
    modality: str
    label: str  # for the strip: "3 · AXIAL T1"
    frame_count: int
    is_volume: bool  # can be cut in three planes and shown in 3D
    refusal: str = ""  # why it is no volume, or cannot be shown at all
    volume: Volume | None = None
    loaded_count: int = 0
    failures: tuple[str, ...] = ()  # images that could not be loaded and why; known once loading has ended
    corners: "Corners | None" = None
    instance_uids: tuple[InstanceUid, ...] = ()  # by frame: the image that a measurement was drawn on
    object_kind: ObjectKind | None = None  # what it is where it is no plain image


@dataclass(frozen=True, slots=True)
class Corners:
    """The header texts of the four corners that do not change while scrolling; each a tuple of lines."""

    patient: tuple[str, ...] = ()
    study: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    frames: tuple[tuple[str, ...], ...] = ()  # a frame's own lines (location, thickness), by frame
    lossy: tuple[str, ...] = ()  # a frame's lossy marker or ""; empty where no frame is lossy
    laterality: str = ""
    patient_orientation: tuple[str, str] = ("", "")  # (0020,0020): right edge, bottom edge, where there is no geometry
    quadruped: bool = False


@dataclass(frozen=True, slots=True)
class MaskLayer:
    """A coloured mask over a stack."""

    finding: FindingId
    number: int
    stack: StackId
    name: str
    mask: Mask
    colour: tuple[int, int, int]
    caption: str  # algorithm, version, hash, time, confidence: shown wherever the mask is shown
    opacity: float = 0.4
    visible: bool = True


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
    stacks: tuple[Stack, ...] = ()
    views: tuple[View, ...] = ()
    columns: int = 2  # panes a row
    active: ViewId = ViewId(0)
    maximised: ViewId | None = None
    focus: Mapping[StackId, Point] = field(default_factory=lambda: MappingProxyType({}))  # where the planes cross, mm
    tool: str = "window"
    overlay: bool = True  # corner texts; what must never be hidden stays
    crosshair: bool = True
    masks_visible: bool = True
    masks: tuple[MaskLayer, ...] = ()
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
