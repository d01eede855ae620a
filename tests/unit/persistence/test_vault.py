"""Vault files: what goes in comes out, anywhere in the file, and whatever was changed on disk is found."""

import io
import os
import random
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from medscan_desktop.domain.errors import Damaged, DiskFull
from medscan_desktop.domain.study import VaultId
from medscan_desktop.persistence.vault import VaultFile
from medscan_desktop.persistence.vault_format import CHUNK, HEADER, SEALED_CHUNK, sealed_size
from tests.support.homes import Library

SIZES = [0, 1, 1000, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 17]


def content_of(size: int) -> bytes:
    return random.Random(size).randbytes(size)


def path_of(library: Library, file: VaultFile) -> Path:
    return library.home.vault / file.id[:2] / file.id


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process may grow beyond `size`: what a full disk looks like to a writer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out(library: Library, size: int) -> None:
    content = content_of(size)

    file = library.vault.write(content)

    assert file.size == size
    assert library.vault.read(file) == content
    assert path_of(library, file).stat().st_size == sealed_size(size)


class Dribble(io.RawIOBase):
    """A stream that gives less than it is asked for, as a pipe or an unpacked ZIP does."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._inner = io.BytesIO(content)

    def read(self, size: int | None = -1, /) -> bytes:
        return self._inner.read(min(size or 0, 70_001))


def test_a_stream_that_gives_little_at_a_time_is_stored_whole(library: Library) -> None:
    content = content_of(2 * CHUNK + 5)

    assert library.vault.read(library.vault.write(Dribble(content))) == content  # type: ignore[arg-type]


def test_any_part_can_be_read_in_any_order(library: Library) -> None:
    content = content_of(3 * CHUNK + 999)
    file = library.vault.write(content)
    chance = random.Random(5)
    with library.vault.open(file) as stream:
        for _ in range(200):
            start, length = chance.randrange(len(content) + 10), chance.choice([1, 100, CHUNK, 2 * CHUNK])
            buffer = bytearray(length)
            stream.seek(start)
            count = stream.readinto(buffer)  # type: ignore[attr-defined]

            expected = content[start : start + length]
            assert (count, bytes(buffer[:count])) == (len(expected), expected)
            assert stream.tell() == start + len(expected)


def test_a_stream_seeks_like_a_file(library: Library) -> None:
    content = content_of(CHUNK + 50)
    with library.vault.open(library.vault.write(content)) as stream:
        assert stream.seekable()
        assert stream.seek(-10, os.SEEK_END) == len(content) - 10
        assert stream.read() == content[-10:]
        assert stream.read(1) == b""
        stream.seek(5)
        assert stream.seek(5, os.SEEK_CUR) == 10
        with pytest.raises(ValueError, match="negative"):
            stream.seek(-1)


def test_a_flipped_bit_anywhere_is_found(library: Library) -> None:
    file = library.vault.write(content_of(CHUNK + 300))
    path = path_of(library, file)
    sealed = path.read_bytes()
    places = [
        0,
        len(HEADER) - 1,
        len(HEADER),
        len(HEADER) + SEALED_CHUNK - 1,
        len(HEADER) + SEALED_CHUNK,
        len(sealed) - 1,
    ]
    for place in places:
        spoilt = bytearray(sealed)
        spoilt[place] ^= 1
        path.write_bytes(spoilt)
        with pytest.raises(Damaged):
            library.vault.read(file)
    path.write_bytes(sealed)
    assert library.vault.read(file) == content_of(CHUNK + 300)


@pytest.mark.parametrize("kept_chunks", [0, 1, 2])
def test_a_file_cut_at_a_chunks_end_is_found(library: Library, kept_chunks: int) -> None:
    file = library.vault.write(content_of(3 * CHUNK))
    path = path_of(library, file)
    path.write_bytes(path.read_bytes()[: len(HEADER) + kept_chunks * SEALED_CHUNK])

    with pytest.raises(Damaged, match="cut off"):
        library.vault.read(file)


def test_a_cut_that_also_changes_the_recorded_size_is_found(library: Library) -> None:
    """The last chunk carries its own mark, so a shorter row does not make a shorter file sound."""
    file = library.vault.write(content_of(3 * CHUNK))
    path = path_of(library, file)
    path.write_bytes(path.read_bytes()[: len(HEADER) + 2 * SEALED_CHUNK])

    with pytest.raises(Damaged):
        library.vault.read(VaultFile(file.id, 2 * CHUNK, file.wrapped_key))


def test_two_chunks_that_changed_places_are_found(library: Library) -> None:
    file = library.vault.write(content_of(3 * CHUNK))
    path = path_of(library, file)
    sealed = path.read_bytes()
    first, second = (len(HEADER) + number * SEALED_CHUNK for number in (0, 1))
    path.write_bytes(
        sealed[:first]
        + sealed[second : second + SEALED_CHUNK]
        + sealed[first : first + SEALED_CHUNK]
        + sealed[second + SEALED_CHUNK :]
    )

    with pytest.raises(Damaged, match="changed"):
        library.vault.read(file)


def test_two_files_that_changed_places_are_found(library: Library) -> None:
    one, other = library.vault.write(b"a" * 100), library.vault.write(b"b" * 100)
    contents = path_of(library, one).read_bytes(), path_of(library, other).read_bytes()
    path_of(library, one).write_bytes(contents[1])
    path_of(library, other).write_bytes(contents[0])

    with pytest.raises(Damaged):
        library.vault.read(one)
    with pytest.raises(Damaged):  # nor with the other's key: the id is part of what is sealed
        library.vault.read(VaultFile(one.id, one.size, other.wrapped_key))


def test_a_missing_file_is_named(library: Library) -> None:
    file = library.vault.write(b"x")
    library.vault.remove(file.id)

    with pytest.raises(Damaged, match="missing"):
        library.vault.open(file)
    assert library.vault.missing({file.id}) == [file.id]


def test_an_id_cannot_lead_out_of_the_vault(library: Library) -> None:
    with pytest.raises(Damaged):
        library.vault.remove(VaultId("../../keyslots.json"))


def test_many_files_wait_for_the_disk_once(library: Library) -> None:
    with library.vault.intake() as intake:
        files = [intake.write(io.BytesIO(bytes([number]) * 10)) for number in range(20)]
        intake.sync()
        intake.settled()

    assert [library.vault.read(file) for file in files] == [bytes([number]) * 10 for number in range(20)]


def test_files_that_no_record_knows_are_found(library: Library) -> None:
    known, lost = library.vault.write(b"known"), library.vault.write(b"lost")
    half = path_of(library, known).with_name("f" * 32 + ".part")
    half.write_bytes(b"what a kill leaves")

    assert set(library.vault.orphans({known.id}, older_than_s=0)) == {lost.id, "f" * 32}
    assert library.vault.orphans({known.id}) == []  # so young, they may belong to an import that still runs


def test_a_full_disk_leaves_nothing_behind(library: Library) -> None:
    with room_for(CHUNK), pytest.raises(DiskFull, match="disk is full"):
        library.vault.write(content_of(3 * CHUNK))

    assert library.vault.orphans(set(), older_than_s=0) == []


def test_the_same_content_twice_looks_different_on_disk(library: Library) -> None:
    one, other = library.vault.write(b"same" * 1000), library.vault.write(b"same" * 1000)

    assert path_of(library, one).read_bytes() != path_of(library, other).read_bytes()


def test_a_vault_whose_folder_is_gone_misses_its_files_and_takes_new_ones(library: Library) -> None:
    lost = library.vault.write(b"lost")
    shutil.rmtree(library.home.vault)

    assert library.vault.missing([lost.id]) == [lost.id]
    assert library.vault.read(library.vault.write(b"new")) == b"new"
