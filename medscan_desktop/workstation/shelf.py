"""The stacks at hand: how the records' instances group into stacks, and the volumes loading or loaded from them.

Between the records and the screen: it knows vault and headers, so neither the loader nor the use cases have to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import BinaryIO

from medscan_desktop.dicom.group import group
from medscan_desktop.dicom.header import Header
from medscan_desktop.dicom.load import Loading, start_load
from medscan_desktop.dicom.plan import Grouping, StackPlan
from medscan_desktop.domain.errors import FileRefused, NotFound
from medscan_desktop.domain.study import Instance, InstanceUid, SeriesUid, Storage, VaultId
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.persistence.records import Records
from medscan_desktop.persistence.vault import Vault, VaultFile
from medscan_desktop.scene.workspace import StackId

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
    """Group one series of the records. Raises NotFound."""
    instances = records.studies.instances(series_uid)
    if not instances:
        raise NotFound("There is no such series in the library.")
    headers = [Header.from_json(instance.header) for instance in instances]
    return Shelved(series_uid, group(headers), _opener(records, vault, instances))


def middle_image(shelved: Shelved, plan: StackPlan) -> Volume:
    """The middle image of a stack alone, for a thumbnail. Raises FileRefused where it cannot be read."""
    middle = plan.frames[len(plan.frames) // 2]
    geometry = Geometry(plan.geometry.affine, (1, *plan.geometry.shape[1:]), plan.geometry.spatial)
    loading = start_load(replace(plan, frames=(middle,), geometry=geometry), shelved.opener, threads=1)
    loading.wait()
    for failure in loading.failures:
        raise FileRefused(failure.label, failure.reason)
    return loading.volume


def _opener(records: Records, vault: Vault, instances: Sequence[Instance]) -> Opener:
    by_uid = {instance.sop_instance_uid: instance for instance in instances}
    files: Mapping[VaultId, VaultFile] = records.files.many(
        VaultId(instance.location) for instance in instances if instance.storage is Storage.VAULT
    )

    def open_instance(uid: InstanceUid) -> BinaryIO:
        instance = by_uid[uid]
        if instance.storage is Storage.VAULT:
            return vault.open(files[VaultId(instance.location)])
        try:
            return Path(instance.location).open("rb", buffering=0)
        except OSError as error:
            raise NotFound(f"{instance.location}: the referenced file is not there ({error.strerror}).") from error

    return open_instance


class Shelf:
    """The loadings of the open study. Safe from any thread."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._lock = Lock()
        self._loadings: dict[StackId, Loading] = {}

    def load(self, shelved: Shelved, plan: StackPlan, on_slices: Callable[[int], None] | None = None) -> Loading:
        """Start to load a stack, or go on with the loading there is. `on_slices` gets how many slices have come."""
        with self._lock:
            loading = self._loadings.get(plan.id)
            if loading is None:
                throttle = _Throttle(on_slices)
                loading = start_load(plan, shelved.opener, threads=self._threads, on_slices=throttle.arrived)
                throttle.follow(loading)
                self._loadings[plan.id] = loading
            return loading

    def clear(self) -> None:
        """Let go of every stack; what is still loading stops."""
        with self._lock:
            loadings, self._loadings = self._loadings, {}
        for loading in loadings.values():
            loading.cancel()


class _Throttle:
    """Passes on the first slice, the last one, and at most one report in REPORT_EVERY_S between."""

    def __init__(self, on_slices: Callable[[int], None] | None) -> None:
        self._on_slices = on_slices
        self._lock = Lock()
        self._loading: Loading | None = None
        self._last = 0.0

    def follow(self, loading: Loading) -> None:
        self._loading = loading
        self.arrived()

    def arrived(self) -> None:
        loading = self._loading
        if loading is None or self._on_slices is None:
            return
        now = monotonic()
        with self._lock:
            count = int(loading.volume.loaded.sum())
            if count == 0 or (now - self._last < REPORT_EVERY_S and not loading.volume.is_complete):
                return
            self._last = now
        self._on_slices(count)
