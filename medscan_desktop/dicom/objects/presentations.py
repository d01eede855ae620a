"""A presentation state brought onto a stack: windows in the stack's own units, positions as indices, frame by frame.

PS3.3 C.10 (annotation, displayed area), C.11 (tables), C.7.6.11 (shutters).
"""

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.matching import Target
from medscan_desktop.dicom.stacks.plan import FrameRef, StackPlan
from medscan_desktop.dicom.stacks.rescale import rescale_of
from medscan_desktop.dicom.stacks.shutters import shutter_from
from medscan_desktop.dicom.workers.workers import Workers
from medscan_desktop.domain.shown import shown
from medscan_desktop.imaging.cielab import rgb_of_cielab
from medscan_desktop.imaging.voi import Voi, VoiFunction, VoiLut, Window
from medscan_desktop.scene.presentation import (
    Area,
    Colour,
    FrameLook,
    Graphic,
    GraphicKind,
    Place,
    Points,
    Presentation,
    Shutter,
    TextNote,
)

Body = Mapping[str, Any]
_NO_UNITS = "annotations in units of a slide's matrix"
_MOST_SIGNED = 32767
_VOI_UNITS = "a window in other units than the image's"


def read_presentation_state(workers: Workers, file: BinaryIO, header: Header) -> Body:
    """Everything the object says, as `read_presentation` answers. Raises FileRefused."""
    return workers.run("read_presentation", {}, file, label=header.label)


def target_of(body: Body) -> Target:
    """The images that it applies to."""
    return Target(body["references"])


def presentation_on(body: Body, plan: StackPlan) -> Presentation:
    """The state as it applies to the frames of a stack."""
    omitted = dict.fromkeys(body["omitted"])
    frames = {
        k: _look(body, plan, ref, omitted)
        for k, ref in zip(plan.slices, plan.frames, strict=True)
        if _is_meant(body["images"], ref, none_is_all=False)
    }
    if len({(area.top_left, area.bottom_right) for look in frames.values() if (area := look.area)}) > 1:
        omitted["another displayed area for each image (that of the first is used)"] = None
    rotation, flip = body["rotation"] % 360, bool(body["flip"])
    return Presentation(
        label=body["label"],
        description=body["description"],
        created=body["created"].strip(),
        inverted=body["shape"] == "INVERSE",
        # The object turns first and flips then (PS3.3 C.10.6); a turn after the flip runs the other way round.
        rotation=(-rotation if flip else rotation) % 360,
        flip_horizontal=flip,
        shutter=_shutter(body["shutter"]),
        frames=frames,
        omitted=tuple(omitted),
    )


def _is_meant(images: Sequence[Any], ref: FrameRef, *, none_is_all: bool = True) -> bool:
    """Whether a list of images means this frame; an empty one means every frame."""
    if not images:
        return none_is_all
    return any(uid == ref.instance and (not frames or ref.frame in frames) for uid, frames in images)


def _look(body: Body, plan: StackPlan, ref: FrameRef, omitted: dict[str, None]) -> FrameLook:
    voi = next((one for one in body["vois"] if _is_meant(one["images"], ref)), None)
    area = next((one for one in body["areas"] if _is_meant(one["images"], ref)), None)
    notes = [one for one in body["annotations"] if _is_meant(one["images"], ref)]
    graphics = [_graphic(one, _colour(note["colour"]), omitted) for note in notes for one in note["graphics"]]
    texts = [_text(one, _colour(note["colour"])) for note in notes for one in note["texts"]]
    return FrameLook(
        voi=None if voi is None or plan.is_colour else _voi(body, voi, plan, ref, omitted),
        area=None if area is None else _area(area, omitted),
        graphics=tuple(one for one in graphics if one is not None),
        texts=tuple(texts),
    )


def _voi(body: Body, voi: Body, plan: StackPlan, ref: FrameRef, omitted: dict[str, None]) -> Voi | None:
    """In the units of the stack's values: the state's own modality transform replaces the image's (PS3.4 N.2.1.1)."""
    slope, intercept = rescale_of(plan.headers[ref.header], ref.frame)
    own_slope = (body["slope"] or [1.0])[0] or 1.0
    own_intercept = (body["intercept"] or [0.0])[0]
    gain = slope / own_slope
    shift = intercept - own_intercept * gain
    if voi["lut"] is not None:
        is_signed = own_intercept < 0 or plan.headers[ref.header].image.is_signed
        return _voi_lut(voi["lut"], gain, shift, omitted, is_signed=is_signed)
    if not voi["centre"] or not voi["width"]:
        return None
    function = VoiFunction(voi["function"]) if voi["function"] in list(VoiFunction) else VoiFunction.LINEAR
    centre, width = voi["centre"][0], voi["width"][0]
    if function is VoiFunction.LINEAR:  # its ends lie at c - 0.5 -+ (w - 1) / 2
        window = Window((centre - 0.5) * gain + shift + 0.5, (width - 1) * abs(gain) + 1, function, shown(voi["name"]))
    else:
        window = Window(centre * gain + shift, width * abs(gain), function, shown(voi["name"]))
    if gain < 0 or not window.is_usable:
        omitted[_VOI_UNITS] = None
        return None
    return window


def _voi_lut(lut: Body, gain: float, shift: float, omitted: dict[str, None], *, is_signed: bool) -> VoiLut | None:
    descriptor, entries = lut["descriptor"], lut["entries"]
    if len(descriptor) != 3 or len(entries) < (descriptor[0] or 65536):
        omitted["a VOI lookup table that is incomplete"] = None
        return None
    if gain != 1 or shift != int(shift):
        omitted[_VOI_UNITS] = None
        return None
    count, first, bits = descriptor[0] or 65536, descriptor[1], descriptor[2] if 1 <= descriptor[2] <= 16 else 16
    if is_signed and first > _MOST_SIGNED:  # written as US
        first -= 65536
    values = np.array(entries[:count], np.float64) / ((1 << bits) - 1)
    return VoiLut(first + int(shift), np.clip(values, 0, 1), lut["name"])


def _area(body: Body, omitted: dict[str, None]) -> Area | None:
    if len(body["top_left"]) != 2 or len(body["bottom_right"]) != 2:
        return None
    mode = body["mode"]
    if mode in ("TRUE SIZE", "MAGNIFY"):
        omitted[f"{mode.lower()} (the area is fitted into the pane instead)"] = None
    (x0, y0), (x1, y1) = _corners(body)
    return Area((x0 - 1, y0 - 1), (x1 - 1, y1 - 1), mode)


def _corners(body: Body) -> tuple[Sequence[float], Sequence[float]]:
    """Whole pixels, or in parts of one where this program wrote it and nobody has changed it since."""
    told, exact = [*body["top_left"], *body["bottom_right"]], body.get("exact") or []
    is_same = len(exact) == len(told) and all(abs(a - b) <= 1 for a, b in zip(exact, told, strict=True))
    return (exact[:2], exact[2:]) if is_same else (body["top_left"], body["bottom_right"])


def _graphic(body: Body, colour: Colour | None, omitted: dict[str, None]) -> Graphic | None:
    if body["units"] not in ("PIXEL", "DISPLAY") or body["kind"] not in list(GraphicKind):
        omitted[_NO_UNITS if body["units"] == "MATRIX" else f"a graphic of type {body['kind'].lower() or 'none'}"] = (
            None
        )
        return None
    if len(body["points"]) < 2:
        omitted["a graphic without points"] = None
        return None
    on_display = body["units"] == "DISPLAY"
    return Graphic(GraphicKind(body["kind"]), _points(body["points"], on_display), on_display, body["filled"], colour)


def _points(numbers: Sequence[float], on_display: bool) -> Points:
    """In pixels the object counts from the corner of the first pixel (PS3.3 C.10.5.1.2), an index from its centre."""
    points = np.array(numbers[: len(numbers) // 2 * 2], np.float64).reshape(-1, 2)
    return points if on_display else points - 0.5


def _text(body: Body, colour: Colour | None) -> TextNote:
    top_left, bottom_right = (_place(corner, body["box_units"]) for corner in body["box"])
    return TextNote(
        lines=tuple(shown(line) for line in body["lines"]),
        box=(top_left, bottom_right) if top_left is not None and bottom_right is not None else None,
        justification=body["justification"] or "LEFT",
        anchor=_place(body["anchor"], body["anchor_units"]),
        anchor_is_visible=body["anchor_visible"],
        colour=colour,
    )


def _place(numbers: Sequence[float], units: str) -> Place | None:
    if len(numbers) != 2:
        return None
    x, y = numbers
    return Place(x, y, on_display=True) if units == "DISPLAY" else Place(x - 0.5, y - 0.5)


def _colour(layer: Body | None) -> Colour | None:
    if layer is None:
        return None
    if (colour := rgb_of_cielab(layer["cielab"])) is not None:
        return colour
    grey = layer["grey"]
    return (grey[0] >> 8,) * 3 if grey and 0 <= grey[0] <= 65535 else None


def _shutter(body: Body) -> Shutter | None:
    radius = next(iter(body["radius"]), None)
    return shutter_from(body["shapes"], body["edges"], body["centre"], radius, body["vertices"], body["value"])
