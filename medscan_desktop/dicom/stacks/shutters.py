"""What an image's own header wants covered (PS3.3 C.7.6.11): a rectangle, a circle, a polygon, or several of them."""

from collections.abc import Sequence

import numpy as np

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.scene.presentation import Shutter

_EDGES = ("ShutterLeftVerticalEdge", "ShutterUpperHorizontalEdge", "ShutterRightVerticalEdge")
_LOWER = "ShutterLowerHorizontalEdge"


def shutters_of(plan: StackPlan) -> tuple[Shutter | None, ...]:
    """The shutter of each slice; empty where no image has one."""
    found: list[Shutter | None] = [None] * plan.geometry.shape[0]
    for k, ref in zip(plan.slices, plan.frames, strict=True):
        header = plan.headers[ref.header]
        if header.text("ShutterShape", ref.frame):
            found[k] = _of_header(header, ref.frame)
    return tuple(found) if any(found) else ()


def _of_header(header: Header, frame: int) -> Shutter | None:
    edges = [number for keyword in (*_EDGES, _LOWER) for number in header.numbers(keyword, frame)[:1]]
    return shutter_from(
        header.text("ShutterShape", frame).split("\\"),
        edges,
        header.numbers("CenterOfCircularShutter", frame),
        header.number("RadiusOfCircularShutter", frame),
        header.numbers("VerticesOfThePolygonalShutter", frame),
        header.number("ShutterPresentationValue", frame) or 0,
    )


def shutter_from(
    shapes: Sequence[str],
    edges: Sequence[float],
    centre: Sequence[float],
    radius: float | None,
    vertices: Sequence[float],
    value: float,
) -> Shutter | None:
    """From the attributes' values: counted from 1, rows first where there are both. `edges`: left, top, right, bottom.

    `value` is a P-value, 0 to 65,535. None where no shape is whole.
    """
    rectangle = None
    if "RECTANGULAR" in shapes and len(edges) == 4:
        left, top, right, bottom = (edge - 1 for edge in edges)
        rectangle = (left, top, right, bottom)
    circle = None
    if "CIRCULAR" in shapes and len(centre) == 2 and radius:
        circle = (centre[1] - 1, centre[0] - 1, radius)
    polygon = None
    if "POLYGONAL" in shapes and len(vertices) >= 6:
        polygon = np.array(vertices[: len(vertices) // 2 * 2], np.float64).reshape(-1, 2)[:, ::-1] - 1
    if rectangle is None and circle is None and polygon is None:
        return None
    return Shutter(rectangle, circle, polygon, min(max(int(value), 0), 65535) >> 8)
