"""Which way is up: every plane, every orientation, every turn and flip, checked by number."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.scene.camera import PaneMap, fit_mm_per_pixel, pane_map, picture_size, plane_axes
from medscan_desktop.scene.letters import edge_letters, opposite
from medscan_desktop.scene.stack import Corners
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from tests.support.phantoms import brightest_side, geometry_of, painted, rotation, sheared_geometry, signed_permutations
from tests.support.slicing import resample_plane

PANE = (400, 300)
AS_HUNG = Camera()
PLANES = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)
EXPECTED = {  # left, right, top, bottom
    ViewKind.AXIAL: ("R", "L", "A", "P"),
    ViewKind.CORONAL: ("R", "L", "H", "F"),
    ViewKind.SAGITTAL: ("A", "P", "H", "F"),
}
SIDES = {"L": (1, 0, 0), "R": (-1, 0, 0), "P": (0, 1, 0), "A": (0, -1, 0), "H": (0, 0, 1), "F": (0, 0, -1)}
OBLIQUES = [rotation(turn) for turn in ((12, -8, 10), (30, 20, -40), (-44, 10, 5), (3, 2, 1))]
CAMERAS = [
    Camera(1.7, (3.0, -5.0), turn, horizontal, vertical)
    for turn, horizontal, vertical in product((0.0, 30.0, 90.0, 145.0, 270.0), (False, True), (False, True))
]


def view(kind: ViewKind, camera: Camera = AS_HUNG, frame: int = 0) -> View:
    return View(ViewId(0), kind, None, frame, camera=camera)


def pane(geometry: Geometry, kind: ViewKind, camera: Camera = AS_HUNG) -> PaneMap:
    return pane_map(geometry, view(kind, camera), None, PANE)


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize("directions", list(signed_permutations()))
def test_a_plane_reads_the_same_way_however_the_stack_was_stored(directions: np.ndarray, kind: ViewKind) -> None:
    found = edge_letters(pane(geometry_of(directions), kind), view(kind), Corners())
    assert found == EXPECTED[kind]


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize("turn", [(8, -6, 5), (12, -8, 10), (-14, 9, -3)])
def test_an_oblique_stack_keeps_its_first_letters(turn: tuple[float, float, float], kind: ViewKind) -> None:
    for directions in signed_permutations():
        found = edge_letters(pane(geometry_of(rotation(turn) @ directions), kind), view(kind), Corners())
        assert tuple(letters[0] for letters in found) == EXPECTED[kind]


@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
@pytest.mark.parametrize("directions", [*signed_permutations(), *OBLIQUES])
def test_letters_stand_where_the_picture_has_that_side(directions: np.ndarray, kind: ViewKind) -> None:
    """The picture, sampled in patient space, must grow brighter towards the letter of the side it was painted by."""
    geometry = geometry_of(directions)
    for camera in CAMERAS:
        mapped = pane(geometry, kind, camera)
        letters = edge_letters(mapped, view(kind, camera), Corners())
        middle, right, down = mapped.to_patient([(200, 150), (201, 150), (200, 151)])
        ways = dict(zip(letters, (middle - right, right - middle, middle - down, down - middle), strict=True))
        for shown, way in ways.items():
            brighter = way @ np.array(SIDES[shown[0]], float)
            others = [abs(way @ np.array(side, float)) for side in SIDES.values()]
            assert brighter > 0 and brighter == pytest.approx(max(others))
            assert all(way @ np.array(SIDES[letter], float) > 0 for letter in shown)


@pytest.mark.parametrize("kind", PLANES)
@pytest.mark.parametrize("directions", list(signed_permutations()))
def test_the_bright_side_of_a_lopsided_phantom_is_at_its_letter(directions: np.ndarray, kind: ViewKind) -> None:
    """Left, back and head of the body are bright by unequal amounts: seen in the sampled picture itself."""
    geometry = geometry_of(directions)
    volume = painted(geometry, lambda p: (p - geometry.centre) @ (3.0, 5.0, 9.0), dtype=np.float32)
    assert (brightest_side(volume) > 0).all()
    for camera in CAMERAS[::3]:
        mapped = pane(geometry, kind, replace(camera, zoom=1.0, centre=(0, 0)))
        y, x = np.mgrid[50:250:5, 100:300:5]
        picture = resample_plane(
            volume.values, geometry, mapped.to_patient(np.stack([x, y], -1)), order=1, outside=np.nan
        )
        letters = edge_letters(mapped, view(kind, camera), Corners())
        for (low, high), gradient in zip(
            (letters[:2], letters[2:]), (np.diff(picture, axis=1), np.diff(picture, axis=0)), strict=True
        ):
            rising = np.nanmean(gradient)
            weights = {letter: np.dot(SIDES[letter], (3.0, 5.0, 9.0)) for letter in SIDES}
            if len(high) == len(low) == 1:
                assert np.sign(rising) == np.sign(weights[high]) == -np.sign(weights[low])


def test_a_turn_is_clockwise_and_comes_after_the_flips() -> None:
    geometry = geometry_of(np.eye(3))
    turned = edge_letters(pane(geometry, ViewKind.AXIAL, Camera(rotation=90)), view(ViewKind.AXIAL), Corners())
    assert turned == ("P", "A", "R", "L")  # what was on top is right, what was left is on top
    camera = Camera(rotation=90, flip_horizontal=True)
    flipped = edge_letters(pane(geometry, ViewKind.AXIAL, camera), view(ViewKind.AXIAL), Corners())
    assert flipped == ("P", "A", "L", "R")


def test_the_flips_exchange_opposite_letters() -> None:
    geometry = geometry_of(np.eye(3))
    found = [
        edge_letters(pane(geometry, ViewKind.CORONAL, camera), view(ViewKind.CORONAL), Corners())
        for camera in (Camera(flip_horizontal=True), Camera(flip_vertical=True))
    ]
    assert found == [("L", "R", "H", "F"), ("R", "L", "F", "H")]


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
def test_patient_to_pane_undoes_pane_to_patient(kind: ViewKind, camera: Camera) -> None:
    for geometry in (geometry_of(OBLIQUES[1]), sheared_geometry(-25)):
        mapped = pane(geometry, kind, camera)
        positions = np.array([(0, 0), (400, 300), (17.5, 230.25)])
        assert mapped.to_pane(mapped.to_patient(positions)) == pytest.approx(positions)


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
@pytest.mark.parametrize("geometry", [geometry_of(OBLIQUES[0]), sheared_geometry(25), sheared_geometry(-10)])
def test_a_millimetre_is_as_long_in_every_direction_of_the_pane(
    geometry: Geometry, kind: ViewKind, camera: Camera
) -> None:
    mapped = pane(geometry, kind, camera)
    assert np.linalg.norm(mapped.right) == pytest.approx(mapped.mm_per_pixel)
    assert np.linalg.norm(mapped.down) == pytest.approx(mapped.mm_per_pixel)
    assert mapped.right @ mapped.down == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
@pytest.mark.parametrize("geometry", [geometry_of(OBLIQUES[2]), sheared_geometry(25)])
def test_every_pixel_of_a_pane_lies_on_the_one_slice_shown(geometry: Geometry, kind: ViewKind) -> None:
    for camera in CAMERAS:
        mapped = pane(geometry, kind, camera)
        index = geometry.to_index(mapped.to_patient([(0, 0), (400, 0), (0, 300), (123, 45)]))
        assert index[:, mapped.axes.through] == pytest.approx(mapped.slice_index)


@pytest.mark.parametrize("kind", [*PLANES, ViewKind.ACQUIRED])
def test_at_zoom_one_the_whole_image_just_fits(kind: ViewKind) -> None:
    for geometry in (geometry_of(np.eye(3)), geometry_of(OBLIQUES[1]), sheared_geometry(25)):
        for angle in (0.0, 30.0, 90.0):
            mapped = pane(geometry, kind, Camera(rotation=angle))
            axes = mapped.axes
            corners = np.full((4, 3), float(mapped.slice_index))
            corners[:, axes.right] = np.array([0, 0, 1, 1]) * geometry.size_ijk[axes.right] - 0.5
            corners[:, axes.down] = np.array([0, 1, 0, 1]) * geometry.size_ijk[axes.down] - 0.5
            at = mapped.to_pane(geometry.to_patient(corners))
            assert at.min() >= -1e-6 and (at.max(axis=0) <= np.array(PANE) + 1e-6).all()
            slack = np.concatenate([at.min(axis=0), np.array(PANE) - at.max(axis=0)])
            assert slack.min() == pytest.approx(0, abs=1e-6)
            assert mapped.mm_per_pixel == pytest.approx(
                fit_mm_per_pixel(picture_size(geometry, axes, Camera(rotation=angle)), PANE)
            )


def test_acquired_shows_rows_and_columns_as_stored() -> None:
    for directions in signed_permutations():
        geometry = geometry_of(directions)
        mapped = pane_map(geometry, view(ViewKind.ACQUIRED, frame=7), None, PANE)
        assert mapped.right / mapped.mm_per_pixel == pytest.approx(directions[:, 0])
        assert mapped.down / mapped.mm_per_pixel == pytest.approx(directions[:, 1])
        assert mapped.slice_index == 7


def test_the_focus_chooses_the_slice_of_every_plane() -> None:
    geometry = geometry_of(OBLIQUES[0])
    x, y, z = geometry.to_patient((31, 8, 4))
    for kind in PLANES:
        mapped = pane_map(geometry, view(kind), (x, y, z), PANE)
        assert mapped.slice_index == (31, 8, 4)[plane_axes(geometry, kind).through]


def test_without_a_geometry_there_are_no_letters() -> None:
    geometry = geometry_of(np.eye(3), spatial=False)
    assert edge_letters(pane(geometry, ViewKind.ACQUIRED), view(ViewKind.ACQUIRED), Corners()) == ("", "", "", "")


@pytest.mark.parametrize(
    ("camera", "expected"),
    [
        (Camera(), ("L", "R", "H", "F")),
        (Camera(flip_horizontal=True), ("R", "L", "H", "F")),
        (Camera(rotation=90), ("F", "H", "L", "R")),
        (Camera(rotation=30), ("LF", "RH", "HL", "FR")),
    ],
)
def test_without_a_geometry_patient_orientation_gives_the_letters(
    camera: Camera, expected: tuple[str, str, str, str]
) -> None:
    geometry = geometry_of(np.eye(3), spatial=False)
    corners = Corners(patient_orientation=("R", "F"))
    found = edge_letters(pane(geometry, ViewKind.ACQUIRED, camera), view(ViewKind.ACQUIRED, camera), corners)
    assert found == expected


@pytest.mark.parametrize("orientation", [("", ""), ("L", ""), ("Q", "F"), ("L", "LX")])
def test_an_orientation_that_the_standard_does_not_name_gives_no_letters(orientation: tuple[str, str]) -> None:
    geometry = geometry_of(np.eye(3), spatial=False)
    mapped = pane(geometry, ViewKind.ACQUIRED)
    assert edge_letters(mapped, view(ViewKind.ACQUIRED), Corners(patient_orientation=orientation)) == ("",) * 4


@pytest.mark.parametrize(
    ("side", "other", "quadruped"),
    [
        ("L", "R", False),
        ("AL", "PR", False),
        ("HLP", "FRA", False),
        ("X", "", False),
        ("LE", "RT", True),
        ("CRD", "CDV", True),
        ("PA", "PL", True),
        ("H", "", True),
    ],
)
def test_the_other_side_of_a_patient_orientation(side: str, other: str, quadruped: bool) -> None:
    assert opposite(side, quadruped=quadruped) == other
    assert other == "" or opposite(other, quadruped=quadruped) == side


def test_animals_have_their_own_letters_on_the_edges() -> None:
    found = edge_letters(pane(geometry_of(np.eye(3)), ViewKind.AXIAL), view(ViewKind.AXIAL), Corners(quadruped=True))
    assert found == ("RT", "LE", "V", "D")
