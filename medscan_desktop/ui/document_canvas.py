"""Pages, curves and clips in a pane: paints the last picture that came, and asks for the one that is wanted."""

import logging
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from medscan_desktop.domain.errors import MedScanError
from medscan_desktop.render.document import DocumentPainter, wanted_scale
from medscan_desktop.scene.document import Clip, Document, Pages, PictureSource
from medscan_desktop.scene.gesture import Tool
from medscan_desktop.scene.view import ViewId
from medscan_desktop.scene.workspace import Workspace
from medscan_desktop.tools import tool_named
from medscan_desktop.tools.bindings import Button
from medscan_desktop.ui.view_widget import ViewWidget
from medscan_desktop.workstation.jobs import Jobs
from medscan_desktop.workstation.workstation import Workstation

_log = logging.getLogger("medscan.documents")
_TOOLS_HERE = frozenset(("pan", "zoom", "scroll", "rotate"))  # the others speak of images: here they pan
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One picture: of which document, which page, at which scale (1 for a frame)."""

    document: Document
    number: int
    scale: float


class DocumentCanvas(ViewWidget):
    """One request at a time; what was passed over meanwhile is never asked for."""

    def __init__(self, workstation: Workstation, view_id: ViewId, jobs: Jobs) -> None:
        super().__init__(workstation, view_id)
        self._jobs = jobs
        self._painter = DocumentPainter()
        self._shown: _Wanted | None = None
        self._page: Picture | None = None
        self._failed: tuple[_Wanted, str] | None = None
        self._is_asking = self._is_preparing = self._is_closed = False
        self._pointer_at: tuple[float, float] | None = None
        self.came = 0  # pictures that have come: the player counts them

    @property
    def shown_number(self) -> int | None:
        """The page or frame whose picture is painted."""
        return self._shown.number if self._shown is not None else None

    def workspace_changed(self, old: Workspace, new: Workspace) -> None:
        """Repaint, and ask where another page or scale is wanted."""
        if _seen(old, self.view_id) != _seen(new, self.view_id):
            self._ask()
            self.update()

    def close_worker(self) -> None:
        """Nothing that still comes is shown."""
        self._is_closed = True
        self._shown, self._page, self._failed = None, None, None

    def pointer_moved(self, at: QPointF) -> None:
        self._pointer_at = (at.x(), at.y())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer_at = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._ask()
        QWidget.resizeEvent(self, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        view = self.view
        if view is None or self._is_closed:
            painter.fillRect(self.rect(), 0xFF000000)
        else:
            wanted = self._wanted()
            page = self._page if wanted and self._shown and self._shown.document is wanted.document else None
            picture = self._painter.picture(
                self._store.workspace,
                view,
                (self.width(), self.height()),
                page,
                device_pixel_ratio=self.devicePixelRatioF(),
                pointer=self._pointer_at,
                note=self._note(wanted, page is not None),
            )
            painter.drawImage(0, 0, picture)
            self.paint_frame(painter)
        painter.end()

    def _note(self, wanted: _Wanted | None, has_page: bool) -> str:
        if wanted is not None and self._failed is not None and self._failed[0] == wanted:
            return self._failed[1]
        return "loading" if wanted is not None and not has_page else ""

    def _tool(self, button: Button, held: Qt.KeyboardModifier) -> Tool | None:
        tool = super()._tool(button, held)
        if tool is None or button is Button.NONE:
            return None
        return tool if tool.name in _TOOLS_HERE else tool_named("pan")

    def _wanted(self) -> _Wanted | None:
        view, workspace = self.view, self._store.workspace
        stack = workspace.stack(view.stack) if view is not None else None
        document = stack.document if stack is not None else None
        if view is None or document is None or not isinstance(document.body, Pages | Clip):
            return None
        scale = 1.0
        if isinstance(document.body, Pages):
            scale = wanted_scale(workspace, view, (self.width(), self.height()), self.devicePixelRatioF())
        return _Wanted(document, view.frame, scale)

    def _ask(self) -> None:
        wanted = self._wanted()
        is_failed = self._failed is not None and self._failed[0] == wanted
        if wanted is None or wanted == self._shown or is_failed or self._is_asking or self._is_closed:
            return
        self._is_asking = True
        self._jobs.start(lambda: self._fetch(wanted))

    def _fetch(self, wanted: _Wanted) -> None:
        """On a pool thread."""
        answer: Picture | str
        try:
            answer = _source(wanted.document).picture(wanted.number, wanted.scale)
        except MedScanError as error:
            answer = str(error)
        except Exception as error:  # a pool thread has nobody above it
            _log.error("document.picture_failed", exc_info=error)
            answer = "This page cannot be drawn; the log says where it failed."
        self._jobs.post(lambda: self._came(wanted, answer))

    def _came(self, wanted: _Wanted, answer: Picture | str) -> None:
        self._is_asking = False
        if self._is_closed:
            return
        if isinstance(answer, str):
            self._failed = (wanted, answer)
        else:
            self._shown, self._page = wanted, answer
            self.came += 1
            self._prepare(wanted)
        self.update()
        self._ask()

    def _prepare(self, wanted: _Wanted) -> None:
        if self._is_preparing or not isinstance(wanted.document.body, Clip):
            return
        self._is_preparing = True
        self._jobs.start(lambda: self._prepare_now(wanted))

    def _prepare_now(self, wanted: _Wanted) -> None:
        """On a pool thread. What cannot be prepared is told when it is asked for."""
        try:
            _source(wanted.document).prepare(wanted.number)
        except MedScanError:
            pass
        except Exception as error:  # a pool thread has nobody above it
            _log.error("document.prepare_failed", exc_info=error)
        self._jobs.post(self._prepared)

    def _prepared(self) -> None:
        self._is_preparing = False


def _source(document: Document) -> PictureSource:
    if not isinstance(document.body, Pages | Clip):
        raise TypeError("only pages and clips have pictures")
    return document.body.source


def _seen(workspace: Workspace, view_id: ViewId) -> tuple[object, ...]:
    """All that the picture is made of."""
    view = next((view for view in workspace.views if view.id == view_id), None)
    stack = workspace.stack(view.stack) if view is not None else None
    is_active = workspace.active == view_id
    return (view, id(stack.document) if stack is not None else 0, is_active, len(workspace.views), workspace.overlay)
