"""From an instance's bytes to the document on screen: each kind read by a worker, whatever cannot be as its header."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.read_document import PDF
from medscan_desktop.dicom.objects.text_nodes import tree_of
from medscan_desktop.dicom.pixels.frame_rate import frame_rate
from medscan_desktop.dicom.stacks.corners import lossy_marker
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.errors import FileRefused, Unsuitable
from medscan_desktop.domain.object_kind import ObjectKind, object_kind
from medscan_desktop.domain.sop_classes import sop_class_name
from medscan_desktop.domain.text_tree import TextNode, TextTree
from medscan_desktop.scene.document import Body, Channel, Clip, Curves, Document, Pages, Plot, Text, row_mm
from medscan_desktop.workstation.document_pictures import ClipFrames, Opened, PdfPages

OpenFile = Callable[[], BinaryIO]
TREE_SECONDS = 120.0  # 200,000 lines take one
CLIP_SECONDS = 120.0  # a long clip is counted from end to end
_SUFFIXES = {
    PDF: ".pdf",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "model/stl": ".stl",
    "model/obj": ".obj",
    "model/mtl": ".mtl",
    "application/sla": ".stl",
}
_READ_AS_REPORT = (ObjectKind.REPORT, ObjectKind.KEY_OBJECTS)
_SAVABLE = (ObjectKind.DOCUMENT, ObjectKind.MESH, ObjectKind.VIDEO)
_RATE_DIFFERS = 0.05


def read_document(workers: Workers, open_file: OpenFile, header: Header) -> Document:
    """The instance as the document that it is. What cannot be read as its kind opens as its header, which says why.

    FileRefused where not even that can be read.
    """
    kind = kind_of(header)
    opened = Opened(workers, open_file, header.label)
    try:
        if kind in _READ_AS_REPORT:
            return _report(opened, header, kind)
        if kind in (ObjectKind.DOCUMENT, ObjectKind.MESH):
            return _encapsulated(opened, header, kind)
        if kind is ObjectKind.WAVEFORM:
            return _waveform(opened, header, kind)
        if kind is ObjectKind.VIDEO and header.pixels is not None:
            return _clip(opened, header, kind)
    except FileRefused as error:
        return _as_header(opened, header, kind, (f"{_sentence(error.reason)} Its header is shown instead.",))
    return _as_header(opened, header, kind, ())


def read_header_tree(workers: Workers, open_file: OpenFile, label: str) -> TextTree:
    """Every attribute of an instance. FileRefused where it cannot be parsed."""
    return tree_of(Opened(workers, open_file, label).run("read_attributes", {}, seconds=TREE_SECONDS))


def document_content(workers: Workers, open_file: OpenFile, header: Header) -> bytes:
    """The bytes of the encapsulated document, or of a clip. Unsuitable where the instance holds neither."""
    kind, opened = kind_of(header), Opened(workers, open_file, header.label)
    if kind is ObjectKind.VIDEO and header.pixels is not None:
        return b"".join(opened.arrays("clip_bytes", {"offset": header.pixels.offset}, seconds=CLIP_SECONDS))
    if kind in (ObjectKind.DOCUMENT, ObjectKind.MESH):
        return b"".join(opened.arrays("document_bytes", {}, seconds=CLIP_SECONDS))
    raise Unsuitable("There is no document or clip in this object that could be saved.")


def kind_of(header: Header) -> ObjectKind | None:
    """What the instance is, where it is no plain image."""
    return object_kind(header.sop_class_uid, header.transfer_syntax_uid, has_pixels=header.pixels is not None)


def _report(opened: Opened, header: Header, kind: ObjectKind | None) -> Document:
    tree = tree_of(opened.run("read_report", {}, seconds=TREE_SECONDS))
    return _document(header, kind, tree.title, Text(tree), tree.facts, tree.warnings)


def _as_header(opened: Opened, header: Header, kind: ObjectKind | None, warnings: tuple[str, ...]) -> Document:
    tree = tree_of(opened.run("read_attributes", {}, seconds=TREE_SECONDS))
    suffix = ".bin" if kind in _SAVABLE and kind is not ObjectKind.VIDEO else ".mpg" if kind in _SAVABLE else ""
    name = sop_class_name(header.sop_class_uid)
    return _document(header, kind, name, Text(tree), tree.facts, (*warnings, *tree.warnings), suffix)


def _encapsulated(opened: Opened, header: Header, kind: ObjectKind | None) -> Document:
    answer = opened.run("read_document", {})
    facts = tuple((name, value) for name, value in answer["facts"])
    pages = tuple((float(width), float(height)) for width, height in answer["pages"])
    title, mime = answer["title"], answer["mime"]
    warnings = tuple(text for text in (answer["problem"],) if text)
    suffix = _SUFFIXES.get(mime, ".bin")
    if pages:
        return _document(header, kind, title, Pages(pages, PdfPages(opened)), facts, warnings, suffix)
    lines = [TextNode(0, name, value) for name, value in facts]
    if answer["text"]:
        lines += [TextNode(0, "Text"), *(TextNode(1, "", one) for one in answer["text"].split("\n") if one.strip())]
    return _document(header, kind, title, Text(TextTree(title, nodes=tuple(lines))), (), warnings, suffix)


def _waveform(opened: Opened, header: Header, kind: ObjectKind | None) -> Document:
    values: list[NDArray[np.float32]] = []
    answer = opened.run("read_waveform", {}, received=lambda array: values.append(np.array(array, np.float32)))
    groups = tuple(_curves(group, values[number]) for number, group in enumerate(answer["groups"]))
    groups = tuple(
        replace(group, marks=tuple((float(at), text) for place, at, text in answer["marks"] if place == number))
        for number, group in enumerate(groups)
    )
    first = groups[0]
    facts = (
        ("Channels", f"{len(first.channels)}"),
        ("Sampling", f"{first.hz:g} Hz"),
        ("Length", f"{first.seconds:.1f} s"),
    )
    title = header.text("SeriesDescription") or sop_class_name(header.sop_class_uid)
    return _document(header, kind, title, Plot(groups), facts, tuple(answer["warnings"]))


def _curves(group: Mapping[str, Any], values: NDArray[np.float32]) -> Curves:
    channels = tuple(Channel(one["label"], one["unit"], float(one["offset_s"])) for one in group["channels"])
    return Curves(
        group["label"],
        float(group["hz"]),
        values,
        channels,
        float(group["offset_s"]),
        row_mm=row_mm(values, channels),
    )


def _clip(opened: Opened, header: Header, kind: ObjectKind | None) -> Document:
    offset = header.image.offset
    answer = opened.run("read_clip", {"offset": offset}, seconds=CLIP_SECONDS)
    rows, columns, count = int(answer["rows"]), int(answer["columns"]), int(answer["frames"])
    if count < 1:
        raise FileRefused(header.label, "its video has no frames")
    source = ClipFrames(opened, offset, (rows, columns), count, tuple(answer["keys"]))
    rate = frame_rate(header) or float(answer["fps"])
    facts = (
        ("Video", f"{answer['codec'].upper()} in {answer['kind']}" if answer["codec"] else answer["kind"]),
        ("Frame size", f"{columns} × {rows}"),
        ("Frames", f"{count:,}"),
        ("Rate", f"{rate:.4g} frames a second" if rate else "not told"),
        ("Size", f"{answer['length']:,} bytes"),
    )
    title = header.text("SeriesDescription") or "Video"
    suffix = {"h264": ".h264", "hevc": ".hevc"}.get(answer["codec"].lower(), "") if answer["suffix"] == "bin" else ""
    warnings = (lossy_marker(header), *_mismatches(header, answer))  # no video of DICOM is without loss
    return _document(
        header, kind, title, Clip(rows, columns, count, source), facts, warnings, suffix or f".{answer['suffix']}", rate
    )


def _mismatches(header: Header, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Where header and stream say different things: the stream is what is shown."""
    told = []
    if header.frames != answer["frames"]:
        told.append(f"The header says {header.frames:,} frames; the video has {answer['frames']:,}.")
    if (header.image.rows, header.image.columns) != (answer["rows"], answer["columns"]):
        said = f"{header.image.columns} × {header.image.rows}"
        told.append(f"The header says {said} pixels; the video has {answer['columns']} × {answer['rows']}.")
    said_rate, found_rate = frame_rate(header), float(answer["fps"])
    if said_rate and found_rate and abs(said_rate - found_rate) > _RATE_DIFFERS * found_rate:
        told.append(f"The header says {said_rate:.4g} frames a second; the video says {found_rate:.4g}.")
    return tuple(told)


def _document(
    header: Header,
    kind: ObjectKind | None,
    title: str,
    body: Body,
    facts: tuple[tuple[str, str], ...] = (),
    warnings: tuple[str, ...] = (),
    suffix: str = "",
    rate: float = 0.0,
) -> Document:
    return Document(
        header.sop_instance_uid,
        kind,
        title,
        body,
        facts,
        warnings,
        suffix,
        rate,
        sop_class_name(header.sop_class_uid),
    )


def _sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:].rstrip(".") + "."
