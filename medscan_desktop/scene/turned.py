"""Flips and a quarter turn that bring a stored image to lie as people read it, by its stated sides."""

from dataclasses import replace

from medscan_desktop.scene.view import Camera

_OPPOSITE = {"R": "L", "L": "R", "A": "P", "P": "A", "H": "F", "F": "H"}
_AXIS = {"R": 0, "L": 0, "A": 1, "P": 1, "H": 2, "F": 2}


def turned_to(camera: Camera, stored: tuple[str, str], wanted: tuple[str, str]) -> Camera:
    """The camera with the flips and the turn that make the image's right and bottom edge point as wanted.

    `stored` is PatientOrientation (0020,0020); of each its first letter counts. "" in `wanted` asks for nothing. Where
    one edge lies along another axis than is wanted the other is still brought to its side; where the header does not
    say how the image lies the camera stays.
    """
    right, bottom = (side[:1] for side in stored)
    want_right, want_bottom = (side[:1] for side in wanted)
    if right not in _AXIS or bottom not in _AXIS or _AXIS[right] == _AXIS[bottom]:
        return camera
    if _is_along(right, want_bottom) and _is_along(bottom, want_right):
        # A quarter turn clockwise brings the right edge to the bottom and the top to the right.
        return replace(
            camera,
            rotation=90.0,
            flip_horizontal=want_bottom not in ("", right),
            flip_vertical=want_right not in ("", _OPPOSITE[bottom]),
        )
    flips = _is_along(right, want_right), _is_along(bottom, want_bottom)
    if not any(flips):
        return camera
    return replace(
        camera,
        rotation=0.0,
        flip_horizontal=flips[0] and want_right != right,
        flip_vertical=flips[1] and want_bottom != bottom,
    )


def sides_seen(camera: Camera, stored: tuple[str, str]) -> tuple[str, str]:
    """Where the right and the bottom edge of the picture on screen point; "" for both where that is not known."""
    right, bottom = (side[:1] for side in stored)
    if right not in _AXIS or bottom not in _AXIS or _AXIS[right] == _AXIS[bottom] or camera.rotation % 90:
        return "", ""
    right = _OPPOSITE[right] if camera.flip_horizontal else right
    bottom = _OPPOSITE[bottom] if camera.flip_vertical else bottom
    for _ in range(round(camera.rotation / 90) % 4):
        right, bottom = _OPPOSITE[bottom], right
    return right, bottom


def _is_along(side: str, wanted: str) -> bool:
    return wanted in _AXIS and _AXIS[wanted] == _AXIS[side]
