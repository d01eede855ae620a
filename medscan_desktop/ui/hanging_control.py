"""The hanging protocols of whoever is logged in: read at log-in, offered in the menu, changed in their window."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from medscan_desktop.domain.dates import date_text
from medscan_desktop.domain.hanging_match import Verdict
from medscan_desktop.domain.hanging_protocol import Protocol, Stage
from medscan_desktop.domain.study import Study, StudyUid
from medscan_desktop.domain.user import Permission
from medscan_desktop.scene.apply_protocol import candidates, judged_here
from medscan_desktop.scene.keep_protocol import protocol_of, stage_of
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.hanging import (
    arrange_protocols,
    delete_protocol,
    delete_protocol_for_all,
    export_protocols,
    import_protocols,
    list_protocols,
    save_protocol,
    save_protocol_for_all,
    try_protocols,
)
from medscan_desktop.ui.hanging_actions import fill_menu, use
from medscan_desktop.ui.hanging_chip import HangingChip
from medscan_desktop.ui.hanging_window import Deeds, HangingWindow
from medscan_desktop.ui.study_table import StudyTable
from medscan_desktop.ui.viewer import ViewerPage
from medscan_desktop.workstation.command import Effect, Kind
from medscan_desktop.workstation.protocols import Arranged, Listed, Origin

_FILES = "Hanging protocols (*.json)"


class HangingControl:
    """Keeps the list, the line in the banner and the window."""

    def __init__(self, viewer: ViewerPage, table: StudyTable, desk: QWidget) -> None:
        self._table = table
        self._actions = viewer.commands
        self._workstation = viewer.commands.workstation
        self._desk = desk
        self._listed: tuple[Listed, ...] = ()
        self.window: HangingWindow | None = None
        self.chip = HangingChip(self._fill)
        viewer.banner.add(self.chip)
        self._actions.choose_hanging = self.chip.showMenu
        self._actions.edit_hanging = self.show_window
        self._actions.keep_hanging = self.keep_screen
        self._workstation.listen(self._changed)
        self._actions.store.listen(self._screen_changed)

    def read(self) -> None:
        """Somebody has logged in: their protocols."""
        self._workstation.do(list_protocols, on_done=self._came)

    def close(self) -> None:
        """On lock: the next user has others."""
        self._listed = ()
        if self.window is not None:
            self.window.close()

    def show_window(self) -> None:
        """The window in which protocols are changed, at the one that hangs."""
        if self.window is None:
            self.window = HangingWindow(self._deeds(), self._desk)
            self.window.destroyed.connect(self._window_gone)
            self.window.show_protocols(self._listed)
            hung = self._actions.workspace.hung
            self.window.choose(hung.protocol.id if hung is not None else "")
        self.window.show()
        self.window.raise_()

    def keep_screen(self) -> None:
        """What is on screen as a new protocol, in the window."""
        self.show_window()
        if self.window is not None:
            self.window.keep_screen()

    def _deeds(self) -> Deeds:
        return Deeds(
            save=self._save,
            delete=self._delete,
            arrange=self._arrange,
            hang=lambda protocol: use(protocol, self._actions),
            screen=self._screen,
            stage=self._stage,
            bring=self._bring,
            export=self._export,
            studies=lambda: [(one.study_instance_uid, _study_text(one)) for one in self._table.listed],
            verdicts=self._verdicts,
            can_save_for_all=self._can_save_for_all,
        )

    def _fill(self, menu: QMenu) -> None:
        protocols = [one.protocol for one in self._listed if one.is_on]
        fill_menu(menu, self._actions, protocols, keep=self.keep_screen, edit=self.show_window)

    def _came(self, effect: Effect) -> None:
        self._listed = effect.value
        if self.window is not None:
            self.window.show_protocols(self._listed)

    def _changed(self, changed: frozenset[Kind]) -> None:
        if Kind.SETTINGS in changed and self._workstation.user is not None:
            self.read()

    def _screen_changed(self, old: Workspace, new: Workspace) -> None:
        if old.hung is not new.hung or bool(old.stacks) != bool(new.stacks):
            self.chip.show_hung(new)
        if self.window is not None and (old.study is not new.study or old.priors != new.priors):
            self.window.try_open()

    def _save(self, protocol: Protocol, for_all: bool) -> None:
        command = save_protocol_for_all if for_all else save_protocol
        self._workstation.do(command, protocol=protocol)

    def _delete(self, listed: Listed) -> None:
        command = delete_protocol if listed.origin is Origin.OWN else delete_protocol_for_all
        self._workstation.do(command, protocol_id=listed.protocol.id)

    def _arrange(self, arranged: Arranged) -> None:
        self._workstation.do(arrange_protocols, arranged=arranged)

    def _screen(self) -> Protocol | None:
        return protocol_of(self._actions.workspace, _name_for(self._actions.workspace), "new")

    def _stage(self) -> Stage | None:
        return stage_of(self._actions.workspace)

    def _bring(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self.window, "Import hanging protocols", "", _FILES)
        if name:
            self._workstation.do(import_protocols, path=Path(name))

    def _export(self, protocol: Protocol) -> None:
        name, _ = QFileDialog.getSaveFileName(self.window, "Export a hanging protocol", f"{protocol.id}.json", _FILES)
        if name:
            self._workstation.do(export_protocols, ids=(protocol.id,), out=Path(name))

    def _verdicts(
        self, protocols: Sequence[Protocol], study: StudyUid | None, told: Callable[[Sequence[Verdict], str], object]
    ) -> None:
        workspace = self._actions.workspace
        if study is not None:
            name = next((_study_text(one) for one in self._table.listed if one.study_instance_uid == study), "It")

            def show(effect: Effect) -> None:
                if self.window is not None:
                    told(effect.value, name)

            self._workstation.do(
                try_protocols,
                study_instance_uid=study,
                protocols=tuple(protocols),
                on_done=show,
            )
        elif workspace.study is None or not candidates(workspace):
            told((), "")
        else:
            told(judged_here(workspace, protocols), workspace.study.study_description or "The open study")

    def _can_save_for_all(self) -> bool:
        user = self._workstation.user
        return user is not None and user.can(Permission.ADMINISTER)

    def _window_gone(self) -> None:
        self.window = None


def _study_text(study: Study) -> str:
    """As the list to choose from says it."""
    parts = (
        study.patient.display_name,
        date_text(study.study_date),
        ", ".join(study.modalities),
        study.study_description,
    )
    return " · ".join(part for part in parts if part)


def _name_for(workspace: Workspace) -> str:
    """A first name that says what was on screen."""
    stack = next((one for view in workspace.views if (one := workspace.stack(view.stack)) is not None), None)
    traits = stack.traits if stack is not None else None
    words = (traits.modality, traits.body_part.title()) if traits is not None else ()
    return " ".join(word for word in words if word) or "My protocol"
