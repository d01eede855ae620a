"""Drawing a measurement: the draft while the hand chooses its places, and what is to be saved when it is whole.

A press chooses a place. Dragged from there the release chooses the next; after a mere click the next place follows the
pointer until it is clicked. So whatever has two ends can be dragged, or clicked at both ends.
"""

import math
from dataclasses import replace
from uuid import uuid4

import numpy as np

from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point
from medscan_desktop.domain.study import Study
from medscan_desktop.domain.user_calibration import UserCalibration
from medscan_desktop.imaging.measure import measured
from medscan_desktop.imaging.regions import encloses
from medscan_desktop.scene.calibrating import scale_by
from medscan_desktop.scene.camera import PaneMap, point
from medscan_desktop.scene.gesture import Phase, Pointer, Step
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.shapes import PLACES, shape_of
from medscan_desktop.scene.showing import anchored, is_on_plane
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.view import View
from medscan_desktop.scene.workspace import Draft, Workspace

SHORTEST_DRAG = 3.0  # pixels; less is a click
_TRACE_STEP = 2.0  # pixels between two points of a line that follows the hand
_SAME_PLACE = 1e-3  # pixels
WRITTEN = frozenset((MeasurementKind.TEXT, MeasurementKind.ARROW))  # the user writes something to it
_OF_SLAB = "of the slab's middle plane"
_NO_VOLUME = "not on this series: it is no volume"


def draw(workspace: Workspace, view: View, pointer: Pointer, kind: MeasurementKind) -> Step:
    """One pointer event of drawing a `kind`: pure but for the new one's id.

    What is left open elsewhere is given up with a press; on its own view it goes on.
    """
    stack, pane = workspace.stack(view.stack), pane_of(workspace, view, pointer.pane)
    study = workspace.study_of(stack)
    draft = open_draft(workspace, view, kind)
    if draft is not None and (draft.is_written or draft.is_changing):
        draft = None  # the user writes on it, or changes what is saved
    if pointer.phase is Phase.CANCEL or stack is None or stack.volume is None or pane is None or study is None:
        return Step(_without(workspace, draft))
    if draft is not None and draft.measurement.points and not is_on_plane(draft.measurement, pane, stack):
        draft = None  # left open on another slice
    sheet = _Sheet(view, stack, pane, study, workspace.calibrations)
    if pointer.phase is Phase.PRESS:
        return _pressed(_only(workspace, draft), draft, sheet, pointer, kind)
    if draft is None:
        return Step(workspace)
    if pointer.phase is Phase.RELEASE:
        return _released(workspace, draft, sheet, pointer)
    if pointer.phase in (Phase.MOVE, Phase.HOVER):
        return Step(_moved(workspace, draft, sheet, pointer))
    return Step(workspace)


def open_draft(workspace: Workspace, view: View | None = None, kind: MeasurementKind | None = None) -> Draft | None:
    """What is being drawn (in this view, of this kind), None where nothing is."""
    for draft in workspace.drafts:
        is_here = view is None or draft.view == view.id
        if is_here and not draft.is_saving and kind in (None, draft.measurement.kind):
            return draft
    return None


def finished(workspace: Workspace) -> Step | None:
    """A polyline ended where it stands (Enter, a double click); None where there is nothing to end."""
    draft = open_draft(workspace)
    stack = _stack_of(workspace, draft)
    if draft is None or stack is None or draft.measurement.kind is not MeasurementKind.POLYLINE or draft.is_changing:
        return None
    if len(draft.placed) < 2:
        return None
    return _whole(workspace, draft, _with_points(draft.measurement, draft.placed, stack, workspace.calibrations))


def taken_back(workspace: Workspace) -> Workspace | None:
    """The last chosen place taken back (Backspace), the first with the whole draft; None where nothing is drawn."""
    draft = open_draft(workspace)
    stack = _stack_of(workspace, draft)
    if draft is None or stack is None or draft.is_changing:
        return None
    placed = draft.placed[:-1]
    if not placed:
        return _without(workspace, draft)
    last = draft.measurement.points[-1]
    drawn = _with_points(draft.measurement, (*placed, last), stack, workspace.calibrations)
    return with_draft(workspace, replace(draft, placed=placed, measurement=drawn))


def written(workspace: Workspace, key: int, text: str) -> Step:
    """A text or arrow with what the user wrote; a text without words goes, an arrow may stand alone."""
    draft = next((one for one in workspace.drafts if one.key == key), None)
    if draft is None:
        return Step(workspace)
    if not text and draft.measurement.kind is MeasurementKind.TEXT:
        return Step(_without(workspace, draft))
    return saving(workspace, draft, replace(draft.measurement, text=text))


def saving(workspace: Workspace, draft: Draft, whole: Measurement) -> Step:
    """The draft is done: it stays on screen until what is saved takes its place."""
    done = replace(draft, measurement=whole, is_saving=True, is_written=False)
    return Step(with_draft(workspace, done), save=whole, draft_key=draft.key)


def with_draft(workspace: Workspace, draft: Draft) -> Workspace:
    """The workspace with the draft of this key replaced, or added."""
    if all(old.key != draft.key for old in workspace.drafts):
        return replace(workspace, drafts=(*workspace.drafts, draft))
    return replace(workspace, drafts=tuple(draft if old.key == draft.key else old for old in workspace.drafts))


def next_key(workspace: Workspace) -> int:
    """A key that no draft has."""
    return 1 + max((draft.key for draft in workspace.drafts), default=0)


def refusal_of(stack: Stack) -> str:
    """Why nothing may be measured through the slices, "" where it may."""
    return stack.volume_refusal or ("" if stack.is_volume else _NO_VOLUME)


def noted(one: Measurement, pane: PaneMap) -> Measurement:
    """What must be known of values drawn over a slab: they are those of the plane in its middle."""
    if pane.slab is None or one.statistics is None or one.kind is MeasurementKind.SPHERE:
        return one
    return replace(one, method=", ".join(part for part in (one.method, _OF_SLAB) if part))


class _Sheet:
    """What is drawn on."""

    def __init__(
        self, view: View, stack: Stack, pane: PaneMap, study: Study, calibrations: tuple[UserCalibration, ...]
    ) -> None:
        self.view, self.stack, self.pane, self.study = view, stack, pane, study
        self.calibrations = calibrations

    def at(self, position: tuple[float, float]) -> Point:
        """Patient mm of a position in the pane."""
        return point(self.pane.to_patient(position))


def _pressed(workspace: Workspace, draft: Draft | None, sheet: _Sheet, pointer: Pointer, kind: MeasurementKind) -> Step:
    if draft is None:
        draft = Draft(next_key(workspace), sheet.view.id, _begun(sheet, kind))
        workspace = replace(workspace, selected=None)
    if len(draft.placed) + 1 < _places(kind):
        draft = replace(draft, placed=(*draft.placed, sheet.at(pointer.position)))
    return Step(_moved(workspace, draft, sheet, pointer))


def _moved(workspace: Workspace, draft: Draft, sheet: _Sheet, pointer: Pointer) -> Workspace:
    """The open end at the pointer."""
    if draft.measurement.kind is MeasurementKind.FREEHAND and pointer.phase is Phase.MOVE:
        draft = _traced(draft, sheet, pointer)
    chosen = (*draft.placed, sheet.at(pointer.position))
    return with_draft(workspace, replace(draft, measurement=_drawn(draft, chosen, sheet, pointer, live=True)))


def _released(workspace: Workspace, draft: Draft, sheet: _Sheet, pointer: Pointer) -> Step:
    kind = draft.measurement.kind
    is_drag = math.dist(pointer.start, pointer.position) >= SHORTEST_DRAG
    if kind is MeasurementKind.FREEHAND:
        outline = _drawn(draft, draft.placed, sheet, pointer)
        is_whole = encloses(kind, np.asarray(outline.points).reshape(-1, 3))
        return _whole(workspace, draft, outline) if is_whole else Step(_without(workspace, draft))
    if not is_drag and _is_last_place(draft, sheet.pane, pointer.start):
        return Step(_moved(workspace, draft, sheet, pointer))  # a click chose a place; the next follows the pointer
    placed = (*draft.placed, sheet.at(pointer.position))
    draft = replace(draft, placed=placed)
    if len(placed) < _places(kind):
        return Step(_moved(workspace, draft, sheet, pointer))
    return _whole(workspace, draft, _drawn(draft, placed, sheet, pointer))


def _whole(workspace: Workspace, draft: Draft, drawn: Measurement) -> Step:
    """Everything is chosen: to be saved, or first to be written on."""
    if drawn.kind is MeasurementKind.SPHERE and drawn.statistics is None and drawn.method:
        return Step(_without(workspace, draft), refused=f"A sphere cannot be measured here: {drawn.method}.")
    if drawn.kind in WRITTEN:
        return Step(with_draft(workspace, replace(draft, measurement=drawn, is_written=True)))
    return saving(workspace, draft, drawn)


def _begun(sheet: _Sheet, kind: MeasurementKind) -> Measurement:
    return Measurement(
        id=MeasurementId(str(uuid4())),
        study_instance_uid=sheet.study.study_instance_uid,
        series_instance_uid=sheet.stack.series_instance_uid,
        sop_instance_uid=None,
        frame=0,
        kind=kind,
        points=(),
        normal=point(sheet.pane.normal),
        unit="px",
        calibration="px",
    )


def _drawn(
    draft: Draft, chosen: tuple[Point, ...], sheet: _Sheet, pointer: Pointer, *, live: bool = False
) -> Measurement:
    shape = shape_of(draft.measurement.kind, chosen, sheet.pane, even=pointer.shift)
    return noted(_with_points(draft.measurement, shape, sheet.stack, sheet.calibrations, live=live), sheet.pane)


def _with_points(
    one: Measurement,
    points: tuple[Point, ...],
    stack: Stack,
    calibrations: tuple[UserCalibration, ...],
    *,
    live: bool = False,
) -> Measurement:
    placed = anchored(replace(one, points=points), stack)
    if stack.volume is None:
        return placed
    scale = scale_by(calibrations, stack, placed.frame)
    return measured(placed, stack.volume, refusal=refusal_of(stack), live=live, scale=scale)


def _traced(draft: Draft, sheet: _Sheet, pointer: Pointer) -> Draft:
    last = sheet.pane.to_pane(draft.placed[-1]) if draft.placed else None
    if last is not None and math.dist(last, pointer.position) < _TRACE_STEP:
        return draft
    return replace(draft, placed=(*draft.placed, sheet.at(pointer.position)))


def _places(kind: MeasurementKind) -> float:
    return PLACES.get(kind, math.inf)


def _is_last_place(draft: Draft, pane: PaneMap, position: tuple[float, float]) -> bool:
    return bool(draft.placed) and math.dist(pane.to_pane(draft.placed[-1]), position) < _SAME_PLACE


def _stack_of(workspace: Workspace, draft: Draft | None) -> Stack | None:
    view = next((one for one in workspace.views if draft is not None and one.id == draft.view), None)
    return workspace.stack(view.stack) if view is not None else None


def _only(workspace: Workspace, kept: Draft | None) -> Workspace:
    """Without what is open, but for `kept`: one is drawn at a time."""
    return replace(workspace, drafts=tuple(one for one in workspace.drafts if one.is_saving or one is kept))


def _without(workspace: Workspace, draft: Draft | None) -> Workspace:
    if draft is None:
        return workspace
    return replace(workspace, drafts=tuple(old for old in workspace.drafts if old.key != draft.key))
