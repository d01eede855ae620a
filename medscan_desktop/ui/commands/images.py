"""Going through images, series and phases."""

from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import UiCommand

_MENU = "Images"

IMAGES: tuple[UiCommand, ...] = (
    UiCommand("image.previous", "Previous image", _MENU, lambda actions: actions.scroll(-1), ("Up",)),
    UiCommand("image.next", "Next image", _MENU, lambda actions: actions.scroll(1), ("Down",)),
    UiCommand("image.back_ten", "Ten images back", _MENU, lambda actions: actions.scroll(-10), ("Shift+Up",)),
    UiCommand("image.on_ten", "Ten images on", _MENU, lambda actions: actions.scroll(10), ("Shift+Down",)),
    UiCommand("image.first", "First image", _MENU, lambda actions: actions.scroll_to(0), ("Home",)),
    UiCommand("image.last", "Last image", _MENU, lambda actions: actions.scroll_to(-1), ("End",)),
    UiCommand("series.previous", "Previous series", _MENU, lambda actions: actions.next_series(-1), ("PgUp",)),
    UiCommand("series.next", "Next series", _MENU, lambda actions: actions.next_series(1), ("PgDown",)),
    UiCommand("phase.previous", "Previous phase", _MENU, lambda actions: actions.step_phase(-1), ("[", "Ctrl+PgUp")),
    UiCommand("phase.next", "Next phase", _MENU, lambda actions: actions.step_phase(1), ("]", "Ctrl+PgDown")),
    UiCommand("phase.play", "Play or stop the phases", _MENU, lambda actions: actions.play_phases(), ("Shift+C",)),
    UiCommand("cine.play", "Play or stop", _MENU, lambda actions: actions.play(), ("C",)),
    UiCommand("cine.swing", "Play there and back", _MENU, lambda actions: actions.swing(), ("Ctrl+Shift+C",)),
    UiCommand("cine.slower", "Play slower", _MENU, lambda actions: actions.change_speed(-1), ("Ctrl+,",)),
    UiCommand("cine.faster", "Play faster", _MENU, lambda actions: actions.change_speed(1), ("Ctrl+.",)),
    UiCommand("view.next", "Next view", _MENU, ViewerActions.next_view, ("Tab",)),
    UiCommand("view.previous", "Previous view", _MENU, ViewerActions.previous_view, ("Shift+Tab",)),
)
