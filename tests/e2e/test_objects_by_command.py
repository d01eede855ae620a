"""Key images and measurements by command: marked, listed, taken over from another program's report, and written."""

import csv
import os
from pathlib import Path

import pytest
from pydicom import dcmread

from tests.support.cli import Cli
from tests.support.made_documents import file_of, report
from tests.support.made_objects import source_ct, written


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    folder = tmp_path_factory.mktemp("cli")
    written(folder / "files", source_ct())
    cli = Cli(folder / "library")
    assert cli("init").code == 0
    assert cli("import", folder / "files").code == 0
    return cli


def test_an_image_is_marked_listed_and_written(cli: Cli, tmp_path: Path) -> None:
    image, out = source_ct()[1], tmp_path / "keys.dcm"
    study = image.StudyInstanceUID
    marked = cli("key-images", "add", image.SOPInstanceUID, "--json").json
    assert [row["id"] for row in cli("key-images", "list", study, "--json").json] == [marked["id"]]

    answer = cli("key-images", "export", "--study", study, "--out", out, "--title", "for teaching")
    assert answer.code == 0, answer.err
    assert dcmread(out).ContentSequence[-1].ReferencedSOPSequence[0].ReferencedSOPInstanceUID == image.SOPInstanceUID


def test_another_programs_report_is_taken_over_and_leaves_as_a_table(cli: Cli, tmp_path: Path) -> None:
    sources, file, table = source_ct(), tmp_path / "sr.dcm", tmp_path / "t.csv"
    file.write_bytes(file_of(report(sources)))
    study = sources[0].StudyInstanceUID
    taken = cli("measurements", "import-sr", file, "--json").json
    (one,) = taken["measurements"]
    assert (one["kind"], one["label"], one["note"]) == ("freehand", "finding 1", "Diameter 12.5 mm")
    assert (one["finding"]["meaning"], one["site"]["meaning"]) == ("Nodule", "Lung")
    assert [row["reason"] for row in taken["left_out"]] == ["Level of Significance has no place here"]

    assert cli("measurements", "export-csv", "--study", study, "--out", table).code == 0
    (row,) = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines())
    assert (row["label"], row["finding_code"], row["note"]) == ("finding 1", "27925004", "Diameter 12.5 mm")


def test_what_is_no_report_is_refused_with_a_sentence(cli: Cli, tmp_path: Path) -> None:
    nothing = tmp_path / "x.dcm"
    nothing.write_bytes(b"nothing")
    answer = cli("measurements", "import-sr", nothing)
    assert answer.code == 1 and "no structured report" in answer.err and answer.err.count("\n") == 1
    assert cli("measurements", "import-sr", "").code == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_an_export_puts_no_file_in_the_place_of_a_pipe_or_a_device(cli: Cli, tmp_path: Path) -> None:
    image, pipe = source_ct()[0], tmp_path / "pipe"
    os.mkfifo(pipe)
    assert cli("key-images", "add", image.SOPInstanceUID).code == 0
    answer = cli("key-images", "export", "--study", image.StudyInstanceUID, "--out", pipe)
    assert answer.code == 1 and str(pipe) in answer.err
    assert pipe.is_fifo()
