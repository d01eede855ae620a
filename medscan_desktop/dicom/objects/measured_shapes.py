"""The graphics of a measurement group as a kind of measurement with its points, in patient mm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.dicom.objects import measured_codes as terms
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import MeasurementKind, Point
from medscan_desktop.domain.shown import shown

Body = Mapping[str, Any]
Floats = NDArray[np.float64]
_CLOSED = 1e-3  # mm between the first point of an outline and its last
_ROUND = 0.01  # by how much the axes of a sphere may differ, as a share
_FARTHEST = 1e6  # mm; a coordinate beyond it is none of a patient


@dataclass(frozen=True, eq=False, slots=True)
class Drawn:
    """`k` is the slice of `plan` that it lies on or nearest to, `frame` the plan's frame there (None: an empty one)."""

    kind: MeasurementKind
    points: tuple[Point, ...]
    normal: Point
    plan: StackPlan
    k: int
    frame: int | None
    is_on_image: bool


@dataclass(frozen=True, eq=False, slots=True)
class _Shape:
    graphic: str
    points: Floats
    is_on_image: bool


def drawn_in(group: Body, plans: Sequence[StackPlan], said: MeasurementKind | None, anchor: str | None = None) -> Drawn:
    """What a group draws. Unsuitable with the reason.

    `said` is the kind, `anchor` the image beside which it was drawn in space, as our own details name them.
    """
    found = [*group["shapes"], *(shape for number in group["numbers"] for shape in number["shapes"])]
    if not found:
        raise Unsuitable("it says no place on an image or in space")
    plan, k, on_image = _stack_of(found, plans, anchor)
    shapes = [_shape(one, plan) for one in found]
    kind = said if said is not None else _kind(group, shapes)
    points = _points(kind, shapes, plan)
    if len(points) < _FEWEST.get(kind, 1):
        raise Unsuitable(f"its graphic is no {kind.label.lower()}")
    if not on_image:
        k = _nearest(plan, points)
    frame = plan.frame_near(k) if plan.frames else None
    normal = _normal(plan, points, on_image=on_image)
    return Drawn(kind, points, normal, plan, k, frame, on_image)


_FEWEST = {
    MeasurementKind.LENGTH: 2,
    MeasurementKind.ANGLE: 3,
    MeasurementKind.COBB: 4,
    MeasurementKind.BIDIRECTIONAL: 4,
    MeasurementKind.POLYLINE: 2,
    MeasurementKind.ELLIPSE: 3,
    MeasurementKind.RECTANGLE: 3,
    MeasurementKind.FREEHAND: 3,
    MeasurementKind.SPHERE: 2,
    MeasurementKind.ARROW: 2,
}


def _stack_of(found: Sequence[Body], plans: Sequence[StackPlan], anchor: str | None) -> tuple[StackPlan, int, bool]:
    """The stack that the first shape lies on, with its slice; later shapes must lie there too."""
    first = found[0]
    if first["space"]:
        near = [plan for plan in plans if plan.headers[0].text("FrameOfReferenceUID") == first["space"]]
        near = [plan for plan in near if plan.geometry.spatial]
        if not near:
            raise Unsuitable("no images of its frame of reference are in this study")
        best = max(near, key=lambda plan: (anchor in plan.instances, plan.is_volume, len(plan.frames)))
        return best, 0, False
    if first["of_matrix"]:
        raise Unsuitable("it is drawn on a tiled image")
    if not first["image"]:
        raise Unsuitable("it does not say on which image it is drawn")
    if any(one["image"] != first["image"] or one["frames"] != first["frames"] for one in found):
        raise Unsuitable("it is drawn on several images")
    frame = first["frames"][0] - 1 if first["frames"] else 0
    for plan in plans:
        for n, ref in enumerate(plan.frames):
            if ref.instance == first["image"] and ref.frame == frame:
                return plan, plan.slices[n], True
    raise Unsuitable("its image is not in this study")


def _shape(body: Body, plan: StackPlan) -> _Shape:
    numbers, width = body["data"], 3 if body["space"] else 2
    if not numbers or len(numbers) % width:
        raise Unsuitable("its coordinates are incomplete")
    data = np.asarray(numbers, np.float64).reshape(-1, width)
    if not np.isfinite(data).all() or np.abs(data).max() > _FARTHEST:
        raise Unsuitable("its coordinates are no numbers of a patient")
    if width == 3:
        return _Shape(body["graphic"], data, is_on_image=False)
    frame = body["frames"][0] - 1 if body["frames"] else 0
    n = next(n for n, ref in enumerate(plan.frames) if ref.instance == body["image"] and ref.frame == frame)
    index = np.column_stack([data - 0.5, np.full(len(data), float(plan.slices[n]))])
    return _Shape(body["graphic"], plan.geometry.to_patient(index), is_on_image=True)


_BY_GRAPHIC = {
    "ELLIPSE": MeasurementKind.ELLIPSE,
    "CIRCLE": MeasurementKind.ELLIPSE,
    "POLYGON": MeasurementKind.FREEHAND,
    "ELLIPSOID": MeasurementKind.SPHERE,
}


def _kind(group: Body, shapes: Sequence[_Shape]) -> MeasurementKind:
    """What another program's graphics and numbers amount to."""
    names = {number["name"][0] for number in group["numbers"]}
    graphic, points = shapes[0].graphic, shapes[0].points
    if len(shapes) > 1:
        return _kind_of_two(names, shapes)
    if graphic in _BY_GRAPHIC:
        return _BY_GRAPHIC[graphic]
    if graphic == "POINT":
        return MeasurementKind.PROBE if group["numbers"] else MeasurementKind.TEXT
    if graphic == "POLYLINE" and len(points) >= 2:
        return _kind_of_line(names, points)
    raise Unsuitable(f"a graphic of type {shown(graphic.lower()) or 'none'} is not known here")


def _kind_of_two(names: set[str], shapes: Sequence[_Shape]) -> MeasurementKind:
    if len(shapes) == 2 and all(one.graphic == "POLYLINE" and len(one.points) == 2 for one in shapes):
        if names & terms.ANGLES:
            return MeasurementKind.COBB
        if names & terms.LENGTHS and names & terms.SHORT_AXES:
            return MeasurementKind.BIDIRECTIONAL
    raise Unsuitable("it is drawn in several parts")


def _kind_of_line(names: set[str], points: Floats) -> MeasurementKind:
    if len(points) == 3 and names & terms.ANGLES:
        return MeasurementKind.ANGLE
    if len(points) == 2:
        return MeasurementKind.LENGTH if names & terms.LENGTHS else MeasurementKind.ARROW
    is_closed = len(points) > 3 and np.linalg.norm(points[0] - points[-1]) < _CLOSED
    return MeasurementKind.FREEHAND if is_closed else MeasurementKind.POLYLINE


def _points(kind: MeasurementKind, shapes: Sequence[_Shape], plan: StackPlan) -> tuple[Point, ...]:
    """In the order that `Measurement` tells."""
    points = shapes[0].points
    if kind in (MeasurementKind.COBB, MeasurementKind.BIDIRECTIONAL):
        if len(shapes) != 2:
            raise Unsuitable(f"its graphic is no {kind.label.lower()}")
        return _told(np.concatenate([shapes[0].points[:2], shapes[1].points[:2]]))
    if kind is MeasurementKind.ELLIPSE:
        return _told(_of_ellipse(shapes[0], _image_normal(plan)))
    if kind is MeasurementKind.RECTANGLE and len(points) == 5:
        centre = (points[0] + points[2]) / 2
        return _told([centre, centre + (points[0] - points[1]) / 2, centre + (points[0] - points[3]) / 2])
    if kind is MeasurementKind.SPHERE:
        return _told(_of_sphere(shapes[0]))
    if kind is MeasurementKind.FREEHAND and len(points) > 3 and np.linalg.norm(points[0] - points[-1]) < _CLOSED:
        return _told(points[:-1])
    return _told(points)


def _of_ellipse(shape: _Shape, normal: Floats) -> Floats:
    points = shape.points
    if shape.graphic == "CIRCLE" and len(points) == 2:
        radius = points[1] - points[0]
        return np.stack([points[0], points[1], points[0] + np.cross(normal, radius)])
    if len(points) != 4:
        raise Unsuitable("its graphic is no ellipse")
    return np.stack([(points[0] + points[1]) / 2, points[0], points[2]])


def _image_normal(plan: StackPlan) -> Floats:
    normal = np.cross(plan.geometry.directions[:, 0], plan.geometry.directions[:, 1])
    return np.asarray(normal / np.linalg.norm(normal))


def _of_sphere(shape: _Shape) -> Floats:
    points = shape.points
    if shape.graphic == "CIRCLE" and len(points) == 2:
        return points
    if shape.graphic != "ELLIPSOID" or len(points) != 6:
        raise Unsuitable("its graphic is no sphere")
    axes = np.linalg.norm(points[0::2] - points[1::2], axis=1)
    if axes.min() <= 0 or (axes.max() - axes.min()) / axes.max() > _ROUND:
        raise Unsuitable("it is an ellipsoid, and no sphere")
    return np.stack([(points[0] + points[1]) / 2, points[0]])


def _told(points: Floats | Sequence[Floats]) -> tuple[Point, ...]:
    return tuple((float(x), float(y), float(z)) for x, y, z in points)


def _nearest(plan: StackPlan, points: Sequence[Point]) -> int:
    at = plan.geometry.to_index(np.mean(np.asarray(points), axis=0))[2]
    return int(np.clip(round(float(at)), 0, plan.geometry.shape[0] - 1))


def _normal(plan: StackPlan, points: Sequence[Point], *, on_image: bool) -> Point:
    """The plane it was drawn on: the image's, or the one that its points span."""
    normal = _image_normal(plan)
    if not on_image and len(points) >= 3:
        around = np.asarray(points) - np.mean(np.asarray(points), axis=0)
        _, sizes, axes = np.linalg.svd(around)
        if sizes[1] > _CLOSED:
            normal = axes[2]
    x, y, z = (float(one) for one in normal)
    return x, y, z
