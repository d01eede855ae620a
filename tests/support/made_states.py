"""Presentation states and RT objects with everything that a reader must do or name, as small as they go."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import RTDoseStorage

from tests.support.dicom_files import ROOT_UID, ct_slice

GSPS = "1.2.840.10008.5.1.4.1.1.11.1"


def item(**values: Any) -> Dataset:
    """A data set of these attributes."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def images(sources: Sequence[Dataset], frames: Sequence[int] = ()) -> list[Dataset]:
    """A Referenced Image Sequence, with frame numbers (from 1) where given."""
    more = {"ReferencedFrameNumber": list(frames)} if frames else {}
    return [
        item(ReferencedSOPClassUID=one.SOPClassUID, ReferencedSOPInstanceUID=one.SOPInstanceUID, **more)
        for one in sources
    ]


def window(centre: float, width: float, sources: Sequence[Dataset] = (), **more: Any) -> Dataset:
    """A Softcopy VOI LUT item; for all images where no sources are given."""
    of = {"ReferencedImageSequence": images(sources)} if sources else {}
    return item(WindowCenter=centre, WindowWidth=width, **of, **more)


def graphic(kind: str, *points: float, units: str = "PIXEL", filled: bool = False) -> Dataset:
    """A Graphic Object item of (column, row) pairs."""
    return item(
        GraphicAnnotationUnits=units,
        GraphicDimensions=2,
        NumberOfGraphicPoints=len(points) // 2,
        GraphicData=list(points),
        GraphicType=kind,
        GraphicFilled="Y" if filled else "N",
    )


def annotation(sources: Sequence[Dataset], *graphics: Dataset, texts: Sequence[Dataset] = (), **more: Any) -> Dataset:
    """A Graphic Annotation item on the layer MARKS."""
    return item(
        ReferencedImageSequence=images(sources),
        GraphicLayer="MARKS",
        GraphicObjectSequence=list(graphics),
        TextObjectSequence=list(texts),
        **more,
    )


def state(sources: Sequence[Dataset], *, sop_class: str = GSPS, **values: Any) -> Dataset:
    """A presentation state of these images; without more it shows them as they are."""
    parts = {
        "SOPClassUID": sop_class,
        "SOPInstanceUID": f"{ROOT_UID}.11.1",
        "StudyInstanceUID": sources[0].StudyInstanceUID,
        "SeriesInstanceUID": f"{ROOT_UID}.11",
        "Modality": "PR",
        "PatientName": "Phantom^Test",
        "PatientID": "T-1",
        "InstanceNumber": 1,
        "ContentLabel": "TEST",
        "ContentDescription": "a test",
        "PresentationCreationDate": "20260102",
        "PresentationCreationTime": "030405",
        "PresentationLUTShape": "IDENTITY",
        "ReferencedSeriesSequence": [
            item(SeriesInstanceUID=sources[0].SeriesInstanceUID, ReferencedImageSequence=images(sources))
        ],
        "GraphicLayerSequence": [
            item(
                GraphicLayer="MARKS",
                GraphicLayerOrder=1,
                GraphicLayerRecommendedDisplayCIELabValue=[34886, 53484, 50172],
            )
        ],
    }
    return item(**(parts | values))


def dose(values: np.ndarray, *, scaling: float, origin: Sequence[float], spacing: float, between: float) -> Dataset:
    """An RT dose of unsigned stored `values` (frames, rows, columns) on an axial grid."""
    made = ct_slice(
        1,
        SOPClassUID=RTDoseStorage,
        SOPInstanceUID=f"{ROOT_UID}.12.1",
        SeriesInstanceUID=f"{ROOT_UID}.12",
        SeriesDescription="dose",
        Modality="RTDOSE",
        ImagePositionPatient=list(origin),
        PixelSpacing=[spacing, spacing],
        NumberOfFrames=len(values),
        GridFrameOffsetVector=[between * k for k in range(len(values))],
        DoseUnits="GY",
        DoseType="PHYSICAL",
        DoseSummationType="PLAN",
        DoseGridScaling=scaling,
        PixelRepresentation=0,
        RescaleSlope=None,
        RescaleIntercept=None,
        PixelData=values.astype(np.uint16).tobytes(),
        rows=values.shape[1],
        columns=values.shape[2],
    )
    made.FrameIncrementPointer = 0x3004000C
    return made
