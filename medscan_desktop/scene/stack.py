"""One stack of an open study as a value: its images, what is known of them, and the pixels once they are there."""

from dataclasses import dataclass
from typing import NewType

from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.stack_traits import StackTraits
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.document import Document
from medscan_desktop.scene.memory import MemoryOffer
from medscan_desktop.scene.presentation import Shutter

StackId = NewType("StackId", str)  # "<SeriesInstanceUID>#<n>": a series may split into several stacks
_NO_STUDY = StudyUid("")


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
    corners: Corners | None = None
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
    shutters: tuple[Shutter | None, ...] = ()  # by slice, the images' own; empty where none has one
    study_instance_uid: StudyUid = _NO_STUDY  # of the open study, or of a prior that is open beside it
    traits: StackTraits | None = None  # what its headers say for hanging; None for what is no image
    frame_of_reference: str = ""  # (0020,0052): stacks of one share their positions

    @property
    def slice_count(self) -> int:
        """How many slices its volume has."""
        return self.frame_count + len(self.empty)

    def slice_of(self, instance: InstanceUid, frame: int) -> int | None:
        """The slice of one image, None where the stack does not hold it."""
        places = (k for k, uid in enumerate(self.instance_uids) if uid == instance)
        numbers = self.frame_numbers
        return next((k for k in places if not numbers or numbers[k] == frame), None)
