"""What is laid over images, as values: masks, outlines, colour washes, presentation states, key images."""

from collections.abc import Mapping
from dataclasses import dataclass

from medscan_desktop.domain.finding import FindingId
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.contours import Contour
from medscan_desktop.imaging.mask import Mask
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.presentation import Presentation
from medscan_desktop.scene.stack import StackId


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
    surface_opacity: float = 1.0  # of that surface


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
