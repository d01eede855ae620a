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
from medscan_desktop.imaging.contours import Contour
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import Voi, Window
from medscan_desktop.scene.document import Document
from medscan_desktop.scene.memory import MemoryOffer
from medscan_desktop.scene.presentation import Presentation

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
    DOCUMENT = "document"  # what is read or played: a report, pages, curves, a clip


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
class Phase:
    """Step `number` (from 0) of `count` on a phase axis: stacks at the same places in the same series.

    `axis` is the same for all of them. Each has pixels of its own; one at a time is shown.
    """

    axis: str
    number: int
    count: int
    name: str  # "trigger 240 ms"

    @property
    def text(self) -> str:
        """`phase 3/8 · trigger 240 ms`."""
        return f"phase {self.number + 1}/{self.count}" + (f" · {self.name}" if self.name else "")


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack of the open study. `volume` is None until somebody looks at it.

    Its volume has a slice for every image, and (`empty`) slices that are left free where images are missing, so that
    a gap shows as one. `instance_uids`, `frame_numbers` and the corners' frames go by slice.
    """

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
    notes: tuple[str, ...] = ()  # what its values do not say as the files did: shown in a banner, never hidden
    offer: MemoryOffer | None = None  # how it is on screen, and could be, where the whole is over the memory budget
    corners: "Corners | None" = None
    instance_uids: tuple[InstanceUid, ...] = ()  # by frame: the image that a measurement was drawn on
    object_kind: ObjectKind | None = None  # what it is where it is no plain image
    is_map: bool = False  # a parametric map: values that can be shown in colours over other images
    document: Document | None = None  # what is no image, once somebody has opened it
    frames_per_second: float = 0.0  # how fast the header says that it plays, 0 where it says nothing
    type_name: str = ""  # of what is no image: its SOP class in words
    frame_numbers: tuple[int, ...] = ()  # by slice: which frame of its instance, from 0
    empty: tuple[int, ...] = ()  # slices without an image
    volume_refusal: str = ""  # why no volume may be measured and no model run; "" where they may
    reason: str = ""  # why it is a stack of its own, as sentences
    phase: Phase | None = None

    @property
    def slice_count(self) -> int:
        """How many slices its volume has."""
        return self.frame_count + len(self.empty)

    def slice_of(self, instance: InstanceUid, frame: int) -> int | None:
        """The slice of one image, None where the stack does not hold it."""
        places = (k for k, uid in enumerate(self.instance_uids) if uid == instance)
        numbers = self.frame_numbers
        return next((k for k in places if not numbers or numbers[k] == frame), None)


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
    """A coloured mask over a stack. `source` is the finding, or the object's SOP instance, that it comes from."""

    source: FindingId | InstanceUid
    number: int
    stack: StackId
    name: str
    mask: Mask
    colour: tuple[int, int, int]
    caption: str  # algorithm, version, hash, time, confidence: shown wherever the mask is shown
    opacity: float = 0.4
    visible: bool = True
    is_ai: bool = True
    in_slices: bool = True  # False: in the acquired slices its contours are drawn instead
    in_space: bool = True  # False: no surface in 3D, where it would hide all the others


@dataclass(frozen=True, slots=True)
class ContourLayer:
    """Outlines drawn on the slices of a stack, by slice."""

    source: InstanceUid
    number: int
    stack: StackId
    name: str
    outlines: Mapping[int, tuple[Contour, ...]]
    colour: tuple[int, int, int]
    caption: str
    opacity: float = 0.15  # of what is inside; the lines are always whole
    visible: bool = True
    is_ai: bool = False


@dataclass(frozen=True, slots=True)
class WashLayer:
    """The values of another volume of the same space in colours over a stack: a dose, a parametric map."""

    source: StackId  # of the volume that is washed over
    stack: StackId
    name: str
    volume: Volume
    low: float  # below it nothing is drawn
    high: float
    caption: str
    opacity: float = 0.4
    visible: bool = True


@dataclass(frozen=True, slots=True)
class PresentationLayer:
    """A presentation state that is applied to a stack."""

    source: InstanceUid
    stack: StackId
    presentation: Presentation


@dataclass(frozen=True, slots=True)
class KeyImages:
    """The images that a key object selection points out, by stack."""

    source: InstanceUid
    title: str
    description: str
    slices: Mapping[StackId, frozenset[int]]


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One segment or region of a shown object, for the list. `number` is that of its layers."""

    number: int
    name: str
    colour: tuple[int, int, int]
    detail: str = ""
    volume_ml: float | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """An object that is shown over a stack. `remarks` are what must be known about how it is shown."""

    source: InstanceUid | StackId
    kind: str
    title: str
    stack: StackId
    entries: tuple[LegendEntry, ...] = ()
    remarks: tuple[str, ...] = ()
    volume_method: str = ""


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
