"""An object that was made here goes into the library, by the way that every import takes."""

import io
from dataclasses import replace

from medscan_desktop.dicom.headers.study import series_of, study_of
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.study import Instance, StudyUid
from medscan_desktop.persistence.conflicts import Held
from medscan_desktop.scene.workspace import SceneChange, Workspace
from medscan_desktop.workstation.command import Context
from medscan_desktop.workstation.holding import place
from medscan_desktop.workstation.intake import take_in
from medscan_desktop.workstation.shelf import read_series
from medscan_desktop.workstation.stacks import stacks_of


def file_into_library(ctx: Context, action: str, content: bytes, label: str) -> Instance:
    """Check, encrypt and record one object, with an event of `action`. Unsuitable where the library cannot take it."""
    with ctx.vault.intake() as intake:
        item = take_in(Source(label, lambda: io.BytesIO(content), len(content), 0), intake, lambda _: None)
        try:
            intake.sync()
            study = study_of(item.header)
            with ctx.records(action, study.study_instance_uid, into="library") as records:
                came = Held(label, study, series_of(item.header), item.instance)
                placed = place(records, came, item.vault_file)
                if placed.status != "imported":
                    raise Unsuitable(f"It did not go into the library: {placed.reason}.")
        except BaseException:
            if item.vault_file is not None:
                ctx.vault.remove(item.vault_file.id)
            raise
        finally:
            intake.settled()
    return item.instance


def listed(ctx: Context, study_uid: StudyUid, instance: Instance) -> SceneChange:
    """The object stands in the strip and the lists of its study, where that is open."""
    with ctx.records("series.list", study_uid) as records:
        shelved = read_series(records, ctx.vault, instance.series_instance_uid)
    stacks = tuple(stacks_of(shelved))

    def change(workspace: Workspace) -> Workspace:
        if not workspace.is_open(study_uid):
            return workspace
        new = tuple(one for one in stacks if workspace.stack(one.id) is None)
        return replace(workspace, stacks=(*workspace.stacks, *new))

    return change
