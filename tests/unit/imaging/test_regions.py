"""Regions of every kind: a pixel counts when its centre is inside (clinical-conventions, Distances), known answers."""

from dataclasses import replace

import numpy as np
import pytest

from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.imaging.geometry import Geometry
from medscan_desktop.imaging.histogram import histogram_of
from medscan_desktop.imaging.measure import angle, cobb_angle, measured, values_of
from medscan_desktop.imaging.regions import area_of, crosses_itself, pixels_inside, slice_axis, value_at, voxels_inside
from medscan_desktop.imaging.volume import Volume
from tests.support.measured import REGION
from tests.support.phantoms import geometry_of, painted, rotation, sheared_geometry, signed_permutations

Kind = MeasurementKind
TURNED = geometry_of(rotation((15, -25, 40)))
GEOMETRIES = [TURNED, sheared_geometry(), *list(map(geometry_of, signed_permutations()))[::7]]


def noise(geometry: Geometry, **fields: object) -> Volume:
    rng = np.random.default_rng(11)
    return painted(geometry, lambda p: rng.integers(-500, 500, p.shape[:-1]), **fields)


def frame_of(geometry: Geometry, through: int, degrees: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The middle of a slice, two unit vectors in it that do not lie along the pixels, and its normal."""
    one, other = (geometry.affine[:3, axis] for axis in range(3) if axis != through)
    normal = np.cross(one, other) / np.linalg.norm(np.cross(one, other))
    first = one / np.linalg.norm(one)
    second = np.cross(normal, first)
    turn = np.radians(degrees)
    index = (np.array(geometry.size_ijk) - 1) * 0.45
    index[through] = round(index[through])
    along = first * np.cos(turn) + second * np.sin(turn)
    return geometry.to_patient(index), along, np.cross(normal, along), normal


def on_slice(volume: Volume, through: int, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The centres (n, 3) and the values of every pixel of the slice through `centre`."""
    geometry = volume.geometry
    index = np.array(list(np.ndindex(*geometry.shape)))[:, ::-1]
    index = index[index[:, through] == round(float(geometry.to_index(centre)[through]))]
    i, j, k = index.T
    return geometry.to_patient(index), volume.values[k, j, i].astype(float)


@pytest.mark.parametrize("through", [0, 1, 2])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_a_rectangles_pixels_are_those_whose_centre_is_inside(geometry: Geometry, through: int) -> None:
    volume = noise(geometry)
    centre, one, other, normal = frame_of(geometry, through, 25)
    points = np.stack([centre, centre + one * 8.3, centre + other * 4.1])
    places, values = on_slice(volume, through, centre)
    inside = (np.abs((places - centre) @ one) <= 8.3) & (np.abs((places - centre) @ other) <= 4.1)

    found = pixels_inside(volume, Kind.RECTANGLE, points, normal)

    assert found is not None and found.method == ""
    assert sorted(found.values) == sorted(values[inside]) and inside.sum() > 10
    assert area_of(Kind.RECTANGLE, points, normal) == pytest.approx(4 * 8.3 * 4.1)


@pytest.mark.parametrize("through", [0, 1, 2])
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_a_freehand_outlines_pixels_are_those_whose_centre_is_inside(geometry: Geometry, through: int) -> None:
    """A star of eight points about its middle: inside by its polar form."""
    volume = noise(geometry)
    centre, one, other, normal = frame_of(geometry, through, 10)
    turns = np.arange(16) * np.pi / 8
    reach = np.where(np.arange(16) % 2, 4.3, 9.7)
    points = centre + np.outer(reach * np.cos(turns), one) + np.outer(reach * np.sin(turns), other)
    places, values = on_slice(volume, through, centre)
    x, y = (places - centre) @ one, (places - centre) @ other
    inside = _in_star(x, y, turns, reach)

    found = pixels_inside(volume, Kind.FREEHAND, points, normal)

    assert found is not None
    assert sorted(found.values) == sorted(values[inside]) and inside.sum() > 10
    exact = 8 * 9.7 * 4.3 * np.sin(np.pi / 8)
    assert area_of(Kind.FREEHAND, points, normal) == pytest.approx(exact)


def _in_star(x: np.ndarray, y: np.ndarray, turns: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Within the triangle of the middle and the two corners that a point lies between."""
    angle = np.arctan2(y, x) % (2 * np.pi)
    number = np.floor(angle / (np.pi / 8)).astype(int) % 16
    corners = np.stack([reach * np.cos(turns), reach * np.sin(turns)], axis=1)
    a, b = corners[number], corners[(number + 1) % 16]
    side = (b[:, 0] - a[:, 0]) * (y - a[:, 1]) - (b[:, 1] - a[:, 1]) * (x - a[:, 0])
    return np.asarray(side > 0)


@pytest.mark.parametrize("geometry", GEOMETRIES)
@pytest.mark.parametrize("radius", [3.0, 11.7, 80.0])
def test_a_spheres_voxels_are_those_whose_centre_is_inside_in_3d(geometry: Geometry, radius: float) -> None:
    volume = noise(geometry)
    centre = geometry.to_patient((17.3, 12.8, 9.1))
    points = np.stack([centre, centre + np.array([0.36, 0.48, 0.8]) * radius])
    index = np.array(list(np.ndindex(*geometry.shape)))[:, ::-1]
    inside = np.linalg.norm(geometry.to_patient(index) - centre, axis=1) <= radius
    i, j, k = index[inside].T

    found = voxels_inside(volume, points)

    assert found is not None
    assert sorted(found.values) == sorted(volume.values[k, j, i])


@pytest.mark.parametrize("kind", [Kind.ELLIPSE, Kind.RECTANGLE, Kind.FREEHAND])
def test_on_a_plane_that_is_no_slice_the_volume_is_sampled_in_between(kind: MeasurementKind) -> None:
    """Linear between voxels is exact for values that grow evenly, and about a middle their mean is the middle's."""
    grow = np.array([3.0, -7.0, 11.0])
    volume = painted(TURNED, lambda p: p @ grow, dtype=np.float64)
    centre = TURNED.to_patient((18.7, 14.2, 9.4))
    normal = TURNED.directions @ np.array([0.6, 0.0, 0.8])
    assert slice_axis(TURNED, normal) is None
    one = TURNED.directions @ np.array([0.0, 1.0, 0.0])
    other = np.cross(normal, one)
    turns = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    points = np.stack([centre, centre + one * 6, centre + other * 5])
    if kind is Kind.FREEHAND:
        points = centre + np.outer(6 * np.cos(turns), one) + np.outer(5 * np.sin(turns), other)

    found = pixels_inside(volume, kind, points, normal)

    assert found is not None and found.method == "sampled every 0.7 mm"
    assert found.values.mean() == pytest.approx(float(centre @ grow), abs=0.05)
    area = area_of(kind, points, normal)
    assert len(found.values) * 0.7**2 == pytest.approx(area, rel=0.03)
    step = np.hypot(one @ grow, other @ grow) * 6
    assert abs(found.values - centre @ grow).max() <= step * np.sqrt(2)


def test_samples_leave_padding_out_and_end_with_the_image() -> None:
    volume = replace(painted(TURNED, lambda p: np.full(p.shape[:-1], 40.0), dtype=np.float32), padding=(-2000, -1900))
    volume.values[:, :, :20] = -1950
    normal = TURNED.directions @ np.array([0.6, 0.0, 0.8])
    one, centre = TURNED.directions[:, 1], TURNED.to_patient((20, 15, 10))
    points = np.stack([centre, centre + one * 8, centre + np.cross(normal, one) * 8])

    found = pixels_inside(volume, Kind.ELLIPSE, points, normal)
    beyond = pixels_inside(volume, Kind.ELLIPSE, points + 500.0, normal)

    assert found is not None and found.values == pytest.approx(np.full(found.values.shape, 40.0))
    assert 0.3 < len(found.values) * 0.49 / (np.pi * 64) < 0.7
    assert beyond is not None and beyond.values.size == 0


def test_an_outline_that_crosses_itself_has_the_area_of_both_its_parts() -> None:
    eight = np.array([(0, 0, 0), (4, 4, 0), (4, 0, 0), (0, 4, 0)], float)  # two triangles that meet at (2, 2)

    assert crosses_itself(eight[:, :2]) and not crosses_itself(eight[[0, 2, 1, 3], :2])
    assert area_of(Kind.FREEHAND, eight, (0, 0, 1)) == pytest.approx(8, rel=1e-3)
    assert area_of(Kind.FREEHAND, eight[[0, 2, 1, 3]], (0, 0, 1)) == pytest.approx(16)


def test_the_value_under_a_probe_is_the_nearest_voxels_and_what_is_none_is_said() -> None:
    volume = replace(noise(TURNED), padding=(-2000, -1900))
    volume.values[3, 4, 5] = -1950
    place = TURNED.to_patient((6.4, 7.6, 8.3))

    assert value_at(volume, place) == volume.values[8, 8, 6]
    assert value_at(volume, TURNED.to_patient((5, 4, 3))) == "padding"
    assert value_at(volume, place + 500) == "no value here"
    colour = replace(volume, values=np.full((*TURNED.shape, 3), 7, np.uint8), padding=None)
    assert value_at(colour, place) == "RGB 7 7 7"


@pytest.mark.parametrize("degrees", [0.0, 0.01, 30.0, 90.0, 179.99, 180.0])
def test_an_angle_is_exact_at_its_ends_too(degrees: float) -> None:
    turn = np.radians(degrees)
    points = [(5, 0, 0), (0, 0, 0), (3 * np.cos(turn), 3 * np.sin(turn), 0)]

    assert angle(points) == pytest.approx(degrees, abs=1e-9)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (1, 0, 2, 3), (0, 1, 3, 2), (1, 0, 3, 2), (2, 3, 0, 1)])
@pytest.mark.parametrize("degrees", [0.0, 12.0, 45.0, 89.0, 100.0, 130.0])
def test_a_cobb_angle_is_the_same_whichever_way_its_lines_are_drawn(degrees: float, order: tuple[int, ...]) -> None:
    """Two end plates that open to one side by so much: beyond 90° too."""
    half = np.radians(degrees / 2)
    way = np.array([np.cos(half), np.sin(half), 0]) * 10
    upper = np.stack([np.array([0, 1, 0]), way + np.array([0, 1, 0])])
    lower = upper * (1, -1, 1)
    lines = np.concatenate([upper, lower])[list(order)]

    assert cobb_angle(lines, (0, 0, 1)) == pytest.approx(degrees, abs=1e-9)


def test_of_lines_that_cross_the_cobb_angle_is_the_smaller_one() -> None:
    assert cobb_angle([(-5, 0, 0), (5, 0, 0), (-1, -5, 0), (1, 5, 0)], (0, 0, 1)) < 90


def test_a_volume_that_may_not_be_measured_says_why_and_a_very_large_moving_one_waits() -> None:
    volume = noise(TURNED)
    centre = TURNED.to_patient((18, 15, 10))
    sphere = replace(REGION, kind=Kind.SPHERE, points=(tuple(centre), tuple(centre + np.array([3, 0, 0]))))

    refused = measured(sphere, volume, refusal="a gap of 7 mm")

    assert (refused.length, refused.statistics, refused.method) == (6.0, None, "a gap of 7 mm")
    assert refused.lines == ("⌀ 6.0 mm", "a gap of 7 mm")
    assert measured(sphere, volume, live=True) == measured(sphere, volume)


def test_a_histogram_holds_every_value_once() -> None:
    volume = noise(TURNED)
    centre = TURNED.to_patient((18, 15, 10))
    sphere = replace(REGION, kind=Kind.SPHERE, points=(tuple(centre), tuple(centre + np.array([9, 0, 0]))))
    values = values_of(sphere, volume)

    found = histogram_of(values)

    assert found is not None and sum(found.counts) == len(values) > 100
    assert found.bin_width == round(found.bin_width) and found.low == values.min() - 0.5
    assert found.high > values.max()
    assert histogram_of(np.empty(0)) is None
    single = histogram_of(np.full(7, 2.25))
    assert single is not None and single.counts == (7,) and single.low < 2.25 < single.high


@pytest.mark.parametrize("kind", [Kind.ELLIPSE, Kind.SPHERE])
def test_a_region_without_values_says_why(kind: MeasurementKind) -> None:
    geometry = geometry_of(np.eye(3), spacing=(1, 1, 1))
    volume = replace(noise(geometry), padding=(-3000, 3000))
    centre = geometry.to_patient((20, 15, 10))
    ends = [tuple(centre + np.array(way)) for way in ((0, 0, 0), (4, 0, 0), (0, 3, 0))]
    one = replace(REGION, kind=kind, points=tuple(ends[: 3 if kind is Kind.ELLIPSE else 2]), normal=(0, 0, 1))

    assert measured(one, volume).lines[-1] == "no pixel with a value inside"
    colour = replace(volume, values=np.zeros((*geometry.shape, 3), np.uint8), padding=None)
    assert measured(one, colour).lines[-1] == "true colour has no values"
    volume.loaded[10] = False
    assert measured(one, volume).lines[-1] == "its images have not all arrived"
