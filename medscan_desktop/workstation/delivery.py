"""A DICOM object that was made here leaves: to a file, into the library, or both."""

from dataclasses import dataclass
from pathlib import Path

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.scene.workspace import SceneChange
from medscan_desktop.workstation.command import Context, Kind
from medscan_desktop.workstation.filing import file_into_library, listed
from medscan_desktop.workstation.outgoing import write_out


@dataclass(frozen=True, slots=True)
class Delivery:
    """What it changed, and where it is now, in words: "written to F and put into the library"."""

    where: str
    changed: frozenset[Kind]
    scene: SceneChange | None


def check_place(out: Path | None, *, into_library: bool) -> None:
    """Raises Unsuitable where no place is named: before anything is read, or recorded as leaving."""
    if out is None and not into_library:
        raise Unsuitable("Where to? Name a file, or put it into the library.")


def deliver(
    ctx: Context,
    action: str,
    study_uid: StudyUid,
    content: bytes,
    label: str,
    *,
    out: Path | None,
    into_library: bool,
    object_id: str = "",
) -> Delivery:
    """Put `content` into the library, then write it to `out`; the event of `action` was committed before.

    `object_id` is what a file that fails is recorded under: the study, where nothing else is said.
    """
    scene: SceneChange | None = None
    if into_library:
        scene = listed(ctx, study_uid, file_into_library(ctx, action, content, label))
    if out is not None:
        write_out(ctx, action, object_id or study_uid, out, content)
    where = " and ".join([f"written to {out}"] * (out is not None) + ["put into the library"] * into_library)
    return Delivery(where, frozenset({Kind.STUDIES}) if into_library else frozenset[Kind](), scene)
