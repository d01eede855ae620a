"""`medscan reconcile`: what contradicts the library, and the decisions about it."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.conflict import REASONS, Conflict, ConflictState
from medscan_desktop.services.reconcile import (
    decide_conflict,
    list_conflicts,
    reopen_conflict,
    replace_by_conflict,
    show_conflict,
)
from medscan_desktop.workstation.workstation import Workstation

_DECISIONS = [one.value for one in ConflictState if one is not ConflictState.OPEN]


def add_verbs(add: Adder) -> None:
    """Add them."""
    group = add.group("reconcile", "what contradicts the library")
    lists = group.verb("list", _list, "what waits for a decision")
    lists.add_argument("--all", action="store_true", help="also what was decided")
    group.verb("show", _show, "one entry, old and new side by side").add_argument("id", metavar="ID")
    decide = group.verb("decide", _decide, "decide about an entry")
    decide.add_argument("id", metavar="ID")
    decide.add_argument("decision", choices=_DECISIONS)
    decide.add_argument("--reason", required=True)
    decide.add_argument(
        "--despite-marks", action="store_true", help="replace although measurements or findings rest on the old images"
    )
    again = group.verb("reopen", _reopen, "take a decision back")
    again.add_argument("id", metavar="ID")
    again.add_argument("--reason", required=True)


def _list(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    found = workstation.answer(list_conflicts, decided=options.all)
    return printer.rows([_row(one) for one in found], "Nothing to reconcile.")


def _show(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    page = workstation.answer(show_conflict, conflict_id=options.id)
    one: Conflict = page.conflict
    compared = one.compared()
    lines = [f"{one.id}: {REASONS[one.kind]}", f"state: {one.state}" + (f" ({one.reason})" if one.reason else "")]
    lines += [f"{'':14}{'in the library':34}new"]
    for name, (ours, theirs) in compared.items():
        mark = "*" if name in one.differing else " "
        lines.append(f"{mark} {name:12}{ours or '-':32}  {theirs or '-'}")
    lines += [f"{page.measurements} measurements and {page.findings} findings rest on the library's images"]
    lines += [f"held: {label}" for label in one.labels]
    lines += [f"can be decided: {', '.join(one.decisions)}"] if one.decisions else []
    sides = {"ours": one.ours.fields(), "theirs": one.theirs.fields()}
    value = {**_row(one), **sides, "files_held": list(one.labels)}
    return printer.value({**value, "measurements": page.measurements, "findings": page.findings}, lines)


def _decide(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    decision = ConflictState(options.decision)
    if decision is ConflictState.REPLACED:
        workstation.answer(
            replace_by_conflict, conflict_id=options.id, reason=options.reason, despite_marks=options.despite_marks
        )
    else:
        workstation.answer(decide_conflict, conflict_id=options.id, decision=decision, reason=options.reason)
    return printer.value({"id": options.id, "decision": decision.value}, [workstation.notices[-1]])


def _reopen(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    workstation.answer(reopen_conflict, conflict_id=options.id, reason=options.reason)
    return printer.value({"id": options.id, "decision": "open"}, [workstation.notices[-1]])


def _row(one: Conflict) -> Row:
    """An entry as a program reads it."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "state": one.state.value,
        "files": len(one.sop_instance_uids),
        "library": one.ours.patient.display_name,
        "new": one.theirs.patient.display_name,
        "differing": list(one.differing),
        "at": one.at,
    }
