"""`medscan document` and `medscan header`: what is read rather than looked through, as text."""

import argparse
from typing import Any

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs.adding import Adder, path_argument
from medscan_desktop.domain.study import InstanceUid, SeriesUid
from medscan_desktop.domain.text_tree import TextTree
from medscan_desktop.scene.document import Clip, Curves, Document, Pages, Plot, Text
from medscan_desktop.services.documents import list_documents, open_document, read_header, save_document
from medscan_desktop.workstation.workstation import Workstation


def add_verbs(add: Adder) -> None:
    """Add them."""
    document = add.verb("document", _document, "read a report, a PDF, a waveform, a clip; save what is encapsulated")
    document.add_argument("series", metavar="SERIES_UID")
    document.add_argument("--instance", metavar="UID", help="one object of the series, else its first")
    document.add_argument("--save", type=path_argument, metavar="PATH", help="write the document or clip itself")
    header = add.verb("header", _header, "every attribute of an object")
    header.add_argument("instance", metavar="SOP_UID")


def _document(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    uid = InstanceUid(options.instance or "")
    if not uid:
        uid = workstation.answer(list_documents, series_instance_uid=SeriesUid(options.series))[0]
    if options.save is not None:
        workstation.answer(save_document, sop_instance_uid=uid, out=options.save)
        return printer.written(options.save)
    document: Document = workstation.answer(open_document, sop_instance_uid=uid)
    if isinstance(document.body, Text):
        return printer.value(_tree_row(document.body.tree, document), list(_text_lines(document, document.body.tree)))
    row = _row(document)
    return printer.value(row, _fact_lines(document))


def _header(workstation: Workstation, options: argparse.Namespace, printer: Printer) -> int:
    tree: TextTree = workstation.answer(read_header, sop_instance_uid=InstanceUid(options.instance))
    return printer.value(_tree_row(tree), [line for text in tree.lines() for line in text.split("\n")])


def _text_lines(document: Document, tree: TextTree) -> list[str]:
    whole = TextTree(tree.title, document.facts, tree.nodes, document.warnings)
    return [line for text in whole.lines() for line in text.split("\n")]


def _fact_lines(document: Document) -> list[str]:
    lines = [document.title, *(f"! {warning}" for warning in document.warnings)]
    lines += [f"{name}: {value}" for name, value in (("Type", document.type_name), *document.facts)]
    lines.append(f"{document.noun}s: {document.count:,}")
    if isinstance(document.body, Plot):
        for group in document.body.groups:
            units = ", ".join(f"{channel.label} {channel.unit}".strip() for channel in group.channels)
            lines.append(f"{group.label}: {group.hz:g} Hz, {group.seconds:g} s: {units}")
            lines += [f"  {at:.3f} s: {text}" if at >= 0 else f"  {text}" for at, text in group.marks]
    return lines


def _row(document: Document) -> dict[str, Any]:
    """A document as a program reads it."""
    row: dict[str, Any] = {
        "sop_instance_uid": document.instance,
        "kind": document.kind.value if document.kind else "image",
        "type": document.type_name,
        "title": document.title,
        "facts": dict(document.facts),
        "warnings": list(document.warnings),
    }
    match document.body:
        case Pages(sizes=sizes):
            row |= {"pages": len(sizes), "page_sizes_pt": [list(size) for size in sizes]}
        case Clip() as clip:
            row |= {"frames": clip.count, "rows": clip.rows, "columns": clip.columns}
            row["frames_per_second"] = document.frames_per_second
        case Plot(groups=groups):
            row["groups"] = [_group_row(group) for group in groups]
    return row


def _group_row(group: Curves) -> dict[str, Any]:
    return {
        "label": group.label,
        "hz": group.hz,
        "samples": group.values.shape[1],
        "channels": [{"label": one.label, "unit": one.unit, "offset_s": one.offset_s} for one in group.channels],
        "marks": [{"seconds": at if at >= 0 else None, "text": text} for at, text in group.marks],
    }


def _tree_row(tree: TextTree, document: Document | None = None) -> dict[str, Any]:
    row = _row(document) if document is not None else {"facts": dict(tree.facts), "warnings": list(tree.warnings)}
    nodes = [
        {
            "depth": node.depth,
            "name": node.name,
            "value": node.value,
            "kind": node.kind,
            "relation": node.relation,
            "note": node.note,
            "instance": node.reference.instance if node.reference else None,
            "frames": list(node.reference.frames) if node.reference else [],
        }
        for node in tree.nodes
    ]
    return row | {"nodes": nodes}
