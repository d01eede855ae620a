"""`medscan stacks`: how a series is split into stacks, why, and how it is to be split."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.split_choice import AUTOMATIC, SplitChoice
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.services.stacks import SeriesStacks, list_stacks, split_series
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    stacks = add.verb("stacks", _stacks, "how a series is split into stacks, and why; or split it in another way")
    stacks.add_argument("series", metavar="SERIES_UID")
    how = stacks.add_mutually_exclusive_group()
    how.add_argument("--automatic", action="store_true", help="take back what was chosen")
    how.add_argument("--together", action="store_true", help="one stack, by image number")
    how.add_argument("--split-by", metavar="KEYWORD", help="an attribute that the images of a stack must share")
    how.add_argument("--join", type=int, nargs="+", metavar="N", help="make one of these stacks, by their number here")


def _stacks(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    series = SeriesUid(options.series)
    choice = _choice(workstation, options, series)
    if choice is not None:
        workstation.answer(split_series, series_instance_uid=series, choice=choice)
    found: SeriesStacks = workstation.answer(list_stacks, series_instance_uid=series)
    rows = [_row(number, plan) for number, plan in enumerate(found.stacks, start=1)]
    value = {
        "series_instance_uid": series,
        "choice": found.choice.to_json(),
        "stacks": rows,
        "can_be_split_by": [{"keyword": one.keyword, "name": one.name, "values": one.values} for one in found.offered],
    }
    return printer.value(value, [*_lines(found), *(line for row in rows for line in _stack_lines(row))])


def _choice(workstation: Workstation, options: argparse.Namespace, series: SeriesUid) -> SplitChoice | None:
    """What the arguments choose, None where they only ask."""
    if options.automatic:
        return AUTOMATIC
    if options.together:
        return SplitChoice(together=True)
    if options.split_by:
        return SplitChoice(by=options.split_by)
    if not options.join:
        return None
    found: SeriesStacks = workstation.answer(list_stacks, series_instance_uid=series)
    for number in options.join:
        if not 1 <= number <= len(found.stacks):
            raise NotFound(f"There is no stack {number}: this series has {len(found.stacks)}.")
    return found.choice.joined(tuple(found.stacks[number - 1].anchor for number in options.join))


def _row(number: int, plan: StackPlan) -> Row:
    """A stack as a program reads it."""
    i, j, k = plan.geometry.spacing
    return {
        "number": number,
        "label": plan.label,
        "images": len(plan.frames),
        "reason": plan.reason,
        "phase": plan.phase.text if plan.phase else "",
        "is_volume": plan.is_volume,
        "refusal": plan.refusal,
        "volume_refusal": plan.volume_refusal,
        "size": [plan.geometry.shape[2], plan.geometry.shape[1], plan.geometry.shape[0]],
        "spacing_mm": [round(i, 5), round(j, 5), round(k, 5)] if plan.geometry.spatial else None,
        "affine_lps": [[round(float(value), 6) for value in row] for row in plan.geometry.affine]
        if plan.geometry.spatial
        else None,
        "missing": list(plan.empty),
        "warnings": list(plan.warnings),
        "details": list(plan.details),
    }


def _lines(found: SeriesStacks) -> list[str]:
    count = len(found.stacks)
    how = "automatic" if found.choice.is_automatic else "by choice"
    offered = ", ".join(f"{one.keyword} ({one.values})" for one in found.offered)
    head = [f"{count} stack{'' if count == 1 else 's'}, split {how}"]
    return [*head, f"could be split by: {offered}"] if offered else head


def _stack_lines(row: Row) -> list[str]:
    """A stack as a person reads it."""
    size = "×".join(str(side) for side in row["size"])
    spacing = " × ".join(f"{step:g}" for step in row["spacing_mm"]) + " mm" if row["spacing_mm"] else "no place"
    lines = [f"{row['number']}. {row['label']}: {row['images']} images, {size}, {spacing}"]
    lines += [f"   why: {row['reason']}"] if row["reason"] else []
    lines += [f"   {row['phase']}"] if row["phase"] else []
    lines += [f"   no planes: {row['refusal']}"] if row["refusal"] else []
    lines += [f"   warning: {text}" for text in row["warnings"]]
    return lines + [f"     {text}" for text in row["details"]]
