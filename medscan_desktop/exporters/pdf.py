"""A one-page PDF of a study: who, figures, accepted findings with their provenance, measurements.

The text is real text in embedded fonts, so that it can be searched and copied in any script the fonts have.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from medscan_desktop.domain.export import Format
from medscan_desktop.domain.findings_page import Figure, FindingsPage, Table

if TYPE_CHECKING:
    from fpdf import FPDF

FORMAT = Format("pdf", "PDF page", ".pdf")

_MARGIN = 14.0  # mm, A4
_WIDTH = 210.0 - 2 * _MARGIN
_INK, _MUTED, _RULE, _WARN = (25, 30, 38), (100, 108, 118), (205, 210, 216), (178, 34, 34)
_LARGE, _GAP, _CAPTION = 112.0, 3.0, 4.0  # mm, of the pictures
_ROWS = 8  # of a table: what does not fit the page is counted, not dropped silently


def page_pdf(page: FindingsPage, fonts: Path) -> bytes:
    """The page as PDF bytes. `fonts` is the folder with the application's fonts."""
    pdf = _new_document(page, fonts)
    _header(pdf, page)
    _images(pdf, page.images)
    for table in page.tables:
        _table(pdf, table)
    _provenance(pdf, page.provenance)
    _footer(pdf, page)
    buffer = io.BytesIO()
    pdf.output(buffer)
    return buffer.getvalue()


def _new_document(page: FindingsPage, fonts: Path) -> FPDF:
    from fpdf import FPDF  # noqa: PLC0415  0.2 s that only an export should cost

    logging.getLogger("fontTools").setLevel(logging.ERROR)  # subsetting tells its steps as warnings
    pdf = FPDF(format="A4")
    pdf.set_creation_date(page.made_at)
    pdf.set_title("Imaging findings")  # no patient data in the metadata: file managers show it
    pdf.set_margins(_MARGIN, 12, _MARGIN)
    pdf.set_auto_page_break(auto=False)
    pdf.add_font("sans", "", fonts / "DejaVuSans.ttf")
    pdf.add_font("sans", "B", fonts / "DejaVuSans-Bold.ttf")
    pdf.add_font("cjk", "", fonts / "DroidSansFallbackFull.ttf")
    pdf.set_fallback_fonts(["cjk"], exact_match=False)
    pdf.add_page()
    return pdf


def _header(pdf: FPDF, page: FindingsPage) -> None:
    if page.banner:
        _text(pdf, page.banner, 8.5, _WARN, bold=True, height=5)
    _text(pdf, "Imaging findings", 8.5, _MUTED, height=4.5)
    _text(pdf, _fitting(pdf, page.patient, _WIDTH, 15), 15, _INK, bold=True, height=8)
    half = _WIDTH / 2
    for position, (label, value) in enumerate(page.facts):
        pdf.set_x(_MARGIN + (position % 2) * half)
        _cell(pdf, label, 27, 8, _MUTED)
        _cell(pdf, _fitting(pdf, value, half - 29, 8), half - 27, 8, _INK)
        if position % 2 or position == len(page.facts) - 1:
            pdf.ln(4.6)
    _rule(pdf)


def _images(pdf: FPDF, images: Sequence[Figure]) -> None:
    """The first picture large on the left, up to three others (twice as wide as high) in a column beside it."""
    if not images:
        return
    top = pdf.get_y() + 1
    _image(pdf, images[0], _MARGIN, top, _LARGE, _LARGE)
    left, width = _MARGIN + _LARGE + _GAP, _WIDTH - _LARGE - _GAP
    step = (_LARGE + _CAPTION) / 3
    for row, image in enumerate(images[1:4]):
        _image(pdf, image, left, top + row * step, width, step - _CAPTION)
    pdf.set_y(top + _LARGE + _CAPTION + 2)
    _rule(pdf)


def _image(pdf: FPDF, image: Figure, left: float, top: float, width: float, height: float) -> None:
    pdf.image(io.BytesIO(image.png), left, top, width, height, keep_aspect_ratio=True)
    pdf.set_xy(left, top + height)
    _cell(pdf, _fitting(pdf, image.caption, width, 6.5), width, 6.5, _MUTED, height=_CAPTION)


def _table(pdf: FPDF, table: Table) -> None:
    _text(pdf, table.title, 10, _INK, bold=True, height=6)
    if not table.rows:
        _text(pdf, table.empty, 8, _MUTED, height=5)
    else:
        _row(pdf, table, table.columns, _MUTED)
        for row in table.rows[:_ROWS]:
            _row(pdf, table, row, _INK)
        if len(table.rows) > _ROWS:
            _text(pdf, f"and {len(table.rows) - _ROWS} more in the workstation", 7.5, _MUTED, height=4.5)
    pdf.ln(1.5)


def _row(pdf: FPDF, table: Table, cells: Sequence[str], colour: tuple[int, int, int]) -> None:
    for position, (text, share) in enumerate(zip(cells, table.shares, strict=True)):
        align = "R" if position in table.numeric else "L"
        width = share * _WIDTH - _GAP
        _cell(pdf, _fitting(pdf, text, width - 2, 8), width, 8, colour, align=align)
        pdf.set_x(pdf.get_x() + _GAP)
    pdf.ln(4.8)
    pdf.set_draw_color(*_RULE)
    pdf.line(_MARGIN, pdf.get_y(), _MARGIN + _WIDTH, pdf.get_y())


def _provenance(pdf: FPDF, lines: Sequence[str]) -> None:
    for line in lines:
        pdf.set_font("sans", "", 6.8)
        pdf.set_text_color(*_MUTED)
        pdf.multi_cell(_WIDTH, 3.5, line, align="L", new_x="LMARGIN", new_y="NEXT")


def _footer(pdf: FPDF, page: FindingsPage) -> None:
    pdf.set_y(297 - 17)
    _rule(pdf)
    for line in page.footer:
        _text(pdf, line, 7, _MUTED, height=3.8)
    if page.banner:
        _text(pdf, page.banner, 7, _WARN, height=3.8)


def _rule(pdf: FPDF) -> None:
    pdf.set_draw_color(*_RULE)
    pdf.line(_MARGIN, pdf.get_y(), _MARGIN + _WIDTH, pdf.get_y())
    pdf.ln(1.5)


def _text(
    pdf: FPDF, text: str, size: float, colour: tuple[int, int, int], *, bold: bool = False, height: float = 5
) -> None:
    pdf.set_font("sans", "B" if bold else "", size)
    pdf.set_text_color(*colour)
    pdf.cell(_WIDTH, height, text, new_x="LMARGIN", new_y="NEXT")


def _cell(
    pdf: FPDF,
    text: str,
    width: float,
    size: float,
    colour: tuple[int, int, int],
    *,
    align: str = "L",
    height: float = 4.6,
) -> None:
    pdf.set_font("sans", "", size)
    pdf.set_text_color(*colour)
    pdf.cell(width, height, text, align=align)


def _fitting(pdf: FPDF, text: str, width: float, size: float) -> str:
    """`text`, or as much of it as fits with an ellipsis: nothing runs into its neighbour."""
    pdf.set_font("sans", "", size)
    if pdf.get_string_width(text) <= width:
        return text
    while text and pdf.get_string_width(text + "…") > width:
        text = text[:-1]
    return text + "…"
