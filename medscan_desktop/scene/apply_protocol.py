"""A hanging protocol put onto the screen: from the stacks there are to views, and from one stage to the next.

Pure and forgiving: whatever stacks there are, there comes a workspace out. Pixels are not needed; what has none yet is
laid out all the same and filled when it arrives.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medscan_desktop.domain.errors import Damaged
from medscan_desktop.domain.hanging_match import (
    Candidate,
    CellFinding,
    StageFinding,
    Verdict,
    filled_cells,
    judged,
    verdicts,
)
from medscan_desktop.domain.hanging_protocol import LINKS, Cell, Hung, Protocol, Stage
from medscan_desktop.domain.stack_traits import StackKind, StackTraits
from medscan_desktop.imaging.voi import Voi, Window
from medscan_desktop.imaging.window import auto_window
from medscan_desktop.scene.hanging import fresh_view
from medscan_desktop.scene.layout import Layout
from medscan_desktop.scene.slab import Slab, SlabMode
from medscan_desktop.scene.splitting import one_of_each_axis
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.turned import turned_to
from medscan_desktop.scene.view import Camera, View, ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace

_SLABS = {"mip": SlabMode.MIP, "minip": SlabMode.MIN_IP, "mean": SlabMode.MEAN}
_PRESET_UNITS = {"CT": "HU", "PT": "g/ml"}  # presets of these mean values in these units


def candidates(workspace: Workspace) -> tuple[Candidate, ...]:
    """The stacks that may hang: images, one step of each phase axis; those of earlier studies marked."""
    priors = {one.study_instance_uid for one in workspace.priors}
    shown = [stack for stack in one_of_each_axis(workspace) if stack.frame_count > 0]
    return tuple(Candidate(stack.id, _traits(stack), stack.study_instance_uid in priors) for stack in shown)


def judged_here(workspace: Workspace, protocols: Sequence[Protocol]) -> list[Verdict]:
    """Every protocol held against what is open, the one that would hang first."""
    return verdicts(protocols, candidates(workspace))


def hang_best(workspace: Workspace, protocols: Sequence[Protocol]) -> Workspace | None:
    """The workspace hung by the best protocol at its first stage that shows something; None where none applies."""
    found = verdicts(protocols, candidates(workspace), only_matching=True)
    best = next(iter(found), None)
    return None if best is None else _at(workspace, best, best.possible[0])


def hang_by(workspace: Workspace, protocol: Protocol, stage: int = 0) -> Workspace:
    """The workspace at this stage of a protocol, whether its rules hold or not; as it was where nothing would show.

    Where the stage itself cannot hang: at the first that can.
    """
    verdict = judged(protocol, candidates(workspace))
    if not verdict.possible:
        return workspace
    return _at(workspace, verdict, stage if stage in verdict.possible else verdict.possible[0])


def step_stage(workspace: Workspace, step: int) -> Workspace:
    """The next (1) or previous (-1) stage that can hang; as it was at either end, and where no protocol hangs."""
    found = stage_after(workspace, step)
    return workspace if found is None or workspace.hung is None else hang_by(workspace, workspace.hung.protocol, found)


def recounted(workspace: Workspace) -> Workspace:
    """The workspace whose protocol knows which of its stages the studies that are open by now fill."""
    hung = workspace.hung
    if hung is None:
        return workspace
    possible = tuple(judged(hung.protocol, candidates(workspace)).possible)
    return workspace if possible == hung.possible else replace(workspace, hung=replace(hung, possible=possible))


def stage_after(workspace: Workspace, step: int) -> int | None:
    """The number of the stage that `step_stage` goes to; None where there is none."""
    if workspace.hung is None:
        return None
    verdict, at = judged(workspace.hung.protocol, candidates(workspace)), workspace.hung.stage
    onward = [number for number in verdict.possible if (number > at if step > 0 else number < at)]
    return None if not onward else onward[0] if step > 0 else onward[-1]


def stage_without_its_prior(workspace: Workspace, step: int) -> int | None:
    """The next stage (1; -1: the one before) that only lacks an earlier study, while none is open; None: none does."""
    if workspace.hung is None or workspace.priors:
        return None
    verdict, at = judged(workspace.hung.protocol, candidates(workspace)), workspace.hung.stage
    ordinary = stage_after(workspace, step)
    last = (len(verdict.stages) if step > 0 else -1) if ordinary is None else ordinary + step
    between = range(at + step, last, step)
    return next((number for number in between if _lacks_a_prior(verdict.stages[number])), None)


def _lacks_a_prior(finding: StageFinding) -> bool:
    pairs = tuple(zip(finding.stage.cells, finding.cells, strict=True))
    missing = sum(cell.is_prior and chosen.key is None for cell, chosen in pairs)
    own = any(not cell.is_prior and chosen.key is not None for cell, chosen in pairs)
    return own and missing > 0 and finding.filled + missing >= finding.stage.least


def hung_view(workspace: Workspace, view: View) -> View | None:
    """The view as its protocol hangs it; None where none does, or where another stack or plane came in its place."""
    hung = workspace.hung
    if hung is None or not 0 <= hung.stage < len(hung.protocol.stages):
        return None
    stage = hung.protocol.stages[hung.stage]
    stack = workspace.stack(view.stack)
    if stack is None or not 0 <= view.id < len(stage.cells):
        return None
    made = cell_view(workspace, stack, stage.cells[view.id], view.id, is_common=stage.same_scale)
    is_meant = chosen_cells(workspace, stage)[view.id].key == stack.id and made.kind is view.kind
    return made if is_meant else None


def _at(workspace: Workspace, verdict: Verdict, number: int) -> Workspace:
    finding = verdict.stages[number]
    hung = _laid_out(workspace, finding)
    return replace(hung, hung=Hung(verdict.protocol, number, tuple(verdict.possible)))


def _laid_out(workspace: Workspace, finding: StageFinding) -> Workspace:
    stage = finding.stage
    kept = _kept_cells(finding)
    views: list[View] = []
    for number in kept:
        cell, chosen = stage.cells[number], finding.cells[number]
        stack = workspace.stack(StackId(chosen.key)) if chosen.key is not None else None
        view_id = ViewId(number)
        if stack is None:
            views.append(View(view_id, ViewKind.ACQUIRED))
        else:
            views.append(cell_view(workspace, stack, cell, view_id, is_common=stage.same_scale))
    layout = layout_of(stage, kept)
    by_cell = {view.id: view for view in views}
    ordered = tuple(by_cell[cell] for cell in layout.cells)
    active = next((view.id for view in ordered if view.stack is not None), ordered[0].id)
    hung = replace(workspace, views=ordered, layout=layout, active=active, maximised=None, drafts=())
    for view in ordered:
        hung = _placed(hung, view, stage.cells[view.id].position)
    return linked_by(hung, stage)


def linked_by(workspace: Workspace, stage: Stage) -> Workspace:
    """What the stage's views do together, and nothing else; a stage that says nothing gives back the user's own."""
    own, spaces = workspace.own_links or workspace.links, workspace.links.spaces
    if not stage.links:
        return replace(workspace, links=replace(own, spaces=spaces), own_links=None)
    together = {name: name in stage.links for name in LINKS}
    links = replace(
        workspace.links,
        scroll=together["scroll"],
        window=together["window"],
        zoom=together["zoom"],
        pan=together["pan"],
    )
    return replace(workspace, links=links, own_links=own)


def _kept_cells(finding: StageFinding) -> list[int]:
    """The cells that take room: those that show something, and those that stay empty."""
    cells = finding.stage.cells
    filled = [number for number, cell in enumerate(finding.cells) if cell.key is not None]
    kept = [n for n, one in enumerate(finding.cells) if one.key is not None or cells[n].if_missing == "empty"]
    return kept if filled else kept[:1] or [0]


def layout_of(stage: Stage, kept: Sequence[int]) -> Layout:
    """How the cells lie that are left; what was beside one that is gone takes its room."""
    whole = _stated_layout(stage)
    if whole is None:
        return Layout.of([ViewId(number) for number in kept], _columns(stage, len(kept)))
    for number in range(len(stage.cells)):
        if number not in kept:
            whole = whole.removed(ViewId(number))
    return whole


def _stated_layout(stage: Stage) -> Layout | None:
    """The layout of the protocol where it has one that names each of its cells once."""
    if not stage.layout:
        return None
    try:
        made = Layout.from_json(dict(stage.layout))
    except Damaged:
        return None
    return made if sorted(made.cells) == list(range(len(stage.cells))) else None


def _columns(stage: Stage, count: int) -> int:
    """Fewer cells than were meant: side by side as long as they fit one row, else as square as they were."""
    if count == len(stage.cells):
        return stage.columns
    return count if count <= stage.columns else min(stage.columns, 2 if count <= 4 else stage.columns)


def cell_view(workspace: Workspace, stack: Stack, cell: Cell, view_id: ViewId, *, is_common: bool = False) -> View:
    """The view that a cell makes of a stack; a plane of what is no volume is shown as it was acquired.

    `is_common`: at one scale with the other pictures of its stage.
    """
    kind = ViewKind(cell.view) if stack.is_volume else ViewKind.ACQUIRED
    fresh = fresh_view(workspace, stack, view_id, kind)
    camera = Camera(
        rotation=cell.rotation % 360, flip_horizontal=cell.flip_horizontal, flip_vertical=cell.flip_vertical
    )
    if kind is ViewKind.ACQUIRED and any(cell.sides):
        camera = turned_to(camera, _traits(stack).sides, cell.sides)
    camera = replace(camera, justify=cell.justify, common=is_common)
    slab = Slab(_SLABS[cell.slab_mode], cell.slab_mm) if cell.slab_mm >= 1 and kind in _PLANE_KINDS else None
    return replace(
        fresh,
        frame=_frame(stack, cell.position, fresh.frame) if kind is ViewKind.ACQUIRED else fresh.frame,
        voi=_voi(workspace, stack, cell.window) or fresh.voi,
        inverted=fresh.inverted != cell.is_inverted,
        camera=camera,
        slab=slab,
        preset_3d=cell.preset_3d,
    )


_PLANE_KINDS = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)


def _frame(stack: Stack, position: str, usual: int) -> int:
    if not position:
        return usual
    last = stack.slice_count - 1
    wanted = {"first": 0, "middle": stack.slice_count // 2, "last": last}[position]
    there = [k for k in range(last + 1) if k not in stack.empty]
    return min(there, key=lambda k: abs(k - wanted), default=0)


def _voi(workspace: Workspace, stack: Stack, window: str | tuple[float, float]) -> Voi | None:
    """What the cell asks for, where it means something for these values; None: as usual."""
    if isinstance(window, tuple):
        made = Window(window[0], window[1])
        return made if made.is_usable else None
    volume = stack.volume
    if window == "auto":
        if volume is None or volume.is_colour or not bool(np.any(volume.loaded)):
            return None
        return auto_window(volume.values[np.flatnonzero(volume.loaded)[:1]], volume.padding)
    unit = volume.unit if volume is not None else _traits(stack).unit
    if not window or unit != _PRESET_UNITS.get(stack.modality, unit):
        return None
    presets = workspace.presets.get(stack.modality, ())
    return next((one for one in presets if one.name.casefold() == window.casefold() and one.is_usable), None)


def _placed(workspace: Workspace, view: View, position: str) -> Workspace:
    """The planes of a volume crossing where they have been, else in its middle, or at the end that a cell asks for."""
    stack = workspace.stack(view.stack)
    if stack is None or stack.volume is None or not stack.volume.geometry.spatial:
        return workspace
    if stack.id in workspace.focus:
        return workspace
    geometry = stack.volume.geometry
    at = np.asarray(geometry.size_ijk) // 2
    if position in ("first", "last") and view.kind in _PLANE_KINDS:
        at = at.copy()
        at[2] = 0 if position == "first" else geometry.size_ijk[2] - 1
    x, y, z = (float(value) for value in geometry.to_patient(at))
    return workspace.with_focus(stack.id, (x, y, z))


def _traits(stack: Stack) -> StackTraits:
    """What its headers say; of a stack made without any, what it says itself."""
    if stack.traits is not None:
        return stack.traits
    kind = StackKind.VOLUME if stack.is_volume else StackKind.STILL if stack.frame_count == 1 else StackKind.SLICES
    return StackTraits(stack.modality, kind, stack.frame_count, description=stack.label)


def chosen_cells(workspace: Workspace, stage: Stage) -> tuple[CellFinding, ...]:
    """What each cell of a stage would get here, for who edits it."""
    return filled_cells(stage, candidates(workspace))
