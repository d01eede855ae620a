"""Made objects that lie over images: SEG, RTSTRUCT, GSPS, KO, parametric map; each says what a reader must find."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom.ko import KeyObjectSelection, KeyObjectSelectionDocument
from highdicom.pm import ParametricMap, RealWorldValueMapping
from highdicom.pr import (
    AnnotationUnitsValues,
    GraphicAnnotation,
    GraphicLayer,
    GraphicObject,
    GraphicTypeValues,
    GrayscaleSoftcopyPresentationState,
    SoftcopyVOILUTTransformation,
    TextObject,
)
from highdicom.seg import SegmentAlgorithmTypeValues, Segmentation, SegmentationTypeValues, SegmentDescription
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import RTStructureSetStorage

from medscan_desktop.dicom.objects.quiet import quiet
from tests.support.made_modules import instance, item, uid

_MADE_AT = datetime(2026, 1, 2, 10, 11, 12)
SEGMENTS = ("box", "shell")
CIRCLE_MM = 3.0  # radius of the RTSTRUCT's contours
MAP_SLOPE = 0.25  # the parametric map holds the source's stored values times this
GSPS_WINDOW = (100.0, 200.0)  # centre, width
KEY_SLICES = (2, 4)  # of the source, from 0: marked by the key object selection


def _made_by(name: str) -> dict[str, Any]:
    return {
        "series_instance_uid": uid(f"series {name}"),
        "series_number": 901,
        "sop_instance_uid": uid(name),
        "instance_number": 1,
        "manufacturer": "MedScan tests",
    }


def _machine(name: str) -> dict[str, Any]:
    more = {"manufacturer_model_name": "made", "software_versions": "0", "device_serial_number": "0"}
    return _made_by(name) | more


def _dated(dataset: Dataset, name: str) -> Dataset:
    dataset.SeriesDescription = name
    dataset.ContentDate = dataset.InstanceCreationDate = _MADE_AT.strftime("%Y%m%d")
    dataset.ContentTime = dataset.InstanceCreationTime = _MADE_AT.strftime("%H%M%S")
    return dataset


def segment_masks(sources: Sequence[Dataset]) -> np.ndarray:
    """bool (segment, k, j, i): a box (slices 1-4, rows 3-8, columns 2-9), and the shell of voxels around it."""
    masks = np.zeros((2, len(sources), sources[0].Rows, sources[0].Columns), bool)
    masks[1, 1:6, 2:10, 1:11] = True
    masks[0, 1:5, 3:9, 2:10] = True
    masks[1] &= ~masks[0]
    return masks


def segmentation(sources: Sequence[Dataset], *, fractional: bool = False) -> Dataset:
    """The masks of `segment_masks`; FRACTIONAL holds 0.5 for the box and 1 for the shell."""
    name = "SEG fractional" if fractional else "SEG"
    masks = np.moveaxis(segment_masks(sources), 0, -1)
    algorithm = AlgorithmIdentificationSequence(name="made", family=codes.cid7162.ArtificialIntelligence, version="0")
    descriptions = [
        SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=codes.SCT.Organ,
            segmented_property_type=codes.SCT.Liver if number == 1 else codes.SCT.Spleen,
            algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
            algorithm_identification=algorithm,
        )
        for number, label in enumerate(SEGMENTS, 1)
    ]
    with quiet():
        made = Segmentation(
            source_images=sources,
            pixel_array=masks * np.array([0.5, 1.0]) if fractional else masks.astype(np.uint8),
            segmentation_type=SegmentationTypeValues.FRACTIONAL if fractional else SegmentationTypeValues.BINARY,
            segment_descriptions=descriptions,
            **_machine(name),
        )
    return _dated(made, name)


def structures(sources: Sequence[Dataset]) -> Dataset:
    """One ROI "circle": on each of the sources' slices 36 points 3 mm around (-6, -16); a POINT "mark" there.

    Its area is that of the 36-gon: 18 r^2 sin 10 degrees.
    """
    frame = sources[0].FrameOfReferenceUID
    references = [
        item(ReferencedSOPClassUID=one.SOPClassUID, ReferencedSOPInstanceUID=one.SOPInstanceUID) for one in sources
    ]
    angles = np.radians(np.arange(0, 360, 10))
    circles = []
    for source, reference in zip(sources, references, strict=True):
        z = float(source.ImagePositionPatient[2])
        points = [(-6 + CIRCLE_MM * np.cos(a), -16 + CIRCLE_MM * np.sin(a), z) for a in angles]
        circles.append(
            item(
                ContourImageSequence=reference,
                ContourGeometricType="CLOSED_PLANAR",
                NumberOfContourPoints=len(points),
                ContourData=[f"{value:.4f}" for point in points for value in point],
            )
        )
    middle = [-6.0, -16.0, float(sources[len(sources) // 2].ImagePositionPatient[2])]
    mark = item(ContourGeometricType="POINT", NumberOfContourPoints=1, ContourData=middle)
    rois = [
        item(ROINumber=number, ReferencedFrameOfReferenceUID=frame, ROIName=name, ROIGenerationAlgorithm="MANUAL")
        for number, name in ((1, "circle"), (2, "mark"))
    ]
    series = item(SeriesInstanceUID=sources[0].SeriesInstanceUID, ContourImageSequence=references)
    study = item(
        ReferencedSOPClassUID="1.2.840.10008.3.1.2.3.1",
        ReferencedSOPInstanceUID=sources[0].StudyInstanceUID,
        RTReferencedSeriesSequence=series,
    )
    return instance(
        RTStructureSetStorage,
        "RTSTRUCT",
        "RTSTRUCT",
        StudyInstanceUID=sources[0].StudyInstanceUID,
        StructureSetLabel="made",
        StructureSetDate="20260102",
        StructureSetTime="101112",
        OperatorsName="",
        FrameOfReferenceUID=frame,
        PositionReferenceIndicator="",
        ReferencedFrameOfReferenceSequence=item(FrameOfReferenceUID=frame, RTReferencedStudySequence=study),
        StructureSetROISequence=rois,
        ROIContourSequence=[
            item(ReferencedROINumber=1, ROIDisplayColor=[255, 0, 0], ContourSequence=circles),
            item(ReferencedROINumber=2, ROIDisplayColor=[0, 255, 0], ContourSequence=[mark]),
        ],
        RTROIObservationsSequence=[
            item(ObservationNumber=number, ReferencedROINumber=number, RTROIInterpretedType=kind, ROIInterpreter="")
            for number, kind in ((1, "ORGAN"), (2, "MARKER"))
        ],
    )


def presentation_state(sources: Sequence[Dataset]) -> Dataset:
    """Window 100/200 on every source, a polyline and a text on the first, an ellipse in display units on the second."""
    layer = GraphicLayer(layer_name="MARKS", order=1, description="made marks")
    line = GraphicObject(
        graphic_type=GraphicTypeValues.POLYLINE,
        graphic_data=np.array([[2.0, 2.0], [12.0, 2.0], [12.0, 10.0]]),
        units=AnnotationUnitsValues.PIXEL,
    )
    text = TextObject(text_value="see here", units=AnnotationUnitsValues.PIXEL, anchor_point=(12.0, 10.0))
    ellipse = GraphicObject(
        graphic_type=GraphicTypeValues.ELLIPSE,
        graphic_data=np.array([[0.3, 0.5], [0.7, 0.5], [0.5, 0.4], [0.5, 0.6]]),
        units=AnnotationUnitsValues.DISPLAY,
    )
    annotations = [
        GraphicAnnotation(
            referenced_images=[sources[0]], graphic_layer=layer, graphic_objects=[line], text_objects=[text]
        ),
        GraphicAnnotation(referenced_images=[sources[1]], graphic_layer=layer, graphic_objects=[ellipse]),
    ]
    centre, width = GSPS_WINDOW
    with quiet():
        made = GrayscaleSoftcopyPresentationState(
            referenced_images=list(sources),
            content_label="MADE",
            content_description="a made presentation state",
            graphic_annotations=annotations,
            graphic_layers=[layer],
            voi_lut_transformations=[SoftcopyVOILUTTransformation(window_center=centre, window_width=width)],
            **_machine("GSPS"),
        )
    made.Laterality = ""
    return _dated(made, "GSPS")


def key_objects(sources: Sequence[Dataset]) -> Dataset:
    """A selection "Of Interest" of the sources at KEY_SLICES, described "two images to look at"."""
    content = KeyObjectSelection(
        document_title=codes.DCM.OfInterest,
        referenced_objects=[sources[k] for k in KEY_SLICES],
        description="two images to look at",
    )
    with quiet():
        made = KeyObjectSelectionDocument(evidence=[sources[k] for k in KEY_SLICES], content=content, **_made_by("KO"))
    return _dated(made, "KO")


def parametric_map(sources: Sequence[Dataset]) -> Dataset:
    """Float values 0.25 times the sources' stored ones, on their planes; unit mm2/s."""
    pixels = np.stack([np.frombuffer(one.PixelData, np.int16).reshape(one.Rows, one.Columns) for one in sources])
    values = (pixels * MAP_SLOPE).astype(np.float32)
    mapping = RealWorldValueMapping(
        lut_label="ADC",
        lut_explanation="made diffusion",
        unit=codes.UCUM.SquareMillimeterPerSecond,
        value_range=(float(values.min()), float(values.max())),
        slope=1.0,
        intercept=0.0,
    )
    with quiet():
        made = ParametricMap(
            source_images=list(sources),
            pixel_array=values,
            contains_recognizable_visual_features=False,
            real_world_value_mappings=[mapping],
            window_center=50.0,
            window_width=100.0,
            **_machine("parametric map"),
        )
    made.Laterality = ""
    return _dated(made, "parametric map")
