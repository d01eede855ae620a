"""What a drawn measurement measures, from its points alone: lengths, angles, and the values of the pixels inside."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from medscan_desktop.domain.measurement import OUTLINES, Measurement, MeasurementKind, Statistics
from medscan_desktop.imaging.by_region import Placed, has_own_measure, placed_by_region
from medscan_desktop.imaging.distance_scale import DistanceScale
from medscan_desktop.imaging.regions import Inside, area_of, encloses, pixels_inside, value_at, voxels_inside
from medscan_desktop.imaging.ultrasound_region import ULTRASOUND_REGION, RegionScale
from medscan_desktop.imaging.volume import Volume

Floats = NDArray[np.float64]
MOST_LIVE = 2_000_000  # pixels around a region: beyond it a moving one shows its numbers once it is let go
_LATER = "values when let go"
_NOTHING = "no pixel with a value inside"
_COLOUR = "true colour has no values"
_NO_ANGLE = "no angle here: the two directions have different scales"
_FLAT = 0.05  # of the longer way, both in pixels: a line as flat as this was meant to lie along one direction
_NOT_THERE = "its images have not all arrived"
_AHEAD = (0.0, 0.0, 1.0)
_POINTS = {
    MeasurementKind.ANGLE: 3,
    MeasurementKind.COBB: 4,
    MeasurementKind.BIDIRECTIONAL: 4,
    MeasurementKind.PROBE: 1,
    MeasurementKind.SPHERE: 2,
}


def measured(
    one: Measurement, volume: Volume, *, refusal: str = "", live: bool = False, scale: DistanceScale | None = None
) -> Measurement:
    """The same points with all their numbers anew, from these pixels and with their unit and calibration.

    `refusal` says why no volume may be measured here, "" where it may. `live` is for one that still moves: it may do
    without the values of a very large region. `scale` is in place of the volume's own where a user has calibrated it.
    """
    found = _measured(one, volume, refusal, live=live)
    placed = placed_by_region(found, volume) if len(one.points) == _POINTS.get(one.kind, len(one.points)) else None
    if placed is not None:
        found = _by_region(found, volume, placed, live=live)
    if scale is None or scale.calibration == volume.calibration:
        return found
    return found if has_own_measure(found.calibration, volume.calibration) else _scaled(found, scale)


def rescaled(one: Measurement, scale: DistanceScale) -> Measurement:
    """A saved measurement by another scale of its image: from its points alone, its values stay."""
    points = np.asarray(one.points, float).reshape(-1, 3)
    if one.kind is MeasurementKind.SPHERE or len(points) != _POINTS.get(one.kind, len(points)):
        return one
    return _scaled(_with_distances(one, points), scale)


def _scaled(found: Measurement, scale: DistanceScale) -> Measurement:
    """Lengths, and the area in their square, by another scale than the image's; points and angles stay."""
    factor, statistics = scale.factor, found.statistics
    area = None
    if scale.unit == "mm" and found.kind in OUTLINES and encloses(found.kind, np.asarray(found.points, float)):
        area = area_of(found.kind, np.asarray(found.points, float), found.normal) * factor**2
    if statistics is not None and found.kind in OUTLINES:
        statistics = replace(statistics, area_mm2=area)
    return replace(
        found,
        unit=scale.unit,
        calibration=scale.calibration,
        length=None if found.length is None else found.length * factor,
        width=None if found.width is None else found.width * factor,
        statistics=statistics,
        area=area if statistics is None else None,
    )


def _by_region(found: Measurement, volume: Volume, placed: Placed, *, live: bool) -> Measurement:
    """The same by the region that all its points lie in; in pixels where they lie in none."""
    if placed.scale is RegionScale.PLANE:
        return _in_plane(found, volume, placed.points, live=live)
    if placed.scale is not RegionScale.NONE and found.kind is MeasurementKind.LENGTH:
        return _differences(found, placed)
    if found.kind is MeasurementKind.PROBE and placed.region is not None:
        speed = placed.region.velocity_at(float(placed.pixels[0, 1]))
        return found if speed is None else replace(found, unit="mm", calibration=ULTRASOUND_REGION, velocity=speed)
    if found.angle is not None and not placed.can_turn:
        return replace(found, angle=None, method=_NO_ANGLE)
    to_pixels = volume.reduction.in_plane / volume.geometry.spacing[0]
    return found if found.unit == "px" else _scaled(found, DistanceScale(to_pixels, "px", "px"))


def _in_plane(found: Measurement, volume: Volume, points: Floats, *, live: bool) -> Measurement:
    """By these points in mm of a region."""
    label = ULTRASOUND_REGION if volume.reduction.is_none else f"{ULTRASOUND_REGION}, at reduced resolution"
    anew = _with_distances(replace(found, unit="mm", calibration=label, normal=_AHEAD), points)
    statistics, area = found.statistics, None
    if found.kind in OUTLINES and encloses(found.kind, points):
        area = area_of(found.kind, points, _AHEAD, live=live)
        statistics = None if statistics is None else replace(statistics, area_mm2=area)
    return replace(anew, normal=found.normal, statistics=statistics, area=area if statistics is None else None)


def _differences(found: Measurement, placed: Placed) -> Measurement:
    """Time and velocity or depth between two ends; along one direction that one alone."""
    across, down = np.abs(placed.pixels[1] - placed.pixels[0])
    of_x, of_y, _ = (float(step) for step in np.abs(placed.points[1] - placed.points[0]))
    is_upright, is_level = across <= _FLAT * down, down <= _FLAT * across
    rise = None if is_level else of_y
    is_motion = placed.scale is RegionScale.MOTION
    return replace(
        found,
        unit="mm",
        calibration=ULTRASOUND_REGION,
        length=rise if is_motion else None,
        velocity=None if is_motion else rise,
        time=None if is_upright and not is_level else of_x,
    )


def _measured(one: Measurement, volume: Volume, refusal: str, *, live: bool) -> Measurement:
    kind, points = one.kind, np.asarray(one.points, float).reshape(-1, 3)
    bare = replace(
        one,
        unit=volume.length_unit,
        calibration=volume.calibration,
        length=None,
        width=None,
        angle=None,
        statistics=None,
        method="",
        time=None,
        velocity=None,
        area=None,
    )
    if len(points) != _POINTS.get(kind, len(points)):
        return bare
    if kind in OUTLINES:
        return _region(bare, volume, live=live)
    if kind is MeasurementKind.SPHERE:
        return _sphere(bare, volume, points, refusal, live=live)
    if kind is MeasurementKind.PROBE:
        return _probed(bare, volume)
    return _with_distances(bare, points)


def values_of(one: Measurement, volume: Volume) -> NDArray[np.float64]:
    """The values inside a region, for its histogram; empty where it has none."""
    points = np.asarray(one.points, float)
    if one.kind is MeasurementKind.SPHERE:
        found = voxels_inside(volume, points)
    else:
        found = pixels_inside(volume, one.kind, points, one.normal) if one.kind in OUTLINES else None
    return found.values if found is not None else np.empty(0)


def length(points: ArrayLike) -> float:
    """The length of the line through `points` (n, 3), in their unit."""
    return float(np.linalg.norm(np.diff(np.asarray(points, float), axis=0), axis=1).sum())


def angle(points: ArrayLike) -> float:
    """Degrees at the second of three points, 0 to 180; 0 where two of them are one."""
    end, vertex, other = np.asarray(points, float)
    return _between(end - vertex, other - vertex)


def cobb_angle(points: ArrayLike, normal: ArrayLike) -> float:
    """Degrees between two lines (four points), whichever way each was drawn: the angle that their four ends enclose.

    Beside each other, as two end plates are, that may be more than 90; of lines that cross, or of which one points at
    the other, it is the smaller angle.
    """
    one, two, three, four = np.asarray(points, float)
    apart = _between(two - one, four - three)
    crossing = _cross(one, three, two, four, normal), _cross(one, four, two, three, normal)
    if crossing[0] != crossing[1]:
        return 180.0 - apart if crossing[0] else apart
    return min(apart, 180.0 - apart)


def ellipse_statistics(volume: Volume, points: ArrayLike, normal: ArrayLike) -> Statistics | None:
    """Of the pixels whose centre lies inside an ellipse (centre, ends of the two half axes); None where none counts."""
    return _plane_statistics(volume, MeasurementKind.ELLIPSE, np.asarray(points, float), normal)[0]


def _with_distances(bare: Measurement, points: Floats) -> Measurement:
    """With the numbers that come from the points alone."""
    kind = bare.kind
    if kind in (MeasurementKind.LENGTH, MeasurementKind.POLYLINE):
        return replace(bare, length=length(points))
    if kind is MeasurementKind.ANGLE:
        return replace(bare, angle=angle(points))
    if kind is MeasurementKind.COBB:
        return replace(bare, angle=cobb_angle(points, bare.normal))
    if kind is MeasurementKind.BIDIRECTIONAL:
        return replace(bare, length=length(points[:2]), width=length(points[2:]))
    return bare


def _plane_statistics(
    volume: Volume, kind: MeasurementKind, points: Floats, normal: ArrayLike, most: int | None = None
) -> tuple[Statistics | None, str]:
    """Also how they were taken, or why there are none."""
    inside = pixels_inside(volume, kind, points, normal, most=most)
    if inside is None or inside.is_too_large or not inside.values.size:
        return None, _why_without_values(volume, inside)
    area = area_of(kind, points, normal, live=most is not None) if volume.length_unit != "px" else None
    return _statistics(inside, volume.unit, area_mm2=area), inside.method


def _region(bare: Measurement, volume: Volume, *, live: bool) -> Measurement:
    points = np.asarray(bare.points, float)
    statistics, method = _plane_statistics(volume, bare.kind, points, bare.normal, MOST_LIVE if live else None)
    area = None
    if statistics is None and volume.length_unit != "px" and encloses(bare.kind, points):
        area = area_of(bare.kind, points, bare.normal, live=live)
    return replace(bare, statistics=statistics, area=area, method=_with_reduction(method, volume))


def _sphere(bare: Measurement, volume: Volume, points: Floats, refusal: str, *, live: bool) -> Measurement:
    radius = float(np.linalg.norm(points[1] - points[0]))
    sized = replace(bare, length=2 * radius)
    if refusal:
        return replace(sized, method=refusal)
    inside = voxels_inside(volume, points, most=MOST_LIVE if live else None)
    if inside is None or inside.is_too_large or not inside.values.size:
        return replace(sized, method=_why_without_values(volume, inside))
    found = _statistics(inside, volume.unit, volume_mm3=4 / 3 * np.pi * radius**3)
    return replace(sized, statistics=found, method=_with_reduction(inside.method, volume))


def _why_without_values(volume: Volume, inside: Inside | None) -> str:
    if inside is not None:
        return _LATER if inside.is_too_large else _NOTHING
    return _COLOUR if volume.is_colour else _NOT_THERE


def _probed(bare: Measurement, volume: Volume) -> Measurement:
    found = value_at(volume, bare.points[0])
    if isinstance(found, float):
        one = Statistics(1, None, found, 0.0, found, found, volume.unit)
        return replace(bare, statistics=one, text="", method=_with_reduction("", volume))
    return replace(bare, text=found)


def _with_reduction(method: str, volume: Volume) -> str:
    reduced = "" if volume.reduction.is_none else f"of {volume.reduction.text}"
    return ", ".join(part for part in (method, reduced) if part)


def _between(one: Floats, other: Floats) -> float:
    """Degrees between two directions: exact near 0 and 180 too, where an arc cosine is not."""
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(one, other)), one @ other)))


def _cross(one: Floats, two: Floats, three: Floats, four: Floats, normal: ArrayLike) -> bool:
    """Whether the line from `one` to `two` crosses the one from `three` to `four`, seen along the normal."""
    across = np.asarray(normal, float)

    def side(a: Floats, b: Floats, c: Floats) -> float:
        return float(np.cross(b - a, c - a) @ across)

    return side(one, two, three) * side(one, two, four) < 0 and side(three, four, one) * side(three, four, two) < 0


def _statistics(
    inside: Inside, unit: str, *, area_mm2: float | None = None, volume_mm3: float | None = None
) -> Statistics | None:
    """The deviation is the population's."""
    values = inside.values
    if not values.size:
        return None
    mean, deviation = float(values.mean()), float(values.std())
    low, high = float(values.min()), float(values.max())
    return Statistics(values.size, area_mm2, mean, deviation, low, high, unit, volume_mm3)
