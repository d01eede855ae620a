"""A view as a presentation state: to a file, or into the library, where it can be applied again."""

import re
from pathlib import Path

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.headers.located import opened
from medscan_desktop.dicom.objects.write_presentation import headers_meant, presentation_file
from medscan_desktop.dicom.pixels.tables import Lut, read_tables
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import FileRefused, Unsuitable
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.saved_look import SavedLook, look_of
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.delivery import check_place, deliver
from medscan_desktop.workstation.shelf import Shelved, read_series

_NOT_IN_A_CODE = re.compile(r"[^A-Z0-9 _]")
_ACTION = "export.presentation"


@command("export.presentation", permission=Permission.EXPORT)
def export_presentation(
    ctx: Context,
    *,
    workspace: Workspace,
    view: View,
    out: Path | None = None,
    into_library: bool = False,
    description: str = "",
) -> Effect:
    """Write how a view looks, with the measurements on its images, as a presentation state: to `out`, and or into the
    library. Raises Unsuitable where a presentation state cannot say it.
    """
    check_place(out, into_library=into_library)
    stack = workspace.stack(view.stack)
    if stack is None:
        raise Unsuitable("This view is empty: there is nothing to be written.")
    look, series = look_of(workspace, view), stack.series_instance_uid
    with ctx.records(_ACTION, series, into="library" if out is None else "file") as records:
        study = records.studies.series_by_uid(series).study_instance_uid
        shelved = read_series(records, ctx.vault, series)
        drawn = [one for one in records.measurements.of_study(study) if one.series_instance_uid == series]
    plan = shelved.plan(stack.id)
    told = shown(description).strip() or "View"
    content = presentation_file(
        plan,
        look,
        drawn,
        label=_NOT_IN_A_CODE.sub("", told.upper())[:16].strip() or "VIEW",
        description=told,
        modality_lut=_modality_lut(plan, shelved, look.slice),
        user=ctx.user,
        made_at=ctx.now(),
    )
    left = deliver(
        ctx, _ACTION, study, content, "presentation state", out=out, into_library=into_library, object_id=series
    )
    notice = f"Presentation state {left.where}.{_about(plan, look)}"
    return Effect(changed=left.changed, scene=left.scene, value=out, notice=notice)


def _about(plan: StackPlan, look: SavedLook) -> str:
    """What must be known where it is not about all images."""
    meant, every = len(headers_meant(plan, look)), len(plan.instances)
    return (
        ""
        if meant == every
        else f" It is about {meant:,} of {every:,} images: the others' values are scaled otherwise."
    )


def _modality_lut(plan: StackPlan, shelved: Shelved, k: int) -> Lut | None:
    """The lookup table that the image has in place of a rescale."""
    ref = plan.frames[plan.frame_near(k)]
    header = plan.headers[ref.header]
    if not header.image.has_tables:
        return None
    try:
        with shelved.opener(header.sop_instance_uid) as stream:
            return read_tables(opened(stream, header), header, ref.frame).modality
    except (Malformed, OSError) as error:
        raise FileRefused(header.label, "its lookup tables cannot be read") from error
