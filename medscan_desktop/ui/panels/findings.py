"""What models found in this study: volume, state, provenance; accept or reject; how strongly it is drawn."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QSlider

from medscan_desktop.domain.finding import Finding, FindingId, FindingState, Structure
from medscan_desktop.scene.layers import mask_caption, with_opacity, with_visibility
from medscan_desktop.scene.overlay import MaskLayer
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.ui import make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.icons import icon
from medscan_desktop.ui.section import Section

_STATES = {
    FindingState.PROPOSED: ("proposed", "warning"),
    FindingState.ACCEPTED: ("accepted", "good"),
    FindingState.REJECTED: ("rejected", "error"),
}


class FindingsPanel(Section):
    """One item a finding, the newest first."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__("Findings", "Nothing found yet. Run a model on the series.")
        self._actions = actions
        self._shown: dict[FindingId, FindingItem] = {}
        actions.store.listen(self._changed)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        if old.findings is not new.findings:
            known = {item.finding: item for item in self._shown.values()}
            made = [known.get(finding) or FindingItem(finding, self._actions) for finding in reversed(new.findings)]
            self._shown = {item.finding.id: item for item in made}
            self.show_items(list(made))
        if old.masks is not new.masks or old.findings is not new.findings:
            for item in self._shown.values():
                item.show_layers(tuple(layer for layer in new.masks if layer.source == item.finding.id))


class FindingItem(QFrame):
    """A finding with its structures and what can be done about it."""

    def __init__(self, finding: Finding, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "item")
        self.finding = finding
        self._actions = actions
        text, role = _STATES[finding.state]
        self.state = make.label(text, role)
        self.eye = make.tool_button("eye", "Show or hide on the images", self._toggle, checkable=True, small=True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(5, 100)
        self.slider.setToolTip("Opacity")
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self._set_opacity)
        self.reason = make.field("Reason (optional)")
        layout = make.column(self, gap=5)
        layout.setContentsMargins(10, 8, 8, 9)
        layout.addLayout(self._head())
        for structure in finding.structures:
            layout.addLayout(_structure_row(structure))
        layout.addWidget(make.label(_source(finding), "small", wrap=True))
        if finding.note:
            layout.addWidget(make.label(finding.note, "warning-small", wrap=True))
        if finding.reason:
            layout.addWidget(make.label(f"“{finding.reason}”", "muted", wrap=True))
        if finding.state is not FindingState.REJECTED:
            layout.addWidget(self.slider)
        layout.addLayout(self._decisions())
        self.setToolTip(provenance_text(finding))

    def show_layers(self, layers: tuple[MaskLayer, ...]) -> None:
        """How its masks are drawn now."""
        for widget in (self.eye, self.slider):
            widget.setEnabled(bool(layers))
        if layers:
            visible = any(layer.visible for layer in layers)
            self.eye.setChecked(visible)
            self.eye.setIcon(icon("eye" if visible else "eye-off"))
            self.slider.blockSignals(True)
            self.slider.setValue(round(layers[0].opacity * 100))
            self.slider.blockSignals(False)

    def _head(self) -> QLayout:
        head = make.row(gap=6)
        name = ElidedLabel()
        name.setText(self.finding.provenance.algorithm_name)
        head.addWidget(name, 1)
        head.addWidget(self.state)
        head.addWidget(self.eye)
        return head

    def _decisions(self) -> QLayout:
        box = make.column(gap=6)
        buttons = make.row(gap=6)
        if self.finding.state is FindingState.PROPOSED:
            box.addWidget(self.reason)
            for text, state, name in (
                ("Accept", FindingState.ACCEPTED, "accept"),
                ("Reject", FindingState.REJECTED, "reject"),
            ):
                buttons.addWidget(make.button(text, partial(self._decide, state), icon_name=name), 1)
        else:
            again = make.button("Decide again", lambda: self._decide(FindingState.PROPOSED), "flat")
            buttons.addWidget(again)
            buttons.addStretch()
        box.addLayout(buttons)
        return box

    def _decide(self, state: FindingState) -> None:
        self._actions.decide(self.finding.id, state, self.reason.text().strip())

    def _toggle(self) -> None:
        shown = self.eye.isChecked()
        self._actions.store.update(lambda workspace: with_visibility(workspace, self.finding.id, shown))

    def _set_opacity(self, percent: int) -> None:
        self._actions.store.update(lambda workspace: with_opacity(workspace, self.finding.id, percent / 100))


def provenance_text(finding: Finding) -> str:
    """How the result came to be, line by line."""
    source = finding.provenance
    return "\n".join(
        (
            mask_caption(finding),
            f"Model {source.model} {source.version}, sha256 {source.sha256}",
            f"Input: {len(source.sop_instance_uids)} images of series {source.series_instance_uid}",
            f"Preprocessing: {source.preprocessing}",
            f"{source.provider}, {source.seconds:.1f} s",
        )
    )


def _source(finding: Finding) -> str:
    source = finding.provenance
    when = source.started_at[:16].replace("T", " ")
    confidence = source.confidence_meaning
    if source.confidence is not None:
        confidence = f"confidence {source.confidence:.2f} ({confidence})"
    return f"{source.version} · {source.sha256[:8]} · {when} UTC\n{confidence}"


def _structure_row(structure: Structure) -> QLayout:
    line = make.row(gap=8)
    swatch = QLabel()
    colour = QPixmap(12, 12)
    colour.fill(QColor(*structure.colour))
    swatch.setPixmap(colour)
    line.addWidget(swatch)
    line.addWidget(make.label(structure.name), 1)
    digits = 0 if structure.volume_ml >= 100 else 1
    line.addWidget(make.label(f"{structure.volume_ml:,.{digits}f} ml", "strong"))
    return line
