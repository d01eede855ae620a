"""What grouping decides: stacks that can be loaded, and what is refused and why. Values only."""

from dataclasses import dataclass

from medscan_desktop.dicom.header import Header
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.window import Window
from medscan_desktop.scene.workspace import StackId


@dataclass(frozen=True, slots=True)
class FrameRef:
    """One frame of a stack: frame `frame` (from 0) of `instance`. `header` is its index in the plan's `headers`."""

    instance: InstanceUid
    frame: int
    header: int


@dataclass(frozen=True, eq=False, slots=True)
class StackPlan:
    """One stack as it will be loaded; frame k of `frames` becomes slice k of the volume.

    `refusal` says why it is no volume (no MPR, no 3D, no model), "" where it is one. `warnings` belong in a banner that
    is never hidden. `calibration`, `unit`, `vois`, `inverted` and `padding` are those of `imaging.volume.Volume`.
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


@dataclass(frozen=True, slots=True)
class Grouping:
    """Everything that was grouped ends in one of the two."""

    stacks: tuple[StackPlan, ...]
    refused: tuple[Refusal, ...]
