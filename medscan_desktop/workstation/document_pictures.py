"""The pictures of pages and clips, made by workers as they are asked for, and a bounded few of them kept."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, BinaryIO
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.workers.workers import Received, Workers
from medscan_desktop.domain.errors import FileRefused

_KEPT_PAGES = 6
KEPT_BYTES = 192 << 20  # of a clip's frames
_CHUNK_BYTES = 64 << 20
_LEAST_CHUNK, _LARGEST_CHUNK = 4, 64
_FRAMES_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Opened:
    """One instance, and who reads it."""

    workers: Workers
    open_file: Callable[[], BinaryIO]
    label: str

    def run(
        self,
        job: str,
        body: Mapping[str, Any],
        received: Received | None = None,
        seconds: float | None = None,
    ) -> Mapping[str, Any]:
        """One task on the instance's bytes. FileRefused where it is refused or they cannot be read."""
        try:
            with self.open_file() as file:
                return self.workers.run(job, body, file, label=self.label, received=received, seconds=seconds)
        except OSError as error:
            raise FileRefused(self.label, "the file cannot be read") from error

    def arrays(self, job: str, body: Mapping[str, Any], seconds: float | None = None) -> list[bytes]:
        """The bytes of all that the task emits."""
        parts: list[bytes] = []
        self.run(job, body, lambda array: parts.append(array.tobytes()), seconds)
        return parts


class PdfPages:
    """Pages of a PDF at the resolution that is asked for."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self._lock = Lock()
        self._kept: OrderedDict[tuple[int, float], NDArray[np.uint8]] = OrderedDict()

    def picture(self, number: int, scale: float) -> NDArray[np.uint8]:
        """As `scene.document.PictureSource`."""
        key = number, round(scale, 3)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        pages: list[NDArray[np.uint8]] = []
        body = {"page": number, "scale": key[1]}
        self._opened.run("render_page", body, lambda array: pages.append(np.array(array, np.uint8)))
        with self._lock:
            self._kept[key] = pages[0]
            while len(self._kept) > _KEPT_PAGES:
                self._kept.popitem(last=False)
        return pages[0]

    def prepare(self, number: int) -> None:
        """A page is drawn when it is looked at."""


class ClipFrames:
    """Frames of a clip: a run of them around the position is decoded at a time, never the whole clip."""

    def __init__(self, opened: Opened, offset: int, size: tuple[int, int], count: int, keys: tuple[int, ...]) -> None:
        self._opened = opened
        self._body = {"offset": offset, "keys": list(keys), "count": count}
        self._token = uuid4().hex  # under it a worker goes on where it stopped
        self._leads: Mapping[str, int] = {}
        self._count = count
        frame_bytes = size[0] * size[1] * 3
        self.chunk = min(max(_CHUNK_BYTES // frame_bytes, _LEAST_CHUNK), _LARGEST_CHUNK)
        self._most = max(KEPT_BYTES // frame_bytes, 2 * self.chunk)
        self._lock, self._decoding = Lock(), Lock()
        self._kept: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()

    @property
    def kept(self) -> int:
        """How many frames are held."""
        return len(self._kept)

    def picture(self, number: int, scale: float) -> NDArray[np.uint8]:  # noqa: ARG002  a frame has one size
        """As `scene.document.PictureSource`."""
        found = self._found(number)
        if found is None:
            with self._decoding:  # one at a time: the next asker may find its frame here
                found = self._found(number)
                if found is None:
                    self._decode(number)
                    found = self._found(number)
        if found is None:
            raise FileRefused(self._opened.label, f"frame {number + 1} of the video cannot be decoded")
        return found

    def prepare(self, number: int) -> None:
        """Decode what follows the frames at hand before it is asked for; at the end, the beginning."""
        following = ((number + step) % self._count for step in range(1, self.chunk))
        missing = next((place for place in following if not self.has(place)), None)
        if missing is not None and self._decoding.acquire(blocking=False):
            try:
                self._decode(missing)
            finally:
                self._decoding.release()

    def has(self, number: int) -> bool:
        """Whether the frame is at hand."""
        return number in self._kept

    def _found(self, number: int) -> NDArray[np.uint8] | None:
        with self._lock:
            if number not in self._kept:
                return None
            self._kept.move_to_end(number)
            return self._kept[number]

    def _decode(self, number: int) -> None:
        last = min(number + self.chunk, self._count) - 1
        frames: list[NDArray[np.uint8]] = []
        answer = self._opened.run(
            "read_frames",
            {**self._body, "first": number, "last": last, "token": self._token, "leads": dict(self._leads)},
            lambda array: frames.append(np.array(array, np.uint8)),
            seconds=_FRAMES_SECONDS,
        )
        self._leads = answer["leads"]
        with self._lock:
            for place, frame in zip(answer["frames"], frames, strict=True):
                self._kept[int(place)] = frame
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
