"""Clips: every frame the one it should be, by playing and by a jump; counts are found, not believed; bytes stay."""

import io
import struct

import numpy as np
import pytest

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.clip_stream import ClipStream, kind_of
from medscan_desktop.dicom.objects.read_clip import clip_bytes, read_clip, read_frames
from tests.support import clips
from tests.support.clips import COLUMNS, COUNT, ROWS, grey, pcm_h264
from tests.support.reading import asked

STREAMS = {"H.264": clips.H264, "HEVC": clips.HEVC, "MPEG-2": clips.MPEG2, "MP4": clips.MP4, "transport": clips.TS}


def fragments(stream: bytes, size: int = 1 << 30) -> bytes:
    """The stream as encapsulated pixel data, in fragments of `size` bytes behind an empty offset table."""
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    items = [struct.pack("<HHI", 0xFFFE, 0xE000, len(piece)) + piece for piece in [b"", *pieces]]
    return b"".join(items) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def frames_of(stream: bytes, first: int, last: int) -> dict[int, np.ndarray]:
    content = fragments(stream, 501)
    facts, _ = asked(read_clip, content, offset=0)
    answer, pictures = asked(
        read_frames, content, offset=0, first=first, last=last, keys=facts["keys"], count=facts["frames"]
    )
    return dict(zip(answer["frames"], pictures, strict=True))


@pytest.mark.parametrize("name", STREAMS)
def test_frames_and_size_are_what_the_stream_holds(name: str) -> None:
    facts, _ = asked(read_clip, fragments(STREAMS[name]), offset=0)

    assert (facts["frames"], facts["rows"], facts["columns"]) == (COUNT, ROWS, COLUMNS)
    assert facts["fps"] == 25.0
    assert facts["keys"][0] == 0
    assert len(facts["keys"]) >= 3


@pytest.mark.parametrize("name", STREAMS)
def test_every_frame_has_its_own_grey(name: str) -> None:
    pictures = frames_of(STREAMS[name], 0, COUNT - 1)

    assert list(pictures) == list(range(COUNT))
    for number, picture in pictures.items():
        assert picture.shape == (ROWS, COLUMNS, 3)
        assert np.abs(picture.astype(int) - grey(number)).max() <= 2


@pytest.mark.parametrize("first", [0, 1, 7, 8, 9, 10, 11, 12, 18, 19, 20, 21, 25, 29])
@pytest.mark.parametrize("name", STREAMS)
def test_a_jump_gives_the_very_frame_that_playing_gives(name: str, first: int) -> None:
    """Around each key frame too, where the pictures before it are decoded after it."""
    jumped = frames_of(STREAMS[name], first, first + 3)
    played = frames_of(STREAMS[name], 0, COUNT - 1)

    assert list(jumped) == list(range(first, min(first + 4, COUNT)))
    assert all((jumped[number] == played[number]).all() for number in jumped)


@pytest.mark.parametrize("name", STREAMS)
def test_playing_on_gives_the_same_frames_as_beginning_anew(name: str) -> None:
    """In any order of requests, with what earlier answers said, and with another clip in between."""
    content, other = fragments(STREAMS[name], 501), fragments(pcm_h264([[100] * 256] * 3))
    facts, _ = asked(read_clip, content, offset=0)
    body = {"offset": 0, "keys": facts["keys"], "count": facts["frames"], "token": "a"}
    leads: dict[str, int] = {}
    for first, last in ((0, 3), (4, 6), (7, 15), (16, 29), (5, 6), (12, 13), (14, 29), (0, 0)):
        answer, pictures = asked(read_frames, content, first=first, last=last, leads=leads, **body)
        leads = answer["leads"]
        assert answer["frames"] == list(range(first, last + 1))
        for number, picture in zip(answer["frames"], pictures, strict=True):
            assert np.abs(picture.astype(int) - grey(number)).max() <= 2
        if first == 7:
            asked(read_frames, other, offset=0, first=0, last=0, keys=[0, 1, 2], count=3, token="b")


def test_unpredicted_pixels_come_out_as_they_were_written() -> None:
    """A stream written bit by bit: luma to grey by BT.601's range, to one level."""
    frames = [[16 + (place * 7 + number * 13) % 220 for place in range(256)] for number in range(5)]

    pictures = frames_of(pcm_h264(frames), 0, 4)

    for number, values in enumerate(frames):
        expected = (np.array(values).reshape(16, 16, 1) - 16) * 255 / 219
        assert np.abs(pictures[number] - expected).max() <= 1


def test_a_fragment_border_is_no_border_of_the_stream() -> None:
    stream = ClipStream.of(io.BytesIO(fragments(bytes(range(256)), 10)), 0)

    stream.seek(5)
    assert stream.read(20) == bytes(range(5, 25))
    stream.seek(-3, io.SEEK_END)
    assert stream.read() == bytes((253, 254, 255))
    assert stream.size == 256


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (clips.MPEG2, "MPEG-2"),
        (clips.H264, "H.264 or HEVC"),
        (clips.MP4, "MP4"),
        (clips.TS, "MPEG transport stream"),
        (b"\0\0\1\xba" + bytes(20), "MPEG program stream"),
        (b"#EXTM3U\nfile:///etc/passwd\n", ""),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", ""),
        (b"RIFF....AVI ", ""),
        (b"", ""),
    ],
)
def test_only_what_begins_as_a_dicom_video_reaches_the_decoder(beginning: bytes, name: str) -> None:
    """A playlist could make the decoder open other files and hosts."""
    assert kind_of(beginning[:512])[0] == name


@pytest.mark.parametrize(
    "stream",
    [b"#EXTM3U\nfile:///etc/passwd\n", b"\0\0\1\xb3" + bytes(range(256)) * 8, b"\0\0\0\1" + b"\x65" * 500],
    ids=["playlist", "noise as MPEG-2", "noise as H.264"],
)
def test_what_is_no_video_is_refused_with_a_sentence(stream: bytes) -> None:
    with pytest.raises(Malformed, match="holds a video"):
        asked(read_clip, fragments(stream), offset=0)


def test_a_cut_stream_gives_the_frames_that_are_there() -> None:
    facts, _ = asked(read_clip, fragments(clips.H264[:500]), offset=0)

    assert 0 < facts["frames"] < COUNT


@pytest.mark.parametrize("name", STREAMS)
def test_the_bytes_come_out_as_they_were_put_in(name: str) -> None:
    answer, pieces = asked(clip_bytes, fragments(STREAMS[name], 301), offset=0)

    assert b"".join(piece.tobytes() for piece in pieces) == STREAMS[name]
    assert answer["suffix"] == kind_of(STREAMS[name])[1]
