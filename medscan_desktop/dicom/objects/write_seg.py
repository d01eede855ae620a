"""A finding's masks as a DICOM Segmentation of the original images (PS3.3 A.51), by highdicom.

highdicom and pydicom are imported where they are used: together they take longer than all else that a command needs.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from medscan_desktop import __version__
from medscan_desktop.dicom.headers.header import Header
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.dicom.stacks.plan import StackPlan
from medscan_desktop.domain.errors import FileRefused, Unsuitable
from medscan_desktop.domain.finding import Code, Finding, Provenance, Structure
from medscan_desktop.domain.study import InstanceUid
from medscan_desktop.imaging.mask import Mask

if TYPE_CHECKING:
    from highdicom import AlgorithmIdentificationSequence
    from highdicom.seg import SegmentDescription
    from pydicom.dataset import Dataset
    from pydicom.sr.coding import Code as DicomCode

_SERIES_NUMBER_OFFSET = 9000  # far from the scanner's own series
_PATIENT_AND_STUDY = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID")
_TYPE_2 = (*_PATIENT_AND_STUDY, "AccessionNumber", "ReferringPhysicianName")
_READ_ERRORS = (OSError, ValueError, KeyError, AttributeError, TypeError, NotImplementedError, RecursionError)


def build_seg(
    plan: StackPlan,
    opener: Callable[[InstanceUid], BinaryIO],
    masks: Mapping[int, Mask],
    finding: Finding,
    *,
    made_at: datetime,
) -> "Dataset":
    """A BINARY segmentation with one segment for each structure of `finding`, voxel for voxel its mask in `masks`.

    Masks lie on the grid of `plan`. Unsuitable where they do not, where a structure has no mask, or where the images
    have no place in the patient; FileRefused where a source image cannot be read.
    """
    from highdicom.seg import Segmentation, SegmentationTypeValues  # noqa: PLC0415  late: half a second
    from pydicom.uid import generate_uid  # noqa: PLC0415  late: half a second

    _check(plan, masks, finding.structures)
    with quiet():
        sources = [_source(header, opener) for header in _in_order(plan)]
        segmentation = Segmentation(
            source_images=sources,
            pixel_array=_pixels(plan, masks, finding.structures),
            segmentation_type=SegmentationTypeValues.BINARY,
            segment_descriptions=[_segment(number, one, finding) for number, one in enumerate(finding.structures, 1)],
            series_instance_uid=generate_uid(prefix=None),
            series_number=_SERIES_NUMBER_OFFSET + (plan.headers[0].integer("SeriesNumber") or 0) % 1000,
            sop_instance_uid=generate_uid(prefix=None),
            instance_number=1,
            manufacturer="MedScan Desktop",
            manufacturer_model_name=finding.provenance.model,
            software_versions=__version__,
            device_serial_number="0",
            content_label="SEGMENTATION",
            content_description=f"{finding.provenance.algorithm_name}, {finding.state}"[:64],
            # One structure keeps its empty frames, so that readers which just stack frames see the source's grid.
            omit_empty_frames=len(finding.structures) > 1,
        )
    _date(segmentation, made_at)
    return segmentation


def _check(plan: StackPlan, masks: Mapping[int, Mask], structures: Sequence[Structure]) -> None:
    if not plan.geometry.spatial:
        raise Unsuitable("A segmentation needs images with a place in the patient.")
    if not structures or any(structure.number not in masks for structure in structures):
        raise Unsuitable("The finding has no mask for one of its structures.")
    if any(masks[structure.number].shape != plan.geometry.shape for structure in structures):
        raise Unsuitable("The finding's mask does not lie on this series.")
    if not any(masks[structure.number].voxel_count for structure in structures):
        raise Unsuitable("The finding's mask is empty, and a segmentation cannot be.")


def _in_order(plan: StackPlan) -> list[Header]:
    """The source images, in the order in which the stack first uses them."""
    return [plan.headers[index] for index in dict.fromkeys(frame.header for frame in plan.frames)]


def _source(header: Header, opener: Callable[[InstanceUid], BinaryIO]) -> "Dataset":
    """The image without its pixels, with the identity under which it is filed and no required attribute missing."""
    from pydicom import dcmread  # noqa: PLC0415  late: half a second

    try:
        with opener(header.sop_instance_uid) as stream:
            dataset: Dataset = dcmread(stream, stop_before_pixels=True, force=True)
            dataset.SOPClassUID, dataset.SOPInstanceUID = header.sop_class_uid, header.sop_instance_uid
            dataset.StudyInstanceUID = header.study_instance_uid
            dataset.SeriesInstanceUID = header.series_instance_uid
            for keyword in _TYPE_2:
                if keyword not in dataset:
                    setattr(dataset, keyword, "")
            return dataset
    except _READ_ERRORS as error:
        raise FileRefused(header.label, "the image cannot be read again for the segmentation") from error


def _pixels(plan: StackPlan, masks: Mapping[int, Mask], structures: Sequence[Structure]) -> NDArray[np.uint8]:
    """(frames of the sources, rows, columns, segments) of 0 and 1, frames in the order of the source images."""
    sources = _in_order(plan)
    first_frame = dict(zip((header.sop_instance_uid for header in sources), _starts(sources), strict=True))
    rows, columns = plan.geometry.shape[1:]
    pixels = np.zeros((sum(header.frames for header in sources), rows, columns, len(structures)), np.uint8)
    places = [first_frame[frame.instance] + frame.frame for frame in plan.frames]
    for segment, structure in enumerate(structures):
        pixels[places, ..., segment] = masks[structure.number].to_array()[list(plan.slices)]
    return pixels


def _starts(sources: Sequence[Header]) -> list[int]:
    starts = [0]
    for header in sources[:-1]:
        starts.append(starts[-1] + header.frames)
    return starts


def _segment(number: int, structure: Structure, finding: Finding) -> "SegmentDescription":
    from highdicom.color import CIELabColor  # noqa: PLC0415  late: half a second
    from highdicom.seg import SegmentAlgorithmTypeValues, SegmentDescription  # noqa: PLC0415  late: half a second
    from pydicom.uid import generate_uid  # noqa: PLC0415  late: half a second

    return SegmentDescription(
        segment_number=number,
        segment_label=structure.name[:64],
        segmented_property_category=_code(structure.category),
        segmented_property_type=_code(structure.type),
        algorithm_type=SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=_algorithm(finding.provenance),
        tracking_uid=generate_uid(prefix=None),
        tracking_id=f"{finding.id}/{structure.number}"[:64],
        display_color=CIELabColor.from_rgb(*structure.colour),
    )


def _code(code: Code) -> "DicomCode":
    from pydicom.sr.coding import Code as DicomCode  # noqa: PLC0415  late: half a second

    return DicomCode(code.value, code.scheme, code.meaning[:64])


def _algorithm(provenance: Provenance) -> "AlgorithmIdentificationSequence":
    from highdicom import AlgorithmIdentificationSequence  # noqa: PLC0415  late: half a second
    from pydicom.sr.codedict import codes  # noqa: PLC0415  late: half a second

    return AlgorithmIdentificationSequence(
        name=provenance.algorithm_name[:64],
        family=codes.cid7162.ArtificialIntelligence,
        version=provenance.version[:64],
        source=provenance.model[:64],
        parameters={
            "sha256": provenance.sha256,
            "preprocessing": provenance.preprocessing,
            "provider": provenance.provider,
            "started": provenance.started_at,
        },
    )


def _date(segmentation: "Dataset", made_at: datetime) -> None:
    date, time = made_at.strftime("%Y%m%d"), made_at.strftime("%H%M%S")
    segmentation.InstanceCreationDate = segmentation.ContentDate = segmentation.SeriesDate = date
    segmentation.InstanceCreationTime = segmentation.ContentTime = segmentation.SeriesTime = time
