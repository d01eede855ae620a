"""The one-page PDF: real text in every script, nothing off the page, no patient data in the metadata."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from medscan_desktop.domain import notices
from medscan_desktop.domain.findings_page import Figure, FindingsPage, Table
from medscan_desktop.exporters.pdf import page_pdf

FONTS = Path(__file__).resolve().parents[3] / "resources" / "fonts"
NAME = "Müller, Zoé (李, 伟; Жуков, Лев)"


def _png(width: int = 64, height: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (width, height), 128).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def page() -> FindingsPage:
    table = Table("Findings", ("Structure", "Volume (ml)"), (0.5, 0.5), frozenset({1}), (("Liver", "680.5"),), "None.")
    return FindingsPage(
        patient=NAME,
        facts=(("Patient ID", "P-1"), ("Study date", "2026-01-01"), ("Sex", "F")),
        images=(Figure(_png(), "Axial"), Figure(_png(128, 64), "Coronal")),
        tables=(table,),
        provenance=("made by a model",),
        footer=("Made today.", "Not cleared as a medical device."),
        banner="",
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def _read(page: FindingsPage) -> PdfReader:
    return PdfReader(io.BytesIO(page_pdf(page, FONTS)))


def test_a_name_in_three_scripts_is_text_that_can_be_found(page: FindingsPage) -> None:
    text = _read(page).pages[0].extract_text()

    for part in ("Müller", "Zoé", "李", "伟", "Жуков"):
        assert part in text


def test_it_is_one_page_whatever_it_holds(page: FindingsPage) -> None:
    rows = tuple((f"Structure {number}", "1.0") for number in range(100))
    reader = _read(replace(page, tables=(replace(page.tables[0], rows=rows),) * 2))

    assert len(reader.pages) == 1
    assert "92 more" in reader.pages[0].extract_text()


def test_it_holds_its_pictures(page: FindingsPage) -> None:
    assert len(_read(page).pages[0].images) == 2


def test_nothing_of_the_patient_is_in_the_metadata(page: FindingsPage) -> None:
    metadata = _read(page).metadata

    assert metadata is not None
    assert not any("Müller" in str(value) or "P-1" in str(value) for value in metadata.values())


def test_the_demo_banner_is_on_the_page(page: FindingsPage) -> None:
    assert notices.DEMO in _read(replace(page, banner=notices.DEMO)).pages[0].extract_text()


def test_an_empty_table_says_so(page: FindingsPage) -> None:
    assert "None." in _read(replace(page, tables=(replace(page.tables[0], rows=()),))).pages[0].extract_text()


def test_a_long_name_is_cut_with_an_ellipsis_inside_the_page(page: FindingsPage) -> None:
    assert "…" in _read(replace(page, patient="Long " * 60)).pages[0].extract_text()
