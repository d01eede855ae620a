"""How a view looks, with what was measured on its images, as a Grayscale Softcopy Presentation State (PS3.3 A.33.1).

The standard's displayed area is in whole pixels. So that what is read back here is the very view, the exact area stands
beside it in a private element; other programs show it to half a pixel.
"""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from medscan_desktop import __version__
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.drawn_graphics import annotation_of
from medscan_desktop.dicom.objects.exact_area import EXACT_AREA, PRIVATE_CREATOR, PRIVATE_GROUP
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.objects.written import MANUFACTURER, file_bytes, identity, source_of
from medscan_desktop.dicom.pixels.tables import Lut
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.stacks.rescale import rescale_of
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import Measurement
from medscan_desktop.domain.user import User
from medscan_desktop.imaging.voi import Voi, VoiLut, Window
from medscan_desktop.scene.presentation import Shutter
from medscan_desktop.scene.saved_look import SavedLook

if TYPE_CHECKING:
    from highdicom import ModalityLUTTransformation
    from highdicom.pr import SoftcopyVOILUTTransformation
    from pydicom import Dataset

_SERIES_NUMBER = 7003
_FULL, _MOST_SIGNED = 65535, 32767
_ANY_WINDOW = Window(0, 1)  # in whose place a table comes
_LONGEST_TEXT = 64


def presentation_file(
    plan: StackPlan,
    look: SavedLook,
    measurements: Sequence[Measurement],
    *,
    label: str,
    description: str,
    modality_lut: Lut | None,
    user: User | None,
    made_at: datetime,
) -> bytes:
    """The Part 10 file about all images of the stack whose values are made as those of the slice looked at.

    `label` is a code string (CS) of its title. `modality_lut` is the images' own, where they have one.
    """
    from highdicom import PresentationLUTTransformation  # noqa: PLC0415  late: half a second
    from highdicom.pr import GrayscaleSoftcopyPresentationState  # noqa: PLC0415  late: half a second

    ref = plan.frames[plan.frame_near(look.slice)]
    rescale = rescale_of(plan.headers[ref.header], ref.frame)
    headers = headers_meant(plan, look)
    sources = [source_of(header) for header in headers]
    shape = "INVERSE" if look.inverted else "IDENTITY"
    with quiet():
        made = GrayscaleSoftcopyPresentationState(
            referenced_images=sources,
            **identity(_SERIES_NUMBER),
            manufacturer_model_name=MANUFACTURER,
            software_versions=__version__,
            device_serial_number="0",
            content_label=label,
            content_description=description[:_LONGEST_TEXT] or None,
            content_creator_name=_name(user),
            modality_lut_transformation=_modality(rescale),
            voi_lut_transformations=[_voi(look.voi if isinstance(look.voi, Window) else _ANY_WINDOW)],
            presentation_lut_transformation=PresentationLUTTransformation(presentation_lut_shape=shape),
        )
        _put_tables(made, look.voi, modality_lut)
        made.Laterality = ""  # type 2C: known of each image, not of the state
        made.DisplayedAreaSelectionSequence = [_area(plan, look)]
        # The object turns first and flips then (PS3.3 C.10.6); a turn after the flip runs the other way round.
        made.ImageRotation = (-look.rotation if look.flip_horizontal else look.rotation) % 360
        made.ImageHorizontalFlip = "Y" if look.flip_horizontal else "N"
        if look.shutter is not None:
            _put_shutter(made, look.shutter)
        _put_annotations(made, plan, measurements, {header.sop_instance_uid for header in headers})
    return file_bytes(made, headers[0], description or "Presentation state", made_at)


def headers_meant(plan: StackPlan, look: SavedLook) -> list[Header]:
    """The images that a state about this look is about: those whose values are made as those of the slice looked at.

    A state has one rescale (PS3.3 C.11.1); where each slice has its own, as in PET, it is about few of them.
    """
    ref = plan.frames[plan.frame_near(look.slice)]
    rescale = rescale_of(plan.headers[ref.header], ref.frame)
    same = [one.header for one in plan.frames if rescale_of(plan.headers[one.header], one.frame) == rescale]
    return [plan.headers[index] for index in dict.fromkeys(same)]


def _name(user: User | None) -> str:
    return (user.display_name or user.name).replace("\\", "/").replace("=", "-")[:_LONGEST_TEXT] if user else ""


def _modality(rescale: tuple[float, float]) -> "ModalityLUTTransformation":
    from highdicom import ModalityLUTTransformation  # noqa: PLC0415  late: half a second

    slope, intercept = rescale
    return ModalityLUTTransformation(rescale_intercept=intercept, rescale_slope=slope, rescale_type="US")


def _voi(window: Window) -> "SoftcopyVOILUTTransformation":
    from highdicom.pr import SoftcopyVOILUTTransformation  # noqa: PLC0415  late: half a second

    return SoftcopyVOILUTTransformation(
        window_center=[window.centre],
        window_width=[window.width],
        window_explanation=[window.name[:64]] if window.name else None,  # a text alone becomes its letters
        voi_lut_function=window.function.value,
    )


def _put_tables(made: "Dataset", voi: Voi, modality_lut: Lut | None) -> None:
    """Lookup tables, whose first value highdicom wants positive; images of signed values have them below zero."""
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    if isinstance(voi, VoiLut):
        item = Dataset()
        item.VOILUTSequence = [_table(voi.first, np.round(voi.entries * _FULL).astype(np.uint16), voi.name)]
        made.SoftcopyVOILUTSequence = [item]
    if modality_lut is not None:
        del made.RescaleSlope, made.RescaleIntercept, made.RescaleType
        table = _table(modality_lut.first, modality_lut.entries, "", modality_lut.bits)
        table.ModalityLUTType = "US"
        made.ModalityLUTSequence = [table]


def _table(first: int, entries: NDArray[np.uint16], name: str, bits: int = 16) -> "Dataset":
    """PS3.3 C.11.1.1, C.11.2.1.1."""
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    made, count = Dataset(), len(entries) % (_FULL + 1)
    is_signed = first < 0 and count <= _MOST_SIGNED  # SS has no room for a larger count; US says the same bits
    descriptor = [count, first if is_signed else first & _FULL, 16 if bits > 8 else 8]
    made.add_new("LUTDescriptor", "SS" if is_signed else "US", descriptor)
    made.add_new("LUTData", "OW", entries.astype("<u2").tobytes())
    if name:
        made.LUTExplanation = name[:64]
    return made


def _area(plan: StackPlan, look: SavedLook) -> "Dataset":
    """PS3.3 C.10.4: the pixels, counted from 1, that come into the top left and bottom right corners."""
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    columns, rows, _ = plan.geometry.size_ijk
    across, down, _ = plan.geometry.spacing
    (x0, x1), (y0, y1) = (
        _ends(count, look.zoom, off / spacing)
        for count, off, spacing in ((columns, look.centre_mm[0], across), (rows, look.centre_mm[1], down))
    )
    right, below = _top_left(look)
    top_left = ((x1 if right else x0) + 1, (y1 if below else y0) + 1)
    bottom_right = ((x0 if right else x1) + 1, (y0 if below else y1) + 1)
    made = Dataset()
    made.DisplayedAreaTopLeftHandCorner = [round(number) for number in top_left]
    made.DisplayedAreaBottomRightHandCorner = [round(number) for number in bottom_right]
    made.PresentationSizeMode = "SCALE TO FIT"
    if math.isclose(across, down, rel_tol=1e-6):
        made.PresentationPixelAspectRatio = [1, 1]
    else:
        made.PresentationPixelSpacing = [f"{down:.9g}", f"{across:.9g}"]
    block = made.private_block(PRIVATE_GROUP, PRIVATE_CREATOR, create=True)
    block.add_new(EXACT_AREA, "FD", [*map(float, top_left), *map(float, bottom_right)])
    return made


def _ends(count: int, zoom: float, off: float) -> tuple[float, float]:
    """The first and the last pixel seen, from 0, where the whole image is `count` long and its middle is `off`."""
    if not zoom > 0:
        raise Unsuitable("This view has no size that could be written.")
    half, middle = (count / zoom - 1) / 2, (count - 1) / 2 + off
    return middle - half, middle + half


def _top_left(look: SavedLook) -> tuple[bool, bool]:
    """Whether what comes into the top left corner is at the image's right end, and at its lower end."""
    angle = math.radians(look.rotation)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    whole = turn @ np.diag([-1.0 if look.flip_horizontal else 1.0, 1.0])
    x, y = whole.T @ np.array([-1.0, -1.0])
    return bool(x > 0), bool(y > 0)


def _put_shutter(made: "Dataset", shutter: Shutter) -> None:
    """PS3.3 C.7.6.11, counted from 1, rows first."""
    shapes = []
    if shutter.rectangle is not None:
        left, top, right, bottom = (round(edge) + 1 for edge in shutter.rectangle)
        made.ShutterLeftVerticalEdge, made.ShutterRightVerticalEdge = left, right
        made.ShutterUpperHorizontalEdge, made.ShutterLowerHorizontalEdge = top, bottom
        shapes.append("RECTANGULAR")
    if shutter.circle is not None:
        x, y, radius = shutter.circle
        made.CenterOfCircularShutter, made.RadiusOfCircularShutter = [round(y) + 1, round(x) + 1], round(radius)
        shapes.append("CIRCULAR")
    if shutter.polygon is not None:
        made.VerticesOfThePolygonalShutter = [round(float(one)) + 1 for x, y in shutter.polygon for one in (y, x)]
        shapes.append("POLYGONAL")
    made.ShutterShape = shapes
    made.ShutterPresentationValue = shutter.grey * 257


def _put_annotations(made: "Dataset", plan: StackPlan, measurements: Sequence[Measurement], images: set[str]) -> None:
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    found = [annotation_of(one, plan) for one in measurements if one.sop_instance_uid in images]
    annotations = [one for one in found if one is not None]
    if not annotations:
        return
    layer = Dataset()
    layer.GraphicLayer, layer.GraphicLayerOrder = annotations[0].GraphicLayer, 1
    made.GraphicAnnotationSequence, made.GraphicLayerSequence = annotations, [layer]
