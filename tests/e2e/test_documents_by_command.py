"""Documents on the command line: read, saved, pictured, refused. Once as a process; the rest through its verbs."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from medscan_desktop.app.printing import Printer
from medscan_desktop.app.verbs import documents, pictures
from medscan_desktop.app.verbs.adding import Adder
from medscan_desktop.domain.errors import MedScanError, NotFound, Unsuitable
from medscan_desktop.persistence.home import Home
from medscan_desktop.services.audit import list_audit
from medscan_desktop.services.imports import import_files
from medscan_desktop.services.session import log_in
from medscan_desktop.services.studies import list_series, search_studies
from medscan_desktop.workstation.workstation import Workstation
from tests.support import clips
from tests.support.cli import Cli
from tests.support.clips import COLUMNS, COUNT, ROWS
from tests.support.made_documents import ECG_HZ, LEADS, encapsulated_pdf, pdf_bytes, video
from tests.support.made_objects import MADE, written
from tests.support.windows import PASSWORD, USER, make_home, opened_library

PDF = pdf_bytes()  # once: it holds the time
Verb = Callable[..., str]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workstation]:
    folder = tmp_path_factory.mktemp("documents")
    for name in ("text SR", "ECG", "RTSTRUCT"):
        written(folder / "in" / name.replace(" ", "_"), MADE[name]())
    clip = video(clips.HEVC, syntax="1.2.840.10008.1.2.4.107", rows=ROWS, columns=COLUMNS, frames=COUNT)
    written(folder / "in" / "made", [encapsulated_pdf(PDF), clip])
    with opened_library(Home(make_home(folder / "home").root)) as workstation:
        workstation.answer(log_in, name=USER, password=PASSWORD)
        workstation.answer(import_files, paths=(folder / "in",))
        yield workstation


@pytest.fixture
def verb(library: Workstation, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Runs a verb as the command line does; what it printed."""
    common = ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true")
    parser = ArgumentParser()
    adder = Adder(parser.add_subparsers(), common)
    documents.add_verbs(adder)
    pictures.add_verbs(adder)

    def run(*arguments: object) -> str:
        options: Namespace = parser.parse_args([str(argument) for argument in arguments])
        assert options.handler(library, options, Printer(as_json=options.json)) == 0
        return capsys.readouterr().out

    return run


def series(library: Workstation, modality: str) -> str:
    (study,) = library.answer(search_studies)
    rows = library.answer(list_series, study_instance_uid=study.study_instance_uid)
    return next(str(row.series.series_instance_uid) for row in rows if row.series.modality == modality)


def told(verb: Verb, *arguments: object) -> Any:
    return json.loads(verb(*arguments, "--json"))


def test_a_report_is_printed_by_a_process_and_its_worker(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "library")
    assert cli("init").code == 0
    (file,) = written(tmp_path / "in", MADE["text SR"]())
    assert cli("import", file).code == 0
    uid = str(MADE["text SR"]()[0].SeriesInstanceUID)

    answer = cli("document", uid)

    assert answer.code == 0, answer.err
    assert "  Findings\n    Finding: Befund: größer als 1 cm, 右肺" in answer.out
    assert "! Nobody has verified this document." in answer.out


def test_a_report_is_told_to_programs(library: Workstation, verb: Verb) -> None:
    data = told(verb, "document", series(library, "SR"))

    assert data["kind"] == "structured report"
    assert any(node["kind"] == "NUM" and node["value"] == "12.5 mm" for node in data["nodes"])


def test_pages_channels_and_frames_are_told(library: Workstation, verb: Verb) -> None:
    pdf, ecg, clip = (told(verb, "document", series(library, name)) for name in ("DOC", "ECG", "XC"))

    assert pdf["pages"] == 2
    assert [one["label"] for one in ecg["groups"][0]["channels"]] == list(LEADS)
    assert ecg["groups"][0]["hz"] == ECG_HZ
    assert (clip["frames"], clip["rows"], clip["columns"], clip["frames_per_second"]) == (COUNT, ROWS, COLUMNS, 25.0)
    assert "Pages: 2" in verb("document", series(library, "DOC"))


def test_a_document_is_saved_and_the_log_knows(library: Workstation, verb: Verb, tmp_path: Path) -> None:
    out = tmp_path / "saved.pdf"

    verb("document", series(library, "DOC"), "--save", out)

    assert out.read_bytes() == PDF
    assert "document.save" in {event.action for event in library.answer(list_audit)}


def test_a_report_cannot_be_saved_as_a_document(library: Workstation, verb: Verb, tmp_path: Path) -> None:
    with pytest.raises(Unsuitable, match="no document or clip in this object"):
        verb("document", series(library, "SR"), "--save", tmp_path / "no.pdf")
    assert not (tmp_path / "no.pdf").exists()


def test_any_header_is_printed(library: Workstation, verb: Verb) -> None:
    uid = told(verb, "document", series(library, "RTSTRUCT"))["sop_instance_uid"]

    assert "(0010,0020) Patient ID: MADE-1" in verb("header", uid)
    with pytest.raises(NotFound):
        verb("header", "1.2.3")


@pytest.mark.parametrize(("modality", "index"), [("DOC", 1), ("ECG", 0), ("XC", 12)])
def test_a_page_curves_and_a_frame_make_a_picture(
    library: Workstation, verb: Verb, modality: str, index: int, tmp_path: Path
) -> None:
    out = tmp_path / "picture.png"

    verb("snapshot", "--series", series(library, modality), "--plane", "document", "--index", index, "--out", out)

    assert QImage(str(out)).width() == 900


def test_a_page_that_is_not_there_and_text_make_no_picture(library: Workstation, verb: Verb, tmp_path: Path) -> None:
    out = tmp_path / "p.png"
    for modality, index, sentence in (("DOC", 7, "this document has 2"), ("SR", 0, "This is text")):
        with pytest.raises(MedScanError, match=sentence):
            verb(
                "snapshot", "--series", series(library, modality), "--plane", "document", "--index", index, "--out", out
            )
    assert not out.exists()
