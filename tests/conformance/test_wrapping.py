"""Files of other formats become series whose voxels lie where SimpleITK finds them, to 0.01 mm, with the same values.

SimpleITK is the second implementation: the product reads NIfTI, NRRD, STL by its own code and pictures by imagecodecs.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from PIL import Image
from PySide6.QtWidgets import QApplication

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.study import Patient, Series, SeriesUid, Study, VaultId
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.persistence.home import Home
from medscan_desktop.scene.stack import Stack
from medscan_desktop.services.audit import list_audit
from medscan_desktop.services.session import log_in
from medscan_desktop.services.studies import list_series, open_study, search_studies
from medscan_desktop.services.wrap import Wrapped, wrap_files
from medscan_desktop.workstation.jobs import Job
from medscan_desktop.workstation.workstation import Workstation
from tests.support.foreign_files import nifti, nrrd, voxels, written
from tests.support.made_documents import pdf_bytes, stl_bytes
from tests.support.real_data import data_folder
from tests.support.windows import PASSWORD, USER, make_home, opened_library

PATIENT = Patient("W-1", "Wrapped^Wanda", "19800102", "F")
TURNED = ((0.8, 0.0, 1.8, 5.0), (0.0, 2.0, 0.0, -6.0), (-0.6, 0.0, 2.4, 7.0))  # turned about y, 1 x 2 x 3 mm
SAGITTAL = ((0.0, 0.0, 3.0, 5.0), (-1.0, 0.0, 0.0, 6.0), (0.0, -2.0, 0.0, 7.0))
PLAIN = ((1.0, 0.0, 0.0, 5.0), (0.0, 2.0, 0.0, 6.0), (0.0, 0.0, 3.0, 7.0))
MILLIMETRES = (1.0, 2.0, 3.0, 1.0)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("wrapping") / "home")


@pytest.fixture
def library(home: Home, qapp: QApplication) -> Iterator[Workstation]:
    """Thumbnails need a Qt application, and one process has room for one: the kind that the window's tests need."""
    with opened_library(home) as workstation:
        workstation.answer(log_in, name=USER, password=PASSWORD)
        yield workstation


@contextmanager
def shown(library: Workstation, outcome: Wrapped) -> Iterator[list[Stack]]:
    """The stacks of what was wrapped, with the pixels of the first."""
    library.answer(
        open_study, study_instance_uid=outcome.study_instance_uid, series_instance_uid=outcome.series_instance_uid
    )
    stacks = [one for one in library.store.workspace.stacks if one.series_instance_uid == outcome.series_instance_uid]
    yield stacks


def wrapped(library: Workstation, path: Path, **more: Any) -> Wrapped:
    (outcome,) = library.answer(wrap_files, paths=[path], **({"patient": PATIENT} | more))
    assert outcome.status == "wrapped", outcome.reason
    return outcome


def volume_of(library: Workstation, outcome: Wrapped) -> tuple[Stack, Volume]:
    """The one stack, loaded."""
    with shown(library, outcome) as stacks:
        (stack,) = stacks
        assert stack.volume is not None
        deadline = time.monotonic() + 20
        while not stack.volume.is_complete and time.monotonic() < deadline:
            time.sleep(0.005)
        assert stack.volume.is_complete
        return stack, stack.volume


def assert_same_place(volume: Volume, image: sitk.Image, error: float = 0.0) -> None:
    """Every voxel of `image` has its value at its place in `volume`."""
    values = sitk.GetArrayFromImage(image)
    k, j, i = np.meshgrid(*(np.arange(size) for size in values.shape), indexing="ij")
    direction = np.reshape(image.GetDirection(), (3, 3)) * np.array(image.GetSpacing())
    points = np.stack([i, j, k], axis=-1) @ direction.T + np.array(image.GetOrigin())
    index = volume.geometry.to_index(points)
    nearest = np.rint(index).astype(int)
    spacing = np.array(volume.geometry.spacing)
    assert (np.abs(index - nearest) * spacing).max() < 0.01  # mm
    found = volume.values[nearest[..., 2], nearest[..., 1], nearest[..., 0]]
    assert np.abs(found.astype(np.float64) - values).max() <= error


@pytest.mark.parametrize("packed", ["scan.nii", "scan.nii.gz"])
@pytest.mark.parametrize("rows", [PLAIN, TURNED, SAGITTAL], ids=["straight", "turned", "sagittal"])
def test_a_nifti_lies_where_its_sform_says(library: Workstation, tmp_path: Path, rows: Any, packed: str) -> None:
    path = written(tmp_path, packed, nifti(voxels(), sform=rows, spacing=MILLIMETRES))

    stack, volume = volume_of(library, wrapped(library, path, modality="CT"))

    assert stack.is_volume and stack.modality == "CT"
    assert volume.values.dtype == np.int16 and volume.unit == "HU"
    assert_same_place(volume, sitk.ReadImage(str(path)))


@pytest.mark.parametrize("qfac", [1.0, -1.0])
@pytest.mark.parametrize("quaternion", [(0.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.5), (0.1, 0.2, 0.3)])
def test_a_nifti_lies_where_its_qform_says(
    library: Workstation, tmp_path: Path, quaternion: tuple[float, ...], qfac: float
) -> None:
    content = nifti(voxels(), quaternion=quaternion, qfac=qfac, offsets=(1, -2, 3), spacing=MILLIMETRES, order=">")
    path = written(tmp_path, "scan.nii", content)

    _, volume = volume_of(library, wrapped(library, path, modality="MR"))

    assert_same_place(volume, sitk.ReadImage(str(path)))


@pytest.mark.parametrize("dtype", ["u1", "i1", "i2", "u2", "i4", "u4", "f4", "f8"])
def test_whole_numbers_stay_exact_in_every_type(library: Workstation, tmp_path: Path, dtype: str) -> None:
    values = (voxels("i2") % 100 + (0 if dtype[0] == "u" else -40)).astype(dtype)
    path = written(tmp_path, "scan.nii", nifti(values, sform=PLAIN, spacing=MILLIMETRES))

    outcome = wrapped(library, path, modality="MR")

    assert not any("rounded" in note for note in outcome.notes)
    assert_same_place(volume_of(library, outcome)[1], sitk.ReadImage(str(path)))


def test_the_scale_of_a_nifti_becomes_the_rescale(library: Workstation, tmp_path: Path) -> None:
    path = written(tmp_path, "scan.nii", nifti(voxels(), sform=PLAIN, spacing=MILLIMETRES, slope=0.1, intercept=-3.5))

    _, volume = volume_of(library, wrapped(library, path, modality="MR"))

    assert_same_place(volume, sitk.ReadImage(str(path)), error=1e-4)


def test_fractions_are_stored_in_steps_and_the_error_is_said(library: Workstation, tmp_path: Path) -> None:
    values = np.random.default_rng(5).normal(0, 1000, (4, 5, 6)).astype("f4")
    path = written(tmp_path, "scan.nii", nifti(values, sform=PLAIN, spacing=MILLIMETRES))

    outcome = wrapped(library, path, modality="CT")

    (note,) = (note for note in outcome.notes if "rounded" in note)
    stated = float(note.rsplit(" ", 1)[1])
    assert stated < float(np.ptp(values)) / 65_000
    assert_same_place(volume_of(library, outcome)[1], sitk.ReadImage(str(path)), error=stated * 1.02)


@pytest.mark.parametrize("modality", ["PT", "OT"])
def test_fractions_of_no_ct_or_mr_stay_exact_in_a_parametric_map(
    library: Workstation, tmp_path: Path, modality: str
) -> None:
    values = np.random.default_rng(5).normal(0, 1000, (4, 5, 6)).astype("f4")
    path = written(tmp_path, "map.nii", nifti(values, sform=TURNED, spacing=MILLIMETRES))

    stack, volume = volume_of(library, wrapped(library, path, modality=modality))

    assert stack.is_volume and stack.modality == modality
    assert volume.calibration == ""  # millimetres of the patient
    assert_same_place(volume, sitk.ReadImage(str(path)))


def test_what_is_no_number_becomes_padding(library: Workstation, tmp_path: Path) -> None:
    values = np.random.default_rng(5).normal(0, 1000, (4, 5, 6)).astype("f4")
    values[1, 2, 3] = np.nan
    path = written(tmp_path, "scan.nii", nifti(values, sform=PLAIN, spacing=MILLIMETRES))

    outcome = wrapped(library, path, modality="CT")
    _, volume = volume_of(library, outcome)

    assert "1 voxels hold no number" in outcome.notes
    low, high = volume.padding or (1, 0)
    assert ((volume.values >= low - 1e-3) & (volume.values <= high + 1e-3)).sum() == 1


def test_the_phases_of_a_map_lie_at_their_places(library: Workstation, tmp_path: Path) -> None:
    values = voxels("f4", shape=(2, 4, 5, 6)) / 3
    outcome = wrapped(library, written(tmp_path, "four.nii", nifti(values, sform=PLAIN, spacing=(1, 2, 3, 2))))

    with shown(library, outcome) as stacks:
        assert sorted(stack.frame_count for stack in stacks) == [4, 4]
        assert all(stack.is_volume for stack in stacks)


def test_times_become_phases(library: Workstation, tmp_path: Path) -> None:
    values = voxels(shape=(3, 4, 5, 6))
    path = written(tmp_path, "four.nii", nifti(values, sform=PLAIN, spacing=(1, 2, 3, 2)))

    outcome = wrapped(library, path, modality="MR")

    assert outcome.images == 12
    with shown(library, outcome) as stacks:
        assert sum(stack.frame_count for stack in stacks) == 12


def test_left_and_right_are_never_guessed(library: Workstation, tmp_path: Path) -> None:
    """No form code: no place in the patient, no letters, no planes; and it is said where it is always read."""
    path = written(tmp_path, "unknown.nii", nifti(voxels(), spacing=MILLIMETRES))

    outcome = wrapped(library, path, modality="CT", series_description="Head")
    stack, volume = volume_of(library, outcome)

    assert "orientation not stated in the file" in outcome.notes
    assert "Head, orientation not stated in the file" in stack.label
    assert not volume.geometry.spatial and not stack.is_volume
    assert volume.geometry.spacing[:2] == pytest.approx((1.0, 2.0))
    assert np.array_equal(volume.values, voxels())


@pytest.mark.parametrize("encoding", ["raw", "gzip", "ascii"])
@pytest.mark.parametrize(
    ("space", "origin"),
    [("left-posterior-superior", "(5,6,7)"), ("right-anterior-superior", "(5,6,7)"), ("LAS", "(5,6,7)")],
)
def test_an_nrrd_lies_where_its_space_says(
    library: Workstation, tmp_path: Path, space: str, origin: str, encoding: str
) -> None:
    lines = (f"space: {space}", "space directions: (0.8,0,-0.6) (0,2,0) (1.8,0,2.4)", f"space origin: {origin}")
    path = written(tmp_path, "scan.nrrd", nrrd(voxels(), encoding=encoding, lines=lines))

    _, volume = volume_of(library, wrapped(library, path, modality="CT"))

    if space != "LAS":  # ITK knows no short names of spaces
        assert_same_place(volume, sitk.ReadImage(str(path)))
    else:
        point = volume.geometry.to_index((5, -6, 7))
        assert np.abs(point - np.rint(point)).max() < 1e-3


@pytest.mark.parametrize(
    "name", ["example_ct.nii.gz", "example_mr_sm.nii.gz", "brain1_image.nrrd", "brain1_label.nrrd"]
)
def test_a_real_volume_keeps_every_voxel(library: Workstation, name: str) -> None:
    path = data_folder() / "labelled" / name

    outcome = wrapped(library, path, modality="CT" if "ct" in name else "MR")

    assert_same_place(volume_of(library, outcome)[1], sitk.ReadImage(str(path)))


def test_a_study_of_the_library_takes_it_in(library: Workstation, tmp_path: Path) -> None:
    first = wrapped(library, written(tmp_path, "a.nii", nifti(voxels(), sform=PLAIN)), study_description="Wrapped")
    path = written(tmp_path, "b.nii", nifti(voxels(), sform=PLAIN))

    second = wrapped(library, path, patient=None, study_instance_uid=first.study_instance_uid)

    (study,) = (
        one for one in library.answer(search_studies, text="") if one.study_instance_uid == first.study_instance_uid
    )
    assert isinstance(study, Study) and study.patient == PATIENT and study.study_description == "Wrapped"
    series = [row.series for row in library.answer(list_series, study_instance_uid=study.study_instance_uid)]
    assert {one.series_instance_uid for one in series} == {first.series_instance_uid, second.series_instance_uid}
    assert all(isinstance(one, Series) and one.series_description in ("a", "b") for one in series)


def test_a_patient_without_a_name_or_a_modality_that_is_none_is_refused(library: Workstation, tmp_path: Path) -> None:
    path = written(tmp_path, "a.nii", nifti(voxels(), sform=PLAIN))

    for patient, modality in ((Patient("", "Doe"), "CT"), (Patient("1", "^"), "CT"), (PATIENT, "ZZ")):
        with pytest.raises(Unsuitable):
            library.answer(wrap_files, paths=[path], patient=patient, modality=modality)
    for odd in (
        Patient("1", "Doe\\Roe"),
        Patient("1", "Doe\x07"),
        Patient("1", "Doe", "1980"),
        Patient("1", "D", "", "X"),
    ):
        with pytest.raises(Unsuitable):
            library.answer(wrap_files, paths=[path], patient=odd)


def test_a_file_that_cannot_be_wrapped_costs_itself_and_leaves_nothing(
    library: Workstation, home: Home, tmp_path: Path
) -> None:
    paths = [
        written(tmp_path, "cut.nii.gz", nifti(voxels(), sform=PLAIN)),
        written(tmp_path, "b.nii", nifti(voxels(), sform=PLAIN)),
    ]
    paths[0].write_bytes(paths[0].read_bytes()[:-30])
    before = sorted(home.vault.rglob("*"))

    cut, sound = library.answer(wrap_files, paths=paths, patient=PATIENT)

    assert (cut.status, sound.status) == ("refused", "wrapped")
    assert "truncated" in cut.reason or "unpacked" in cut.reason
    added = [path for path in home.vault.rglob("*") if path not in before and path.is_file()]
    assert len(added) == 4  # the planes of the sound one


def test_a_link_is_not_followed(library: Workstation, tmp_path: Path) -> None:
    target = written(tmp_path, "a.nii", nifti(voxels(), sform=PLAIN))
    link = tmp_path / "link.nii"
    link.symlink_to(target)

    (outcome,) = library.answer(wrap_files, paths=[link], patient=PATIENT)

    assert outcome.status == "refused" and "link" in outcome.reason


def test_wrapping_is_an_import_in_the_log_without_a_name(library: Workstation, tmp_path: Path) -> None:
    path = written(tmp_path, "Wanda_Wrapped.nii", nifti(voxels(), sform=PLAIN))
    outcome = wrapped(library, path)

    events = [event for event in library.answer(list_audit, limit=20) if event.action == "study.wrap"]

    assert events[0].object_id == outcome.study_instance_uid
    assert dict(events[0].detail) == {"files": 4, "kind": "nifti"}


def test_no_name_is_in_clear_in_the_home(library: Workstation, home: Home, tmp_path: Path) -> None:
    wrapped(library, written(tmp_path, "Xylophonist.nii", nifti(voxels(), sform=PLAIN)), series_description="Xylophone")
    words = (b"Xylophon", b"Wanda")

    files = [path for path in home.root.rglob("*") if path.is_file()]

    assert [path.name for path in files if any(word in path.read_bytes() for word in words)] == []


PICTURES = {
    "grey.png": (np.arange(35, dtype=np.uint8).reshape(5, 7), "PNG"),
    "deep.tif": (np.arange(35, dtype=np.uint16).reshape(5, 7) * 900, "TIFF"),
    "colour.png": (np.arange(105, dtype=np.uint8).reshape(5, 7, 3), "PNG"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_becomes_a_secondary_capture_with_its_values(library: Workstation, tmp_path: Path, name: str) -> None:
    pixels, form = PICTURES[name]
    Image.fromarray(pixels).save(tmp_path / name, form)

    outcome = wrapped(library, tmp_path / name, modality="XC", series_description="A picture")
    stack, volume = volume_of(library, outcome)

    assert stack.label.endswith("A picture") and not stack.is_volume
    assert np.array_equal(volume.values[0], pixels)


def test_a_photograph_is_marked_lossy(library: Workstation, tmp_path: Path) -> None:
    Image.fromarray(np.full((16, 16, 3), 90, np.uint8)).save(tmp_path / "photo.jpg")

    stack, _ = volume_of(library, wrapped(library, tmp_path / "photo.jpg"))

    assert stack.corners is not None and "JPEG" in stack.corners.lossy[0]


@pytest.mark.parametrize(
    ("name", "modality"),
    [
        ("v.nii", "CT"),
        ("v.nii", "MR"),
        ("v.nii", "PT"),
        ("u.nii", "CT"),
        ("p.png", "OT"),
        ("d.pdf", "OT"),
        ("s.stl", "OT"),
    ],
)
def test_what_is_written_is_valid_for_dciodvfy(library: Workstation, tmp_path: Path, name: str, modality: str) -> None:
    """PS3.3 as dicom3tools check it; skipped where they are not installed."""
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy (Debian's dicom3tools) is not installed")
    Image.fromarray(PICTURES["grey.png"][0]).save(tmp_path / "p.png")
    (tmp_path / "d.pdf").write_bytes(pdf_bytes())
    (tmp_path / "s.stl").write_bytes(stl_bytes())
    written(tmp_path, "v.nii", nifti(voxels("f4") / 3, sform=PLAIN, spacing=MILLIMETRES))
    written(tmp_path, "u.nii", nifti(voxels(), spacing=MILLIMETRES))
    outcome = wrapped(library, tmp_path / name, modality=modality)

    written_file = tmp_path / "written.dcm"
    written_file.write_bytes(first_instance(library, outcome))
    said = subprocess.run(["dciodvfy", str(written_file)], capture_output=True, text=True, check=False).stderr

    assert [line for line in said.splitlines() if line.startswith("Error")] == []


def first_instance(library: Workstation, outcome: Wrapped) -> bytes:
    ctx = library._make_context(library.user, Job("test"), lambda _: None)
    with ctx.records("series.show", outcome.series_instance_uid) as records:
        instance = records.studies.instances(SeriesUid(outcome.series_instance_uid))[0]
        (file,) = records.files.many([VaultId(instance.location)]).values()
    return ctx.vault.read(file)
