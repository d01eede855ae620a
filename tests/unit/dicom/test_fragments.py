"""Which fragments make which frame (PS3.5 A.4)."""

import io
import struct

import pytest

from medscan_desktop.dicom.headers.elements import Malformed, Truncated
from medscan_desktop.dicom.headers.encapsulated import frame_fragments, read_fragments

SOI = b"\xff\xd8"


def item(data: bytes) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(data)) + data


END = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def frames(content: bytes, count: int) -> list[list[bytes]]:
    stream = io.BytesIO(content)
    found = frame_fragments(stream, read_fragments(stream, 0), count)
    return [[content[part.offset : part.offset + part.length] for part in frame] for frame in found]


def test_one_frame_takes_every_fragment() -> None:
    assert frames(item(b"") + item(b"ab") + item(b"cd") + END, 1) == [[b"ab", b"cd"]]


def test_as_many_fragments_as_frames_need_no_table() -> None:
    assert frames(item(b"") + item(b"ab") + item(b"cd") + END, 2) == [[b"ab"], [b"cd"]]


def test_the_offset_table_says_where_frames_begin() -> None:
    table = struct.pack("<2I", 0, 20)
    assert frames(item(table) + item(b"ab") + item(b"cd") + item(b"ef") + END, 2) == [[b"ab", b"cd"], [b"ef"]]


@pytest.mark.parametrize("table", [struct.pack("<2I", 0, 7), struct.pack("<2I", 20, 0), struct.pack("<2I", 4, 20)])
def test_a_false_offset_table_gives_way_to_the_images_own_beginnings(table: bytes) -> None:
    content = item(table) + item(SOI + b"1") + item(b"22") + item(SOI + b"3") + END

    assert frames(content, 2) == [[SOI + b"1", b"22"], [SOI + b"3"]]


def test_fragments_that_make_no_frames_are_refused() -> None:
    with pytest.raises(Malformed, match="3 pixel data fragments do not make 2 frames"):
        frames(item(b"") + item(b"ab") + item(b"cd") + item(b"ef") + END, 2)


def test_a_cut_fragment_is_named_truncated() -> None:
    with pytest.raises(Truncated, match="3 bytes too early"):
        frames((item(b"") + item(b"abcdefgh"))[:-3], 1)


def test_a_missing_delimiter_is_named_truncated() -> None:
    with pytest.raises(Truncated, match="without a delimiter"):
        frames(item(b"") + item(b"ab"), 1)
