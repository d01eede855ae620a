"""The stacks at hand: how the records' instances group into stacks, and the volumes loading or loaded from them.

Between the records and the screen: it knows vault and headers, so neither the loader nor the use cases have to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event, Lock
from time import monotonic
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.pixels.budget import need_of, voxel_bytes
from medscan_desktop.dicom.pixels.load import Failure, Loading, start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import Grouping, StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.errors import FileRefused, Hostile, NotFound
from medscan_desktop.domain.study import Instance, InstanceUid, SeriesUid, Storage, StudyUid, VaultId
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.vault import Vault, VaultFile
from medscan_desktop.scene.memory import MemoryOffer, ShownAs
from medscan_desktop.scene.stack import StackId
from medscan_desktop.workstation.fitting import Fit, fit, start
from medscan_desktop.workstation.referenced import open_referenced

Opener = Callable[[InstanceUid], BinaryIO]
REPORT_EVERY_S = 1 / 30  # arriving slices reach the screen no oftener


@dataclass(frozen=True, slots=True)
class Shelved:
    """A series as read from the records: its stacks and the way to its bytes."""

    series_instance_uid: SeriesUid
    grouping: Grouping
    opener: Opener

    def plan(self, stack_id: StackId | None = None) -> StackPlan:
        """The stack of this id, or else the longest that is a volume, or else the longest."""
        plans = [plan for plan in self.grouping.stacks if stack_id in (None, plan.id)]
        if not plans:
            raise NotFound("This series holds no image that can be shown.")
        return max(plans, key=lambda plan: (plan.is_volume, len(plan.frames)))


def read_series(records: Records, vault: Vault, series_uid: SeriesUid) -> Shelved:
    """Group one series of the records, as its user chose where somebody did. Raises NotFound."""
    instances = records.studies.instances(series_uid)
    if not instances:
        raise NotFound("There is no such series in the library.")
    headers = [Header.from_json(instance.header) for instance in instances]
    grouping = group(headers, {series_uid: records.stack_overrides.get(series_uid)})
    return Shelved(series_uid, grouping, _opener(records, vault, instances))


def read_study(records: Records, vault: Vault, study_uid: StudyUid) -> list[Shelved]:
    """Every series of a study, by number."""
    return [read_series(records, vault, one.series_instance_uid) for one in records.studies.series(study_uid)]


def file_opener(records: Records, vault: Vault, instance: Instance) -> Callable[[], BinaryIO]:
    """The way to the bytes of one instance."""
    return partial(_opener(records, vault, [instance]), instance.sop_instance_uid)


def middle_image(shelved: Shelved, plan: StackPlan, workers: Workers) -> Volume:
    """The middle image of a stack alone, for a thumbnail. Raises FileRefused where it cannot be read."""
    middle = plan.frames[len(plan.frames) // 2]
    geometry = Geometry(plan.geometry.affine, (1, *plan.geometry.shape[1:]), plan.geometry.spatial)
    alone = replace(plan, frames=(middle,), geometry=geometry, places=(), frame_vois=(), frame_paddings=())
    loading = start_load(alone, shelved.opener, workers, threads=1)
    loading.wait()
    for failure in loading.failures:
        raise FileRefused(failure.label, failure.reason)
    return loading.volume


def _opener(records: Records, vault: Vault, instances: Sequence[Instance]) -> Opener:
    by_uid = {instance.sop_instance_uid: instance for instance in instances}
    files: Mapping[VaultId, VaultFile] = records.files.many(
        VaultId(instance.location) for instance in instances if instance.storage is Storage.VAULT
    )

    hostile = records.hostile.reasons()

    def open_instance(uid: InstanceUid) -> BinaryIO:
        instance = by_uid[uid]
        if instance.sha256 in hostile:
            reason = f"{hostile[instance.sha256]}; not tried again unless you ask"
            raise Hostile(str(instance.header["label"]), reason)
        if instance.storage is Storage.VAULT:
            return vault.open(files[VaultId(instance.location)])
        return open_referenced(instance)

    return open_instance


@dataclass(frozen=True, slots=True)
class Arrival:
    """How far a loading is: how many slices are there, what failed and why (once no more will come), what is noted."""

    count: int
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()
    values: NDArray[np.generic] | None = field(default=None, compare=False)  # what arrives in them


Follower = Callable[[Arrival], None]


class Shelf:
    """The loadings of the open study, within `budget` bytes of memory (None: no limit). Safe from any thread."""

    def __init__(self, threads: int, workers: Workers, budget: int | None = None) -> None:
        self.budget = budget
        self._threads = threads
        self._workers = workers
        self._lock = Lock()
        self._followed: dict[StackId, _Followed] = {}  # in the order in which they were last asked for
        self._wishes: dict[StackId, ShownAs] = {}
        self._series: dict[SeriesUid, Shelved] = {}
        self._ahead: StackId | None = None  # of another study, which may be opened next

    def load(
        self,
        shelved: Shelved,
        plan: StackPlan,
        follower: Follower | None = None,
        *,
        on_screen: frozenset[StackId] | None = None,
    ) -> Loading:
        """Start to load a stack, or go on with the loading there is. `follower` hears of arrivals, on any thread.

        What is not in `on_screen` may be let go to make room; None lets nothing go. Unsuitable where the computer has
        not even the memory for the least.
        """
        with self._lock:
            followed = self._followed.pop(plan.id, None)
            if followed is None:
                voxel = voxel_bytes(plan)
                room = self._room_for(need_of(plan, voxel=voxel).least, on_screen)
                fitted = fit(plan, room, self._wishes.get(plan.id), voxel=voxel)
                followed = _Followed(plan, shelved.opener, self._workers, self._threads, fitted)
                if self.budget is not None:
                    followed.leave(self._left(followed.fit.size))
            self._followed[plan.id] = followed
        if follower is not None:
            followed.add(follower)
        return followed.loading

    def offer_of(self, stack_id: StackId) -> MemoryOffer | None:
        """What the user may choose for a stack on the shelf that does not fit whole; None for all others."""
        with self._lock:
            followed = self._followed.get(stack_id)
        return followed.fit.offer if followed is not None else None

    def wish(self, stack_id: StackId, shown_as: ShownAs | None) -> None:
        """From its next loading on a stack is shown so (None: as it fits); what is loaded of it is let go."""
        with self._lock:
            self._wishes.pop(stack_id, None)
            if shown_as is not None:
                self._wishes[stack_id] = shown_as
            gone = self._followed.pop(stack_id, None)
        if gone is not None:
            gone.let_go()

    @property
    def held(self) -> frozenset[StackId]:
        """The stacks whose pixels are here."""
        with self._lock:
            return frozenset(self._followed)

    def clear(self, *, but_ahead: StackPlan | None = None) -> None:
        """Let go of every stack; what is still loading stops. Not `but_ahead`, where that was loaded ahead."""
        with self._lock:
            kept = self._followed.get(but_ahead.id) if but_ahead is not None and but_ahead.id == self._ahead else None
            is_same = kept is not None and but_ahead is not None and kept.plan.frames == but_ahead.frames
            gone, self._followed = self._followed, {}
            if is_same and kept is not None and but_ahead is not None:
                self._followed[but_ahead.id] = gone.pop(but_ahead.id)
            self._ahead = None
            self._wishes.clear()
            self._series.clear()
        for followed in gone.values():
            followed.let_go()

    def load_ahead(self, shelved: Shelved, plan: StackPlan) -> bool:
        """Begin to load what another study would show first, where there is room for the whole of it; else False."""
        with self._lock:
            gone = self._followed.pop(self._ahead, None) if self._ahead not in (None, plan.id) else None
            self._ahead = plan.id
            has_room = self.budget is None or self._left(need_of(plan).total) >= 0
        if gone is not None:
            gone.let_go()
        if has_room:
            self.load(shelved, plan)
        return has_room

    def forget(self, series_uid: SeriesUid, *, keep: frozenset[StackId] = frozenset()) -> None:
        """Let go of the stacks of a series but those to `keep`; with none of them, of how it was read too."""
        with self._lock:
            if not keep:
                self._series.pop(series_uid, None)
            own = [one for one in self._followed if one.startswith(f"{series_uid}#") and one not in keep]
            gone = [self._followed.pop(stack_id) for stack_id in own]
        for followed in gone:
            followed.let_go()

    def preload(self, shelved: Shelved, plan: StackPlan) -> None:
        """Load a stack that may be wanted next, where there is room for the whole of it beside what is here."""
        with self._lock:
            has_room = self.budget is None or self._left(need_of(plan).total) >= 0
        if has_room:
            self.load(shelved, plan)

    def remember(self, shelved: Shelved) -> None:
        """Keep a series of the open study as it was read: going through its steps reads it no more."""
        with self._lock:
            self._series[shelved.series_instance_uid] = shelved

    def recall(self, series_uid: SeriesUid) -> Shelved | None:
        """The series that was remembered, None where none was."""
        with self._lock:
            return self._series.get(series_uid)

    def _room_for(self, need: int, on_screen: frozenset[StackId] | None) -> int | None:
        """The bytes there are for a stack of this need; what is not on screen goes for it, the longest unused first."""
        if self.budget is None:
            return None
        spare = [] if on_screen is None else [stack_id for stack_id in self._followed if stack_id not in on_screen]
        while spare and self._left(need) < 0:
            self._followed.pop(spare.pop(0)).let_go()
        return self._left(0)

    def _left(self, size: int) -> int:
        """The budget without what is loaded and `size` bytes more."""
        taken = sum(followed.fit.size for followed in self._followed.values())
        return (self.budget or 0) - taken - size


class _Followed:
    """A loading and who wants to know: told of the first slice, the last one, and once in REPORT_EVERY_S between."""

    def __init__(self, plan: StackPlan, opener: Opener, workers: Workers, threads: int, fitted: Fit) -> None:
        self._lock = Lock()
        self.plan = plan
        self._followers: list[Follower] = []
        self._last = 0.0
        self._started = Event()
        self.loading, self.fit = start(plan, opener, workers, fitted, threads=threads, on_slices=self._arrived)
        self._started.set()

    def let_go(self) -> None:
        """Stop, tell nobody any more, and leave no circle that would keep the pixels until garbage is collected."""
        with self._lock:
            self._followers.clear()
        self.loading.cancel()
        self.loading.on_slices = lambda: None

    def leave(self, room: int) -> None:
        """Say how much memory is left for copies of the volume."""
        self.loading.volume = replace(self.loading.volume, room=max(0, room))

    def add(self, follower: Follower) -> None:
        """Tell this one too, at once where slices are there already."""
        with self._lock:
            self._followers.append(follower)
        arrival, _ = self._arrival()
        if arrival.count or arrival.failures:
            follower(arrival)

    def _arrived(self) -> None:
        self._started.wait()  # the first slice may come before `start` has returned
        arrival, is_last = self._arrival()
        now = monotonic()
        with self._lock:
            if now - self._last < REPORT_EVERY_S and not is_last:
                return
            self._last = now
            followers = tuple(self._followers)
        for follower in followers:
            follower(arrival)

    def _arrival(self) -> tuple[Arrival, bool]:
        loading = self.loading
        is_last = loading.is_over or loading.every_report_counts
        failures, notes = (loading.failures, loading.notes) if is_last else ((), ())
        return Arrival(loading.count, failures, notes, loading.volume.values), is_last
