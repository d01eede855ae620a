"""`medscan hanging`: the hanging protocols, why one hangs a study, and files of them in and out."""

import argparse

from medscan_desktop.app.printing import Printer, Row
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.errors import NotFound
from medscan_desktop.domain.hanging_match import CellFinding, StageFinding, Verdict
from medscan_desktop.domain.shown import shown
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.services.hanging import export_protocols, import_protocols, list_protocols, try_protocols
from medscan_desktop.workstation.protocols import Listed
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    hanging = add.group("hanging", "hanging protocols")
    hanging.verb("list", _list, "list them in the order in which they are tried")
    test = hanging.verb("test", _test, "why a study hangs as it does: every protocol with its reasons")
    test.add_argument("--study", required=True, metavar="STUDY_UID")
    bring = hanging.verb("import", _import, "keep the protocols of a file")
    bring.add_argument("file", metavar="FILE", type=path_argument)
    out = hanging.verb("export", _export, "write a protocol to a file")
    out.add_argument("name", metavar="NAME", help="its id or its name")
    out.add_argument("--out", required=True, metavar="FILE", type=path_argument)


def _list(workstation: Workstation, _: argparse.Namespace, printer: Printer) -> int:
    listed: tuple[Listed, ...] = workstation.answer(list_protocols)
    return printer.rows([_listed_row(one) for one in listed], "No hanging protocol.")


def _test(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    """1 where no protocol hangs the study."""
    found: list[Verdict] = workstation.answer(try_protocols, study_instance_uid=StudyUid(options.study))
    printer.value([_row(one) for one in found], [line for one in found for line in _lines(one)])
    return 0 if found and found[0].is_match else 1


def _import(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    made = workstation.answer(import_protocols, path=options.file)
    return printer.rows([{"id": one.id, "name": one.name, "stages": len(one.stages)} for one in made], "None.")


def _export(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    listed: tuple[Listed, ...] = workstation.answer(list_protocols)
    named = [one.protocol.id for one in listed if options.name in (one.protocol.id, one.protocol.name)]
    if not named:
        raise NotFound(f'There is no hanging protocol "{shown(options.name)}"; `medscan hanging list` lists them.')
    return printer.written(workstation.answer(export_protocols, ids=named[:1], out=options.out))


def _listed_row(listed: Listed) -> Row:
    protocol = listed.protocol
    return {
        "id": protocol.id,
        "name": protocol.name,
        "whose": str(listed.origin),
        "on": listed.is_on,
        "modalities": list(protocol.applies.modalities),
        "regions": list(protocol.applies.regions),
        "stages": len(protocol.stages),
    }


def _lines(verdict: Verdict) -> list[str]:
    """Of what does not apply the first reason; of the rest every cell."""
    lines = [f"{verdict.protocol.name}: {verdict.text}"]
    if not verdict.is_match:
        return lines
    for number, stage in enumerate(verdict.stages, start=1):
        name = stage.stage.name or "no name"
        if not stage.is_possible:
            lines.append(f"  stage {number}, {name}: left out, {stage.filled} of {len(stage.cells)} cells filled")
            continue
        lines.append(f"  stage {number}, {name}")
        lines += [f"    cell {place}: {cell.text}" for place, cell in enumerate(stage.cells, start=1)]
    return lines


def _row(verdict: Verdict) -> Row:
    return {
        "id": verdict.protocol.id,
        "name": verdict.protocol.name,
        "applies": verdict.is_match,
        "score": verdict.score,
        "why": verdict.text,
        "rules": [{"held": rule.held, "found": rule.text} for rule in verdict.rules],
        "stages": [_stage_row(stage) for stage in verdict.stages],
    }


def _stage_row(stage: StageFinding) -> Row:
    return {
        "name": stage.stage.name,
        "hangs": stage.is_possible,
        "cells": [_cell_row(cell) for cell in stage.cells],
    }


def _cell_row(cell: CellFinding) -> Row:
    return {"stack": cell.key, "why": cell.text, "passed_over": list(cell.passed_over)}
