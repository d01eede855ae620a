"""Key images: pointing an image out, taking the mark off, and the Key Object Selection that tells others."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.write_keys import key_object_file
from medscan_desktop.domain.code import Code
from medscan_desktop.domain.errors import NotFound, Unsuitable
from medscan_desktop.domain.key_image import TITLES, KeyImage, KeyImageId
from medscan_desktop.domain.object_kind import object_kind
from medscan_desktop.domain.study import InstanceUid, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.persistence.records import Records
from medscan_desktop.scene.workspace import SceneChange, Workspace
from medscan_desktop.workstation.command import Call, Context, Effect, Kind, command
from medscan_desktop.workstation.delivery import check_place, deliver

_CHANGED = frozenset({Kind.KEY_IMAGES})
_LONGEST = 1024  # letters of a description


@command("key_image.add", permission=Permission.ANNOTATE)
def add_key_image(
    ctx: Context, *, sop_instance_uid: InstanceUid, frame: int = 0, key_image: KeyImage | None = None
) -> Effect:
    """Point out an image (`frame` from 0); one that is pointed out already stays as it is.

    `key_image` is one that was removed, and comes back as it was. Raises NotFound.
    """
    with ctx.records("key_image.add", sop_instance_uid, frame=frame) as records:
        made = key_image or _new(ctx, records, sop_instance_uid, frame)
        there = [one for one in records.key_images.of_study(made.study_instance_uid) if one.image == made.image]
        if there:
            return Effect(scene=_shown(there[0]), value=there[0])
        records.key_images.put(made)
        records.outbox.add("key_image", made.id, {"sop_instance_uid": made.sop_instance_uid})
    undo = Call(remove_key_image, {"key_image_id": made.id})
    return Effect(changed=_CHANGED, scene=_shown(made), undo=undo, undo_name="mark a key image", value=made)


@command("key_image.remove", permission=Permission.ANNOTATE)
def remove_key_image(ctx: Context, *, key_image_id: KeyImageId) -> Effect:
    """Take the mark off an image; the records keep it as deleted. Raises NotFound."""
    with ctx.records("key_image.remove", key_image_id) as records:
        gone = records.key_images.get(key_image_id)
        records.key_images.delete(key_image_id)
        records.outbox.add("key_image", key_image_id, {"deleted": True})
    undo = Call(add_key_image, {"sop_instance_uid": gone.sop_instance_uid, "frame": gone.frame, "key_image": gone})
    return Effect(changed=_CHANGED, scene=_hidden(gone), undo=undo, undo_name="unmark a key image", value=gone)


@command("key_image.list", permission=Permission.READ)
def list_key_images(ctx: Context, *, study_instance_uid: StudyUid) -> Effect:
    """The key images of a study, oldest first. Raises NotFound."""
    with ctx.records("key_image.list", study_instance_uid) as records:
        records.studies.get(study_instance_uid)
        return Effect(value=records.key_images.of_study(study_instance_uid))


@command("export.key_images", permission=Permission.EXPORT)
def export_key_images(
    ctx: Context,
    *,
    study_instance_uid: StudyUid,
    out: Path | None = None,
    title: Code = TITLES[0],
    description: str = "",
    into_library: bool = False,
) -> Effect:
    """Write the study's key images as a Key Object Selection: to the file `out`, into the library, or both.

    Raises Unsuitable where there are none, or neither place is named.
    """
    check_place(out, into_library=into_library)
    if title not in TITLES:
        raise Unsuitable(f"There is no such title; there are: {', '.join(one.meaning for one in TITLES)}.")
    with ctx.records("export.key_images", study_instance_uid, into="library" if out is None else "file") as records:
        records.studies.get(study_instance_uid)
        chosen = records.key_images.of_study(study_instance_uid)
        headers = _headers(records, chosen)
        records.detail["images"] = len(chosen)
    images = [one.image for one in chosen if one.sop_instance_uid in headers]
    if not images:
        raise Unsuitable("This study has no key images: mark an image first.")
    content = key_object_file(
        headers, images, title, description=description[:_LONGEST], user=ctx.user, made_at=ctx.now()
    )
    left = deliver(
        ctx, "export.key_images", study_instance_uid, content, "key images", out=out, into_library=into_library
    )
    images_text = "1 key image" if len(images) == 1 else f"{len(images):,} key images"
    return Effect(changed=left.changed, scene=left.scene, value=out, notice=f"{images_text} {left.where}.")


def _new(ctx: Context, records: Records, uid: InstanceUid, frame: int) -> KeyImage:
    instance = records.studies.instance(uid)
    header = Header.from_json(instance.header)
    kind = object_kind(instance.sop_class_uid, instance.transfer_syntax_uid, has_pixels=header.pixels is not None)
    if kind is not None or not 0 <= frame < max(instance.frames, 1):
        raise NotFound("There is no such image in the library.")
    return KeyImage(
        id=KeyImageId(str(uuid4())),
        study_instance_uid=header.study_instance_uid,
        series_instance_uid=header.series_instance_uid,
        sop_instance_uid=uid,
        frame=frame,
        created_by=ctx.user.id if ctx.user else None,
        created_at=ctx.now().isoformat(),
    )


def _headers(records: Records, chosen: Sequence[KeyImage]) -> dict[InstanceUid, Header]:
    """Of the images that are still in the library."""
    wanted = {one.sop_instance_uid for one in chosen}
    return {
        instance.sop_instance_uid: Header.from_json(instance.header)
        for series in dict.fromkeys(one.series_instance_uid for one in chosen)
        for instance in records.studies.instances(series)
        if instance.sop_instance_uid in wanted
    }


def _shown(made: KeyImage) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        if not workspace.is_open(made.study_instance_uid):
            return workspace
        others = tuple(one for one in workspace.own_key_images if one.image != made.image)
        return replace(workspace, own_key_images=(*others, made))

    return change


def _hidden(gone: KeyImage) -> SceneChange:
    def change(workspace: Workspace) -> Workspace:
        rest = tuple(one for one in workspace.own_key_images if one.id != gone.id)
        only = workspace.only_key_images and bool(rest or workspace.key_images)
        return replace(workspace, own_key_images=rest, only_key_images=only)

    return change
