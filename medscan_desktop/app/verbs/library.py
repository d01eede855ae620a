"""`medscan library check`, `medscan hold` and `medscan study delete`: what is there, what must stay, what goes."""

import argparse

from medscan_desktop.app.printing import Printer, told
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.deletion import clear_hold, delete_study, set_hold
from medscan_desktop.services.presence import StudyPresence, check_library
from medscan_desktop.workstation.workstation import Workstation

_NAMED = 20  # absent images of a study that people are told one by one


def add_verbs(add: Adder) -> None:
    """Add them."""
    check = add.group("library", "the library's files").verb("check", _check, "look for every image's bytes")
    check.add_argument("--deep", action="store_true", help="read every byte")
    check.add_argument("--study", metavar="UID", help="this study alone")
    hold = add.group("hold", "legal holds")
    for name, command in (("set", set_hold), ("clear", clear_hold)):
        verb = hold.verb(name, _hold, f"{name} a legal hold on a study")
        verb.set_defaults(command=command)
        verb.add_argument("study", metavar="STUDY_UID")
        verb.add_argument("--reason", required=True)
    delete = add.group("study", "one study").verb("delete", _delete, "delete a study with all that belongs to it")
    delete.add_argument("study", metavar="STUDY_UID")
    delete.add_argument("--reason", required=True)
    delete.add_argument("--with-unsent", action="store_true", help="although changes of it were not sent anywhere")


def _check(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    uid = StudyUid(options.study) if options.study else None
    found: tuple[StudyPresence, ...] = workstation.answer(check_library, deep=options.deep, study_instance_uid=uid)
    lines = []
    for one in found:
        if one.absent:
            lines.append(f"{one.study.study_instance_uid}: {len(one.absent):,} of {one.instances:,} images")
            lines += [f"  {look.state}: {look.reason}" for look in one.absent[:_NAMED]]
            lines += [f"  and {len(one.absent) - _NAMED:,} more"] if len(one.absent) > _NAMED else []
    value = [
        {
            "study_instance_uid": one.study.study_instance_uid,
            "instances": one.instances,
            "absent": [
                {"sop_instance_uid": look.instance.sop_instance_uid, "state": look.state.value, "reason": look.reason}
                for look in one.absent
            ],
        }
        for one in found
    ]
    printer.value(value, [*lines, workstation.notices[-1]])
    return told([workstation.notices[-1]] if lines else [])


def _hold(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(options.command, study_instance_uid=StudyUid(options.study), reason=options.reason)
    return printer.value({"study_instance_uid": options.study, "notice": workstation.notices[-1]}, workstation.notices)


def _delete(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    uid = StudyUid(options.study)
    removed = workstation.answer(
        delete_study, study_instance_uid=uid, reason=options.reason, with_unsent=options.with_unsent
    )
    return printer.value({"study_instance_uid": uid, **removed.detail}, [workstation.notices[-1]])
