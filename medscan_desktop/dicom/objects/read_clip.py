"""Video clips (PS3.5 8.2.5-8.2.10) through OpenCV's FFmpeg: facts, and frames around a position. Runs in a worker.

A position is found by the stream's own packets, so a jump gives the very frame that playing to it would: packets are
counted undecoded, decoding begins at a key frame, and its leading pictures (which belong to the frames before it) are
told by what the decoder leaves out.
"""

import io
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.headers.elements import Malformed
from medscan_desktop.dicom.objects.clip_stream import ClipStream, kind_of
from medscan_desktop.dicom.workers.task import Task

_MOST_FRAMES = 1_000_000
_MOST_PIXELS = 8192 * 8192
_PIECE = 4 << 20  # bytes handed over at a time
_LONGEST_RUN = 2_000  # packets cut out for one request
_AHEAD = 64  # frames behind the last asked for that are cut out with them, to go on
# No other format is probed and no other file or host can be reached from inside a stream.
_ONLY = "format_whitelist;mpegvideo,mpeg,mpegts,h264,hevc,mov|protocol_whitelist;pipe"
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_environment = threading.Lock()


def read_clip(task: Task) -> Mapping[str, Any]:
    """Answers {"kind", "suffix", "codec", "rows", "columns", "fps", "frames", "keys", "length"}.

    `body["offset"]` is where the pixel data lie. `frames` are counted, not believed; `keys` are the packets where
    decoding can begin; `fps` is the stream's own, 0 where it has none.
    """
    stream = ClipStream.of(task.file, int(task.body["offset"]))
    name, suffix = _known(stream)
    keys: list[int] = []
    count = 0
    with _capture(stream, raw=True) as capture:
        cv2 = _cv2()
        codec = _fourcc(int(capture.get(cv2.CAP_PROP_FOURCC)))
        fps = float(capture.get(cv2.CAP_PROP_FPS))
        while count < _MOST_FRAMES and capture.grab():
            if capture.get(cv2.CAP_PROP_LRF_HAS_KEY_FRAME):
                keys.append(count)
            count += 1
    first = _first_frame(stream)
    return {
        "kind": name,
        "suffix": suffix,
        "codec": codec,
        "rows": first.shape[0],
        "columns": first.shape[1],
        "fps": fps if 0 < fps < 1_000 else 0.0,
        "frames": count,
        "keys": keys,
        "length": stream.size,
    }


def read_frames(task: Task) -> Mapping[str, Any]:
    """Emits frames `body["first"]` .. `body["last"]` (from 0, inclusive) as uint8 (h, w, 3) RGB.

    Answers {"frames": the number of each in the order emitted, fewer where the stream does not give them, "leads"}.
    `body["keys"]` and `body["count"]` are those of `read_clip`; `body["leads"]` what earlier answers said, so that it
    is not found anew. Under the same `body["token"]` decoding goes on where it stopped.
    """
    first, last = int(task.body["first"]), int(task.body["last"])
    token = str(task.body.get("token", ""))
    leads = {int(key): int(lead) for key, lead in task.body.get("leads", {}).items()}
    decoder, _resting.decoder = _resting.decoder, None
    if decoder is None or not token or decoder.token != token or not decoder.at <= first < decoder.end:
        stream = ClipStream.of(task.file, int(task.body["offset"]))
        _known(stream)
        keys, count = [int(key) for key in task.body["keys"]], int(task.body["count"])
        decoder = _decoder_for(stream, first, last, keys, count, leads, token)
    emitted = []
    while decoder.at <= last and _grabbed(decoder.capture):
        if decoder.at >= first:
            there, picture = decoder.capture.retrieve()
            if not there:
                break
            task.emit(_rgb(picture))
            emitted.append(decoder.at)
        decoder.at += 1
    if emitted and emitted[-1] == last:
        _resting.decoder = decoder
    return {"frames": emitted, "leads": {str(key): lead for key, lead in leads.items()}}


def clip_bytes(task: Task) -> Mapping[str, Any]:
    """Emits the video's bytes, piece by piece; answers {"suffix"}."""
    stream = ClipStream.of(task.file, int(task.body["offset"]))
    suffix = kind_of(stream.read(512))[1]
    stream.seek(0)
    while piece := stream.read(_PIECE):
        task.emit(np.frombuffer(piece, np.uint8))
    return {"suffix": suffix}


@dataclass(slots=True, eq=False)
class _Decoder:
    """Decoding under way: `at` is the display number of the next picture, none from `end` on is whole."""

    token: str
    capture: Any
    at: int
    end: int


class _Resting(threading.local):
    """The decoder that the last request left: playing asks for the frames after it, from the same worker if it can."""

    decoder: _Decoder | None = None


_resting = _Resting()


def _decoder_for(
    stream: ClipStream, first: int, last: int, keys: list[int], count: int, leads: dict[int, int], token: str
) -> _Decoder:
    """A decoder that gives frames `first` .. `last`, begun at the nearest key frame that allows it.

    A key frame's leading pictures stand before it and are decoded after it: they need the key frame before. A key
    frame behind `last` ends it, for what is shown before that was decoded before it.
    """
    starts = [key for key in keys if key <= first] or [0]
    start = starts[-1]
    if start and first < start + _lead(stream, start, keys, count, leads):
        start = starts[-2] if len(starts) > 1 else 0
    end = next((key for key in keys if key > last + _AHEAD), count)
    if end - start > _LONGEST_RUN:
        end = next((key for key in keys if key > last), count)
    lead = _lead(stream, start, keys, count, leads) if start else 0
    return _Decoder(token, _open(_cut(stream, start, end)), start + lead, end)


def _lead(stream: ClipStream, start: int, keys: list[int], count: int, leads: dict[int, int]) -> int:
    """How many leading pictures a key frame has: those of its group that a decoder begun at it leaves out."""
    if start not in leads:
        end = next((key for key in keys if key > start), count)
        decodable = 0
        with _capture(_cut(stream, start, end)) as capture:
            while capture.grab():
                decodable += 1
        leads[start] = max(0, end - start - decodable)
    return leads[start]


def _cut(stream: ClipStream, start: int, end: int) -> io.BytesIO:
    """Packets `start` .. `end` - 1 with the parameter sets before them, as an elementary stream of their own."""
    cv2 = _cv2()
    parts = []
    with _capture(stream, raw=True) as capture:
        there, head = capture.retrieve(None, int(capture.get(cv2.CAP_PROP_CODEC_EXTRADATA_INDEX)))
        if there and bytes(head.reshape(-1)[:3]) in (b"\0\0\0", b"\0\0\1"):  # an MP4's are no stream; its packets have
            parts.append(bytes(head))
        for number in range(end):
            if not capture.grab():
                break
            if number >= start:
                there, packet = capture.retrieve()
                parts.append(bytes(packet) if there else b"")
    return io.BytesIO(b"".join(parts))


def _grabbed(capture: Any) -> bool:
    try:
        return bool(capture.grab())
    except _cv2().error as error:
        raise Malformed("holds a video that is damaged") from error


def _first_frame(stream: ClipStream) -> NDArray[np.uint8]:
    with _capture(stream) as capture:
        there, picture = capture.read()
        if not there:
            raise Malformed("holds a video of which no frame can be decoded")
        return np.asarray(picture)


def _known(stream: ClipStream) -> tuple[str, str]:
    stream.seek(0)
    name, suffix = kind_of(stream.read(512))
    if not name:
        raise Malformed("holds a video that does not begin as MPEG-2, H.264, HEVC or MP4 do")
    return name, suffix


@contextmanager
def _capture(stream: Any, *, raw: bool = False) -> Iterator[Any]:
    """FFmpeg on the stream from its beginning; `raw` gives packets instead of pictures."""
    try:
        yield _open(stream, raw=raw)
    except _cv2().error as error:
        raise Malformed("holds a video that is damaged") from error


def _open(stream: Any, *, raw: bool = False) -> Any:
    """Never release what this gives: OpenCV 5.0.0 drops its Python stream there without holding the GIL, which ends
    the process. Let go of, it closes just the same."""
    cv2 = _cv2()
    stream.seek(0)
    options = [cv2.CAP_PROP_FORMAT, -1] if raw else [cv2.CAP_PROP_N_THREADS, 1]
    with _environment:
        before = os.environ.get(_OPTIONS)
        os.environ[_OPTIONS] = _ONLY
        try:
            capture = cv2.VideoCapture(_Source(stream), cv2.CAP_FFMPEG, options)
        finally:
            if before is None:
                del os.environ[_OPTIONS]
            else:
                os.environ[_OPTIONS] = before
    if not capture.isOpened():
        raise Malformed("holds a video that cannot be opened")
    size = capture.get(cv2.CAP_PROP_FRAME_WIDTH) * capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    if not 0 < size <= _MOST_PIXELS:
        raise Malformed("holds a video whose frames are too large")
    return capture


class _Source(io.BufferedIOBase):
    """What OpenCV takes for a stream: `read` and `seek`."""

    def __init__(self, stream: Any) -> None:
        super().__init__()
        self._stream = stream

    def read(self, size: int | None = -1) -> bytes:
        return bytes(self._stream.read(-1 if size is None else size))

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._stream.seek(offset, whence))

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _rgb(picture: NDArray[Any]) -> NDArray[np.uint8]:
    if picture.ndim == 2:
        picture = picture[..., None].repeat(3, axis=2)
    return np.ascontiguousarray(picture[..., ::-1])


def _fourcc(code: int) -> str:
    letters = bytes(code >> 8 * place & 0xFF for place in range(4))
    return "".join(chr(letter) for letter in letters if 32 < letter < 127)


def _cv2() -> Any:
    import cv2  # noqa: PLC0415  FFmpeg comes with it

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    return cv2
