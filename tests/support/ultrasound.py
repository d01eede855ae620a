"""Made ultrasound images with regions, as they come out of a file: read, grouped and loaded."""

from dataclasses import replace
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UltrasoundImageStorage

from medscan_desktop.dicom.pixels.load import start_load
from medscan_desktop.dicom.stacks.group import group
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.dicom.workers.workers import InlineWorkers
from medscan_desktop.domain.measurement import Measurement, MeasurementId, MeasurementKind, Point
from medscan_desktop.domain.study import InstanceUid, SeriesUid, StudyUid
from medscan_desktop.imaging.volume import Volume
from tests.support.dicom_files import Files, ct_slice, headers_of

ROWS, COLUMNS = 60, 100
CM, SECONDS, HERTZ, CM_PER_S = 3, 4, 5, 7
LOW = 1  # bit 0 of the flags


def region(
    bounds: tuple[int, int, int, int],
    units: tuple[int, int] = (CM, CM),
    delta: tuple[float, float] = (0.05, 0.05),
    **attributes: Any,
) -> Dataset:
    """One region: x0, y0, x1, y1 inclusive; units and steps along x and y."""
    item = Dataset()
    values = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 0,
        **dict(
            zip(
                ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1"),
                bounds,
                strict=True,
            )
        ),
        "PhysicalUnitsXDirection": units[0],
        "PhysicalUnitsYDirection": units[1],
        "PhysicalDeltaX": delta[0],
        "PhysicalDeltaY": delta[1],
    } | attributes
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def us_image(*regions: Dataset, number: int = 1, colour: bool = False, **attributes: Any) -> Dataset:
    """60 rows of 100 pixels of the value 7; in colour of grey 7."""
    shape = (ROWS, COLUMNS, 3) if colour else (ROWS, COLUMNS)
    depth = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0} if colour else {}
    return ct_slice(
        number,
        rows=ROWS,
        columns=COLUMNS,
        **{
            "SOPClassUID": UltrasoundImageStorage,
            "Modality": "US",
            "BitsAllocated": 8,
            "BitsStored": 8,
            "HighBit": 7,
            "PixelRepresentation": 0,
            "PixelSpacing": None,
            "ImagePositionPatient": None,
            "ImageOrientationPatient": None,
            "FrameOfReferenceUID": None,
            "SliceThickness": None,
            "RescaleSlope": None,
            "RescaleIntercept": None,
            "SequenceOfUltrasoundRegions": Sequence(regions),
            "PixelData": np.full(shape, 7, np.uint8).tobytes(),
        }
        | depth
        | attributes,
    )


def plan_of(*images: Dataset) -> StackPlan:
    """The one stack that they make."""
    (plan,) = group(headers_of(images)).stacks
    return plan


def volume_of(*images: Dataset) -> Volume:
    """The same, loaded."""
    loading = start_load(plan_of(*images), Files.of(images), InlineWorkers())
    loading.wait()
    assert loading.failures == ()
    return loading.volume


def drawn(
    volume: Volume, kind: MeasurementKind, *pixels: tuple[float, float], frame: int = 0, **more: Any
) -> Measurement:
    """A measurement through these pixels (x, y) of a frame, still without numbers."""
    index = [(x, y, frame) for x, y in pixels]
    points: list[Point] = [(float(x), float(y), float(z)) for x, y, z in volume.geometry.to_patient(index)]
    one = Measurement(
        id=MeasurementId("8b7d6a6e-6a56-4a57-9f0e-3f6a1a0c9f11"),
        study_instance_uid=StudyUid("1.2"),
        series_instance_uid=SeriesUid("1.3"),
        sop_instance_uid=InstanceUid("1.4"),
        frame=frame,
        kind=kind,
        points=tuple(points),
        normal=(0.0, 0.0, 1.0),
        unit="px",
        calibration="px",
    )
    return replace(one, **more)
