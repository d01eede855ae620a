"""3D: from where, how it looks, what is cut away."""

from functools import partial

from medscan_desktop.ui import space_actions as space
from medscan_desktop.ui.actions import ViewerActions
from medscan_desktop.ui.command import Question, Run, UiCommand
from medscan_desktop.ui.surface_export import has_surfaces, save_surfaces

_MENU = "3D"
_SIDES = (
    ("front", "From the front", 0, 0, "Alt+1"),
    ("back", "From the back", 180, 0, "Alt+2"),
    ("left", "From the patient's left", 90, 0, "Alt+3"),
    ("right", "From the patient's right", -90, 0, "Alt+4"),
    ("head", "From the head", 0, 90, "Alt+5"),
    ("feet", "From the feet", 0, -90, "Alt+6"),
)
_TURNS = (
    ("turn_left", "Turn to the left", -15, 0, "Ctrl+Alt+Left"),
    ("turn_right", "Turn to the right", 15, 0, "Ctrl+Alt+Right"),
    ("turn_up", "Turn up", 0, -15, "Ctrl+Alt+Up"),
    ("turn_down", "Turn down", 0, 15, "Ctrl+Alt+Down"),
)


def _has_clip(actions: ViewerActions) -> bool:
    view = space.space_view(actions)
    return view is not None and view.space.clip is not None


def _is_cut(actions: ViewerActions) -> bool:
    view = space.space_view(actions)
    return view is not None and (view.space.clip is not None or not view.space.crop.is_whole)


def _command(name: str, label: str, run: Run, key: str = "", is_on: Question | None = None) -> UiCommand:
    return UiCommand(f"space.{name}", label, _MENU, run, (key,) if key else (), space.has_space, is_on)


def _switch(name: str, label: str, field: str, key: str = "") -> UiCommand:
    return _command(name, label, partial(space.toggle, field, label), key, partial(space.is_set, field))


SPACE: tuple[UiCommand, ...] = (
    *(
        _command(name, label, partial(space.look_from, float(azimuth), float(elevation)), key)
        for name, label, azimuth, elevation, key in _SIDES
    ),
    *(
        _command(name, label, partial(space.turn, float(right), float(up)), key)
        for name, label, right, up, key in _TURNS
    ),
    _command("fit", "Whole volume in 3D", space.fit, "Alt+0"),
    _command("nearer", "Nearer in 3D", partial(space.zoom, 1.25)),
    _command("further", "Further in 3D", partial(space.zoom, 0.8)),
    *(
        _command(f"preset_{number}", f"3D preset {number}", partial(space.preset_number, number - 1))
        for number in range(1, 7)
    ),
    _switch("perspective", "Perspective", "perspective"),
    _command("background", "Next background", space.next_background),
    _switch("volume", "Volume", "volume_visible"),
    _switch("crop_box", "Crop box", "box_shown", "Ctrl+Alt+C"),
    _command("clip_view", "Cut along the view", space.clip_along_view),
    UiCommand("space.clip_flip", "Other side of the clip plane", _MENU, space.flip_clip, (), _has_clip),
    UiCommand("space.clip_off", "No clip plane", _MENU, lambda actions: space.clip_at(actions, None), (), _has_clip),
    UiCommand("space.whole", "Nothing cut away", _MENU, space.reset_cuts, (), _is_cut),
    _command("reset", "Reset 3D", space.reset_all),
    UiCommand("space.save_surfaces", "Surfaces of the masks (STL, OBJ, PLY)…", _MENU, save_surfaces, (), has_surfaces),
)
