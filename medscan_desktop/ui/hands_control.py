"""The keys and the mouse of whoever is logged in: read at log-in, bound to the pages, changed in a window."""

from dataclasses import replace

from PySide6.QtWidgets import QWidget

from medscan_desktop.domain.hands import Hands
from medscan_desktop.services.hands import read_hands, save_hands
from medscan_desktop.tools.bindings import profile_named
from medscan_desktop.ui.command import UiCommand
from medscan_desktop.ui.commands import UI_COMMANDS
from medscan_desktop.ui.commands.window import WINDOW
from medscan_desktop.ui.hands_window import HandsWindow
from medscan_desktop.ui.help import HelpOverlay
from medscan_desktop.ui.key_binder import KeyBinder
from medscan_desktop.ui.key_hints import show_keys
from medscan_desktop.ui.key_map import KeyMap
from medscan_desktop.ui.viewer import ViewerPage
from medscan_desktop.workstation.command import Effect
from medscan_desktop.workstation.workstation import Workstation

_EVERYWHERE = frozenset({"window.lock"})  # from every window, dialogs too


class HandsControl:
    """Binds the window's own commands to `desk`, hands the others' keys to the viewer and the help."""

    def __init__(self, workstation: Workstation, viewer: ViewerPage, help_page: HelpOverlay, desk: QWidget) -> None:
        self._workstation = workstation
        self._viewer = viewer
        self._help = help_page
        self._desk = desk
        self._binder = KeyBinder(desk, WINDOW, self._perform, _EVERYWHERE)
        self._window: HandsWindow | None = None
        self.keys = KeyMap(UI_COMMANDS, Hands())

    def read(self) -> None:
        """Somebody has logged in: their keys."""
        self._workstation.do(read_hands, on_done=self._came)

    def use(self, hands: Hands) -> None:
        """These keys and this mouse from now on."""
        self.keys = KeyMap(UI_COMMANDS, hands)
        self._binder.bind(self.keys)
        self._viewer.use_keys(self.keys)
        self._help.use_keys(self.keys)
        show_keys(self._desk, self.keys)
        mouse = profile_named(hands.profile).name
        self._workstation.store.update(lambda workspace: replace(workspace, mouse=mouse))
        if self._window is not None:
            self._window.show_hands(self.keys)

    def show_window(self) -> None:
        """The window in which they are changed."""
        if self._window is None:
            self._window = HandsWindow(self.keys, self._save, self._desk)
            self._window.destroyed.connect(self._window_gone)
        self._window.show()
        self._window.raise_()

    def close(self) -> None:
        """On lock: the next user has other keys."""
        if self._window is not None:
            self._window.close()

    def _came(self, effect: Effect) -> None:
        self.use(effect.value)

    def _save(self, hands: Hands) -> None:
        self.use(hands)
        self._workstation.do(save_hands, hands=hands)

    def _window_gone(self) -> None:
        self._window = None

    def _perform(self, command: UiCommand) -> None:
        command.run(self._viewer.commands)
