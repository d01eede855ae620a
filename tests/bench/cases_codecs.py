"""Folders of compressed slices to volumes, as the product loads them: decoded in worker processes.

Peers are single processes, as their users call them. Each note says what the limit is: reading the files, and the
decoder alone in this process on one thread and on two.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from statistics import median

import numpy as np
import pydicom
import SimpleITK as sitk

from medscan_desktop.app.start import worker_command
from medscan_desktop.dicom.headers.located import locate_frames
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.codecs import decode_frame
from medscan_desktop.dicom.pixels.frame_file import FrameFile
from medscan_desktop.dicom.workers.pool import ProcessWorkers
from medscan_desktop.dicom.workers.task import Task
from tests.bench.harness import Row, alternate_all, seconds
from tests.bench.peers_load import DICOMSDL, dicomsdl_volume, pydicom_volume, simpleitk_volume
from tests.bench.volumes import our_volume
from tests.support.coded_series import HTJ2K, JPEG_2000, JPEG_LOSSLESS, JPEG_LS, RLE, write_coded_series

RUNS = 5
SITK = f"SimpleITK ImageSeriesReader {sitk.Version.VersionString()}"
PYDICOM = f"pydicom loop {pydicom.__version__}"
PEERS: dict[str, Callable[[Path], np.ndarray]] = {
    SITK: simpleitk_volume,
    PYDICOM: pydicom_volume,
    DICOMSDL: dicomsdl_volume,
}
SYNTAXES = {"jls": JPEG_LS, "rle": RLE, "jll": JPEG_LOSSLESS, "j2k": JPEG_2000, "htj2k": HTJ2K}
SLICES = {"jls": 60, "rle": 200, "jll": 80, "j2k": 16, "htj2k": 80}  # about a third of a second each


class Codecs:
    """The series, written when first wanted, and a warm pool of two workers."""

    def __init__(self, folder: Path, values: Callable[[], np.ndarray]) -> None:
        self._folder = folder
        self._values = values
        self.workers = ProcessWorkers(worker_command(), 2)
        self.series = cache(self._series)

    def close(self) -> None:
        """End the workers."""
        self.workers.close()

    def _series(self, name: str) -> tuple[Path, np.ndarray]:
        folder, values = self._folder / name, self._values()[: SLICES[name]]
        write_coded_series(folder, values, SYNTAXES[name])
        return folder, values

    def case(self, name: str, goal: float, *peers: str) -> Row:
        """Ours against the best of those peers that can read it at all and read it right."""
        folder, values = self.series(name)
        able = {peer: PEERS[peer] for peer in peers if _is_able(PEERS[peer], folder, values)}
        assert np.array_equal(our_volume(folder, self.workers), values)
        works = {"ours": lambda: our_volume(folder, self.workers)}
        works |= {peer: (lambda read=read: read(folder)) for peer, read in able.items()}
        samples = alternate_all(works, runs=RUNS)
        ours = samples.pop("ours")
        best = min(samples, key=lambda peer: median(samples[peer]))
        ratio = median(samples[best]) / median(ours)
        note = "; ".join((*self._limits(folder, len(values)), *_others(samples, best, peers)))
        met = ratio >= goal
        return Row(
            f"load_{name}",
            median(ours),
            best,
            median(samples[best]),
            ratio,
            f">= {goal:g}x",
            met,
            ours,
            samples[best],
            note,
        )

    def _limits(self, folder: Path, count: int) -> tuple[str, ...]:
        """What no program could be faster than, with this decoder on these cores."""
        frames = [_frame(path) for path in sorted(folder.iterdir())]
        reading = median(seconds(lambda: [path.read_bytes() for path in folder.iterdir()]) for _ in range(3))
        one = median(seconds(lambda: [_decode(*frame) for frame in frames]) for _ in range(3))
        with ThreadPoolExecutor(2) as pool:
            two = median(seconds(lambda: list(pool.map(lambda frame: _decode(*frame), frames))) for _ in range(3))
        return (
            f"{count} slices",
            f"limit: reading {reading * 1000:.0f} ms, decoder alone {one * 1000:.0f} ms on 1 thread",
            f"{two * 1000:.0f} ms on 2",
        )


def _is_able(read: Callable[[Path], np.ndarray], folder: Path, values: np.ndarray) -> bool:
    try:
        return np.array_equal(read(folder), values)
    except Exception:  # it has no decoder for this syntax
        return False


def _others(samples: dict[str, list[float]], best: str, peers: tuple[str, ...]) -> list[str]:
    slower = [f"{peer} {median(samples[peer]) * 1000:.0f} ms" for peer in samples if peer != best]
    return [*slower, *(f"{peer} cannot" for peer in peers if peer not in samples)]


def _frame(path: Path) -> tuple[dict[str, object], str, bytes]:
    with path.open("rb", buffering=0) as stream:
        header = scan(stream, path.name)
        (fragments,) = locate_frames(stream, header)
        return asdict(header.image), header.transfer_syntax_uid, FrameFile(stream, fragments).readall()


def _decode(pixels: dict[str, object], syntax: str, data: bytes) -> None:
    decode_frame(Task({"pixels": pixels, "syntax": syntax}, _Bytes(data), lambda _: None))  # type: ignore[arg-type]


class _Bytes:
    """A file that gives its bytes without a copy."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self) -> bytes:
        return self._data
