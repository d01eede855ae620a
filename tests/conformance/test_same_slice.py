"""The same slice by our renderer and by an independent one: equal within one grey level, over every image there is.

Ours: scan, group, load, hang, `PaneRenderer.picture` without texts. The other: `standard_picture` (pydicom's values,
the standard's formulas in numpy, SimpleITK's linear resampling). Each stack as acquired at its first, middle and last
image, each volume in a coronal and a sagittal plane too; at one pane pixel an image pixel and at a fractional zoom. Of
a film of many frames and of a series the frames in between are not drawn: they take the same road. Where a header has
no window, both get the one that ours chooses. `-s` prints the table.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Sequence_
from PySide6.QtGui import QImage

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.headers.scan import scan
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.study import Patient
from medscan_desktop.imaging.voi import Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.imaging.window import auto_window
from medscan_desktop.render.pane import PaneRenderer
from medscan_desktop.scene.camera import plane_axes
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.navigation import at_slice
from medscan_desktop.scene.view import View, ViewId, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from medscan_desktop.services.studies import open_study
from medscan_desktop.services.wrap import wrap_files
from medscan_desktop.workstation.stacks import stack_of
from tests.support.desks import sitting
from tests.support.dicom_files import ct_slice, file_bytes
from tests.support.made_objects import MADE, made
from tests.support.pictures import pixels_of
from tests.support.pool import process_workers
from tests.support.real_data import ROOT, UNREADABLE, data_folder, series_folder
from tests.support.scenes import STUDY
from tests.support.standard_picture import GreyScale, block, block_of_file, flat, grey, grey_scale, image_of, is_inverse

FOLDERS = ("syntaxes", "enhanced", "cr_dx_mg", "cine", "objects", "malformed")
SERIES = ("ct_abdomen_j2k", "ct_chest_dicom", "ct_head_dicom", "mr_head_t1_dicom", "pet_dicom")
NOT_DRAWN = ("video", "SEG", "ECG", "encapsulated")  # no picture of their own: clips, masks, documents
PATIENT = Patient("S-1", "Slice^Same", "19800102", "F")
ACROSS = {ViewKind.AXIAL: 2, ViewKind.CORONAL: 1, ViewKind.SAGITTAL: 0}  # the patient axis through the screen
ZOOM = 1.37
LARGEST = 1400  # pixels of a pane's side


@dataclass
class Tally:
    """What was compared, for the table."""

    rows: list[tuple[str, int, int, float]] = field(default_factory=list)

    def add(self, name: str, differences: Sequence[np.ndarray]) -> None:
        pixels = sum(one.size for one in differences)
        worst = max((int(one.max()) for one in differences), default=0)
        share = sum(int((one > 0).sum()) for one in differences) / max(pixels, 1)
        self.rows.append((name, len(differences), worst, share))

    def print(self) -> None:
        print(f"\n{'images':52} pictures  largest difference  pixels that differ")
        for name, count, worst, share in self.rows:
            print(f"{name[:52]:52} {count:8} {worst:19} {share:18.3%}")
        pictures, worst = sum(row[1] for row in self.rows), max((row[2] for row in self.rows), default=0)
        print(f"{len(self.rows)} stacks, {pictures} pictures, largest difference {worst} grey levels")


@pytest.fixture(scope="module")
def tally() -> Iterator[Tally]:
    found = Tally()
    yield found
    found.print()


def stacks_in(paths: Sequence[Path]) -> Iterator[tuple[StackPlan, Volume, dict[str, Path]]]:
    """Every stack that is shown of these files, loaded."""
    headers: list[Header] = []
    for path in paths:
        with path.open("rb") as stream:
            headers.append(scan(stream, path.name))
    where = {str(header.sop_instance_uid): path for header, path in zip(headers, paths, strict=True)}
    for plan in group(headers).stacks:
        loading = start_load(plan, lambda uid: where[uid].open("rb"), process_workers())
        assert loading.wait(60)
        assert not loading.failures, loading.failures
        yield plan, loading.volume, where


def hung(plan: StackPlan, volume: Volume) -> Workspace:
    return hang(EMPTY, STUDY, (replace(stack_of(plan), volume=volume, loaded_count=len(volume.loaded)),))


def difference(picture: QImage, expected: np.ndarray) -> np.ndarray:
    found = pixels_of(picture).astype(int)
    wanted = expected if expected.ndim == 3 else expected[..., None]
    return np.abs(found - wanted).max(axis=2)


def acquired(plan: StackPlan, volume: Volume, where: dict[str, Path]) -> Iterator[np.ndarray]:
    """The differences of the first, middle and last image, at both zooms."""
    workspace, last = hung(plan, volume), len(plan.frames) - 1
    view = replace(workspace.views[0], kind=ViewKind.ACQUIRED)
    scale = scale_of(plan, view, where)
    for n in sorted({0, (last + 1) // 2, last}):
        ref = plan.frames[n]
        image = image_of(where[ref.instance], ref.frame)
        for size in sizes(image.values.shape[:2], image.row_mm / image.column_mm):
            values, tissue = flat(image, size)
            expected = coloured(values, tissue, view) if image.is_colour else _grey(values, tissue, scale, view)
            shown = replace(view, frame=plan.slices[n])
            yield difference(PaneRenderer().picture(workspace, shown, size, texts=False), expected)


def across(plan: StackPlan, volume: Volume, where: dict[str, Path]) -> Iterator[np.ndarray]:
    """The differences of a coronal and a sagittal plane a third of the way through, at both zooms."""
    if not plan.is_volume or not all(
        "ImagePositionPatient" in header.attributes or "ImagePositionPatient" in header.per_frame
        for header in plan.headers
    ):
        return
    workspace = hung(plan, volume)
    whole = block([(where[ref.instance], ref.frame) for ref in plan.frames])
    scale = scale_of(plan, workspace.views[0], where)
    for kind in (ViewKind.CORONAL, ViewKind.SAGITTAL):
        view = replace(workspace.views[0], id=ViewId(0), kind=kind)
        axes = plane_axes(volume.geometry, kind)
        at = volume.geometry.size_ijk[axes.through] // 3
        moved = at_slice(workspace.with_view(view), view, at)
        right, down = (volume.geometry.spacing[axis] for axis in (axes.right, axes.down))
        counts = volume.geometry.size_ijk[axes.down], volume.geometry.size_ijk[axes.right]
        for size in sizes(counts, down / right):
            values, tissue = whole.plane(kind.value, at, size)
            expected = _grey(values, tissue, scale, view)
            yield difference(PaneRenderer().picture(moved, view, size, texts=False), expected)


def sizes(shape: Sequence[int], aspect: float) -> list[tuple[int, int]]:
    """Panes for rows x columns: one pixel a pixel (the finer way where they are not square), and a fractional zoom.

    The second leaves an even number of pixels beside a square image, so that no pixel's centre lies on its edge.
    """
    rows, columns = shape[0] * max(aspect, 1.0), shape[1] * max(1 / aspect, 1.0)
    zoom = min(1.0, LARGEST / max(rows, columns))
    zoomed = ZOOM if max(rows, columns) * ZOOM <= LARGEST else 0.71
    return [
        (round(columns * zoom), round(rows * zoom)) if zoom == 1.0 else (round(columns * 0.83), round(rows * 0.83)),
        (
            round(columns * zoomed) + 12,
            round(rows * zoomed) + 4,
        ),
    ]


def scale_of(plan: StackPlan, view: View, where: dict[str, Path]) -> GreyScale:
    """The header's own window, of the middle image; what ours chose where it has none."""
    ref = plan.frames[len(plan.frames) // 2]
    found = grey_scale(where[ref.instance], ref.frame)
    if found is not None:
        return found
    assert isinstance(view.voi, Window)
    inverse = is_inverse(where[ref.instance])
    return GreyScale(view.voi.centre, view.voi.width, view.voi.function.value, is_inverse=inverse)


def _grey(values: np.ndarray, tissue: np.ndarray, scale: GreyScale, view: View) -> np.ndarray:
    return grey(values, tissue, scale, user_inverse=view.inverted).astype(int)


def coloured(values: np.ndarray, tissue: np.ndarray, view: View) -> np.ndarray:
    levels = np.floor(values + 0.5)
    return np.where(tissue[..., None], 255 - levels if view.inverted else levels, 0).astype(int)


def compare(name: str, paths: Sequence[Path], tally: Tally) -> None:
    for plan, volume, where in stacks_in(paths):
        found = [*acquired(plan, volume, where), *across(plan, volume, where)]
        tally.add(f"{name} {plan.label}", found)
        assert max(int(one.max()) for one in found) <= 1, f"{name}: {[int(one.max()) for one in found]}"


def volumes_of_other_formats() -> list[str]:
    folder = Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    return [str(path.relative_to(folder)) for path in sorted((folder / "labelled").glob("*"))] or ["labelled"]


def files() -> list[str]:
    """Named at collection, so that each file is a test; the data folder is asked for again inside."""
    folder = Path(os.environ.get("MEDSCAN_TEST_DATA", ROOT.parent / "shared" / "data"))
    names = (str(path.relative_to(folder)) for name in FOLDERS for path in sorted((folder / name).glob("*")))
    return [name for name in names if Path(name).name not in UNREADABLE] or ["syntaxes"]


@pytest.mark.parametrize("name", files())
def test_a_real_file_looks_as_the_standards_formulas_say(name: str, tally: Tally) -> None:
    compare(name, [data_folder() / name], tally)


@pytest.mark.parametrize("name", SERIES)
def test_a_real_series_looks_as_the_standards_formulas_say(name: str, tally: Tally) -> None:
    compare(name, [path for path in sorted(series_folder(name).rglob("*")) if path.is_file()], tally)


def with_table(name: str, values: np.ndarray, first: int, bits: int) -> Sequence_:
    """A lookup table's sequence (PS3.3 C.11.1.1.1)."""
    item = Dataset()
    item.add_new(0x00283002, "US", [len(values) % 65_536, first % 65_536, bits])
    item.add_new(0x00283003, "LO", name)
    item.add_new(0x00283006, "OW", values.astype(np.uint16).tobytes())
    return Sequence_([item])


GAMMA = (np.linspace(0, 1, 1024) ** 0.6 * 4095).round()
RULES = {
    "LINEAR": {"WindowCenter": 40, "WindowWidth": 400},
    "LINEAR, width 1": {"WindowCenter": 40, "WindowWidth": 1},
    "LINEAR_EXACT": {"WindowCenter": 40.5, "WindowWidth": 0.5, "VOILUTFunction": "LINEAR_EXACT"},
    "SIGMOID": {"WindowCenter": 40, "WindowWidth": 300, "VOILUTFunction": "SIGMOID"},
    "VOI LUT": {"VOILUTSequence": with_table("gamma", GAMMA, -400, 12)},
    "modality LUT": {
        "ModalityLUTSequence": with_table("squares", np.arange(2048) ** 2 / 100, -1024, 16),
        "RescaleSlope": None,
        "RescaleIntercept": None,
        "WindowCenter": 10_000,
        "WindowWidth": 20_000,
    },
    "MONOCHROME1": {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": 40, "WindowWidth": 400},
    "MONOCHROME1 and INVERSE": {
        "PhotometricInterpretation": "MONOCHROME1",
        "PresentationLUTShape": "INVERSE",
        "WindowCenter": 40,
        "WindowWidth": 400,
    },
    "padding under MONOCHROME1": {
        "PhotometricInterpretation": "MONOCHROME1",
        "PixelPaddingValue": -1000,
        "PixelPaddingRangeLimit": -700,
        "WindowCenter": 40,
        "WindowWidth": 1400,
    },
    "rescale that is no whole number": {
        "RescaleSlope": 0.37,
        "RescaleIntercept": -12.5,
        "WindowCenter": 4,
        "WindowWidth": 300,
    },
    "pixels that are not square": {"PixelSpacing": [0.7, 1.3], "WindowCenter": 40, "WindowWidth": 900},
    "12 bits above four others": {"BitsStored": 12, "HighBit": 15, "WindowCenter": 4, "WindowWidth": 90},
}


@pytest.mark.parametrize("rule", list(RULES))
def test_each_rule_of_the_grey_pipeline_looks_as_its_formula_says(rule: str, tmp_path: Path, tally: Tally) -> None:
    values = np.random.default_rng(4).integers(-1000, 1000, (61, 47)).astype(np.int16)
    dataset = ct_slice(rows=61, columns=47, **({"PixelData": values.tobytes()} | RULES[rule]))
    path = tmp_path / "rule.dcm"
    path.write_bytes(file_bytes(dataset))

    compare(f"rule: {rule}", [path], tally)


@pytest.mark.parametrize("name", volumes_of_other_formats())
def test_a_wrapped_volume_looks_as_simpleitk_reads_its_file(name: str, tmp_path: Path, tally: Tally) -> None:
    path = data_folder() / name
    found = []
    with sitting(tmp_path) as reader:
        (outcome,) = reader.ask(wrap_files, paths=[path], patient=PATIENT)
        reader.ask(open_study, study_instance_uid=outcome.study_instance_uid)
        workspace = reader.parts.workstation.store.workspace
        volume = arrived(workspace)
        whole, image = block_of_file(path)
        for kind in (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL):
            axes = plane_axes(volume.geometry, kind)
            index = np.array(volume.geometry.size_ijk) // 3
            view = replace(workspace.views[0], id=ViewId(0), kind=kind, voi=auto_window(whole.values, None))
            moved = at_slice(replace(workspace, views=(view,)), view, int(index[axes.through]))
            there = image.TransformPhysicalPointToContinuousIndex(volume.geometry.to_patient(index).tolist())
            at = round(
                there[int(np.argmax(np.abs(whole.steps[{"axial": 2, "coronal": 1, "sagittal": 0}[kind.value]])))]
            )
            assert isinstance(view.voi, Window)
            scale = GreyScale(view.voi.centre, view.voi.width, view.voi.function.value)
            right, down = (volume.geometry.spacing[axis] for axis in (axes.right, axes.down))
            counts = volume.geometry.size_ijk[axes.down], volume.geometry.size_ijk[axes.right]
            for size in sizes(counts, down / right):
                values, tissue = whole.plane(kind.value, at, size)
                picture = PaneRenderer().picture(moved, view, size, texts=False)
                found.append(difference(picture, _grey(values, tissue, scale, view)))
    tally.add(name, found)
    assert max(int(one.max()) for one in found) <= 1, [int(one.max()) for one in found]


def arrived(workspace: Workspace) -> Volume:
    """The volume on screen, whole."""
    (stack,) = (one for one in workspace.stacks if one.volume is not None)
    assert stack.volume is not None
    deadline = time.monotonic() + 30
    while not stack.volume.is_complete and time.monotonic() < deadline:
        time.sleep(0.005)
    assert stack.volume.is_complete
    return stack.volume


@pytest.mark.parametrize("name", [name for name in MADE if not name.startswith(NOT_DRAWN)])
def test_a_made_image_looks_as_the_standards_formulas_say(name: str, tmp_path: Path, tally: Tally) -> None:
    compare(f"made: {name}", made(tmp_path, name), tally)
