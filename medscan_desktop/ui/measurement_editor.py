"""What the selected measurement is: its name, finding, site, whether it is a target; each change is saved at once."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame

from medscan_desktop.domain.code import Code
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.services.measurements import describe_measurement
from medscan_desktop.ui import export_actions, make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.finding_codes import finding_codes, site_codes
from medscan_desktop.ui.histogram import HistogramWidget, histogram_in
from medscan_desktop.ui.key_hints import with_key

_LONGEST = 200
_OWN_KEYS = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MeasurementEditor(QFrame):
    """Stands below the selected item."""

    def __init__(self, one: Measurement, actions: ViewerActions) -> None:
        super().__init__()
        self._one = one
        self._actions = actions
        self.label = make.field("Name")
        self.label.setMaxLength(_LONGEST)
        self.label.setText(one.label)
        self.label.setAccessibleName("Name")
        self.label.editingFinished.connect(self._name)
        self.label.installEventFilter(self)
        self.finding = _choice("Finding", finding_codes(), one.finding, lambda code: self._describe(finding=code))
        self.site = _choice("Site", site_codes(), one.site, lambda code: self._describe(site=code))
        self.target = QCheckBox("Target lesion")
        self.target.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.target.setChecked(one.is_target)
        if one.tracking_uid:
            self.target.setToolTip(make.plain_tip(f"Followed from study to study as {one.tracking_uid}"))
        self.target.toggled.connect(lambda on: self._describe(is_target=on))
        row = make.row(gap=4)
        row.addWidget(self.target, 1)
        copy, delete = (
            with_key(text, actions.key_of(name))
            for text, name in (("Copy the values", "measurement.copy"), ("Delete", "edit.delete"))
        )
        row.addWidget(make.tool_button("copy", copy, lambda: export_actions.copy(actions, one), small=True))
        row.addWidget(make.tool_button("delete", delete, lambda: actions.delete(one.id), small=True))
        layout = make.column(self, gap=5)
        for field in (self.label, self.finding, self.site):
            layout.addWidget(field)
        layout.addLayout(row)
        found = histogram_in(actions.workspace, one) if one.statistics is not None else None
        if found is not None and one.statistics is not None:
            layout.addWidget(HistogramWidget(found, one.statistics.unit, one.statistics.mean))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter ends the typing and Esc takes it back: neither is the viewer's while one types."""
        if not isinstance(event, QKeyEvent) or event.key() not in _OWN_KEYS:
            return QFrame.eventFilter(self, watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.label.setText(self._one.label)
            self.label.clearFocus()  # which ends the editing
        return True

    def _name(self) -> None:
        if self.label.text().strip() != self._one.label:
            self._describe(label=self.label.text())

    def _describe(self, **said: Any) -> None:
        self._actions.workstation.do(describe_measurement, measurement_id=self._one.id, **said)


def _choice(
    name: str, codes: Sequence[Code], chosen: Code | None, on_chosen: Callable[[Code | None], object]
) -> QComboBox:
    """None first; what is chosen and not on the list, as from a report, stands there too."""
    offered = list(codes) if chosen is None or chosen in codes else [chosen, *codes]
    box = QComboBox()
    box.setAccessibleName(name)
    box.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMaxVisibleItems(20)
    box.addItem(f"No {name.lower()}")
    box.addItems([code.meaning for code in offered])
    for number, code in enumerate(offered, start=1):
        box.setItemData(
            number, make.plain_tip(f"{code.meaning} ({code.value}, {code.scheme})"), Qt.ItemDataRole.ToolTipRole
        )
    box.setCurrentIndex(offered.index(chosen) + 1 if chosen is not None else 0)
    box.activated.connect(lambda number: on_chosen(offered[number - 1] if number else None))
    box.wheelEvent = lambda event: event.ignore()  # type: ignore[method-assign]  # the list scrolls; nothing is changed unseen
    return box
