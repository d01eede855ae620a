"""What is found under a folder, in archives and by a DICOMDIR; nothing reaches outside, nothing is followed."""

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import MediaStorageDirectoryStorage

from medscan_desktop.dicom.sources.find import find_files
from medscan_desktop.dicom.sources.source import Source
from medscan_desktop.domain.errors import FileRefused, NotDicom
from tests.support.dicom_files import ct_slice, file_bytes


def found(*paths: Path) -> dict[str, bytes | str]:
    """Label (without the folder) to content, or to the reason of its refusal."""
    result: dict[str, bytes | str] = {}
    for item in find_files(paths):
        label = item.path if isinstance(item, FileRefused) else item.label
        name = str(label).removeprefix(str(paths[0].parent) + "/")
        if isinstance(item, FileRefused):
            result[name] = item.reason
        else:
            with item.open() as stream:
                result[name] = stream.read()
    return result


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_folder_gives_its_files_in_order_and_follows_no_link(tmp_path: Path) -> None:
    folder = tmp_path / "cd"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "2").write_bytes(b"two")
    (folder / "a").write_bytes(b"one")
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "round").symlink_to(folder)

    assert found(folder) == {
        "cd/a": b"one",
        "cd/b/2": b"two",
        "cd/link": "a link, which is not followed",
        "cd/round": "a link, which is not followed",
    }


def test_archives_in_archives_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({"a/1.dcm": b"one", "in.zip": zipped({"2.dcm": b"two"})}))

    assert found(path) == {"x.zip/a/1.dcm": b"one", "x.zip/in.zip/2.dcm": b"two"}


def test_archives_nested_too_deep_are_refused(tmp_path: Path) -> None:
    content = b"deep"
    for _ in range(8):
        content = zipped({"x.zip": content})
    path = tmp_path / "x.zip"
    path.write_bytes(content)

    assert list(found(path).values()) == ["archives are nested deeper than 4"]


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", "C:/evil", "..\\evil"])
def test_a_name_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({name: b"evil"}))

    assert list(found(path).values()) == ["its name in the archive points outside of it"]


def test_names_that_differ_only_in_case_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({"a": b"1", "A": b"2"}))

    assert found(path) == {"x.zip/a": b"1", "x.zip/A": "its name is in the archive twice"}


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({"bomb": bytes(100 << 20)}))

    assert found(path) == {"x.zip/bomb": "it unpacks to far more than an image holds"}


def test_a_source_can_be_opened_after_the_next_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    (tmp_path / "x.zip").write_bytes(zipped({"b": b"two"}))
    sources = [source for source in find_files([tmp_path]) if isinstance(source, Source)]

    for _ in range(2):
        contents = []
        for source in sources:
            with source.open() as stream:
                contents.append(stream.read())
        assert contents == [b"one", b"two"]


def test_a_size_that_lies_is_damage_and_costs_no_memory(tmp_path: Path) -> None:
    """The directory says 1,000 bytes, and 100 MB would come out: no more than it says is ever unpacked."""
    path = tmp_path / "x.zip"
    content = zipped({"bomb": bytes(100 << 20)})
    path.write_bytes(content.replace(struct.pack("<I", 100 << 20), struct.pack("<I", 1000)))

    assert found(path) == {"x.zip/bomb": "its data in the ZIP archive are damaged"}


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(zipped({"a": b"1" * 1000})[:60])

    assert found(path) == {"x.zip": "a damaged ZIP archive"}


def dicomdir(*names: list[str]) -> bytes:
    records = []
    for name in names:
        record = Dataset()
        record.DirectoryRecordType = "IMAGE"
        record.ReferencedFileID = name
        records.append(record)
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = MediaStorageDirectoryStorage, "1.2.3"
    dataset.DirectoryRecordSequence = Sequence(records)
    return file_bytes(dataset)


def test_a_dicomdir_leads_to_the_files_it_lists_and_to_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "cd"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "im1").write_bytes(file_bytes(ct_slice(1)))
    (folder / "images" / "not-listed").write_bytes(b"")
    (tmp_path / "outside").write_bytes(b"secret")
    index = dicomdir(["IMAGES", "IM1"], ["IMAGES", "IM2"], ["XX", "OUTSIDE"])
    (folder / "DICOMDIR").write_bytes(index.replace(b"XX\\OUTSIDE", b"..\\OUTSIDE"))
    result = found(folder / "DICOMDIR")

    assert [isinstance(value, bytes) for value in result.values()] == [True, False, False]
    assert result[f"{folder}/IMAGES/IM2".removeprefix(f"{folder}/")] == "listed in the DICOMDIR and not there"


def test_the_index_of_a_folder_is_no_file_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "cd"
    folder.mkdir()
    (folder / "DICOMDIR").write_bytes(dicomdir())
    (folder / "im1").write_bytes(b"1")

    assert found(folder) == {"cd/im1": b"1"}


@pytest.mark.parametrize("named", [True, False])
def test_a_pipe_is_listed_and_never_waited_for(tmp_path: Path, named: bool) -> None:
    folder = tmp_path / "cd"
    folder.mkdir()
    os.mkfifo(folder / "pipe")

    (item,) = find_files([folder / "pipe" if named else folder])

    assert isinstance(item, NotDicom)
    assert "pipe" in item.reason


def test_folders_nested_too_deep_are_refused(tmp_path: Path) -> None:
    deepest = tmp_path.joinpath(*["d"] * 70)
    deepest.mkdir(parents=True)
    (deepest / "lost").write_bytes(b"lost")
    (tmp_path / "kept").write_bytes(b"kept")

    deep, kept = find_files([tmp_path])

    assert isinstance(deep, FileRefused)
    assert "deeper than 64" in deep.reason
    assert isinstance(kept, Source)
