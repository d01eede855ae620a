"""A view as a presentation state and back: the same window, polarity and the very same place for every corner."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import numpy as np
import pytest
from pydicom import dcmread

from medscan_desktop.dicom.objects.presentations import presentation_on
from medscan_desktop.dicom.objects.read_presentation import read_presentation
from medscan_desktop.dicom.objects.write_presentation import headers_meant, presentation_file
from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.pixels.tables import Lut
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.domain.measurement import MeasurementKind
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.voi import VoiFunction, VoiLut, Window
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.hanging import hang
from medscan_desktop.scene.navigation import pane_of
from medscan_desktop.scene.overlay import PresentationLayer
from medscan_desktop.scene.presentation import Presentation
from medscan_desktop.scene.presenting import with_presentation
from medscan_desktop.scene.saved_look import SavedLook, look_of
from medscan_desktop.scene.view import View, ViewKind
from medscan_desktop.scene.workspace import EMPTY, Workspace
from medscan_desktop.workstation.stacks import stack_of, with_pixels
from tests.support.dicom_files import Files, headers_of, series
from tests.support.made_measurements import every_kind
from tests.support.reading import asked
from tests.support.scenes import STUDY

MADE_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
ROWS, COLUMNS = 8, 14
SIZE = (300, 300)


def opened(**more: object) -> tuple[StackPlan, Workspace, Volume]:
    """A stack of four anisotropic images that are no square, on screen one by one."""
    datasets = series(4, rows=ROWS, columns=COLUMNS, PixelSpacing=[1.5, 0.5], **more)
    (plan,) = group(headers_of(datasets)).stacks
    loading = start_load(plan, Files.of(datasets), InlineWorkers())
    assert loading.wait(20)
    stack = replace(with_pixels(stack_of(plan), loading), study_instance_uid=STUDY.study_instance_uid)
    hung = hang(EMPTY, STUDY, (stack,), stack.id)
    view = replace(hung.views[0], kind=ViewKind.ACQUIRED, frame=2)
    return plan, replace(hung, views=(view,), active=view.id), loading.volume


def there_and_back(plan: StackPlan, look: SavedLook, **more: object) -> Presentation:
    told = {"label": "VIEW", "description": "", "modality_lut": None, "user": None, "made_at": MADE_AT} | more
    content = presentation_file(plan, look, told.pop("drawn", ()), **told)  # type: ignore[arg-type]
    body, _ = asked(read_presentation, content)
    return presentation_on(body, plan)


def applied(workspace: Workspace, plan: StackPlan, presentation: Presentation) -> View:
    fresh = replace(workspace, views=tuple(replace(view, inverted=False) for view in workspace.views))
    layer = PresentationLayer(InstanceUid("1.2.3"), plan.id, presentation)
    (view,) = with_presentation(fresh, layer).views
    return view


def corners(workspace: Workspace, view: View) -> np.ndarray:
    """Where the image's corners come to lie in a square pane."""
    found = pane_of(workspace, replace(view, kind=ViewKind.ACQUIRED), SIZE)
    assert found is not None
    ends = [(0, 0, 2), (COLUMNS - 1, 0, 2), (0, ROWS - 1, 2)]
    return found.to_pane(found.geometry.to_patient(np.array(ends, float)))


@pytest.mark.parametrize(("turn", "across", "down"), list(product((0, 90, 180, 270), (False, True), (False, True))))
def test_every_turn_and_flip_comes_back_where_it_was(turn: int, across: bool, down: bool) -> None:
    """PS3.3 C.10.4, C.10.6: the displayed area is named after turn and flip, and the object turns first."""
    plan, workspace, _ = opened()
    view = workspace.views[0]
    camera = replace(view.camera, zoom=1.73, centre=(1.1, -0.7), rotation=turn, flip_horizontal=across)
    shown = replace(view, camera=replace(camera, flip_vertical=down), voi=Window(-3.25, 7.5), inverted=True)

    presentation = there_and_back(plan, look_of(workspace.with_view(shown), shown))
    back = applied(workspace, plan, presentation)

    np.testing.assert_allclose(corners(workspace, back), corners(workspace, shown), atol=1e-6)
    assert (back.voi, back.inverted) == (Window(-3.25, 7.5), True)
    assert presentation.omitted == ()


def test_without_our_own_element_it_is_the_same_to_half_a_pixel() -> None:
    plan, workspace, _ = opened()
    view = workspace.views[0]
    shown = replace(view, camera=replace(view.camera, zoom=1.3, centre=(0.9, 0.4)))
    told = {"label": "V", "description": "", "modality_lut": None, "user": None, "made_at": MADE_AT}
    content = presentation_file(plan, look_of(workspace, shown), (), **told)  # type: ignore[arg-type]
    body, _ = asked(read_presentation, content)
    for area in body["areas"]:
        exact, whole = area.pop("exact"), [*area["top_left"], *area["bottom_right"]]
        assert np.abs(np.subtract(exact, whole)).max() <= 0.5
    found = presentation_on(body, plan).frames[2].area
    assert found is not None and all(float(one).is_integer() for one in (*found.top_left, *found.bottom_right))


def test_tables_and_functions_come_back() -> None:
    """PS3.3 C.11.2: a VOI LUT to its 16 bits; LINEAR_EXACT and SIGMOID as such."""
    plan, workspace, _ = opened()
    table = VoiLut(-5, np.linspace(0, 1, 40) ** 2, "curve")
    look = look_of(workspace, replace(workspace.views[0], voi=table))
    found = there_and_back(plan, look).frames[2].voi
    assert isinstance(found, VoiLut) and (found.first, found.name) == (-5, "curve")
    np.testing.assert_allclose(found.entries, table.entries, atol=1 / 65535)
    for function in VoiFunction:
        window = Window(0.125, 12.75, function, "mine")
        again = there_and_back(plan, replace(look, voi=window)).frames[2].voi
        assert again == window


def test_images_with_a_modality_table_keep_it() -> None:
    plan, workspace, _ = opened()
    lut = Lut(-2, np.arange(10, dtype=np.uint16) * 100, 16)
    told = {"label": "V", "description": "", "user": None, "made_at": MADE_AT}
    content = presentation_file(plan, look_of(workspace, workspace.views[0]), (), modality_lut=lut, **told)  # type: ignore[arg-type]
    made = dcmread(io.BytesIO(content))
    table = made.ModalityLUTSequence[0]
    assert list(table.LUTDescriptor) == [10, -2, 16] and "RescaleSlope" not in made


def test_where_each_image_has_its_own_scaling_those_alike_are_meant() -> None:
    """As in PET: a state has one rescale for all its images."""
    datasets = series(4, rows=ROWS, columns=COLUMNS)
    for number, dataset in enumerate(datasets):
        dataset.RescaleSlope = 1 + number % 2
    (plan,) = group(headers_of(datasets)).stacks
    look = SavedLook(plan.id, 2, Window(1, 2), False, 0, False, 1.0, (0.0, 0.0), None)
    meant = {header.sop_instance_uid for header in headers_meant(plan, look)}
    assert meant == {plan.frames[0].instance, plan.frames[2].instance}


def test_what_is_drawn_beyond_the_image_is_cut_off() -> None:
    """PS3.3 C.10.5.1.2: in pixels a position lies on the image."""
    plan, workspace, _ = opened()
    drawn = [
        replace(one, points=tuple((x + 3, y - 20, z) for x, y, z in one.points))
        for one in every_kind(plan, n=2)
        if one.kind in (MeasurementKind.LENGTH, MeasurementKind.ELLIPSE, MeasurementKind.FREEHAND)
    ]
    found = there_and_back(plan, look_of(workspace, workspace.views[0]), drawn=drawn).frames[2]
    points = np.concatenate([one.points for one in found.graphics])
    assert len(found.graphics) == 3 and points.min() >= -0.5
    assert points[:, 0].max() <= COLUMNS - 0.5 and points[:, 1].max() <= ROWS - 0.5


def test_what_a_state_cannot_say_is_refused_with_the_reason() -> None:
    _, workspace, _ = opened()
    view = workspace.views[0]
    for shown, reason in (
        (replace(view, kind=ViewKind.CORONAL), "cuts through several"),
        (replace(view, camera=replace(view.camera, rotation=45.0)), "turned by 45°"),
        (replace(view, stack=None), "no images"),
    ):
        with pytest.raises(Unsuitable, match=reason):
            look_of(workspace.with_view(shown), shown)
