"""`medscan wrap` as a script uses it."""

from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.foreign_files import nifti, voxels, written

ROWS = ((1.0, 0.0, 0.0, 5.0), (0.0, 2.0, 0.0, 6.0), (0.0, 0.0, 3.0, 7.0))
PATIENT = ("--patient-id", "W-1", "--patient-name", "Wrapped^Wanda", "--sex", "F")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    cli = Cli(tmp_path_factory.mktemp("wrap"))
    assert cli("init").code == 0
    return cli


def test_a_volume_is_wrapped_and_drawn(library: Cli, tmp_path: Path) -> None:
    path = written(tmp_path, "scan.nii.gz", nifti(voxels(shape=(8, 16, 16)), sform=ROWS, spacing=(1, 2, 3, 1)))

    answer = library("wrap", path, *PATIENT, "--modality", "CT", "--json")

    assert answer.code == 0, answer.err
    (one,) = answer.json
    assert (one["status"], one["images"]) == ("wrapped", 8)
    picture = ("snapshot", "--series", one["series_instance_uid"], "--plane", "coronal", "--out", tmp_path / "p.png")
    assert library(*picture).code == 0
    (study,) = library("studies", "--json").json
    assert (study["patient_name"], study["modalities"]) == ("Wrapped^Wanda", ["CT"])


def test_what_cannot_be_wrapped_is_one_line_and_exit_1(library: Cli, tmp_path: Path) -> None:
    broken = written(tmp_path, "cut.nii", nifti(voxels(), sform=ROWS)[:400])

    answer = library("wrap", broken, *PATIENT)

    assert answer.code == 1 and len(answer.err.strip().splitlines()) == 1
    assert "truncated" in answer.err


def test_nobodys_file_is_not_wrapped(library: Cli, tmp_path: Path) -> None:
    answer = library("wrap", written(tmp_path, "a.nii", nifti(voxels(), sform=ROWS)))

    assert answer.code == 1 and "Whose file" in answer.err


def test_an_import_says_what_could_be_wrapped(library: Cli, tmp_path: Path) -> None:
    answer = library("import", written(tmp_path, "a.nii", nifti(voxels(), sform=ROWS)), "--json")

    (file,) = answer.json["files"]
    assert file["status"] == "skipped"
    assert file["reason"] == "not DICOM: a NIfTI image, which can be wrapped into a study"
