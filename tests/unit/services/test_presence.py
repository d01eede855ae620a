"""Present, missing, changed: what became of the files, and that a changed one never passes for what was imported."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from medscan_desktop.domain.study import InstanceState, SeriesUid, StudyUid
from medscan_desktop.services.deletion import delete_study
from medscan_desktop.services.presence import StudyPresence, check_library, look_at_study
from medscan_desktop.services.studies import list_series, open_study
from medscan_desktop.workstation import referenced
from tests.support.desks import Sitting
from tests.support.dicom_files import ROOT_UID, series

STUDY, SERIES = StudyUid(f"{ROOT_UID}.1"), SeriesUid(f"{ROOT_UID}.2")


@pytest.fixture
def disc(at: Sitting) -> Path:
    """Twelve referenced slices, 5 x 7 pixels."""
    at.bring("disc", series(12, rows=5, columns=7), reference=True)
    return at.folder / "disc"


def found(at: Sitting, *, deep: bool = False) -> StudyPresence:
    (one,) = at.ask(check_library, deep=deep)
    assert isinstance(one, StudyPresence)
    return one


def rewrite(path: Path, old: bytes, new: bytes, *, same_time: bool = False) -> None:
    before = path.stat()
    content = path.read_bytes()
    assert old in content
    path.write_bytes(content.replace(old, new))
    times = (before.st_atime_ns, before.st_mtime_ns) if same_time else (0, before.st_mtime_ns + 10**9)
    os.utime(path, ns=times)


def states(at: Sitting) -> dict[str, str]:
    with at.records() as records:
        return {Path(one.location).name: one.state.value for one in records.studies.bare_instances(STUDY)}


def test_all_there_is_said_so(at: Sitting, disc: Path) -> None:
    assert found(at).absent == ()
    assert found(at, deep=True).absent == ()
    assert at.parts.workstation.notices[-1] == "All 12 images are there."


def test_missing_and_changed_are_told_apart_kept_and_counted(at: Sitting, disc: Path) -> None:
    (disc / "001.dcm").unlink()
    rewrite(disc / "002.dcm", b"Phantom^Test", b"Phantom^Tost")
    with (disc / "003.dcm").open("ab") as file:
        file.write(bytes(2))

    one = found(at)

    assert (one.count(InstanceState.MISSING), one.count(InstanceState.CHANGED)) == (1, 2)
    kept = states(at)
    assert {name: kept[name] for name in ("001.dcm", "002.dcm", "003.dcm")} == {
        "001.dcm": "missing",
        "002.dcm": "changed",
        "003.dcm": "changed",
    }
    assert at.studies()[0].absent_count == 3
    reasons = {Path(look.instance.location).name: look.reason for look in one.absent}
    assert "the referenced file is not there" in reasons["001.dcm"]
    assert "the same size, other content" in reasons["002.dcm"] and "import it again" in reasons["002.dcm"]
    assert "bytes then" in reasons["003.dcm"]


def test_what_comes_back_is_present_again(at: Sitting, disc: Path) -> None:
    shutil.move(disc, disc.with_name("away"))
    assert len(found(at).absent) == 12

    shutil.move(disc.with_name("away"), disc)

    assert found(at).absent == ()
    assert at.studies()[0].absent_count == 0


def test_another_time_with_the_same_bytes_is_no_change_and_is_read_once(at: Sitting, disc: Path) -> None:
    os.utime(disc / "000.dcm", ns=(0, 10**18))

    assert found(at).absent == ()
    with at.records() as records:
        times = {Path(one.location).name: one.mtime_ns for one in records.studies.bare_instances(STUDY)}
    assert times["000.dcm"] == 10**18


def test_a_change_that_hides_its_time_is_found_by_a_deep_look(at: Sitting, disc: Path) -> None:
    rewrite(disc / "004.dcm", b"Phantom^Test", b"Phantom^Tost", same_time=True)

    assert found(at).absent == ()
    assert [look.state for look in found(at, deep=True).absent] == [InstanceState.CHANGED]


def test_a_changed_file_is_never_shown_as_what_was_imported(at: Sitting, disc: Path) -> None:
    """Wrong pixels under an old header: the worst a viewer can do with a file. The rest of the series is shown."""
    path = disc / "005.dcm"
    rewrite(path, (6).to_bytes(2, "little") * 35, (999).to_bytes(2, "little") * 35)

    at.ask(open_study, study_instance_uid=STUDY)

    store = at.parts.workstation.store
    stack = store.workspace.stacks[0]
    assert stack.volume is not None
    wait_for(lambda: bool(store.workspace.stacks[0].failures))
    stack = store.workspace.stacks[0]
    assert stack.volume is not None
    assert int(stack.volume.loaded.sum()) == 11
    assert 999 not in stack.volume.values
    assert len(stack.failures) == 1
    assert "005.dcm" in stack.failures[0] and "has changed since it was imported" in stack.failures[0]


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until and not condition():
        time.sleep(0.01)


def test_opening_a_study_marks_series_that_nobody_has_looked_at(at: Sitting, disc: Path) -> None:
    at.bring("disc2", other_series(), reference=True)
    (at.folder / "disc2" / "001.dcm").unlink()
    at.ask(open_study, study_instance_uid=STUDY, series_instance_uid=SERIES)

    at.ask(look_at_study, study_instance_uid=STUDY)

    stacks = {stack.series_instance_uid: stack for stack in at.parts.workstation.store.workspace.stacks}
    other = stacks[SeriesUid(f"{ROOT_UID}.22")]
    assert other.volume is None
    assert len(other.failures) == 1 and "the referenced file is not there" in other.failures[0]
    assert stacks[SERIES].failures == ()
    assert at.studies()[0].absent_count == 1


def other_series() -> list[Dataset]:
    made = series(4, SeriesInstanceUID=f"{ROOT_UID}.22", SeriesNumber=22)
    for number, dataset in enumerate(made):
        dataset.SOPInstanceUID = f"{ROOT_UID}.33.{number}"
    return made


def test_a_changed_file_that_is_imported_again_waits_for_a_decision(at: Sitting, disc: Path) -> None:
    rewrite(disc / "002.dcm", b"Phantom^Test", b"Phantom^Test")
    rewrite(disc / "003.dcm", (4).to_bytes(2, "little") * 35, (999).to_bytes(2, "little") * 35)

    report = at.bring("disc", [], reference=True)

    held = {Path(file.path).name for file in report.held}
    assert held == {"003.dcm"}


def test_a_missing_file_that_is_imported_from_elsewhere_is_found_again(at: Sitting, disc: Path) -> None:
    shutil.move(disc, disc.with_name("moved"))
    assert len(found(at).absent) == 12

    report = at.bring("moved", [])

    assert report.imported == 12
    assert found(at, deep=True).absent == ()
    assert at.studies()[0].absent_count == 0
    assert at.vault_is_sound()
    assert at.studies()[0].instance_count == 12


def test_a_lost_vault_file_is_missing_and_comes_back_with_an_import(at: Sitting) -> None:
    at.bring("first", series(3))
    with at.records() as records:
        (one, *_) = records.studies.bare_instances(STUDY)
    path = at.library.home.vault / one.location[:2] / one.location
    path.unlink()

    assert [look.reason for look in found(at).absent] == ["its file is not in the vault"]

    os.utime(at.folder / "first" / f"{(one.instance_number or 1) - 1:03}.dcm", ns=(0, 10**18))
    assert at.bring("first", []).imported == 1
    assert found(at, deep=True).absent == ()
    assert at.vault_is_sound()


def test_a_damaged_vault_file_is_found_by_a_deep_look(at: Sitting) -> None:
    at.bring("first", series(3))
    with at.records() as records:
        (one, *_) = records.studies.bare_instances(STUDY)
    path = at.library.home.vault / one.location[:2] / one.location
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)

    assert found(at).absent == ()
    assert [look.state for look in found(at, deep=True).absent] == [InstanceState.CHANGED]


@pytest.fixture
def media(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place where this system mounts media."""
    folder = tmp_path / "media"
    folder.mkdir()
    monkeypatch.setattr(referenced, "MOUNT_PARENTS", {folder})
    yield folder


@pytest.mark.parametrize("place", ["DISC", "ada/DISC"], ids=["right there", "below a user's folder"])
@pytest.mark.parametrize("leaves", ["nothing", "an empty mount point"])
def test_a_medium_that_is_not_there_is_named_and_all_else_works(
    at: Sitting, media: Path, place: str, leaves: str
) -> None:
    mounted = media / place
    mounted.parent.mkdir(exist_ok=True)
    at.folder = mounted
    at.bring("images", series(3), reference=True)
    shutil.rmtree(mounted)
    if leaves == "an empty mount point" and mounted.parent == media:
        mounted.mkdir()

    one = found(at)

    assert all("the medium is not there" in look.reason and str(mounted) in look.reason for look in one.absent)
    assert len(one.absent) == 3
    at.ask(open_study, study_instance_uid=STUDY)
    assert at.parts.workstation.store.workspace.study is not None


def test_a_file_missing_from_a_medium_that_is_there_is_a_missing_file(at: Sitting, media: Path) -> None:
    at.folder = media / "DISC"
    at.bring("images", series(3), reference=True)
    (media / "DISC" / "images" / "001.dcm").unlink()

    assert "the referenced file is not there" in found(at).absent[0].reason


def test_a_study_with_missing_files_can_be_deleted(at: Sitting, disc: Path) -> None:
    shutil.rmtree(disc)

    at.ask(delete_study, study_instance_uid=STUDY, reason="the disc was given back")

    assert at.studies() == ()


def test_each_series_says_how_many_of_its_images_are_absent(at: Sitting, disc: Path) -> None:
    at.bring("disc2", other_series(), reference=True)
    for name in ("001.dcm", "002.dcm", "003.dcm"):
        (disc / name).unlink()
    at.ask(check_library)

    rows = at.ask(list_series, study_instance_uid=STUDY)

    assert {row.series.series_instance_uid: row.series.absent_count for row in rows} == {SERIES: 3, f"{ROOT_UID}.22": 0}
