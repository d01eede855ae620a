"""What a distance on an image is worth: by the image's own measure, or by the user's calibration of it."""

from collections.abc import Sequence

from medscan_desktop.domain.user_calibration import USER_CALIBRATION, UserCalibration
from medscan_desktop.imaging.distance_scale import DistanceScale
from medscan_desktop.imaging.ultrasound_region import RegionScale
from medscan_desktop.scene.stack import Stack
from medscan_desktop.scene.workspace import Workspace


def user_calibration_of(calibrations: Sequence[UserCalibration], stack: Stack, k: int) -> UserCalibration | None:
    """The user's calibration of slice k: that of its own image, else that of its series."""
    image = stack.instance_uids[k] if 0 <= k < len(stack.instance_uids) else None
    own = [one for one in calibrations if one.series_instance_uid == stack.series_instance_uid]
    exact = next((one for one in own if one.sop_instance_uid is not None and one.sop_instance_uid == image), None)
    return exact or next((one for one in own if one.sop_instance_uid is None), None)


def distance_scale(workspace: Workspace, stack: Stack, k: int) -> DistanceScale:
    """How distances on slice k are to be said. A patient geometry has no user calibration."""
    return scale_by(workspace.calibrations, stack, k)


def scale_by(calibrations: Sequence[UserCalibration], stack: Stack, k: int) -> DistanceScale:
    """The same by these calibrations."""
    volume = stack.volume
    if volume is None:
        return DistanceScale()
    found = user_calibration_of(calibrations, stack, k) if can_calibrate(stack) else None
    if found is None:
        has_regions = any(region.scale is not RegionScale.NONE for region in volume.regions_at(k))
        return DistanceScale(1.0, volume.length_unit, volume.calibration, has_regions)
    return DistanceScale(found.factor, "mm", USER_CALIBRATION)


def can_calibrate(stack: Stack | None) -> bool:
    """Whether a user may say how long something is: not where the image lies in the patient in mm."""
    return stack is not None and stack.volume is not None and bool(stack.volume.calibration)
