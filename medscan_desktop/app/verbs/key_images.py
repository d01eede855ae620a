"""`medscan key-images`: what is pointed out in a study, by hand or as a Key Object Selection."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.key_image import TITLES, KeyImage, KeyImageId
from medscan_desktop.domain.study import InstanceUid, StudyUid
from medscan_desktop.services.key_images import add_key_image, export_key_images, list_key_images, remove_key_image
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    group = add.group("key-images", "images that are pointed out")
    group.verb("list", _list, "list the key images of a study").add_argument("study", metavar="STUDY_UID")
    mark = group.verb("add", _add, "point an image out")
    mark.add_argument("image", metavar="SOP_UID")
    mark.add_argument("--frame", type=int, default=1, metavar="N", help="of a multi-frame image, from 1")
    group.verb("remove", _remove, "take the mark off an image").add_argument("key_image", metavar="ID")
    export = group.verb("export", _export, "write them as a Key Object Selection")
    export.add_argument("--study", required=True, metavar="UID")
    export.add_argument("--out", type=path_argument, metavar="PATH")
    export.add_argument("--into-library", action="store_true")
    export.add_argument("--title", default=TITLES[0].meaning, help=", ".join(one.meaning for one in TITLES))
    export.add_argument("--description", default="")


def _list(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    found = workstation.answer(list_key_images, study_instance_uid=StudyUid(options.study))
    return printer.value([_row(one) for one in found], [_line(one) for one in found] or ["No key image."])


def _add(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    uid = InstanceUid(options.image)
    made = workstation.answer(add_key_image, sop_instance_uid=uid, frame=options.frame - 1)
    return printer.value(_row(made), [_line(made)])


def _remove(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    gone = workstation.answer(remove_key_image, key_image_id=KeyImageId(options.key_image))
    return printer.value(_row(gone), [f"No key image any more: {gone.sop_instance_uid}"])


def _export(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    wanted = options.title.casefold()
    title = next((one for one in TITLES if one.meaning.casefold() == wanted), None)
    if title is None:
        raise NotFound(f"There is no such title; there are: {', '.join(one.meaning for one in TITLES)}.")
    workstation.answer(
        export_key_images,
        study_instance_uid=StudyUid(options.study),
        out=options.out,
        title=title,
        description=options.description,
        into_library=options.into_library,
    )
    return printer.value({"out": str(options.out or "")}, workstation.notices[-1:])


def _line(one: KeyImage) -> str:
    return f"{one.id}  {one.sop_instance_uid}  frame {one.frame + 1}  {one.created_at}"


def _row(one: KeyImage) -> Row:
    return {
        "id": one.id,
        "study_instance_uid": one.study_instance_uid,
        "series_instance_uid": one.series_instance_uid,
        "sop_instance_uid": one.sop_instance_uid,
        "frame": one.frame + 1,
        "created_at": one.created_at,
    }
