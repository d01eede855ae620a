"""Files of other formats as DICOM instances of a chosen study, one file a plane, a page or a document.

Which class, and why:
- a volume called CT or MR becomes slices of that class: windows, planes, 3D and models then work as for any other;
- a volume called anything else becomes parametric maps (PS3.3 A.75) of one frame each: their values are floating-point
  numbers and exact, and PET or NM objects would demand facts (dose, frame times, units) that such a file does not have;
- a volume of colours, and one whose file does not say how it lies in the patient, becomes secondary captures: without
  a stated orientation there is no place in the patient, and none is made up;
- pictures become secondary captures, PDF and STL their encapsulated forms.
"""

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop import __version__
from medscan_desktop.dicom.foreign.foreign_kind import ForeignKind
from medscan_desktop.dicom.foreign.volume_file import Placed, Storing, VolumeHead, ds_text
from medscan_desktop.dicom.objects.quiet import quiet
from medscan_desktop.domain.study import SeriesUid, Study

if TYPE_CHECKING:
    from pydicom import Dataset

MODALITIES = ("CT", "MR", "PT", "NM", "US", "XA", "CR", "DX", "MG", "ES", "XC", "OP", "OT")
_STORAGE = "1.2.840.10008.5.1.4.1.1."
CAPTURE, PARAMETRIC_MAP = _STORAGE + "7", _STORAGE + "30"
_CLASSES = {"CT": _STORAGE + "2", "MR": _STORAGE + "4"}
_DOCUMENTS = {
    ForeignKind.PDF: (_STORAGE + "104.1", "DOC", "application/pdf"),
    ForeignKind.STL: (_STORAGE + "104.3", "M3D", "model/stl"),
}


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The series that a file becomes. `study` gives patient and study; `name` is the file's, without its folder."""

    study: Study
    series_instance_uid: SeriesUid
    frame_of_reference_uid: str
    series_number: int
    series_description: str
    modality: str
    made_at: datetime
    name: str
    kind: ForeignKind
    notes: tuple[str, ...] = ()


def class_of(head: VolumeHead, modality: str) -> str:
    """The SOP class of a volume's planes."""
    if head.samples > 1 or head.affine is None:
        return CAPTURE
    return _CLASSES.get(modality, PARAMETRIC_MAP)


def plane_file(
    wrapping: Wrapping, head: VolumeHead, place: Placed, storing: Storing, plane: NDArray[Any], index: int
) -> bytes:
    """Plane `index` of a volume, slice by slice and then time by time."""
    sop_class = class_of(head, wrapping.modality)
    time, k = divmod(index, head.shape[1])
    made = _instance(wrapping, sop_class, index + 1)
    made.ImageType = ["DERIVED", "SECONDARY", "OTHER"]
    if sop_class == PARAMETRIC_MAP:
        made.FrameOfReferenceUID, made.PositionReferenceIndicator = wrapping.frame_of_reference_uid, ""
        _as_map(made, head, place, plane, k, time)
    else:
        if head.shape[0] > 1:
            made.TemporalPositionIdentifier, made.NumberOfTemporalPositions = time + 1, head.shape[0]
        _as_slice(made, head, place, storing, k, wrapping.frame_of_reference_uid)
        _put_pixels(made, plane)
    made.AcquisitionNumber = time + 1
    return _bytes(made)


def page_file(wrapping: Wrapping, page: NDArray[Any], index: int, *, ratio: float) -> bytes:
    """Page `index` of a picture; `ratio` is that of the lossy JPEG it was, 0 where nothing was lost."""
    made = _instance(wrapping, CAPTURE, index + 1)
    made.ImageType, made.PatientOrientation, made.Laterality = ["DERIVED", "SECONDARY"], "", ""
    if ratio:
        made.LossyImageCompression, made.LossyImageCompressionRatio = "01", ds_text(round(ratio, 2))
        made.LossyImageCompressionMethod = "ISO_10918_1"
    _put_pixels(made, page)
    return _bytes(made)


def document_file(wrapping: Wrapping, content: bytes) -> bytes:
    """A PDF or STL inside DICOM. The surface's unit is taken as mm: the format has none."""
    sop_class, modality, media_type = _DOCUMENTS[wrapping.kind]
    made = _instance(wrapping, sop_class, 1)
    made.Modality = modality
    made.BurnedInAnnotation, made.AcquisitionDateTime = "YES", ""
    made.DocumentTitle = wrapping.series_description
    made.MIMETypeOfEncapsulatedDocument = media_type
    made.ConceptNameCodeSequence = []
    if wrapping.kind is ForeignKind.STL:
        made.ConceptNameCodeSequence = [_item(**_code("85040-4", "LN", "Anatomical Model"))]
        made.MeasurementUnitsCodeSequence = [_item(**_code("mm", "UCUM", "mm"))]
        made.FrameOfReferenceUID, made.PositionReferenceIndicator = wrapping.frame_of_reference_uid, ""
    made.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    made.EncapsulatedDocumentLength = len(content)
    return _bytes(made)


def new_uid() -> str:
    """A UUID-derived UID (PS3.5 B.2)."""
    from pydicom.uid import generate_uid  # noqa: PLC0415  0.4 s that the window's start need not pay

    return str(generate_uid(prefix=None))


def _item(**values: Any) -> "Dataset":
    from pydicom import Dataset  # noqa: PLC0415  late: half a second

    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def _code(value: str, scheme: str, meaning: str) -> dict[str, str]:
    return {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning}


def _instance(wrapping: Wrapping, sop_class: str, number: int) -> "Dataset":
    """Patient, study, series, equipment and where it came from."""
    study, patient = wrapping.study, wrapping.study.patient
    date, time = wrapping.made_at.strftime("%Y%m%d"), wrapping.made_at.strftime("%H%M%S")
    notes = "; ".join(wrapping.notes)
    derivation = f"Wrapped by MedScan Desktop {__version__} from the {wrapping.kind} {wrapping.name}"
    return _item(
        SpecificCharacterSet="ISO_IR 192",
        SOPClassUID=sop_class,
        SOPInstanceUID=new_uid(),
        InstanceCreationDate=date,
        InstanceCreationTime=time,
        StudyInstanceUID=study.study_instance_uid,
        SeriesInstanceUID=wrapping.series_instance_uid,
        PatientName=patient.patient_name,
        PatientID=patient.patient_id,
        PatientBirthDate=patient.patient_birth_date,
        PatientSex=patient.patient_sex,
        StudyDate=study.study_date,
        StudyTime=study.study_time,
        StudyDescription=study.study_description,
        AccessionNumber=study.accession_number,
        InstitutionName=study.institution_name,
        StudyID="",
        ReferringPhysicianName="",
        Modality=wrapping.modality,
        SeriesDescription=wrapping.series_description,
        SeriesNumber=wrapping.series_number,
        SeriesDate=date,
        SeriesTime=time,
        ContentDate=date,
        ContentTime=time,
        InstanceNumber=number,
        Manufacturer="MedScan Desktop",
        ManufacturerModelName=str(wrapping.kind),
        SoftwareVersions=__version__,
        DeviceSerialNumber="0",
        ConversionType="WSD",
        DerivationDescription=(derivation + (f" ({notes})" if notes else ""))[:1024],
        ImageComments=notes[:10_000],
    )


def _as_slice(
    made: "Dataset", head: VolumeHead, place: Placed, storing: Storing, k: int, frame_of_reference_uid: str
) -> None:
    made.PixelSpacing = [ds_text(place.spacing[0]), ds_text(place.spacing[1])]
    made.SliceThickness = ds_text(head.spacing[2])
    made.Laterality = ""
    if place.origin is not None and place.step is not None and place.row is not None and place.column is not None:
        made.ImagePositionPatient = [ds_text(value) for value in place.origin + k * place.step]
        made.ImageOrientationPatient = [ds_text(value) for value in (*place.row, *place.column)]
        made.FrameOfReferenceUID, made.PositionReferenceIndicator = frame_of_reference_uid, ""
    else:
        made.PatientOrientation = ""
    if head.samples > 1:
        return
    if made.SOPClassUID != CAPTURE:
        made.PatientPosition = ""
    if made.SOPClassUID == _CLASSES["CT"]:
        made.KVP = ""
    if made.SOPClassUID == _CLASSES["MR"]:
        made.ScanningSequence, made.SequenceVariant, made.ScanOptions = "RM", "NONE", ""
        made.MRAcquisitionType = made.EchoTime = made.EchoTrainLength = made.RepetitionTime = ""
    made.RescaleSlope, made.RescaleIntercept = ds_text(storing.slope), ds_text(storing.intercept)
    made.RescaleType = "HU" if made.Modality == "CT" else "US"
    if storing.missing is not None:
        made.PixelRepresentation = int(storing.dtype == "int16")
        made.PixelPaddingValue = storing.missing


def _as_map(made: "Dataset", head: VolumeHead, place: Placed, plane: NDArray[Any], k: int, time: int) -> None:
    """One frame of floating-point values (PS3.3 A.75, C.8.32.2)."""
    made.ImageType = ["DERIVED", "PRIMARY", "VOLUME", "QUANTITY"]
    made.ContentLabel, made.ContentDescription, made.ContentCreatorName = "WRAPPED", "", ""
    made.ContentQualification, made.RecognizableVisualFeatures = "RESEARCH", "YES"
    made.BurnedInAnnotation, made.LossyImageCompression = "NO", "00"
    made.PresentationLUTShape, made.Laterality, made.PatientPosition = "IDENTITY", "", ""
    made.PixelPresentation, made.VolumetricProperties = "MONOCHROME", "VOLUME"
    made.VolumeBasedCalculationTechnique = "NONE"
    made.AcquisitionContextSequence = []
    organisation = new_uid()
    index = {"DimensionIndexPointer": 0x00209057, "FunctionalGroupPointer": 0x00209111}
    made.DimensionOrganizationSequence = [_item(DimensionOrganizationUID=organisation)]
    made.DimensionIndexSequence = [_item(DimensionOrganizationUID=organisation, **index)]
    made.SharedFunctionalGroupsSequence = [_shared_groups(made, head, place, plane)]
    made.PerFrameFunctionalGroupsSequence = [_frame_groups(head, place, k, time)]
    made.NumberOfFrames = 1
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
    made.Rows, made.Columns = plane.shape
    made.BitsAllocated = 32
    made.FloatPixelData = np.ascontiguousarray(plane, "<f4").tobytes()


def _shared_groups(made: "Dataset", head: VolumeHead, place: Placed, plane: NDArray[Any]) -> "Dataset":
    if place.row is None or place.column is None:
        raise ValueError("a parametric map has a place in the patient")
    known = plane[np.isfinite(plane)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    mapping = _item(
        DoubleFloatRealWorldValueFirstValueMapped=low,
        DoubleFloatRealWorldValueLastValueMapped=high,
        RealWorldValueIntercept=0.0,
        RealWorldValueSlope=1.0,
        LUTLabel="VALUE",
        LUTExplanation="values as in the file",
        MeasurementUnitsCodeSequence=[_item(**_code("1", "UCUM", "no units"))],
    )
    spacing = [ds_text(size) for size in place.spacing]
    window = _item(WindowCenter=ds_text((low + high) / 2), WindowWidth=ds_text((high - low) or 1.0))
    return _item(
        PixelMeasuresSequence=[_item(PixelSpacing=spacing, SliceThickness=ds_text(head.spacing[2]))],
        PlaneOrientationSequence=[
            _item(ImageOrientationPatient=[ds_text(value) for value in (*place.row, *place.column)])
        ],
        ParametricMapFrameTypeSequence=[_item(FrameType=made.ImageType)],
        FrameVOILUTSequence=[window],
        RealWorldValueMappingSequence=[mapping],
        PixelValueTransformationSequence=[_item(RescaleIntercept="0", RescaleSlope="1", RescaleType="US")],
    )


def _frame_groups(head: VolumeHead, place: Placed, k: int, time: int) -> "Dataset":
    if place.origin is None or place.step is None:
        raise ValueError("a parametric map has a place in the patient")
    content = _item(StackID="1", InStackPositionNumber=k + 1, DimensionIndexValues=[k + 1])
    if head.shape[0] > 1:
        content.TemporalPositionIndex = time + 1
    position = [ds_text(value) for value in place.origin + k * place.step]
    return _item(FrameContentSequence=[content], PlanePositionSequence=[_item(ImagePositionPatient=position)])


def _put_pixels(made: "Dataset", plane: NDArray[Any]) -> None:
    colour = plane.ndim == 3
    made.SamplesPerPixel = 3 if colour else 1
    made.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        made.PlanarConfiguration = 0
    made.Rows, made.Columns = plane.shape[:2]
    made.BitsAllocated = made.BitsStored = plane.itemsize * 8
    made.HighBit = made.BitsStored - 1
    made.PixelRepresentation = int(plane.dtype.kind == "i")
    content = plane.astype(plane.dtype.newbyteorder("<"), copy=False).tobytes()
    made.PixelData = content + b"\0" * (len(content) % 2)
    made["PixelData"].VR = "OB" if plane.itemsize == 1 else "OW"


def _bytes(made: "Dataset") -> bytes:
    from pydicom.dataset import FileMetaDataset  # noqa: PLC0415  late: half a second
    from pydicom.uid import ExplicitVRLittleEndian  # noqa: PLC0415  late: half a second

    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    out = io.BytesIO()
    with quiet():
        made.save_as(out, enforce_file_format=True)
    return out.getvalue()
