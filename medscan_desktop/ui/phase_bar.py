"""The steps of a 4D series: a slider under the images, and what the step is. Hidden for what has none."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QSlider

from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.stack_actions import StackActions


class PhaseBar(QFrame):
    """Follows the active view. One step is loaded at a time: the slider says which, and asks for another."""

    def __init__(self, stacks: StackActions) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._stacks = stacks
        self.back = make.tool_button("back", "Previous phase ([)", lambda: stacks.step_phase(-1), small=True)
        self.forth = make.tool_button("forth", "Next phase (])", lambda: stacks.step_phase(1), small=True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setPageStep(1)
        self.slider.valueChanged.connect(stacks.to_phase)
        self.text = ElidedLabel("small")
        self.text.setMinimumWidth(260)
        row = make.row(self)
        row.setContentsMargins(10, 4, 10, 4)
        row.addWidget(self.back)
        row.addWidget(self.slider, 1)
        row.addWidget(self.forth)
        row.addWidget(self.text)
        self.hide()

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Follow the active view. May not write."""
        if old.views is not new.views or old.active != new.active or old.stacks is not new.stacks:
            stack = self._stacks.actions.stack
            phase = stack.phase if stack is not None else None
            self.setVisible(phase is not None)
            if phase is None:
                return
            self.slider.blockSignals(True)
            self.slider.setRange(0, phase.count - 1)
            self.slider.setValue(phase.number)
            self.slider.blockSignals(False)
            self.text.setText(phase.text.capitalize())
