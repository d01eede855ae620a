"""A key object selection as slices of the stacks on screen."""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.scene.overlay import KeyImages
from medscan_desktop.scene.stack import StackId


def read_key_objects(workers: Workers, file: BinaryIO, header: Header) -> Mapping[str, Any]:
    """What it says, as `read_keys` answers. Raises FileRefused."""
    return workers.run("read_keys", {}, file, label=header.label)


def key_images(body: Mapping[str, Any], source: InstanceUid, plans: Sequence[StackPlan]) -> tuple[KeyImages, int]:
    """The slices pointed out, by stack, and how many images pointed out are in none of the stacks."""
    wanted: dict[str, set[int] | None] = {}
    for uid, frames in body["images"]:
        known = wanted.get(uid, set())
        wanted[uid] = None if not frames or known is None else known | set(frames)
    slices: dict[StackId, frozenset[int]] = {}
    found: set[str] = set()
    for plan in plans:
        meant = set()
        for k, ref in zip(plan.slices, plan.frames, strict=True):
            if ref.instance in wanted:
                found.add(ref.instance)
                frames = wanted[ref.instance]
                if frames is None or ref.frame in frames:
                    meant.add(k)
        if meant:
            slices[plan.id] = frozenset(meant)
    return KeyImages(source, body["title"], body["description"], slices), len(wanted) - len(found)
