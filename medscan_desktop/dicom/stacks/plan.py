"""What grouping decides: stacks that can be loaded, and what is refused and why. Values only."""

from bisect import bisect_left
from dataclasses import dataclass

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.ultrasound_region import UltrasoundRegion
from medscan_desktop.imaging.window import Window
from medscan_desktop.scene.stack import Phase, StackId

_NO_STUDY = StudyUid("")


@dataclass(frozen=True, slots=True)
class FrameRef:
    """One frame of a stack: frame `frame` (from 0) of `instance`. `header` is its index in the plan's `headers`."""

    instance: InstanceUid
    frame: int
    header: int


@dataclass(frozen=True, eq=False, slots=True, weakref_slot=True)
class StackPlan:
    """One stack as it will be loaded; frame n of `frames` becomes slice `places[n]` of the volume, or slice n without.

    `refusal` says why it is no volume (no MPR, no 3D, no model), "" where it is one. `volume_refusal` says why no
    volume may be measured and no model run, which planes may still allow. `warnings` belong in a banner that is never
    hidden; `details` are all of what they only count. `reason` is why it is a stack of its own. `calibration`, `unit`,
    `vois`, `inverted` and `padding` are those of `imaging.volume.Volume`, the middle frame's; `frame_vois` and
    `frame_paddings` are each frame's own, empty where all are the same; of `frame_regions` there is then one.
    """

    id: StackId
    series_instance_uid: SeriesUid
    modality: str
    label: str
    frames: tuple[FrameRef, ...]
    headers: tuple[Header, ...]
    geometry: Geometry
    is_volume: bool
    is_colour: bool = False
    refusal: str = ""
    warnings: tuple[str, ...] = ()
    calibration: str = ""
    unit: str = ""
    vois: tuple[Window, ...] = ()
    inverted: bool = False
    padding: tuple[float, float] | None = None
    places: tuple[int, ...] = ()
    volume_refusal: str = ""
    details: tuple[str, ...] = ()
    reason: str = ""
    phase: Phase | None = None
    frame_vois: tuple[tuple[Window, ...], ...] = ()
    frame_paddings: tuple[tuple[float, float] | None, ...] = ()  # closed ranges of stored values
    frame_regions: tuple[tuple[UltrasoundRegion, ...], ...] = ()  # of ultrasound, empty where no frame has any

    @property
    def anchor(self) -> str:
        """Names the stack within its series, as long as its first image (by UID) stays in it."""
        return self.id.partition("#")[2]

    @property
    def empty(self) -> tuple[int, ...]:
        """Slices of the volume that no image fills: room for those that are missing."""
        return tuple(sorted(set(range(self.geometry.shape[0])) - set(self.places))) if self.places else ()

    @property
    def slices(self) -> tuple[int, ...]:
        """The slice of the volume that each frame becomes."""
        return self.places or tuple(range(len(self.frames)))

    def frame_at(self, k: int) -> int | None:
        """The frame that becomes slice `k`, None where that one stays empty."""
        n = self.frame_near(k)
        return n if not self.places or self.places[n] == k else None

    def frame_near(self, k: int) -> int:
        """The same; of an empty slice the next one that is there."""
        return min(bisect_left(self.places, k), len(self.places) - 1) if self.places else k

    @property
    def images(self) -> tuple[tuple[InstanceUid, int], ...]:
        """(instance, frame) of every image, in the stack's order."""
        return tuple((frame.instance, frame.frame) for frame in self.frames)

    @property
    def instances(self) -> tuple[InstanceUid, ...]:
        """The instances in the stack's order, each once."""
        return tuple(dict.fromkeys(frame.instance for frame in self.frames))


@dataclass(frozen=True, slots=True)
class Refusal:
    """An instance that is stored but not shown as an image. `header` is its index in what was grouped."""

    header: int
    series_instance_uid: SeriesUid
    instance: InstanceUid
    modality: str
    label: str
    reason: str
    kind: ObjectKind | None = None  # what it is where it is no plain image
    title: str = ""  # number and description, as a stack's label has them
    sop_class_uid: str = ""
    study_instance_uid: StudyUid = _NO_STUDY


@dataclass(frozen=True, slots=True)
class Grouping:
    """Everything that was grouped ends in one of the two."""

    stacks: tuple[StackPlan, ...]
    refused: tuple[Refusal, ...]
