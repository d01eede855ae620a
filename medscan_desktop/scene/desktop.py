"""How a user's screen stands, as JSON: so that it comes back after a crash, a lock or a restart.

No pixels, no names: ids, places and settings. A body is read with distrust: what does not fit the study as it is now
is left out, and a broken body is Damaged.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from medscan_desktop.domain.errors import Damaged, Unsuitable
from medscan_desktop.domain.hanging_file import from_json, to_json
from medscan_desktop.domain.hanging_protocol import Hung, Stage
from medscan_desktop.domain.measurement import Point
from medscan_desktop.domain.study import StudyUid
from medscan_desktop.imaging.voi import VoiFunction, Window
from medscan_desktop.scene.apply_protocol import linked_by, recounted
from medscan_desktop.scene.curve import Curve
from medscan_desktop.scene.display import CornerTexts
from medscan_desktop.scene.hanging import PENDING
from medscan_desktop.scene.layout import Layout
from medscan_desktop.scene.oblique import turn_of
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import Camera, Camera3D, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace

_VERSION = 1
_MOST_POINTS = 2000  # of a drawn curve
_BROKEN = "How the screen stood is stored in a form that cannot be read."
_FLAGS = ("crosshair", "masks_visible", "only_key_images", "overlay_planes", "shutters", "reference_lines")


def desktop_of(workspace: Workspace) -> dict[str, Any] | None:
    """What `with_desktop` reads; None where no study is open."""
    if workspace.study is None:
        return None
    shown = {view.stack for view in workspace.views}
    hung = workspace.hung
    return {
        "version": _VERSION,
        "study": workspace.study.study_instance_uid,
        "priors": [prior.study_instance_uid for prior in workspace.priors],
        "layout": workspace.layout.to_json(),
        "views": [_view_body(workspace, view) for view in workspace.views],
        "active": int(workspace.active),
        "maximised": None if workspace.maximised is None else int(workspace.maximised),
        "focus": {stack: list(point) for stack, point in workspace.focus.items() if stack in shown},
        "turns": {stack: list(turn.numbers) for stack, turn in workspace.turns.items() if stack in shown},
        "curves": {stack: _curve_body(curve) for stack, curve in workspace.curves.items() if stack in shown},
        "hung": None if hung is None else {"protocol": to_json(hung.protocol), "stage": hung.stage},
        "tool": workspace.tool,
        "overlay": int(workspace.overlay),
        "flags": {name: bool(getattr(workspace, name)) for name in _FLAGS},
    }


def study_of_desktop(body: Mapping[str, Any]) -> StudyUid:
    """The study that a body is about. Raises Damaged."""
    uid = body.get("study")
    if body.get("version") != _VERSION or not isinstance(uid, str) or not 0 < len(uid) <= 64:
        raise Damaged(_BROKEN)
    return StudyUid(uid)


def priors_of_desktop(body: Mapping[str, Any]) -> tuple[StudyUid, ...]:
    """The priors that were open beside it."""
    found = body.get("priors", [])
    return tuple(StudyUid(uid) for uid in found if isinstance(uid, str)) if isinstance(found, list) else ()


def active_stack(body: Mapping[str, Any]) -> StackId | None:
    """The stack that the keyboard spoke to, None where there was none. Raises Damaged."""
    views = [
        one for one in _list(body.get("views")) if isinstance(one, Mapping) and one.get("id") == body.get("active")
    ]
    stack = views[0].get("stack") if views else None
    return StackId(stack) if isinstance(stack, str) else None


def with_desktop(workspace: Workspace, body: Mapping[str, Any]) -> Workspace:
    """The open study as the body says; as it is where it is another study or none of its stacks is there any more.

    A cell whose stack is gone, or holds another number of images by now, is left empty. Raises Damaged.
    """
    uid = study_of_desktop(body)
    if workspace.study is None or workspace.study.study_instance_uid != uid:
        return workspace
    layout = Layout.from_json(body.get("layout"))
    bodies = {_whole(one.get("id")): one for one in map(_mapping, _list(body.get("views")))}
    if set(bodies) != set(layout.cells):
        raise Damaged(_BROKEN)
    workspace = _with_curves(workspace, _mapping(body.get("curves", {})))
    views = tuple(_view(workspace, ViewId(cell), bodies[cell]) for cell in layout.cells)
    if not any(view.stack is not None for view in views):
        return workspace
    active, large = body.get("active"), body.get("maximised")
    flags = {
        name: flag for name, flag in _mapping(body.get("flags")).items() if name in _FLAGS and flag in (True, False)
    }
    overlay = body.get("overlay")
    tool = body.get("tool")
    hung = replace(
        workspace,
        layout=layout,
        views=views,
        active=ViewId(active) if active in bodies else views[0].id,
        maximised=ViewId(large) if large in bodies else None,
        overlay=CornerTexts(overlay) if overlay in tuple(CornerTexts) else workspace.overlay,
        tool=tool if isinstance(tool, str) else workspace.tool,
        drafts=(),
        **flags,
    )
    for stack, point in _mapping(body.get("focus")).items():
        if hung.stack(StackId(stack)) is not None:
            hung = hung.with_focus(StackId(stack), _point(point))
    for stack, numbers in _mapping(body.get("turns")).items():
        if hung.stack(StackId(stack)) is not None:
            hung = hung.with_turn(StackId(stack), turn_of([_numbers(numbers, 9)[k : k + 3] for k in (0, 3, 6)]))
    return _with_protocol(hung, body["hung"]) if "hung" in body else hung


def _with_curves(workspace: Workspace, bodies: Mapping[str, Any]) -> Workspace:
    for stack, one in bodies.items():
        body = _mapping(one)
        points = tuple(_point(point) for point in _list(body.get("points")))
        curve = Curve(points, _point(body.get("normal")), *_numbers([body.get("angle")], 1))
        if not 0 < len(points) <= _MOST_POINTS or not any(curve.normal):
            raise Damaged(_BROKEN)
        if workspace.stack(StackId(stack)) is not None:
            workspace = workspace.with_curve(StackId(stack), curve)
    return workspace


def _curve_body(curve: Curve) -> dict[str, Any]:
    return {"points": [list(point) for point in curve.points], "normal": list(curve.normal), "angle": curve.angle}


def _with_protocol(workspace: Workspace, body: object) -> Workspace:
    """The hanging protocol and its stage as they were, with what its views do together; none where there was none.

    None, too, of a protocol that this release cannot read: the screen itself is whole without it.
    """
    hung: Hung | None = None
    if body is not None:
        stored = _mapping(body)
        try:
            protocol, stage = from_json(stored.get("protocol")), _whole(stored.get("stage"))
        except Unsuitable:
            stage, protocol = 0, None
        if protocol is not None and stage < len(protocol.stages):
            hung = Hung(protocol, stage)
    together = hung.protocol.stages[hung.stage] if hung is not None else Stage(())
    return recounted(replace(linked_by(workspace, together), hung=hung))


def _view_body(workspace: Workspace, view: View) -> dict[str, Any]:
    stack = workspace.stack(view.stack)
    if stack is None:
        return {"id": int(view.id), "kind": view.kind.value, "stack": None}
    camera, orbit = view.camera, view.camera_3d
    return {
        "id": int(view.id),
        "kind": view.kind.value,
        "stack": stack.id,
        "images": _image_count(stack),
        "frame": view.frame,
        "window": _window_body(view),
        "inverted": view.inverted,
        "camera": [camera.zoom, *camera.centre, camera.rotation],
        "held": camera.held,
        "justify": camera.justify,
        "common": camera.common,
        "flips": [camera.flip_horizontal, camera.flip_vertical],
        "orbit": [orbit.azimuth, orbit.elevation, orbit.zoom, *orbit.shift],
        "preset_3d": view.preset_3d,
        "tile": view.tile,
        "slab": None if view.slab is None else [view.slab.mode.value, view.slab.thickness_mm],
    }


def _view(workspace: Workspace, view_id: ViewId, body: Mapping[str, Any]) -> View:
    try:
        kind = ViewKind(body.get("kind", ""))
    except ValueError as error:
        raise Damaged(_BROKEN) from error
    stack = workspace.stack(StackId(str(body.get("stack"))))
    if kind is ViewKind.CURVED and (stack is None or stack.id not in workspace.curves):
        kind = ViewKind.ACQUIRED
    if stack is None or _image_count(stack) != body.get("images"):
        return View(view_id, ViewKind.ACQUIRED)
    zoom, right, down, rotation = _numbers(body.get("camera"), 4)
    sideways, upside_down = (one is True for one in (*_list(body.get("flips")), False, False)[:2])
    azimuth, elevation, zoom_3d, *shift = _numbers(body.get("orbit"), 5)
    window = body.get("window")
    tile = body.get("tile")
    (held,) = _numbers([body.get("held", 0.0)], 1)
    justify = body.get("justify", "")
    if zoom <= 0 or zoom_3d <= 0 or held < 0 or justify not in ("", "left", "right"):
        raise Damaged(_BROKEN)
    return View(
        view_id,
        kind,
        stack.id,
        min(_whole(body.get("frame")), max(0, stack.slice_count - 1)),
        PENDING if window is None else _window(window),
        body.get("inverted") is True,
        Camera(zoom, (right, down), rotation, sideways, upside_down, str(justify), held, body.get("common") is True),
        Camera3D(azimuth, elevation, zoom_3d, (shift[0], shift[1])),
        str(body.get("preset_3d", "")),
        tile=None if tile is None else _whole(tile),
        slab=_slab(body.get("slab")),
    )


def _image_count(stack: Stack) -> int:
    """How many images it is made of, also where fewer slices are shown of it."""
    return sum(map(bool, stack.instance_uids))


def _window_body(view: View) -> list[Any] | None:
    """None for a VOI LUT, which comes from the header again, and for a window that waits for the pixels."""
    voi = view.voi
    if not isinstance(voi, Window) or voi is PENDING:
        return None
    return [voi.centre, voi.width, voi.function.value, voi.name]


def _window(body: object) -> Window:
    parts = _list(body)
    if len(parts) != 4 or parts[2] not in tuple(VoiFunction) or not isinstance(parts[3], str):
        raise Damaged(_BROKEN)
    centre, width = _numbers(parts[:2], 2)
    window = Window(centre, width, VoiFunction(parts[2]), parts[3])
    if not window.is_usable:
        raise Damaged(_BROKEN)
    return window


def _slab(body: object) -> Slab | None:
    if body is None:
        return None
    parts = _list(body)
    if len(parts) != 2 or parts[0] not in tuple(SlabMode):
        raise Damaged(_BROKEN)
    return Slab(SlabMode(parts[0]), *_numbers(parts[1:], 1)).thicker(0.0)


def _point(body: object) -> Point:
    x, y, z = _numbers(body, 3)
    return x, y, z


def _numbers(body: object, count: int) -> list[float]:
    parts = _list(body)
    if len(parts) != count or not all(type(one) in (int, float) and isfinite(one) for one in parts):
        raise Damaged(_BROKEN)
    return [float(one) for one in parts]


def _whole(body: object) -> int:
    if type(body) is not int or not 0 <= body < 1 << 31:
        raise Damaged(_BROKEN)
    return body


def _list(body: object) -> list[Any]:
    if not isinstance(body, list):
        raise Damaged(_BROKEN)
    return body


def _mapping(body: object) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise Damaged(_BROKEN)
    return body
