"""Encapsulated documents (PS3.3 A.45, A.85): what they are, the pages of a PDF, the bytes of any. Runs in a worker."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.parsed import line, parsed, plain, text_of
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.workers.task import Task
from medscan_desktop.domain.dates import date_text

if TYPE_CHECKING:
    from pydicom import Dataset
    from pypdfium2 import PdfDocument

PDF = "application/pdf"
_MOST_PAGES = 20_000
_MOST_PIXELS = 32_000_000  # of one rendered page: 96 MB
_MOST_TEXT = 2_000_000  # bytes of a text document that are shown
_PIECE = 4 << 20  # bytes handed over at a time
_pdfium = threading.Lock()  # PDFium is not safe for two threads


def read_document(task: Task) -> Mapping[str, Any]:
    """Answers {"title", "facts", "mime", "length", "pages": [[width, height] in points], "problem", "text"}.

    `problem` says why a PDF has no pages that can be shown; `text` is that of a CDA document.
    """
    with quiet():
        dataset = parsed(task.file)
        content = _content(dataset)
        mime = _mime(dataset, content)
        pages, problem = _pages(content) if mime == PDF else ([], "")
        return {
            "title": line(text_of(dataset, "DocumentTitle") or text_of(dataset, "SeriesDescription")) or "Document",
            "facts": [[name, value] for name, value in _facts(dataset, content, mime) if value],
            "mime": mime,
            "length": len(content),
            "pages": pages,
            "problem": problem,
            "text": _text(content) if "xml" in mime or mime.startswith("text/") else "",
        }


def render_page(task: Task) -> Mapping[str, Any]:
    """Emits page `body["page"]` (from 0) as uint8 (h, w, 3) RGB at `body["scale"]` pixels a point, less where that is
    too many; answers {"scale"}."""
    with quiet():
        content = _content(parsed(task.file))
    number, scale = int(task.body["page"]), float(task.body["scale"])
    with _opened(content) as document:
        if not 0 <= number < len(document):
            raise Malformed(f"has no page {number + 1}")
        page = document[number]
        width, height = page.get_size()
        most = (_MOST_PIXELS / max(width * height, 1.0)) ** 0.5
        scale = min(max(scale, 0.05), most, 16_000 / max(width, height, 1.0))
        picture = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False).to_numpy()
        task.emit(np.ascontiguousarray(_as_rgb(picture)))
        page.close()
    return {"scale": scale}


def document_bytes(task: Task) -> Mapping[str, Any]:
    """Emits the document's bytes, piece by piece; answers {"mime"}."""
    with quiet():
        dataset = parsed(task.file)
        content = _content(dataset)
    for start in range(0, len(content), _PIECE):
        task.emit(np.frombuffer(content[start : start + _PIECE], np.uint8))
    return {"mime": _mime(dataset, content)}


def _as_rgb(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if picture.ndim == 2:
        return np.repeat(picture[..., None], 3, axis=2)
    if picture.shape[2] == 1:
        return np.repeat(picture, 3, axis=2)
    return picture[..., :3]


def _content(dataset: "Dataset") -> bytes:
    """The document itself; the padding byte that makes its length even is told apart by its own length."""
    content = dataset.get("EncapsulatedDocument")
    if not isinstance(content, bytes) or not content:
        raise Malformed("holds no document")
    said = dataset.get("EncapsulatedDocumentLength")
    if isinstance(said, int) and len(content) - 1 <= said <= len(content):
        return content[:said]
    return content


def _mime(dataset: "Dataset", content: bytes) -> str:
    """What the header says, or for a PDF its own beginning."""
    said = line(text_of(dataset, "MIMETypeOfEncapsulatedDocument")).lower()
    return PDF if content[:1024].lstrip().startswith(b"%PDF-") else said or "application/octet-stream"


def _facts(dataset: "Dataset", content: bytes, mime: str) -> list[tuple[str, str]]:
    return [
        ("Format", mime),
        ("Size", f"{len(content):,} bytes"),
        ("Content date", line(date_text(text_of(dataset, "ContentDate")))),
        ("Description", line(text_of(dataset, "ImageComments") or text_of(dataset, "ContentDescription"))),
        ("Burned-in identity", line(text_of(dataset, "BurnedInAnnotation").lower())),
    ]


def _pages(content: bytes) -> tuple[list[list[float]], str]:
    """Each page's width and height in points; or why there are none to show."""
    try:
        with _opened(content) as document:
            count = len(document)
            sizes = [list(document.get_page_size(number)) for number in range(min(count, _MOST_PAGES))]
    except Malformed as error:
        return [], f"The PDF {error}."
    if not sizes:
        return [], "The PDF has no pages."
    return [[max(width, 1.0), max(height, 1.0)] for width, height in sizes], ""


@contextmanager
def _opened(content: bytes) -> Iterator["PdfDocument"]:
    """Malformed where PDFium cannot open it. No password is ever tried, no script and no form code is run."""
    import pypdfium2  # noqa: PLC0415  80 ms, and only PDFs need it

    with _pdfium:
        try:
            document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            is_locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
            raise Malformed("is protected by a password" if is_locked else "is damaged: it cannot be opened") from error
        try:
            yield document
        except pypdfium2.PdfiumError as error:
            raise Malformed("is damaged: a page cannot be drawn") from error
        finally:
            document.close()


def _text(content: bytes) -> str:
    """The text of a CDA document as it is written."""
    return plain(content[:_MOST_TEXT].decode("utf-8", errors="replace"))
