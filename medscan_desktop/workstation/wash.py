"""A volume of values (a dose, a parametric map) as a colour wash over another stack of the same space."""

from collections.abc import Sequence

import numpy as np

from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.volume import Volume
from medscan_desktop.scene.overlay import Overlay, WashLayer
from medscan_desktop.scene.overlays import Shown
from medscan_desktop.scene.stack import StackId

_LOW_SHARE = 0.1  # of the highest value: what lies below is left out at first


def wash_over(plan: StackPlan, volume: Volume, base: StackPlan) -> Shown:
    """The wash from a tenth of its highest value on. Unsuitable where there are no values in the patient."""
    if volume.is_colour or not volume.geometry.spatial:
        raise Unsuitable("These values have no place in the patient, so they are not shown over other images.")
    values = volume.values[volume.loaded]
    values = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    highest = float(values.max()) if values.size else 0.0
    if highest <= 0:
        raise Unsuitable("These values are nowhere above zero: there is nothing to show over the images.")
    unit = f" {volume.unit}" if volume.unit else ""
    title = f"{'Dose' if plan.modality == 'RTDOSE' else plan.label}"
    layer = WashLayer(
        StackId(plan.id), base.id, title, volume, _LOW_SHARE * highest, highest, f"{title} · up to {highest:.4g}{unit}"
    )
    remarks = ("trilinear between its own voxels, in patient space",)
    return Shown(Overlay(plan.id, "colour wash", title, base.id, remarks=remarks), washes=(layer,))


def base_for(wash: StackPlan, plans: Sequence[StackPlan]) -> StackPlan:
    """The longest volume in the same frame of reference that holds no such values itself. Raises Unsuitable."""
    frame = wash.headers[0].text("FrameOfReferenceUID")
    near = [
        plan
        for plan in plans
        if plan.id != wash.id
        and frame
        and plan.headers[0].text("FrameOfReferenceUID") == frame
        and plan.geometry.spatial
        and plan.modality != wash.modality
        and not plan.is_colour
    ]
    if not near:
        raise Unsuitable("This study has no images in the frame of reference of these values to show them over.")
    return max(near, key=lambda plan: (plan.modality == "CT", plan.is_volume, len(plan.frames)))
