"""What is read rather than looked through: opening it, reading any object's header, saving what is encapsulated."""

from dataclasses import replace
from pathlib import Path

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.hanging import show_document
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import EMPTY, Workspace
from medscan_desktop.workstation.command import Context, Effect, command
from medscan_desktop.workstation.documents import document_content, kind_of, read_document, read_header_tree
from medscan_desktop.workstation.outgoing import write_out
from medscan_desktop.workstation.shelf import file_opener

PICTURE_SIZE = (900, 900)


@command("document.open", permission=Permission.READ)
def open_document(
    ctx: Context, *, sop_instance_uid: InstanceUid, stack_id: StackId | None = None, view_id: ViewId | None = None
) -> Effect:
    """Read an object; with `stack_id`, show it there in the open study, alone or (`view_id`) in a view.

    The value is the `Document`.
    """
    with ctx.records("document.open", sop_instance_uid) as records:
        instance = records.studies.instance(sop_instance_uid)
        open_file = file_opener(records, ctx.vault, instance)
    document = read_document(ctx.workers, open_file, Header.from_json(instance.header))

    def show(workspace: Workspace) -> Workspace:
        stack = workspace.stack(stack_id)
        if stack is None:  # the study was closed meanwhile
            return workspace
        return show_document(workspace.with_stack(replace(stack, document=document)), stack.id, view_id)

    return Effect(scene=show if stack_id is not None else None, value=document)


@command("document.list", permission=Permission.READ)
def list_documents(ctx: Context, *, series_instance_uid: SeriesUid) -> Effect:
    """The instances of a series that are no images, by instance number; all of them where every one is an image.

    Raises NotFound.
    """
    with ctx.records("document.list", series_instance_uid) as records:
        instances = records.studies.instances(series_instance_uid)
    if not instances:
        raise NotFound("There is no such series in the library.")
    others = [one.sop_instance_uid for one in instances if kind_of(Header.from_json(one.header)) is not None]
    return Effect(value=others or [one.sop_instance_uid for one in instances])


@command("document.save", permission=Permission.EXPORT)
def save_document(ctx: Context, *, sop_instance_uid: InstanceUid, out: Path) -> Effect:
    """Write an encapsulated document, mesh or video as the file that was put into DICOM."""
    with ctx.records("document.save", sop_instance_uid) as records:
        instance = records.studies.instance(sop_instance_uid)
        open_file = file_opener(records, ctx.vault, instance)
    content = document_content(ctx.workers, open_file, Header.from_json(instance.header))
    write_out(ctx, "document.save", sop_instance_uid, out, content)
    return Effect(value=out, notice=f"Document written to {out}.")


@command("export.document", permission=Permission.EXPORT)
def export_document_picture(
    ctx: Context, *, sop_instance_uid: InstanceUid, out: Path, index: int = 0, size: tuple[int, int] = PICTURE_SIZE
) -> Effect:
    """Write a page of a document, a frame of a clip or a group of curves (`index`, from 0) as a picture."""
    with ctx.records("export.document", sop_instance_uid) as records:
        instance = records.studies.instance(sop_instance_uid)
        series = records.studies.series_by_uid(instance.series_instance_uid)
        study = records.studies.get(series.study_instance_uid)
        open_file = file_opener(records, ctx.vault, instance)
    document = read_document(ctx.workers, open_file, Header.from_json(instance.header))
    if not 0 <= index < max(document.count, 1):
        raise NotFound(f"There is no {document.noun.lower()} {index}: this document has {document.count}.")
    stack = Stack(StackId("document"), series.series_instance_uid, series.modality, "", 0, False, document=document)
    scene = replace(EMPTY, study=study, stacks=(stack,), is_demo=ctx.settings.is_demo)
    shown = show_document(scene, stack.id, None)
    view = replace(shown.views[0], frame=index)
    write_out(ctx, "export.document", sop_instance_uid, out, ctx.pictures.png(shown.with_view(view), view, size))
    return Effect(value=out, notice=f"Picture written to {out}.")


@command("header.read", permission=Permission.READ)
def read_header(ctx: Context, *, sop_instance_uid: InstanceUid) -> Effect:
    """Every attribute of an object, as a `TextTree`; long and binary values by their length."""
    with ctx.records("header.read", sop_instance_uid) as records:
        instance = records.studies.instance(sop_instance_uid)
        open_file = file_opener(records, ctx.vault, instance)
    label = Header.from_json(instance.header).label
    return Effect(value=read_header_tree(ctx.workers, open_file, label))
