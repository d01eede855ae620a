"""Holds the one workspace that is on screen and tells its listeners when it has changed. Main thread only."""

from collections.abc import Callable

from medscan_desktop.scene.workspace import EMPTY, SceneChange, Workspace

Listener = Callable[[Workspace, Workspace], None]


class Store:
    """The current workspace. A listener draws; it cannot write."""

    def __init__(self, workspace: Workspace = EMPTY) -> None:
        self._workspace = workspace
        self._listeners: list[Listener] = []
        self._is_telling = False

    @property
    def workspace(self) -> Workspace:
        """What is on screen now."""
        return self._workspace

    def update(self, change: SceneChange) -> None:
        """Replace the workspace by `change` of it, then tell every listener (old, new)."""
        if self._is_telling:
            raise RuntimeError("a listener draws; it cannot write")
        old, self._workspace = self._workspace, change(self._workspace)
        if old is self._workspace:
            return
        self._is_telling = True
        try:
            for listener in tuple(self._listeners):
                listener(old, self._workspace)
        finally:
            self._is_telling = False

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(old, new)` after every change; returns what ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
