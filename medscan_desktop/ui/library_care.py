"""The library's buttons and menu beside reading: reconciling, storage, holds, deletion, looking for files."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from medscan_desktop.domain.study import Study
from medscan_desktop.domain.user import Permission
from medscan_desktop.services.deletion import preview_deletion
from medscan_desktop.services.presence import check_library
from medscan_desktop.services.reconcile import count_conflicts
from medscan_desktop.ui import make
from medscan_desktop.ui.reconcile import ReconcileDialog
from medscan_desktop.ui.storage import StorageDialog
from medscan_desktop.ui.study_care import DeleteDialog, HoldDialog
from medscan_desktop.ui.study_table import StudyTable
from medscan_desktop.workstation.command import Effect, Kind
from medscan_desktop.workstation.workstation import Workstation

_DIALOGS = (ReconcileDialog, StorageDialog, DeleteDialog, HoldDialog)


class LibraryCare(QWidget):
    """Two buttons, shown to whom they concern, and the menu of a study in the table."""

    def __init__(self, workstation: Workstation, table: StudyTable, open_study: Callable[[Study], None]) -> None:
        super().__init__()
        self._workstation = workstation
        self._table = table
        self._open_study = open_study
        self.reconcile = make.button("", self._show_reconcile, icon_name="warning")
        self.storage = make.button("Storage…", self._show_storage)
        row = make.row(self)
        for button in (self.reconcile, self.storage):
            button.hide()
            row.addWidget(button)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._show_menu)
        workstation.listen(lambda changed: self.refresh() if changed & {Kind.STUDIES, Kind.SESSION} else None)
        workstation.listen_notices(self._told)

    def refresh(self) -> None:
        """The library changed, or somebody logged in."""
        self.storage.setVisible(self._may(Permission.ADMINISTER))
        if self._may(Permission.READ):
            self._workstation.do(count_conflicts, on_done=self._counted)
            for dialog in self.findChildren(ReconcileDialog):
                dialog.reload()
        else:
            self.reconcile.hide()

    def clear(self) -> None:
        """Nothing of any patient stays in a window: on lock."""
        self.reconcile.hide()
        for dialog in self.findChildren(QDialog):
            if isinstance(dialog, _DIALOGS):
                dialog.close()

    def menu_of(self, study: Study) -> QMenu:
        """What may be done with a study; what the user may not is not offered."""
        menu = QMenu(self)
        menu.addAction("Open", lambda: self._open_study(study))
        menu.addAction("Look for its files", lambda: self._check(study))
        if self._may(Permission.HOLD):
            text = "Lift the legal hold…" if study.legal_hold else "Legal hold…"
            menu.addAction(text, lambda: HoldDialog(self._workstation, study, self).show())
        if self._may(Permission.DELETE):
            menu.addSeparator()
            menu.addAction("Delete…", lambda: self._delete(study))
        return menu

    def _counted(self, effect: Effect) -> None:
        count: int = effect.value
        self.reconcile.setText(f"{count:,} to reconcile")
        self.reconcile.setVisible(count > 0)

    def _show_menu(self, at: QPoint) -> None:
        study = self._table.study_at(at)
        if study is not None:
            menu = self.menu_of(study)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self._table.viewport().mapToGlobal(at))

    def _show_reconcile(self) -> None:
        self._show_one(ReconcileDialog)

    def _show_storage(self) -> None:
        self._show_one(StorageDialog)

    def _show_one(self, kind: type[ReconcileDialog] | type[StorageDialog]) -> None:
        """The one there is comes to the front."""
        for dialog in self.findChildren(kind):
            dialog.raise_()
            return
        kind(self._workstation, self).show()

    def _check(self, study: Study) -> None:
        self._workstation.do(check_library, study_instance_uid=study.study_instance_uid)

    def _delete(self, study: Study) -> None:
        self._workstation.do(
            preview_deletion,
            study_instance_uid=study.study_instance_uid,
            on_done=lambda effect: DeleteDialog(self._workstation, effect.value, self).show(),
        )

    def _told(self, sentence: str) -> None:
        """The footer says it too, but a window may cover it."""
        for dialog in self.findChildren(QDialog):
            if isinstance(dialog, ReconcileDialog | StorageDialog):
                dialog.say(sentence)

    def _may(self, permission: Permission) -> bool:
        user = self._workstation.user
        return user is not None and user.can(permission)
