"""How a series is split, as a process tells and keeps it; and known geometry through import, listing and picture."""

from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest

from tests.support.cli import Cli
from tests.support.dicom_files import ROOT_UID, file_bytes, series
from tests.support.known_geometry import Phantom, tilted, written
from tests.support.phantoms import rotation

FOUR_D, ECHOES = f"{ROOT_UID}.77", (12, 60, 110)
TILTED = tilted(
    Phantom("tilt", slices=20, attributes={"SeriesInstanceUID": f"{ROOT_UID}.78"}), 17, rotation((0, 0, 25))
)
GAP = Phantom("gap", slices=14, missing=(5, 6), attributes={"SeriesInstanceUID": f"{ROOT_UID}.79"})


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A series of three echoes, one of a tilted gantry, one with a gap."""
    cli = Cli(tmp_path_factory.mktemp("stacks"))
    assert cli("init").code == 0
    folder = cli.folder / "echoes"
    folder.mkdir()
    for number, echo in enumerate(ECHOES):
        for k, dataset in enumerate(series(5, spacing=3.0, EchoTime=echo, SeriesInstanceUID=FOUR_D, Modality="MR")):
            dataset.SOPInstanceUID = f"{FOUR_D}.{number}.{k}"
            dataset.InstanceNumber = 5 * number + k + 1
            (folder / f"{number}{k}").write_bytes(file_bytes(dataset))
    for phantom in (TILTED, GAP):
        uid = phantom.attributes["SeriesInstanceUID"]
        written(phantom, cli.folder / str(uid))
        _renamed(cli.folder / str(uid), str(uid))
    answer = cli("import", cli.folder)
    assert answer.code == 0, answer.err
    return cli


def _renamed(folder: Path, uid: str) -> None:
    """Instances of a series of their own: the phantoms share their UIDs."""
    for path in folder.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"{uid}.{dataset.InstanceNumber}"
        dataset.save_as(path)


def stacks(library: Cli, uid: object, *arguments: object) -> dict:
    answer = library("stacks", uid, *arguments, "--json")
    assert answer.code == 0, answer.err
    return answer.json


def test_a_series_says_why_it_is_split(library: Cli) -> None:
    found = stacks(library, FOUR_D)

    assert [stack["reason"] for stack in found["stacks"]] == ["split by echo time: 12 ms, 60 ms and 110 ms"] * 3
    assert [stack["phase"] for stack in found["stacks"]] == [
        f"phase {number}/3 · echo time {echo} ms" for number, echo in enumerate(ECHOES, start=1)
    ]
    assert {"keyword": "EchoTime", "name": "echo time", "values": 3} in found["can_be_split_by"]


def test_a_choice_is_kept_audited_and_taken_back(library: Cli) -> None:
    assert len(stacks(library, FOUR_D, "--together")["stacks"]) == 1
    assert stacks(library, FOUR_D)["stacks"][0]["images"] == 15  # another process
    stacks(library, FOUR_D, "--automatic")
    joined = stacks(library, FOUR_D, "--join", 1, 3)
    assert sorted(stack["images"] for stack in joined["stacks"]) == [5, 10]
    assert len(stacks(library, FOUR_D, "--automatic")["stacks"]) == 3

    events = [one for one in library("audit", "list", "--json").json if one["action"] == "series.split"]
    assert len(events) >= 4


def test_what_cannot_be_is_refused_and_changes_nothing(library: Cli) -> None:
    answer = library("stacks", FOUR_D, "--split-by", "TriggerTime")

    assert (answer.code, answer.err.strip()) == (1, "medscan: No image of this series has the attribute TriggerTime.")
    assert stacks(library, FOUR_D)["choice"] == {"together": False, "by": "", "joins": []}


def test_a_phase_that_is_not_there_is_refused(library: Cli, tmp_path: Path) -> None:
    arguments = ("snapshot", "--series", FOUR_D, "--plane", "axial", "--out", tmp_path / "x.png")

    assert library(*arguments, "--phase", 3).code == 0
    assert "There is no phase 4 in this series: it has 3, from 1." in library(*arguments, "--phase", 4).err


@pytest.mark.parametrize("phantom", [TILTED, GAP], ids=["tilt", "gap"])
def test_known_positions_through_the_library(library: Cli, phantom: Phantom) -> None:
    (stack,) = stacks(library, phantom.attributes["SeriesInstanceUID"])["stacks"]
    affine = np.array(stack["affine_lps"])

    for index in phantom.landmarks:
        place = affine[:3, :3] @ np.array(index, float) + affine[:3, 3]
        np.testing.assert_allclose(place, phantom.place(*index), atol=0.01)
    assert stack["missing"] == list(phantom.missing)
    assert len(stack["warnings"]) == 1 and ("tilt" if phantom is TILTED else "missing") in stack["warnings"][0]


def test_a_gap_is_a_dark_band_of_its_own_height(library: Cli, tmp_path: Path) -> None:
    """14 places of 2.5 mm, two of them without an image: 5 of the 35 mm that fill the picture show nothing."""
    folder, uid, out = tmp_path / "block", f"{ROOT_UID}.80", tmp_path / "gap.png"
    folder.mkdir()
    for k, dataset in enumerate(series(14, spacing=2.5, rows=8, columns=8, SeriesInstanceUID=uid)):
        dataset.SOPInstanceUID, dataset.PixelData = f"{uid}.{k}", np.full(64, 240, np.int16).tobytes()
        if k not in (5, 6):
            (folder / f"{k}").write_bytes(file_bytes(dataset))
    assert library("import", folder).code == 0
    assert library("snapshot", "--series", uid, "--plane", "coronal", "--window", "Soft tissue", "--out", out).code == 0

    picture = cv2.imread(str(out), cv2.IMREAD_GRAYSCALE)
    assert picture is not None and picture.shape == (900, 900)
    bright = np.flatnonzero(picture[:, 450] > 200)
    band = np.diff(bright).max() - 1
    assert band == pytest.approx(900 * 5 / 35, abs=2)
