"""Encapsulated documents: what they are, the pages of a PDF as pictures, their bytes as they were put in."""

import io

import numpy as np
import pytest
from fpdf import FPDF
from pypdf import PdfReader, PdfWriter

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.read_document import document_bytes, read_document, render_page
from tests.support import made_documents
from tests.support.made_documents import encapsulated_cda, encapsulated_pdf, encapsulated_stl, file_of, pdf_bytes
from tests.support.reading import asked

A4_POINTS = (595.28, 841.89)


def protected() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf_bytes())))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def coloured() -> bytes:
    """An A4 page whose upper half is red."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_fill_color(255, 0, 0)
    pdf.rect(0, 0, 210, 148.5, style="F")
    return bytes(pdf.output())


def test_the_pages_of_a_pdf_are_counted_and_measured_in_points() -> None:
    content = pdf_bytes()
    answer, _ = asked(read_document, file_of(encapsulated_pdf(content)))

    assert (answer["mime"], answer["problem"]) == ("application/pdf", "")
    assert len(answer["pages"]) == 2
    assert answer["pages"][0] == pytest.approx(A4_POINTS, abs=0.1)
    assert answer["length"] == len(content)


def test_a_page_is_drawn_as_rgb_at_the_scale_that_is_asked_for() -> None:
    answer, (page,) = asked(render_page, file_of(encapsulated_pdf(coloured())), page=0, scale=0.5)

    assert page.shape[:2] == pytest.approx((421, 298), abs=1)
    assert page[100, 150].tolist() == [255, 0, 0], "red first, not blue"
    assert page[320, 150].tolist() == [255, 255, 255]
    assert answer["scale"] == 0.5


def test_a_page_as_large_as_a_wall_is_drawn_smaller() -> None:
    answer, (page,) = asked(render_page, file_of(encapsulated_pdf()), page=0, scale=400.0)

    assert page.shape[0] * page.shape[1] <= 33_000_000
    assert answer["scale"] < 400


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (protected(), "The PDF is protected by a password."),
        (b"%PDF-1.7\nthis is not one", "The PDF is damaged: it cannot be opened."),
        (pdf_bytes()[:300], "The PDF is damaged: it cannot be opened."),
    ],
    ids=["protected", "broken", "cut"],
)
def test_a_pdf_that_cannot_be_shown_says_why(content: bytes, sentence: str) -> None:
    answer, _ = asked(read_document, file_of(encapsulated_pdf(content)))

    assert (answer["pages"], answer["problem"]) == ([], sentence)


def test_a_page_that_is_not_there_is_refused() -> None:
    with pytest.raises(Malformed, match="has no page 8"):
        asked(render_page, file_of(encapsulated_pdf()), page=7, scale=1.0)


def test_a_clinical_document_gives_its_text_and_a_mesh_its_facts() -> None:
    cda, _ = asked(read_document, file_of(encapsulated_cda()))
    mesh, _ = asked(read_document, file_of(encapsulated_stl()))

    assert "<ClinicalDocument" in cda["text"]
    assert (mesh["mime"], mesh["text"], mesh["pages"]) == ("model/stl", "", [])
    assert dict(mesh["facts"])["Size"] == f"{len(made_documents.stl_bytes()):,} bytes"


@pytest.mark.parametrize("content", [b"%PDF-odd", b"%PDF-even!"])
def test_the_bytes_come_out_as_they_were_put_in_without_the_padding(content: bytes) -> None:
    _, pieces = asked(document_bytes, file_of(encapsulated_pdf(content)))

    assert b"".join(piece.tobytes() for piece in pieces) == content


def test_an_object_without_its_document_is_refused() -> None:
    dataset = encapsulated_pdf()
    del dataset.EncapsulatedDocument

    with pytest.raises(Malformed, match="holds no document"):
        asked(read_document, file_of(dataset))


def test_pictures_are_contiguous_bytes() -> None:
    _, (page,) = asked(render_page, file_of(encapsulated_pdf()), page=1, scale=0.1)

    assert page.dtype == np.uint8
    assert page.flags.c_contiguous
