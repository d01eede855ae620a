"""Positions and distances to 0.01 mm on phantoms of known geometry, written as files and opened as a user's are.

clinical-conventions, Geometry 1, 2, 4, 5 and 6.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom.uid import ExplicitVRBigEndian

from medscan_desktop.render.planes import PlaneSource
from medscan_desktop.render.sampling import Grid, sample
from medscan_desktop.scene.camera import pane_map
from medscan_desktop.scene.view import View, ViewId, ViewKind
from tests.support.known_geometry import Phantom, error_of, found_places, opened, oriented, table, tilted, written
from tests.support.phantoms import rotation, signed_permutations

CLOSE_MM = 0.01
PLAIN = Phantom("axial")
TURNED = rotation((13, -27, 41))
OBLIQUES = [(20, 0, 0), (0, 35, 0), (0, 0, -25), (13, -27, 41), (-50, 70, 110), (88, 2, -3)]


def _orders() -> list[Phantom]:
    found = []
    for number, directions in enumerate(signed_permutations()):
        phantom = oriented(replace(PLAIN, name=f"signed axis order {number + 1} of 48"), directions)
        found.append(phantom)
    return found


def _thin(decimals: int, **fields: object) -> Phantom:
    """0.625 mm between 240 slices, as a thin CT has; positions with so many decimals.

    Axial slices share x and y: what those lose in rounding is lost for good, so they are such as lose nothing.
    """
    name = f"0.625 mm, positions to {decimals} decimal{'s' if decimals > 1 else ''}"
    thin = replace(PLAIN, name=name, spacing_k=0.625, slices=240, decimals=decimals, origin=(-113.3, 41.6, -207.31))
    return replace(thin, **fields)  # type: ignore[arg-type]


CASES = [
    PLAIN,
    *_orders(),
    *(oriented(replace(PLAIN, name=f"oblique {angles}"), rotation(angles)) for angles in OBLIQUES),
    *(tilted(replace(PLAIN, name=f"tilt {d:+}°"), d, np.eye(3)) for d in (18, -18, 3)),
    *(tilted(replace(PLAIN, name=f"tilt {d:+}° of a turned patient"), d, TURNED) for d in (22, -22)),
    replace(PLAIN, name="reversed order", is_reversed=True),
    replace(PLAIN, name="one slice missing", missing=(4,)),
    replace(PLAIN, name="three and one slices missing", missing=(2, 6, 7, 8)),
    tilted(replace(PLAIN, name="a slice missing under a tilt", missing=(4,)), 15, TURNED),
    replace(PLAIN, name="a slice twice", repeated=(5,)),
    replace(PLAIN, name="anisotropic pixels 0.3 × 1.9 mm", pixel=(0.3, 1.9)),
    *(_thin(decimals) for decimals in (3, 2, 1)),
    *(oriented(replace(_thin(d), name=f"0.625 mm oblique, {d} decimals"), TURNED) for d in (3, 2, 1)),
    replace(PLAIN, name="rescale of each slice", slopes=(1.0, 2.5, 0.5)),
    replace(PLAIN, name="SpacingBetweenSlices -2.5", attributes={"SpacingBetweenSlices": -2.5}),
    replace(PLAIN, name="a single slice", slices=1),
    replace(PLAIN, name="big endian", syntax=ExplicitVRBigEndian),
    replace(PLAIN, name="enhanced multi-frame", is_enhanced=True),
    oriented(
        replace(PLAIN, name="enhanced, oblique, rescale of each frame", slopes=(1.0, 2.0, 0.25), is_enhanced=True),
        TURNED,
    ),
    tilted(replace(PLAIN, name="enhanced, tilt", is_enhanced=True), -12, TURNED),
]


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, float]]:
    """Every case's errors, measured once; the table goes to the log of the run (`pytest -s`)."""
    root = tmp_path_factory.mktemp("known")
    found = []
    for number, phantom in enumerate(CASES):
        plan, volume = opened(written(phantom, root / str(number)))
        assert len(plan.frames) == phantom.slices - len(phantom.missing), phantom.name
        found.append(error_of(phantom, found_places(phantom, volume, plan.geometry.to_patient)))
    print("\n" + table(found))
    return {one.name: (one.position, one.distance) for one in found}


@pytest.mark.parametrize("name", [phantom.name for phantom in CASES])
def test_positions_and_distances_are_right(errors: dict[str, tuple[float, float]], name: str) -> None:
    position, distance = errors[name]

    assert position < CLOSE_MM and distance < CLOSE_MM


@pytest.mark.parametrize("decimals", [1, 2, 3])
@pytest.mark.parametrize("offset", np.linspace(0, 0.1, 7)[:-1].tolist())
def test_rounded_positions_are_true_to_the_line_wherever_it_begins(
    tmp_path: Path, decimals: int, offset: float
) -> None:
    """Steps of 0.625 mm meet 4 phases of 0.1 mm: lines within 0.0125 mm of the true one all round to the same digits.

    With 1 decimal so much of the position may be lost in the file, by where the stack begins; nothing of distances.
    """
    x, y, z = _thin(decimals).origin
    phantom = _thin(decimals, origin=(x, y, z + offset))
    plan, volume = opened(written(phantom, tmp_path / "thin"))
    error = error_of(phantom, found_places(phantom, volume, plan.geometry.to_patient))

    assert plan.warnings == () and plan.is_volume
    assert error.distance < CLOSE_MM
    assert error.position < (CLOSE_MM if decimals > 1 else 0.0125 + 0.0005)


def _is_plain(phantom: Phantom) -> bool:
    is_whole = not (phantom.missing or phantom.repeated or phantom.is_enhanced)
    return is_whole and "tilt" not in phantom.name and phantom.slices > 2


@pytest.mark.parametrize("phantom", [one for one in CASES if _is_plain(one)][::5], ids=lambda phantom: phantom.name)
def test_a_second_implementation_agrees(tmp_path: Path, phantom: Phantom) -> None:
    """SimpleITK on the same files; it knows no tilt, no gap and no duplicates."""
    paths = written(phantom, tmp_path / "files")
    _, volume = opened(paths)
    normal = np.cross(phantom.row, phantom.column)
    order = sorted(range(phantom.slices), key=lambda k: float(phantom.place(0, 0, k) @ normal))
    image = sitk.ReadImage([str(paths[k]) for k in order])

    other = sitk.GetArrayFromImage(image)
    for number, index in enumerate(phantom.landmarks):
        ours = np.argwhere(np.isclose(volume.values, (1001 + number) * phantom.slope(index[2])))[0][::-1]
        theirs = np.argwhere(np.isclose(other, (1001 + number) * phantom.slope(index[2])))[0][::-1]
        place = image.TransformIndexToPhysicalPoint([int(value) for value in theirs])  # type: ignore[no-untyped-call]
        np.testing.assert_allclose(volume.geometry.to_patient(ours), place, atol=CLOSE_MM)


@pytest.mark.parametrize("degrees", [20.0, -20.0])
@pytest.mark.parametrize("turn", [np.eye(3), rotation((0, 0, 30)), TURNED], ids=["straight", "in-plane", "oblique"])
@pytest.mark.parametrize("kind", [ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL])
def test_a_straight_rod_is_straight_in_every_plane_of_a_tilted_stack(
    tmp_path: Path, degrees: float, turn: np.ndarray, kind: ViewKind
) -> None:
    """Each voxel says its distance from three planes of the patient: what a pane shows at a pixel is where it lies.

    The three are the coordinates across a rod along x, y and z; linear interpolation of them is exact.
    """
    phantom = tilted(replace(PLAIN, name="rod", slices=9), degrees, turn)
    plan, volume = opened(written(phantom, tmp_path / "rod"))
    k, j, i = np.meshgrid(*(np.arange(size) for size in volume.values.shape), indexing="ij")
    places = plan.geometry.to_patient(np.stack([i, j, k], axis=-1))
    truth = phantom.place(0, 0, 0) + np.stack([i, j, k], axis=-1) @ _steps(phantom)
    np.testing.assert_allclose(places, truth, atol=CLOSE_MM)
    size = (120, 90)
    pane = pane_map(plan.geometry, View(ViewId(0), kind), None, size)
    for axis in range(3):
        own = replace(volume, values=truth[..., axis].astype(np.float32))
        shown = sample(PlaneSource(own), Grid.of(pane, size, 1.0))
        assert shown is not None
        rows, columns = np.mgrid[: shown.values.shape[0], : shown.values.shape[1]]
        centres = np.stack([columns + shown.left, rows + shown.top], axis=-1) + 0.5
        expected = pane.to_patient(centres)[..., axis]
        inside = _well_inside(plan.geometry.to_index(pane.to_patient(centres)), volume.values.shape)
        assert inside.sum() > 500
        np.testing.assert_allclose(shown.values[inside], expected[inside], atol=CLOSE_MM)


def _steps(phantom: Phantom) -> np.ndarray:
    """Rows: the way in mm of one step along i, j, k."""
    zero = phantom.place(0, 0, 0)
    return np.stack([phantom.place(*index) - zero for index in ((1, 0, 0), (0, 1, 0), (0, 0, 1))])


def _well_inside(index: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Where linear interpolation has neighbours on both sides."""
    last = np.array(shape[::-1]) - 1
    return np.asarray(((index >= 0) & (index <= last)).all(axis=-1))
