"""The viewer page: bar, patient banner, series strip, panes and panels around one workspace."""

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget

from medscan_desktop.domain.hands import Hands
from medscan_desktop.domain.study import SeriesUid
from medscan_desktop.render.presets_3d import presets_for
from medscan_desktop.render.texts import forget_texts
from medscan_desktop.scene.changes import activated
from medscan_desktop.scene.view import ViewId, ViewKind
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.priors import PriorRow
from medscan_desktop.ui import layout_actions as layouts
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.banner import PatientBanner
from medscan_desktop.ui.cine import CineBar
from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.command_menu import fill_commands, fill_group, fill_named
from medscan_desktop.ui.commands import UI_COMMANDS
from medscan_desktop.ui.commands.window import WINDOW
from medscan_desktop.ui.document_actions import DocumentActions
from medscan_desktop.ui.dropping import dropped_files
from medscan_desktop.ui.key_binder import KeyBinder
from medscan_desktop.ui.key_map import KeyMap
from medscan_desktop.ui.keyboard_pointer import KeyboardPointer
from medscan_desktop.ui.length_entry import LengthEntry
from medscan_desktop.ui.memory_bar import MemoryBar
from medscan_desktop.ui.palette import Palette
from medscan_desktop.ui.pane_grid import PaneGrid
from medscan_desktop.ui.panels import PANELS
from medscan_desktop.ui.phase_bar import PhaseBar
from medscan_desktop.ui.pixel_bringer import PixelBringer
from medscan_desktop.ui.prior_actions import PriorActions, prior_count_text
from medscan_desktop.ui.prior_list import PriorList
from medscan_desktop.ui.series_strip import SeriesStrip
from medscan_desktop.ui.session_bar import SessionBar
from medscan_desktop.ui.space_actions import use_preset
from medscan_desktop.ui.stack_actions import StackActions
from medscan_desktop.ui.toolbar import Toolbar, fill_windows
from medscan_desktop.ui.viewer_frame import ViewerFrame
from medscan_desktop.ui.window_entry import WindowEntry
from medscan_desktop.workstation.command import Settings
from medscan_desktop.workstation.jobs import Jobs
from medscan_desktop.workstation.workstation import Workstation

_TURNS = ("view.turn_right", "view.turn_left", "view.mirror_sideways", "view.mirror_upside_down")


class ViewerPage(QWidget):
    """The images of one study and all that belongs to reading them."""

    library_wanted = Signal()
    files_dropped = Signal(list)  # of paths

    def __init__(self, workstation: Workstation, jobs: Jobs, settings: Settings) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.commands = ViewerActions(workstation)
        self.session = SessionBar()
        self.toolbar = Toolbar(self.commands, self.session, self.library_wanted.emit, self.fill_commands)
        self.banner = PatientBanner()
        self.memory = MemoryBar(self.commands)
        self.strip = SeriesStrip(self.commands)
        self.grid = PaneGrid(workstation, jobs, settings)
        self.cine = CineBar(self.commands)
        self.stacks = StackActions(self.commands, self)
        self.phases = PhaseBar(self.stacks, self.grid.is_drawn)
        self.commands.step_phase = self.stacks.step_phase
        self.commands.play_phases = self.phases.toggle
        self.commands.play = self.cine.toggle
        self.commands.swing, self.commands.change_speed = self.cine.toggle_swing, self.cine.change_speed
        self.documents = DocumentActions(self.commands, self)
        self._know_priors()
        self.commands.save_document = self.documents.save
        self.window_entry = WindowEntry(self.commands, self)
        self.length_entry = LengthEntry(self.commands, self)
        self.commands.type_window = self.window_entry.ask
        self.commands.place_of_view = self.grid.place_of_active
        self.documents.fill_tile_menu = self.stacks.fill_tile_menu
        self.panels = tuple(panel(self.commands) for panel in PANELS)
        self.frame = ViewerFrame(self.commands, self.strip, self.panels)
        self.toolbar.add_frame(self.frame.strip_button, self.frame.panels_button)
        self.commands.toggle_strip, self.commands.toggle_panels = self.frame.toggle_strip, self.frame.toggle_panels
        self.commands.toggle_frame = self.frame.toggle_all
        self._build()
        self.palette_page = Palette(self, self.commands, self._perform)
        self._binder = KeyBinder(self, [one for one in UI_COMMANDS if one not in WINDOW], self._perform)
        self.use_keys(KeyMap(UI_COMMANDS, Hands()))
        self.commands.show_palette = self._find_command
        self.grid.menu_wanted.connect(self._show_menu)
        self.grid.reference_wanted.connect(self.documents.follow)
        self.grid.save_wanted.connect(self.documents.save)
        self.strip.menu_wanted.connect(self.documents.show_tile_menu)
        self.grid.stack_dropped.connect(lambda stack, view: layouts.drop_stack(stack, view, self.commands))
        self.grid.cell_dropped.connect(lambda one, other: layouts.swap_cells(ViewId(one), ViewId(other), self.commands))
        self.grid.cell_menu_wanted.connect(self._show_cell_menu)
        self.commands.choose_layout = self.toolbar.layouts.showMenu
        self._bringer = PixelBringer(workstation, self)
        self.pointer = KeyboardPointer(self, self.grid.active_pane)
        self.commands.point_by_keys = self.pointer.toggle
        self.grid.maximise_wanted.connect(lambda view_id: self.commands.maximise(ViewId(view_id)))
        workstation.store.listen(self._changed)

    def study_came(self, series: SeriesUid | None = None) -> None:
        """A study has been opened: take the keyboard, read what is beside the images.

        Where nothing could be hung, the first document of `series` (None: of the study) opens.
        """
        self.setFocus()
        self.strip.ask()
        self.priors.ask()
        self.documents.open_first(series)
        self.memory.ask()

    def clear(self) -> None:
        """Nothing may go on being drawn: on lock. The store empties with the session."""
        self.pointer.leave()
        self.grid.cancel_drags()
        if self.findChildren(QDrag):
            QDrag.cancel()  # its picture hangs at the pointer
        self.cine.stop()
        self.window_entry.drop()
        self.length_entry.drop()
        self.phases.stop()
        self.documents.close_windows()
        self.stacks.close_windows()
        self.priors.forget()
        self.prior_list.leave()
        self.palette_page.leave()
        forget_texts()

    def close_workers(self) -> None:
        """End the threads of the 3D panes."""
        self.grid.close_workers()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.files_dropped.emit(dropped_files(event))

    def _know_priors(self) -> None:
        self.priors = PriorActions(self.commands, self)
        self.prior_list = PriorList(self, self.priors.show)
        self.prior_button = make.button("", self._choose_prior, "flat")
        self.prior_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.prior_button.setToolTip("The patient's other studies, to hang one beside the current")
        self.prior_button.hide()
        self.banner.add(self.prior_button)
        self.priors.told, self.priors.came = self._show_prior_count, self.strip.ask
        commands = self.commands
        commands.toggle_prior, commands.step_prior = self.priors.toggle, self.priors.step
        commands.choose_prior, commands.close_prior = self._choose_prior, self.priors.close
        commands.register_stacks = self.priors.register
        commands.bring_prior = self.priors.bring

    def _show_prior_count(self, rows: tuple[PriorRow, ...]) -> None:
        self.prior_button.setText(prior_count_text(rows))
        self.prior_button.setVisible(bool(rows))
        self.banner.refit()

    def _choose_prior(self) -> None:
        shown = frozenset(prior.study_instance_uid for prior in self.commands.workspace.priors)
        self.prior_list.ask(self.priors.rows, shown)

    def _build(self) -> None:
        body = make.row(gap=1)
        body.addWidget(self.strip)
        middle = make.column(gap=1)
        middle.addWidget(self.grid, 1)
        middle.addWidget(self.phases)
        middle.addWidget(self.cine)
        body.addLayout(middle, 1)
        body.addWidget(self.frame.side)
        layout = make.column(self, gap=0)
        layout.addWidget(self.toolbar)
        layout.addWidget(self.banner)
        layout.addWidget(self.memory)
        layout.addLayout(body, 1)

    def use_keys(self, keys: KeyMap) -> None:
        """The keys of the user who is here."""
        self.keys = keys
        self._binder.bind(keys)
        self.commands.key_of = keys.named

    def fill_commands(self, menu: QMenu) -> None:
        """Every command, in its group."""
        fill_commands(menu, self.keys, self.commands)

    def _find_command(self) -> None:
        if self.isVisible():  # its key counts in the whole window; over a page that is not there it would come up later
            self.palette_page.ask(self.keys)

    def _perform(self, command: UiCommand) -> None:
        if isinstance(QApplication.focusWidget(), QLineEdit):
            self.setFocus()  # Enter or an arrow while typing ends the typing, and decides nothing
            return
        self.grid.cancel_drags()  # a key ends the drag that a button still holds
        if command.is_possible(self.commands):
            command.run(self.commands)
        elif command.why_not:
            self.commands.workstation.notify(command.why_not)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        self.banner.workspace_changed(old, new)
        self.pointer.workspace_changed(old, new)
        self.strip.workspace_changed(old, new)
        self.cine.workspace_changed(old, new)
        if old.study is not new.study:
            self.documents.close_windows()  # a header beside another patient's images would be read as theirs
            self.priors.close_windows()
        self.phases.workspace_changed(old, new)
        self.memory.workspace_changed(old, new)

    def _show_cell_menu(self, view_id: int, at: QPoint) -> None:
        self.commands.store.update(lambda workspace: activated(workspace, ViewId(view_id)))
        menu = QMenu(self)
        layouts.fill_cell_menu(menu, self.commands)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        view, stack = self.commands.view, self.commands.stack
        if view is not None and view.kind is ViewKind.THREE_D and stack is not None and stack.volume is not None:
            for preset in presets_for(stack.volume, stack.modality):
                menu.addAction(preset.name, partial(use_preset, self.commands, preset.name))
        elif view is None or view.kind is not ViewKind.DOCUMENT:
            fill_windows(menu.addMenu("Window"), self.commands)
            fill_named(menu, ("window.invert", *_TURNS), self.keys, self.commands)
            planes = menu.addMenu("Planes, slab, curve")
            fill_named(planes, ("tool.curve",), self.keys, self.commands)
            fill_group(planes, "Planes", self.keys, self.commands)
        menu.addSeparator()
        self.memory.fill(menu.addMenu("Memory budget"))
        fill_named(menu, ("view.reset",), self.keys, self.commands)
        if view is not None:
            layouts.fill_cell_menu(menu.addMenu("Cell"), self.commands)
            fill_named(menu, ("cell.large",), self.keys, self.commands)
        self.documents.fill_menu(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
