"""The images that the user has marked; a click goes to one."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame

from medscan_desktop.domain.key_image import KeyImage, KeyImageId
from medscan_desktop.scene.key_images import key_image_in
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.services.key_images import remove_key_image
from medscan_desktop.ui import key_image_actions, make
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.elided import ElidedLabel
from medscan_desktop.ui.icons import pixmap
from medscan_desktop.ui.section import Section


class KeyImagesPanel(Section):
    """One item a key image, in the order of the strip and then of the images."""

    def __init__(self, actions: ViewerActions) -> None:
        super().__init__("Key images", "None yet. Press K on an image to mark it.")
        self._actions = actions
        self.shown: dict[KeyImageId, KeyImageItem] = {}
        self.foot = QFrame()
        row = make.row(self.foot, gap=6)
        row.addWidget(make.button("Previous", lambda: key_image_actions.step(actions, -1), "flat"))
        row.addWidget(make.button("Next", lambda: key_image_actions.step(actions, 1), "flat"))
        self.only = QCheckBox("Only these")
        self.only.setToolTip("Scroll from key image to key image")
        self.only.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.only.clicked.connect(lambda _on: key_image_actions.toggle_only(actions))
        row.addWidget(self.only, 1)
        self._layout.addWidget(self.foot)
        self.foot.hide()
        actions.store.listen(self._changed)

    def _changed(self, old: Workspace, new: Workspace) -> None:
        is_other = old.own_key_images is not new.own_key_images or _ids(old) != _ids(new)
        if is_other:
            self._fill(new)
        if is_other or old.views is not new.views or old.active != new.active or old.focus is not new.focus:
            self._mark(new)
        self.only.setChecked(new.only_key_images)

    def _fill(self, workspace: Workspace) -> None:
        placed = ((_place(workspace, one), one) for one in workspace.own_key_images)
        places = sorted(placed, key=lambda pair: pair[0])  # several may be nowhere
        known = {(item.key_image, item.text): item for item in self.shown.values()}
        self.shown = {}
        for (_, _, text), one in places:
            self.shown[one.id] = known.get((one, text)) or KeyImageItem(one, text, self._actions)
        self.show_items(list(self.shown.values()))
        self.foot.setVisible(bool(self.shown))

    def _mark(self, workspace: Workspace) -> None:
        view = next((one for one in workspace.views if one.id == workspace.active), None)
        here = key_image_in(workspace, view) if view is not None and self.shown else None
        for key, item in self.shown.items():
            item.mark(here is not None and key == here.id)


class KeyImageItem(QFrame):
    """Series and image, and the way to take the mark off."""

    def __init__(self, key_image: KeyImage, text: str, actions: ViewerActions) -> None:
        super().__init__()
        self.setProperty("role", "item")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.key_image = key_image
        self.text = text
        self._actions = actions
        picture = make.label()
        picture.setPixmap(pixmap("key", 16))
        self.name = ElidedLabel()
        self.name.setText(text)
        row = make.row(self, gap=8)
        row.setContentsMargins(10, 3, 4, 3)
        row.addWidget(picture)
        row.addWidget(self.name, 1)
        row.addWidget(make.tool_button("delete", "No key image any more", self._remove, small=True))

    def mark(self, shown: bool) -> None:
        """Draw it as the one in the active view, or not."""
        if self.property("selected") != shown:
            self.setProperty("selected", shown)
            self.style().unpolish(self)
            self.style().polish(self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key_image_actions.jump_to(self._actions, self.key_image)

    def _remove(self) -> None:
        self._actions.workstation.do(remove_key_image, key_image_id=self.key_image.id)


def _ids(workspace: Workspace) -> tuple[str, ...]:
    return tuple(stack.id for stack in workspace.stacks)


def _place(workspace: Workspace, one: KeyImage) -> tuple[int, int, str]:
    """The stack's place in the strip, the image's in the stack, and both in words."""
    for number, stack in enumerate(workspace.stacks):
        k = stack.slice_of(*one.image)
        if k is not None:
            return number, k, f"{stack.label}, image {k + 1}"
    return len(workspace.stacks), 0, "not in the open study"
