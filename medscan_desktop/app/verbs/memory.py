"""`medscan memory`: the memory budget, and what the series of a study would take of it."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.imaging.need import size_text
from medscan_desktop.services.memory import MemoryBudget, StackNeed, list_needs, read_budget, set_budget
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add it."""
    memory = add.verb("memory", _memory, "the memory budget, and what the series of a study need")
    memory.add_argument("--set", type=int, metavar="MB", help="set the budget in millions of bytes; 0 for the standard")
    memory.add_argument("--study", metavar="STUDY_UID", help="list what its series need")


def _memory(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    if options.study:
        needs = workstation.answer(list_needs, study_instance_uid=StudyUid(options.study))
        return printer.rows([_need_row(need) for need in needs], "No image.")
    if options.set is None:
        budget: MemoryBudget = workstation.answer(read_budget)
    else:
        budget = workstation.answer(set_budget, megabytes=options.set)
    value = {"budget": budget.budget, "standard": budget.standard, "machine": budget.machine}
    sizes = f"standard: {size_text(budget.standard)}, this computer: {size_text(budget.machine)}"
    return printer.value(value, [f"The memory budget is {size_text(budget.budget)} ({sizes})."])


def _need_row(need: StackNeed) -> Row:
    return {
        "stack": need.stack,
        "label": need.label,
        "size": "×".join(map(str, need.shape)),
        "pixels": size_text(need.values),
        "with_3d": size_text(need.total),
        "shown": need.shown or "whole",
    }
