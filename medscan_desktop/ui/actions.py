"""What keys, buttons and menus of the viewer do: each a pure change for the store or a command for the gate."""

from collections.abc import Callable
from pathlib import Path

from medscan_desktop.domain.finding import Finding, FindingId, FindingState
from medscan_desktop.domain.measurement import Measurement, MeasurementId
from medscan_desktop.domain.object_kind import ObjectKind
from medscan_desktop.imaging.voi import Voi
from medscan_desktop.imaging.window import auto_window, offered_windows
from medscan_desktop.scene import changes
from medscan_desktop.scene.arranging import is_arranged, is_tiled, with_other_sheet, with_stack_in
from medscan_desktop.scene.hanging import next_layout
from medscan_desktop.scene.looking import looking_at
from medscan_desktop.scene.memory import ShownAs
from medscan_desktop.scene.navigation import acquired_slice, stepped, volume_of
from medscan_desktop.scene.overlay import Overlay
from medscan_desktop.scene.overlays import OVERLAY_KINDS, at_next_key, overlay_source
from medscan_desktop.scene.screen import Screen
from medscan_desktop.scene.splitting import one_of_each_axis
from medscan_desktop.scene.stack import Stack, StackId
from medscan_desktop.scene.view import View, ViewId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.documents import open_document
from medscan_desktop.services.exports import export_pdf, export_seg
from medscan_desktop.services.findings import accept_finding, propose_finding, reject_finding
from medscan_desktop.services.measurements import delete_measurement
from medscan_desktop.services.memory import set_budget
from medscan_desktop.services.overlays import hide_overlay, show_overlay, show_wash
from medscan_desktop.services.snapshots import export_view
from medscan_desktop.services.studies import show_series
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.workstation import Workstation

_ViewChange = Callable[[Workspace, View], Workspace]


class ViewerActions:
    """Speaks about the active view. Nothing happens where there is none."""

    def __init__(self, workstation: Workstation) -> None:
        self.workstation = workstation
        self.store = workstation.store
        self.play: Callable[[], object] = lambda: None  # the player's, once there is one
        self.swing: Callable[[], object] = lambda: None  # there and back, or round
        self.change_speed: Callable[[int], object] = lambda _step: None
        self.save_document: Callable[[], object] = lambda: None  # asks where to
        self.step_phase: Callable[[int], object] = lambda _step: None  # of a 4D series
        self.play_phases: Callable[[], object] = lambda: None
        # Of the patient's other studies, once there is somebody who knows them.
        self.toggle_prior: Callable[[], object] = lambda: None
        self.step_prior: Callable[[int], object] = lambda _way: None
        self.choose_prior: Callable[[], object] = lambda: None
        self.close_prior: Callable[[], object] = lambda: None
        self.register_stacks: Callable[[], object] = lambda: None
        self.bring_prior: Callable[[Callable[[], object]], bool] = lambda _then: False
        # The window's own, which it puts here.
        self.key_of: Callable[[str], str] = lambda _command: ""  # as the user has it
        self.point_by_keys: Callable[[], object] = lambda: None
        self.show_palette: Callable[[], object] = lambda: None
        self.name_measurement: Callable[[], object] = lambda: None  # the list's
        self.toggle_strip: Callable[[], object] = lambda: None
        self.toggle_panels: Callable[[], object] = lambda: None
        self.toggle_frame: Callable[[], object] = lambda: None
        self.choose_layout: Callable[[], object] = lambda: None
        self.edit_hands: Callable[[], object] = lambda: None
        self.edit_hanging: Callable[[], object] = lambda: None
        self.keep_hanging: Callable[[], object] = lambda: None
        self.choose_hanging: Callable[[], object] = lambda: None
        self.step_study: Callable[[int], object] = lambda _step: None  # of the library's list
        self.edit_presets: Callable[[], object] = lambda: None
        self.measure_screen: Callable[[], object] = lambda: None
        self.type_window: Callable[[], object] = lambda: None
        self.place_of_view: Callable[[], tuple[tuple[int, int], Screen] | None] = lambda: None  # of the active one
        self.show_help: Callable[[], object] = lambda: None
        self.full_screen: Callable[[], object] = lambda: None
        self.search_library: Callable[[], object] = lambda: None
        self.show_library: Callable[[], object] = lambda: None
        self.lock: Callable[[], object] = lambda: None

    @property
    def workspace(self) -> Workspace:
        """What is on screen."""
        return self.store.workspace

    @property
    def view(self) -> View | None:
        """The view that the keyboard speaks to."""
        return next((view for view in self.workspace.views if view.id == self.workspace.active), None)

    @property
    def stack(self) -> Stack | None:
        """The stack in that view."""
        return self.workspace.stack(self.view.stack) if self.view else None

    # Images

    def scroll(self, slices: int) -> None:
        """So many slices further."""
        self._change(lambda workspace, view: stepped(workspace, view, slices))

    def scroll_to(self, index: int) -> None:
        """The first slice (0), or the last (-1)."""
        self._change(changes.at_first if index == 0 else changes.at_last)

    def next_view(self) -> None:
        """The next pane gets the keyboard."""
        self.store.update(changes.next_activated)

    def previous_view(self) -> None:
        """The pane before gets the keyboard."""
        self.store.update(lambda workspace: changes.next_activated(workspace, -1))

    def next_series(self, step: int) -> None:
        """The next (1) or previous (-1) stack that can be shown, over the whole window."""
        current = self.view.stack if self.view else None
        study = self.stack.study_instance_uid if self.stack is not None else ""
        there = (stack for stack in one_of_each_axis(self.workspace) if stack.study_instance_uid == study)
        shown = [stack for stack in there if stack.frame_count > 0]  # a prior's are gone through in the prior's pane
        position = next((number for number, stack in enumerate(shown) if stack.id == current), None)
        if position is not None and 0 <= position + step < len(shown):
            self.bring(shown[position + step].id)

    def bring(self, stack_id: StackId) -> None:
        """Show a stack where the layout has its place: in the active cell, on the sheet, or over the whole window."""
        if is_arranged(self.workspace):
            self.put(stack_id, self.workspace.active)
        elif is_tiled(self.workspace):
            self.workstation.edit("tile mode", lambda workspace: with_other_sheet(workspace, stack_id))
        else:
            self.show_stack(stack_id)

    def put(self, stack_id: StackId, view_id: ViewId) -> None:
        """Show a stack in one cell; what is no image there opens as in `show_stack`."""
        stack = self.workspace.stack(stack_id)
        if stack is None or stack.frame_count == 0 or stack.object_kind in OVERLAY_KINDS:
            self.show_stack(stack_id, view_id)
        else:
            self.workstation.edit("series in a cell", lambda workspace: with_stack_in(workspace, stack_id, view_id))

    def show_stack(
        self, stack_id: StackId, view_id: ViewId | None = None, on_done: Callable[[Effect], None] | None = None
    ) -> None:
        """Show a stack in a view, or (None) hang the window with it; what is no image opens as a document."""
        stack = self.workspace.stack(stack_id)
        if stack is not None and stack.object_kind in OVERLAY_KINDS - {ObjectKind.KEY_OBJECTS}:  # those are read, too
            self.toggle_overlay_of(stack)
        elif stack is not None and stack.frame_count == 0:
            self.read_document(stack, view_id)
        elif stack is not None and stack.frame_count > 0:
            series = stack.series_instance_uid
            others = [] if view_id is None else [view for view in self.workspace.views if view.id != view_id]
            on_screen = frozenset(view.stack for view in others if view.stack is not None)
            self.workstation.do(
                show_series,
                series_instance_uid=series,
                stack_id=stack_id,
                view_id=view_id,
                on_screen=on_screen,
                on_done=on_done,
            )

    def read_document(self, stack: Stack, view_id: ViewId | None = None) -> None:
        """Open what is no image as a document, in a view or (None) over the whole window."""
        if stack.instance_uids:
            uid = stack.instance_uids[0]
            self.workstation.do(open_document, sop_instance_uid=uid, stack_id=stack.id, view_id=view_id)

    def show_as(self, shown_as: ShownAs) -> None:
        """Show the active stack, which is over the memory budget, in another way (WHOLE: as it fits by now)."""
        stack = self.stack
        if stack is not None:
            series = stack.series_instance_uid
            self.workstation.do(
                show_series, series_instance_uid=series, stack_id=stack.id, view_id=None, shown_as=shown_as
            )

    def set_memory_budget(self, megabytes: int) -> None:
        """Another memory budget (0: the standard), and the active stack anew within it."""
        has_offer = self.stack is not None and self.stack.offer is not None
        after = (lambda _: self.show_as(ShownAs.WHOLE)) if has_offer else None
        self.workstation.do(set_budget, megabytes=megabytes, on_done=after)

    # What other objects say about images

    def toggle_overlay_of(self, stack: Stack) -> None:
        """An object over the images it belongs to, or off them again; a stack of values as a colour wash."""
        source = overlay_source(stack)
        if any(one.source == source and self._is_in_sight(one) for one in self.workspace.overlays):
            self.workstation.do(hide_overlay, source=source)
        elif stack.frame_count > 0:
            self.workstation.do(show_wash, series_instance_uid=stack.series_instance_uid, stack_id=stack.id)
        else:
            series, active = stack.series_instance_uid, self.view.stack if self.view else None
            self.workstation.do(show_overlay, series_instance_uid=series, sop_instance_uid=source, on_screen=active)

    def _is_in_sight(self, overlay: Overlay) -> bool:
        """False for a presentation state of another stack than the one on screen: asked for, it comes to this one."""
        if overlay.kind != ObjectKind.PRESENTATION:
            return True
        return any(view.stack == overlay.stack for view in self.workspace.views)

    def next_key_image(self, step: int) -> None:
        """The next (1) or previous (-1) key image of the active view."""
        self._change(lambda workspace, view: at_next_key(workspace, view, step))

    # How it looks

    def use_tool(self, name: str) -> None:
        """Another tool on the left button."""
        self.store.update(lambda workspace: changes.with_tool(workspace, name))

    def offered_windows(self) -> tuple[Voi, ...]:
        """What can be chosen for the active view: the header's, automatic, the modality's presets."""
        volume = volume_of(self.workspace, self.view) if self.view else None
        if volume is None or self.view is None or self.stack is None:
            return ()
        presets = self.workspace.presets
        return offered_windows(volume, self.stack.modality, acquired_slice(self.workspace, self.view), presets)

    def use_window(self, voi: Voi) -> None:
        """A window for the active stack."""
        self._change(lambda workspace, view: changes.with_voi(workspace, view, voi), "window")

    def auto_window(self) -> None:
        """A window from the values that have arrived."""
        volume = volume_of(self.workspace, self.view) if self.view else None
        if volume is not None and not volume.is_colour and volume.loaded.any():
            is_whole = volume.is_complete and not volume.empty
            arrived = volume.values if is_whole else volume.values[volume.loaded]
            self.use_window(auto_window(arrived, volume.padding))

    def numbered_windows(self) -> tuple[Voi, ...]:
        """What the keys 1 to 9 mean: the modality's presets, the same in every study; without any, the header's."""
        offered = self.offered_windows()
        automatic = next((position for position, voi in enumerate(offered) if voi.name == "Auto"), len(offered))
        return (offered[automatic + 1 :] or offered[:automatic])[:9]

    def preset(self, number: int) -> None:
        """The window of a number key."""
        numbered = self.numbered_windows()
        if number <= len(numbered):
            self.use_window(numbered[number - 1])

    def invert(self) -> None:
        """Black for white."""
        self._change(changes.inverted, "invert")

    def reset(self) -> None:
        """Whole image, unturned, first window."""
        self._change(changes.reset, "reset the view")

    def rotate(self, degrees: float) -> None:
        """Turn clockwise."""
        self._change(lambda workspace, view: changes.rotated(workspace, view, degrees), "turn")

    def flip(self, horizontally: bool) -> None:
        """Mirror what is on screen."""
        self._change(lambda workspace, view: changes.flipped(workspace, view, horizontally=horizontally), "mirror")

    def toggle_overlay(self) -> None:
        """Corner texts: full, less, minimal."""
        self.store.update(changes.with_overlay_toggled)

    def toggle_masks(self) -> None:
        """AI overlay."""
        self.store.update(changes.with_masks_toggled)

    def toggle_crosshair(self) -> None:
        """The other planes' lines."""
        self.store.update(changes.with_crosshair_toggled)

    def next_layout(self) -> None:
        """2x2, three planes, one pane."""
        self.workstation.edit("layout", next_layout)

    def maximise(self, view_id: ViewId) -> None:
        """One view over the whole window, and back."""
        self.workstation.edit("show large", lambda workspace: changes.maximised(workspace, view_id))

    # What was drawn and found

    def cancel(self) -> None:
        """Drop what is being drawn; else deselect; else the one large view becomes small again."""
        workspace = self.workspace
        if any(not draft.is_saving for draft in workspace.drafts):
            self.use_tool(workspace.tool)
        elif workspace.selected is not None:
            self.select(None)
        elif workspace.maximised is not None:
            self.maximise(workspace.maximised)

    def select(self, measurement: MeasurementId | None) -> None:
        """Choose a measurement."""
        self.store.update(lambda workspace: changes.selected(workspace, measurement))

    def jump_to(self, measurement: Measurement) -> None:
        """Select a measurement and show the slices it lies on."""
        self.store.update(lambda workspace: looking_at(changes.selected(workspace, measurement.id), measurement))

    def delete_selected(self) -> None:
        """Delete the selected measurement."""
        if self.workspace.selected is not None:
            self.delete(self.workspace.selected)

    def delete(self, measurement: MeasurementId) -> None:
        """Delete a measurement; undo brings it back."""
        self.workstation.do(delete_measurement, measurement_id=measurement)

    def undo(self) -> None:
        """Reverse the last edit."""
        self.workstation.undo()

    def redo(self) -> None:
        """Do again what was undone."""
        self.workstation.redo()

    @property
    def waiting_finding(self) -> Finding | None:
        """The newest finding that nobody has decided."""
        proposed = [one for one in self.workspace.findings if one.state is FindingState.PROPOSED]
        return proposed[-1] if proposed else None

    def accept(self) -> None:
        """Accept the newest finding that waits."""
        if self.waiting_finding is not None:
            self.decide(self.waiting_finding.id, FindingState.ACCEPTED, "")

    def reject(self) -> None:
        """Reject the newest finding that waits."""
        if self.waiting_finding is not None:
            self.decide(self.waiting_finding.id, FindingState.REJECTED, "")

    def decide(self, finding: FindingId, state: FindingState, reason: str) -> None:
        """Accept, reject, or propose again."""
        command = {
            FindingState.ACCEPTED: accept_finding,
            FindingState.REJECTED: reject_finding,
            FindingState.PROPOSED: propose_finding,
        }[state]
        self.workstation.do(command, finding_id=finding, reason=reason)

    # What leaves

    def export_picture(self, out: Path) -> None:
        """The active view as it is, as PNG."""
        if self.view is not None:
            self.workstation.do(export_view, workspace=self.workspace, view=self.view, out=out)

    def export_segmentation(self, finding: FindingId, out: Path) -> None:
        """An accepted finding as DICOM SEG."""
        self.workstation.do(export_seg, finding_id=finding, out=out)

    def export_page(self, out: Path) -> None:
        """The study's page as PDF."""
        if self.workspace.study is not None:
            self.workstation.do(export_pdf, study_instance_uid=self.workspace.study.study_instance_uid, out=out)

    def change_view(self, change: _ViewChange, undo_name: str = "") -> None:
        """The same for what stands beside its command."""
        self._change(change, undo_name)

    def _change(self, change: _ViewChange, undo_name: str = "") -> None:
        """Change the active view; with a name as a step that undo reverses."""
        active = self.workspace.active
        if self.view is None:
            return
        if undo_name:
            self.workstation.edit(undo_name, lambda workspace: change(workspace, workspace.view(active)))
        else:
            self.store.update(lambda workspace: change(workspace, workspace.view(active)))
