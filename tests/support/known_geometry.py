"""Phantoms of known geometry as DICOM files, and how far what the product makes of them is from the truth.

A phantom is air with a few landmark voxels, each of a value of its own, whose places in the patient are known by
formula. It is written to files, found, scanned, grouped and loaded as a user's images are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import EnhancedCTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian

from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.imaging.volume import Volume
from tests.support.dicom_files import ROOT_UID, ct_slice, file_bytes

Floats = np.ndarray
_FIRST_VALUE = 1001


@dataclass(frozen=True)
class Phantom:
    """What is written. `step` (mm) leads from one slice to the next; None: along the normal by `spacing_k`."""

    name: str
    row: tuple[float, float, float] = (1.0, 0.0, 0.0)
    column: tuple[float, float, float] = (0.0, 1.0, 0.0)
    origin: tuple[float, float, float] = (-113.27, 41.6, -207.31)
    pixel: tuple[float, float] = (0.7, 1.1)  # columns, rows
    spacing_k: float = 2.5
    step: tuple[float, float, float] | None = None
    slices: int = 12
    decimals: int = 6  # of the positions as they are written
    missing: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    slopes: tuple[float, ...] = (1.0,)  # of the slices in turn
    syntax: str = ExplicitVRLittleEndian
    is_enhanced: bool = False
    is_reversed: bool = False  # numbers and files run against the normal
    attributes: dict[str, object] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int, int]:
        """Columns, rows, slices."""
        return 10, 8, self.slices

    def place(self, i: float, j: float, k: float) -> Floats:
        """Where a voxel truly lies."""
        row, column = np.array(self.row), np.array(self.column)
        step = np.cross(row, column) * self.spacing_k if self.step is None else np.array(self.step)
        return np.asarray(np.array(self.origin) + row * self.pixel[0] * i + column * self.pixel[1] * j + step * k)

    @property
    def landmarks(self) -> list[tuple[int, int, int]]:
        """Index (i, j, k) of each landmark, on slices that are written."""
        there = [k for k in range(self.slices) if k not in self.missing]
        ends = [there[0], there[-1], there[len(there) // 2], there[len(there) // 3], there[-2 % len(there)]]
        spots = [(0, 0), (9, 7), (3, 5), (8, 1), (2, 6)]
        return [(i, j, k) for (i, j), k in zip(spots, ends, strict=True)]

    def stored(self, k: int) -> Floats:
        """The stored values of one slice, (rows, columns)."""
        plane = np.zeros((self.size[1], self.size[0]), np.int16)
        for number, (i, j, at) in enumerate(self.landmarks):
            if at == k:
                plane[j, i] = _FIRST_VALUE + number
        return plane

    def slope(self, k: int) -> float:
        """The rescale slope of one slice."""
        return self.slopes[k % len(self.slopes)]


@dataclass(frozen=True)
class Error:
    """The largest errors of one phantom, in mm."""

    name: str
    position: float
    distance: float


def written(phantom: Phantom, folder: Path) -> list[Path]:
    """The files of a phantom, under names that say nothing about their order; in the order of the slices."""
    folder.mkdir(parents=True)
    if phantom.is_enhanced:
        path = folder / "enhanced.dcm"
        path.write_bytes(file_bytes(_enhanced(phantom), phantom.syntax))
        return [path]
    wanted = [k for k in range(phantom.slices) if k not in phantom.missing]
    names = np.random.default_rng(5).permutation(1000)
    paths = []
    for count, (k, copy) in enumerate([(k, 0) for k in wanted] + [(k, 1) for k in phantom.repeated]):
        path = folder / f"IM{names[count]:04}"
        path.write_bytes(file_bytes(_slice(phantom, k, copy), phantom.syntax))
        paths.append(path)
    return paths


def _slice(phantom: Phantom, k: int, copy: int) -> Dataset:
    columns, rows, slices = phantom.size
    number = slices - k if phantom.is_reversed else k + 1
    dataset = ct_slice(
        number + copy * slices,
        rows=rows,
        columns=columns,
        ImagePositionPatient=_rounded(phantom, k),
        ImageOrientationPatient=[*phantom.row, *phantom.column],
        PixelSpacing=[phantom.pixel[1], phantom.pixel[0]],
        SliceThickness=7.0,
        RescaleSlope=phantom.slope(k),
        SOPInstanceUID=f"{ROOT_UID}.9.{k + 1}.{copy}",
        **phantom.attributes,
    )
    order = ">i2" if phantom.syntax == ExplicitVRBigEndian else "<i2"
    dataset.PixelData = phantom.stored(k).astype(order).tobytes()
    return dataset


def _rounded(phantom: Phantom, k: int) -> list[str]:
    return [f"{value:.{phantom.decimals}f}" for value in phantom.place(0, 0, k)]


def _enhanced(phantom: Phantom) -> Dataset:
    """All slices as frames of one object, in an order that is not that of space."""
    order = [int(k) for k in np.random.default_rng(2).permutation(phantom.slices)]
    dataset = _slice(phantom, 0, 0)
    dataset.SOPClassUID, dataset.NumberOfFrames = EnhancedCTImageStorage, phantom.slices
    for keyword in (
        "ImagePositionPatient",
        "ImageOrientationPatient",
        "PixelSpacing",
        "RescaleSlope",
        "SliceThickness",
    ):
        delattr(dataset, keyword)
    del dataset.RescaleIntercept
    dataset.SharedFunctionalGroupsSequence = Items(
        [
            _nested(
                PlaneOrientationSequence={"ImageOrientationPatient": [*phantom.row, *phantom.column]},
                PixelMeasuresSequence={"PixelSpacing": [phantom.pixel[1], phantom.pixel[0]], "SliceThickness": 7},
            )
        ]
    )
    dataset.PerFrameFunctionalGroupsSequence = Items(
        [
            _nested(
                PlanePositionSequence={"ImagePositionPatient": _rounded(phantom, k)},
                PixelValueTransformationSequence={
                    "RescaleSlope": phantom.slope(k),
                    "RescaleIntercept": 0,
                    "RescaleType": "HU",
                },
            )
            for k in order
        ]
    )
    dataset.PixelData = b"".join(phantom.stored(k).tobytes() for k in order)
    return dataset


def _nested(**sequences: dict[str, object]) -> Dataset:
    outer = Dataset()
    for keyword, values in sequences.items():
        item = Dataset()
        for name, value in values.items():
            setattr(item, name, value)
        setattr(outer, keyword, Items([item]))
    return outer


def opened(paths: Sequence[Path]) -> tuple[StackPlan, Volume]:
    """The largest stack of some files, wholly loaded, on the way that every image takes."""
    headers = []
    for path in sorted(paths):
        with path.open("rb") as stream:
            headers.append(scan(stream, path.name))
    plan = group(headers).stacks[0]
    files = {header.sop_instance_uid: path for header, path in zip(headers, sorted(paths), strict=True)}
    loading = start_load(plan, lambda uid: files[uid].open("rb", buffering=0), InlineWorkers())
    assert loading.wait(30)
    assert not loading.failures
    return plan, loading.volume


def found_places(phantom: Phantom, volume: Volume, to_patient: Callable[[Floats], Floats]) -> list[Floats]:
    """Where the product says that the landmarks lie; each is found by its value, which must be the only one of it."""
    places = []
    for number, (_, _, k) in enumerate(phantom.landmarks):
        value = (_FIRST_VALUE + number) * phantom.slope(k)
        hits = np.argwhere(np.isclose(volume.values, value))
        assert len(hits) == 1, f"{phantom.name}: landmark {number} is there {len(hits)} times"
        places.append(to_patient(hits[0][::-1].astype(float)))
    return places


def error_of(phantom: Phantom, places: Sequence[Floats]) -> Error:
    """How far these places, and the distances between them, are from the truth."""
    truth = [phantom.place(*index) for index in phantom.landmarks]
    off = max(float(np.linalg.norm(one - two)) for one, two in zip(places, truth, strict=True))
    pairs = combinations(range(len(truth)), 2)
    lengths = [
        abs(float(np.linalg.norm(places[a] - places[b]) - np.linalg.norm(truth[a] - truth[b]))) for a, b in pairs
    ]
    return Error(phantom.name, off, max(lengths))


def table(errors: Sequence[Error]) -> str:
    """Case, largest error of a position and of a distance in mm."""
    lines = [f"{'case':44} {'position mm':>12} {'distance mm':>12}"]
    return "\n".join(lines + [f"{one.name:44} {one.position:12.5f} {one.distance:12.5f}" for one in errors])


def tilted(phantom: Phantom, degrees: float, turn: Floats) -> Phantom:
    """The phantom of a gantry that leans by `degrees`: the table moves along the turned z axis, the slices lean."""
    angle = np.radians(degrees)
    row, column = turn @ (1, 0, 0), turn @ (0, np.cos(angle), -np.sin(angle))
    x, y, z = (float(value) for value in turn @ (0, 0, phantom.spacing_k))
    return replace(phantom, row=_plain(row), column=_plain(column), step=(x, y, z))


def _plain(vector: Floats) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in vector)
    return x, y, z


def oriented(phantom: Phantom, directions: Floats) -> Phantom:
    """The phantom with rows, columns and slices along the columns of `directions`."""
    step = _plain(directions[:, 2] * phantom.spacing_k)
    return replace(phantom, row=_plain(directions[:, 0]), column=_plain(directions[:, 1]), step=step)
