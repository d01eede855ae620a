"""The viewer's bar: tools, grey values, layout, overlays, undo and redo, and what leaves the house."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QToolButton

from medscan_desktop.imaging.voi import Voi, Window
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import TOOLS
from medscan_desktop.tools.measuring import MEASURING_TOOLS
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.commands.objects import EXPORTS
from medscan_desktop.ui.export_actions import accepted_findings, save_segmentation
from medscan_desktop.ui.icons import icon
from medscan_desktop.ui.key_hints import hint, with_key
from medscan_desktop.ui.layout_picker import fill_layouts
from medscan_desktop.ui.overflow import Overflow
from medscan_desktop.ui.session_bar import SessionBar
from medscan_desktop.ui.surface_export import has_surfaces, save_surfaces

_BACK = "Library"
_ALL_TOOLS = "All measuring tools"
_ON_BAR = ("window", "pan", "zoom", "scroll", "rotate", "crosshair", "length", "ellipse")  # the others are in a menu


class Toolbar(QFrame):
    """One row. What is not possible now is greyed, never hidden."""

    def __init__(
        self,
        actions: ViewerActions,
        session: SessionBar,
        on_library: Callable[[], object],
        fill_commands: Callable[[QMenu], object],
    ) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._actions = actions
        self.tools = _tool_buttons(actions)
        self.measure = _menu_button("angle", "Measure", _ALL_TOOLS, self._fill_measuring)
        self.measure.setCheckable(True)
        self.undo = make.tool_button("undo", "", actions.undo)
        self.redo = make.tool_button("redo", "", actions.redo)
        self.overlay = make.tool_button("overlay", "Corner texts", actions.toggle_overlay, checkable=True)
        self.masks = make.tool_button("mask", "AI overlay", actions.toggle_masks, checkable=True)
        self.crosshair = make.tool_button("lines", "Lines of the planes", actions.toggle_crosshair, checkable=True)
        self.layouts = _menu_button("layout", "Layout", "Layout of the cells", self._fill_layouts)
        self._invert = make.tool_button("invert", "Invert", actions.invert, checkable=True)
        self._reset = make.tool_button("reset", "Reset the view", actions.reset)
        self.windows = _menu_button("window", "Window", "Windows: the header's, automatic, presets", self._fill_windows)
        self.export = _menu_button("export", "Export", "Picture, page, report, table, DICOM objects", self._fill_export)
        self.menu = _menu_button("menu", "Menu", "All commands, with their keys", fill_commands)
        rarer = [self.tools[name] for name in ("rotate", "scroll", "pan", "zoom") if name in self.tools]
        self.more = Overflow([self._reset, *rarer, self.crosshair, self.masks, self.overlay, self._invert])
        self._session = session
        self._back = make.button(_BACK, on_library, icon_name="back")
        self._back.setAccessibleName(_BACK)
        self._back.setToolTip(_BACK)
        self._back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        row = make.row(self, gap=2)
        row.setContentsMargins(8, 5, 12, 5)
        row.addWidget(self._back)
        row.addWidget(self.menu)
        groups: tuple[tuple[QToolButton, ...], ...] = (
            (*self.tools.values(), self.measure),
            (self.windows, self._invert, self._reset),
            (self.layouts, self.overlay, self.masks, self.crosshair),
            (self.undo, self.redo),
            (self.export,),
        )
        for group in groups:
            row.addSpacing(6)
            row.addWidget(make.divider(vertical=True))
            row.addSpacing(6)
            for button in group:
                row.addWidget(button)
        row.addWidget(self.more)
        row.addStretch()
        row.addWidget(session)
        self._row = row
        actions.store.listen(lambda _, new: self._show(new))
        actions.workstation.listen(lambda _: self._show_undo())
        self._show(actions.workspace)
        self._show_undo()
        hint(self.overlay, "Corner texts: full, less, minimal", "view.corner_texts")
        hint(self.masks, "AI overlay", "view.ai_overlay")
        hint(self.layouts, "Layout of the cells", "layout.choose")
        hint(self._invert, "Invert", "window.invert")

    def add_frame(self, *buttons: QToolButton) -> None:
        """What folds the frame around the images, before who is logged in."""
        for button in buttons:
            self._row.insertWidget(self._row.indexOf(self._session), button)
        self._row.insertSpacing(self._row.indexOf(self._session), 6)

    def resizeEvent(self, event: QResizeEvent) -> None:
        QFrame.resizeEvent(self, event)
        self._fit()
        self._show_rarer(self._actions.workspace.tool)

    def showEvent(self, event: QShowEvent) -> None:
        QFrame.showEvent(self, event)
        self._fit()
        self._show_rarer(self._actions.workspace.tool)

    def _fit(self) -> None:
        """Where not all has room, words give way to their pictures, then rarer buttons to a menu: none is ever cut."""
        self._set_words(shown=True)
        self._set_words(shown=self._fits())
        self.more.fit(self._fits)

    def _fits(self) -> bool:
        return self.sizeHint().width() <= self.width()

    def _set_words(self, *, shown: bool) -> None:
        beside, alone = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly
        for button in (self.menu, self.measure, self.windows, self.layouts, self.export):
            button.setToolButtonStyle(beside if shown else alone)
        self._back.setText(_BACK if shown else "")
        self._session.name.setVisible(shown)

    def _show(self, workspace: Workspace) -> None:
        for name, button in self.tools.items():
            button.setChecked(name == workspace.tool)
        self._show_rarer(workspace.tool)
        view = self._actions.view
        self.overlay.setChecked(bool(workspace.overlay))
        self.masks.setChecked(workspace.masks_visible and bool(workspace.masks))
        self.masks.setEnabled(bool(workspace.masks))
        self.crosshair.setChecked(workspace.crosshair)
        self._invert.setChecked(view is not None and view.inverted)
        is_volume = self._actions.stack is not None and self._actions.stack.is_volume
        self.layouts.setEnabled(bool(workspace.views))
        self.crosshair.setEnabled(is_volume)
        for button in (self.windows, self._invert, self._reset, self.export):
            button.setEnabled(view is not None)

    def _show_rarer(self, name: str) -> None:
        """A tool without a button of its own, and one whose button has no room, is named where the others are."""
        own = self.tools.get(name)
        rarer = next((tool for tool in TOOLS if tool.name == name), None)
        if own is not None and own not in self.more.taken:
            rarer = None
        self.measure.setChecked(rarer is not None)
        self.measure.setIcon(icon(rarer.name if rarer is not None else "angle"))
        self.measure.setToolTip(f"In use: {rarer.label}" if rarer is not None else _ALL_TOOLS)
        text = rarer.label if rarer is not None else "Measure"
        if self.measure.text() != text:
            self.measure.setText(text)
            self._fit()

    def _show_undo(self) -> None:
        workstation = self._actions.workstation
        for button, verb, name, command in (
            (self.undo, "Undo", workstation.undo_name, "edit.undo"),
            (self.redo, "Redo", workstation.redo_name, "edit.redo"),
        ):
            tip = with_key(f"{verb}: {name}", self._actions.key_of(command))
            button.setEnabled(bool(name))
            button.setToolTip(tip if name else f"Nothing to {verb.lower()}")

    def _fill_measuring(self, menu: QMenu) -> None:
        menu.setToolTipsVisible(True)
        for tool in MEASURING_TOOLS:
            text = f"{tool.label}\t{self._actions.key_of(f'tool.{tool.name}')}"
            action = menu.addAction(icon(tool.name), text, partial(self._actions.use_tool, tool.name))
            action.setToolTip(tool.hint)

    def _fill_windows(self, menu: QMenu) -> None:
        fill_windows(menu, self._actions)

    def _fill_layouts(self, menu: QMenu) -> None:
        fill_layouts(menu, self._actions)

    def _fill_export(self, menu: QMenu) -> None:
        actions = self._actions
        document = actions.stack.document if actions.stack is not None else None
        if document is not None and document.suffix:
            kind = document.suffix.removeprefix(".").upper()
            menu.addAction(f"The document itself ({kind})…", actions.save_document)
            menu.addSeparator()
        accepted = accepted_findings(actions)
        for command in EXPORTS:
            if not accepted or command.run is not save_segmentation:  # each finding has its own line below
                menu.addAction(command.label, partial(command.run, actions)).setEnabled(command.is_possible(actions))
        menu.addSeparator()
        for finding in accepted:
            names = ", ".join(structure.name for structure in finding.structures)
            menu.addAction(f"Segmentation: {names} (DICOM SEG)…", partial(save_segmentation, actions, finding.id))
        surfaces = menu.addAction("Surfaces of the masks (STL, OBJ, PLY)…", partial(save_surfaces, actions))
        surfaces.setEnabled(has_surfaces(actions))


def _tool_buttons(actions: ViewerActions) -> dict[str, QToolButton]:
    """One button for each tool that has one, by the tool's name."""
    made = {}
    for tool in TOOLS:
        if tool.name in _ON_BAR:
            use = partial(actions.use_tool, tool.name)
            made[tool.name] = make.tool_button(tool.name, tool.label, use, checkable=True)
            hint(made[tool.name], tool.label, f"tool.{tool.name}")
    return made


def fill_windows(menu: QMenu, actions: ViewerActions) -> None:
    """The windows that the active view offers, with their keys."""
    names = {voi.name: f"window.preset_{number}" for number, voi in enumerate(actions.numbered_windows(), start=1)}
    names["Auto"] = "window.auto"
    for voi in actions.offered_windows():
        shortcut = actions.key_of(names.get(voi.name, ""))
        menu.addAction(f"{_window_text(voi)}\t{shortcut}", partial(actions.use_window, voi))
    if menu.isEmpty():
        menu.addAction("True colour has no window").setEnabled(False)
        return
    menu.addSeparator()
    menu.addAction(f"Type the window…\t{actions.key_of('window.type')}", actions.type_window)
    of_region = f"Window of a region\t{actions.key_of('tool.window_box')}"
    menu.addAction(of_region, partial(actions.use_tool, "window_box"))
    menu.addAction("Edit the presets…", actions.edit_presets)


def _window_text(voi: Voi) -> str:
    return f"{voi.name}   {voi.width:g} / {voi.centre:g}" if isinstance(voi, Window) else voi.name


def _menu_button(icon_name: str, text: str, tip: str, fill: Callable[[QMenu], object]) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setToolTip(tip)
    made.setIconSize(QSize(20, 20))
    made.setIcon(icon(icon_name))
    made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu = QMenu(made)

    def show() -> None:
        menu.clear()
        fill(menu)

    menu.aboutToShow.connect(show)
    made.setMenu(menu)
    return made
