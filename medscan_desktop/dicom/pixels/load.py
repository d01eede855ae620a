"""Loads a stack: the buffer at once, then its slices from the middle outwards, on a few threads of its own.

Files are reached through an opener alone, so that folder, ZIP and vault look alike. Uncompressed 16-bit pixels are read
straight into the volume's buffer.
"""

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.headers.encapsulated import Fragment
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.located import locate_frames, opened
from medscan_desktop.dicom.pixels.decode import decode
from medscan_desktop.dicom.pixels.modality import ValueMap, value_map
from medscan_desktop.dicom.pixels.overlay_planes import OverlayReader
from medscan_desktop.dicom.pixels.tables import Tables, read_tables
from medscan_desktop.dicom.stacks.padding import padding_in, padding_of_frame
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.errors import FileRefused, Hostile, MedScanError
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.turns import give_way, let_the_window
from medscan_desktop.imaging.ultrasound_region import UltrasoundRegion
from medscan_desktop.imaging.voi import Voi
from medscan_desktop.imaging.volume import Volume

_log = logging.getLogger("medscan.load")

_AIR_HU = -1000
_NO_OVERLAYS = "overlay planes that are damaged are not drawn"
Opener = Callable[[InstanceUid], BinaryIO]
Allocate = Callable[[tuple[int, ...], np.dtype[Any]], NDArray[Any]]  # (shape, type) to zeros


@dataclass(frozen=True, slots=True)
class Failure:
    """A slice that could not be loaded, and why; its place in the volume stays empty."""

    slice_index: int
    instance: InstanceUid
    label: str
    reason: str


def start_load(
    plan: StackPlan,
    opener: Opener,
    workers: Workers,
    *,
    threads: int = 2,
    on_slices: Callable[[], None] = lambda: None,
) -> "Loading":
    """Begin to load `plan`; returns at once. Compressed frames are decoded by `workers`. `on_slices` is called on a
    loading thread after every slice, loaded or failed.

    FileRefused where the stack has tables (modality LUT, VOI LUT, palette) and the middle file cannot give them.
    MemoryError where the whole does not fit.
    """
    mapping, volume = prepared(plan, opener, plan.geometry, np.zeros)
    leave_free(volume)
    return Loading(plan, volume, mapping, opener, workers, threads, on_slices)


def prepared(plan: StackPlan, opener: Opener, geometry: Geometry, allocate: Allocate) -> tuple[ValueMap, Volume]:
    """The stack's map from stored to modality values, and its volume on the grid of `geometry`, still empty."""
    tables = _middle_tables(plan, opener)
    mapping = value_map(plan, tables)
    volume = Volume(
        values=allocate(geometry.shape + ((3,) if plan.is_colour else ()), mapping.dtype),
        geometry=geometry,
        loaded=np.zeros(geometry.shape[0], np.bool_),
        unit=tables.modality_unit if tables.modality and tables.modality_unit not in ("", "US") else plan.unit,
        padding=padding_in(plan, mapping.dtype) if tables.modality is None else None,
        calibration=plan.calibration,
        vois=(*plan.vois, *tables.vois),
        inverted=plan.inverted,
        warnings=plan.warnings,
        empty=plan.empty,
        slice_vois=_by_slice(plan) if not tables.vois else (),
        regions=_regions_by_slice(plan),
    )
    return mapping, volume


def _by_slice(plan: StackPlan) -> tuple[tuple[Voi, ...], ...]:
    """The windows of each slice's header, empty where all have the same."""
    if not plan.frame_vois:
        return ()
    return tuple(plan.frame_vois[plan.frame_near(k)] for k in range(plan.geometry.shape[0]))


def _regions_by_slice(plan: StackPlan) -> tuple[tuple[UltrasoundRegion, ...], ...]:
    if len(plan.frame_regions) <= 1:
        return plan.frame_regions
    return tuple(plan.frame_regions[plan.frame_near(k)] for k in range(plan.geometry.shape[0]))


def leave_free(volume: Volume) -> None:
    """Fill the slices that no image fills with what shows as nothing in 3D too."""
    if volume.empty and not volume.is_colour and (volume.padding is not None or volume.unit == "HU"):
        volume.values[list(volume.empty)] = _AIR_HU if volume.padding is None else volume.padding[0]


def _middle_tables(plan: StackPlan, opener: Opener) -> Tables:
    ref = plan.frames[len(plan.frames) // 2]
    header = plan.headers[ref.header]
    if not header.image.has_tables:
        return Tables()
    try:
        with opener(header.sop_instance_uid) as stream:
            return read_tables(opened(stream, header), header, ref.frame)
    except Malformed as error:
        raise FileRefused(header.label, f"the file {error}") from error
    except OSError as error:
        raise FileRefused(header.label, "the file cannot be read") from error


def from_the_middle(count: int) -> list[int]:
    """All of 0..count-1, the middle first, then outwards on both sides."""
    middle = count // 2
    return sorted(range(count), key=lambda k: (abs(k - middle), k))


class Loading:
    """A load under way. `volume` is there from the start; its `loaded` flags tell which slices have arrived."""

    every_report_counts = False  # whoever follows may leave out all calls of `on_slices` but the first and the last

    def __init__(
        self,
        plan: StackPlan,
        volume: Volume,
        mapping: ValueMap,
        opener: Opener,
        workers: Workers,
        threads: int,
        on_slices: Callable[[], None],
    ) -> None:
        self.volume = volume
        self._plan = plan
        self._mapping = mapping
        self._opener = opener
        self._workers = workers
        self._hostile: dict[int, Hostile] = {}  # by header: such a file is not tried again for its other frames
        self.on_slices = on_slices
        self._order = deque(k for k in from_the_middle(len(volume.loaded)) if k not in volume.empty)
        self._failures: list[Failure] = []
        self._notes: list[str] = []
        self._threads = [
            threading.Thread(target=self._work, name=f"load-{number}", daemon=True)
            for number in range(max(1, min(threads, len(volume.loaded))))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be loaded so far."""
        return tuple(self._failures)

    @property
    def notes(self) -> tuple[str, ...]:
        """What the values do not say as the files did."""
        return tuple(self._notes)

    @property
    def count(self) -> int:
        """How many slices have arrived; it never falls."""
        return int(self.volume.loaded.sum())

    @property
    def is_over(self) -> bool:
        """Whether every slice has arrived or failed."""
        return self.count + len(self._failures) == self.volume.image_count

    @property
    def is_finished(self) -> bool:
        """Whether no slice will arrive any more."""
        return not any(thread.is_alive() for thread in self._threads)

    def cancel(self) -> None:
        """Load no further slice; those being read still arrive."""
        self._order.clear()

    def wait(self, timeout: float | None = None) -> bool:
        """Until nothing more will arrive; False where `timeout` seconds were not enough for one of the threads."""
        for thread in self._threads:
            thread.join(timeout)
        return self.is_finished

    def _work(self) -> None:
        give_way()
        with Files(self._plan, self._opener) as files:
            while self._order:
                try:
                    k = self._order.popleft()
                except IndexError:  # another thread took the last, or it was cancelled
                    return
                self._load(k, files)

    def _load(self, k: int, files: "Files") -> None:
        try:
            self._fill(k, files)
        except Exception as error:  # whatever it is, it costs this slice and not the thread
            self._failures.append(self._failure(k, self._plan.frame_near(k), error))
        else:
            self.volume.loaded[k] = True
        self.on_slices()

    def _failure(self, k: int, frame: int, error: Exception) -> Failure:
        """What is said about slice `k` when `frame` of the plan could not be read."""
        ref = self._plan.frames[frame]
        if isinstance(error, Hostile):
            self._hostile[ref.header] = error
        return Failure(k, ref.instance, self._plan.headers[ref.header].label, _reason(error))

    def _fill(self, k: int, files: "Files") -> None:
        """Put slice `k` of the volume into its place."""
        frame = self._plan.frame_near(k)
        self._read(frame, files, self.volume.values[k])
        self._read_overlay_planes(k, frame, files)

    def _read_overlay_planes(self, k: int, frame: int, files: "Files") -> None:
        """What the image brings along to be drawn on it; what cannot be read of it costs no slice, and is told once."""
        ref = self._plan.frames[frame]
        file = files.at(ref.header)
        if file.overlays is None:
            if self._plan.headers[ref.header].image.has_overlays:
                self._without_overlays(self._plan.headers[ref.header].label)
            return
        try:
            planes = file.overlays.planes(ref.frame, file.frames[ref.frame])
        except Malformed:
            self._without_overlays(self._plan.headers[ref.header].label)
            return
        if planes:
            self.volume.overlay_planes[k] = planes

    def _without_overlays(self, label: str) -> None:
        if not any(note.startswith(_NO_OVERLAYS) for note in self._notes):
            self._notes.append(f"{_NO_OVERLAYS} (first met in {label})")

    def _read(self, frame: int, files: "Files", out: NDArray[Any]) -> None:
        """The modality values of one frame of the plan into `out`, which has the mapping's type."""
        let_the_window()
        ref = self._plan.frames[frame]
        header = self._plan.headers[ref.header]
        pixels = header.image
        if ref.header in self._hostile:
            raise self._hostile[ref.header]
        file = files.at(ref.header)
        stored = self._mapping.stored_buffer(pixels, out)
        fragments = file.frames[ref.frame]
        photometric = decode(
            file.stream, fragments, pixels, header.transfer_syntax_uid, stored, self._workers, header.label
        )
        padding = padding_of_frame(self._plan, frame, stored)
        is_held = self._mapping.apply(stored, out, header, ref.frame, file.tables, photometric)
        if padding is not None and self.volume.padding is not None:
            out[padding] = self.volume.padding[0]
        if is_held and not self._notes and self.volume.padding == self._plan.padding:  # else it is the padding
            most = np.iinfo(self._mapping.dtype).max
            self._notes.append(f"values beyond ±{most} are shown as ±{most} (first met in {header.label})")


def _reason(error: Exception) -> str:
    match error:
        case MemoryError():
            return "there is not enough memory to decode it"
        case Malformed():
            return f"the file {error}"
        case FileRefused():
            return error.reason
        case MedScanError():
            return str(error)
        case OSError():
            return f"the file cannot be read ({error.strerror})" if error.strerror else "the file cannot be read"
        case _:
            reference = secrets.token_hex(4)
            _log.error("load.failed", exc_info=error, extra={"reference": reference})
            return f"something went wrong inside the program (reference {reference})"


@dataclass(frozen=True, eq=False, slots=True)
class _Opened:
    """One file in use: its stream, every frame's fragments in it, and its tables."""

    header_index: int
    source: BinaryIO
    stream: BinaryIO
    frames: list[tuple[Fragment, ...]]
    tables: Tables
    overlays: OverlayReader | None


class Files:
    """The file that a thread reads from now: kept open while its frames follow each other."""

    def __init__(self, plan: StackPlan, opener: Opener) -> None:
        self._plan = plan
        self._opener = opener
        self._opened: _Opened | None = None

    def __enter__(self) -> "Files":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def at(self, header_index: int) -> _Opened:
        """The file of this header."""
        if self._opened is None or self._opened.header_index != header_index:
            self._close()
            self._opened = self._open(header_index)
        return self._opened

    def _open(self, header_index: int) -> _Opened:
        header = self._plan.headers[header_index]
        source = self._opener(header.sop_instance_uid)
        try:
            stream = opened(source, header)
            tables = read_tables(stream, header) if header.image.has_tables else Tables()
            overlays = _overlays(stream, header) if header.image.has_overlays else None
            return _Opened(header_index, source, stream, locate_frames(stream, header), tables, overlays)
        except BaseException:
            source.close()
            raise

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.source.close()
            self._opened = None


def _overlays(stream: BinaryIO, header: Header) -> OverlayReader | None:
    """None where they are damaged: the image is shown without."""
    try:
        return OverlayReader(stream, header)
    except Malformed:
        return None
