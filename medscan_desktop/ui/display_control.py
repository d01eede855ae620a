"""How whoever is logged in sees the images: read at log-in, changed in windows that stand beside them."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from PySide6.QtWidgets import QWidget

from medscan_desktop.imaging.preset_list import Presets
from medscan_desktop.services.display import DisplaySettings, read_display, save_presets, save_screen
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.preset_editor import PresetEditor
from medscan_desktop.ui.screen_window import ScreenWindow
from medscan_desktop.workstation.command import Effect


class DisplayControl:
    """Keeps the workspace's presets and screens, and the windows that change them."""

    def __init__(self, actions: ViewerActions, desk: QWidget) -> None:
        self._actions = actions
        self._desk = desk
        self._presets: PresetEditor | None = None
        self._screen: ScreenWindow | None = None
        actions.edit_presets = self.edit_presets
        actions.measure_screen = self.measure_screen

    def read(self) -> None:
        """Somebody has logged in: their presets, and the screens."""
        self._actions.workstation.do(read_display, on_done=self._came)

    def close(self) -> None:
        """On lock: the next user has others."""
        for window in (self._presets, self._screen):
            if window is not None:
                window.close()

    def edit_presets(self) -> None:
        """The window in which presets are changed, at the active view's modality."""
        if self._presets is None:
            self._presets = PresetEditor(self._actions.workspace.presets, self._use_presets, self._desk)
            self._presets.destroyed.connect(self._presets_gone)
        stack = self._actions.stack
        if stack is not None:
            self._presets.choose(stack.modality)
        self._presets.show()
        self._presets.raise_()

    def measure_screen(self) -> None:
        """The window in which a screen is measured."""
        if self._screen is None:
            self._screen = ScreenWindow(self._known, self._use_screen, self._desk)
            self._screen.destroyed.connect(self._screen_gone)
        self._screen.show()
        self._screen.raise_()

    def _came(self, effect: Effect) -> None:
        settings: DisplaySettings = effect.value
        self._hold(settings.presets, settings.screens)

    def _hold(self, presets: Presets, screens: Mapping[str, float]) -> None:
        self._actions.store.update(lambda workspace: replace(workspace, presets=presets, screens=screens))

    def _known(self, screen: str) -> float | None:
        return self._actions.workspace.screens.get(screen)

    def _use_presets(self, presets: Presets) -> None:
        self._hold(presets, self._actions.workspace.screens)
        self._actions.workstation.do(save_presets, presets=presets)

    def _use_screen(self, screen: str, mm_per_pixel: float | None) -> None:
        others = {key: size for key, size in self._actions.workspace.screens.items() if key != screen}
        known = others if mm_per_pixel is None else {**others, screen: mm_per_pixel}
        self._hold(self._actions.workspace.presets, MappingProxyType(known))
        self._actions.workstation.do(save_screen, screen=screen, mm_per_pixel=mm_per_pixel)

    def _presets_gone(self) -> None:
        self._presets = None

    def _screen_gone(self) -> None:
        self._screen = None
