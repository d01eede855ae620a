"""Made documents, curves and clips: SR, encapsulated PDF and STL, a 12-lead ECG, the shell around a video's bytes."""

import io
import struct
from collections.abc import Sequence

import numpy as np
from fpdf import FPDF
from highdicom import UID
from highdicom.sr import (
    Comprehensive3DSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    ImageRegion3D,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sr.codedict import codes
from pydicom.uid import (
    MPEG2MPML,
    ComprehensiveSRStorage,
    EncapsulatedCDAStorage,
    EncapsulatedPDFStorage,
    EncapsulatedSTLStorage,
    TwelveLeadECGWaveformStorage,
    VideoPhotographicImageStorage,
)

from medscan_desktop.dicom.objects.quiet import quiet
from tests.support.made_modules import code, instance, item, uid

PDF_TEXT = "A made report of two pages"
LEADS = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
ECG_HZ, ECG_SECONDS, ECG_MICROVOLTS = 500, 4, 5.0  # stored 1 is 5 microvolts
SR_DIAMETER_MM = 12.5
SR_FINDING = "Befund: größer als 1 cm, 右肺"


def pdf_bytes() -> bytes:
    """Two A4 pages; the first says PDF_TEXT."""
    pdf = FPDF()
    pdf.set_font("helvetica", size=24)
    for text in (PDF_TEXT, "page two"):
        pdf.add_page()
        pdf.cell(text=text)
    return bytes(pdf.output())


def encapsulated_pdf(content: bytes | None = None) -> Dataset:
    """A PDF in DICOM (PS3.3 A.45.1)."""
    return _document(EncapsulatedPDFStorage, "encapsulated PDF", content or pdf_bytes(), "application/pdf")


def encapsulated_cda() -> Dataset:
    """A clinical document: XML of one section that says "made document"."""
    xml = (
        '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Made CDA</title>'
        "<component><structuredBody><component><section><text>made document</text></section></component>"
        "</structuredBody></component></ClinicalDocument>"
    )
    made = _document(EncapsulatedCDAStorage, "encapsulated CDA", xml.encode(), "text/XML")
    made.HL7InstanceIdentifier = "2.25.1^made"
    return made


def encapsulated_stl(content: bytes | None = None) -> Dataset:
    """A surface model in mm (PS3.3 A.85.1): the tetrahedron of `stl_bytes` where none is given."""
    made = _document(EncapsulatedSTLStorage, "encapsulated STL", content or stl_bytes(), "model/stl")
    made.Modality = "M3D"
    made.FrameOfReferenceUID, made.PositionReferenceIndicator = uid("STL frame"), ""
    made.MeasurementUnitsCodeSequence = [code("mm", "UCUM", "mm")]
    made.ConceptNameCodeSequence = [code("85040-4", "LN", "Anatomical Model")]
    return made


def stl_bytes() -> bytes:
    """A binary STL: the tetrahedron of (0,0,0), (10,0,0), (0,10,0), (0,0,10) mm, four faces."""
    corners = np.array([[0, 0, 0], [10, 0, 0], [0, 10, 0], [0, 0, 10]], np.float32)
    faces = ((0, 2, 1), (0, 1, 3), (0, 3, 2), (1, 2, 3))
    out = bytearray(b"made tetrahedron".ljust(80, b"\0") + struct.pack("<I", len(faces)))
    for face in faces:
        a, b, c = (corners[index] for index in face)
        normal = np.cross(b - a, c - a)
        out += struct.pack("<12fH", *(normal / np.linalg.norm(normal)), *a, *b, *c, 0)
    return bytes(out)


def _document(sop_class: str, name: str, content: bytes, media_type: str) -> Dataset:
    return instance(
        sop_class,
        "DOC",
        name,
        ConversionType="WSD",
        BurnedInAnnotation="YES",
        AcquisitionDateTime="",
        DocumentTitle=f"Made {name}",
        ConceptNameCodeSequence=code("18748-4", "LN", "Diagnostic imaging report"),
        MIMETypeOfEncapsulatedDocument=media_type,
        EncapsulatedDocument=content + b"\0" * (len(content) % 2),
        EncapsulatedDocumentLength=len(content),
        SpecificCharacterSet="ISO_IR 192",
    )


def ecg_samples() -> np.ndarray:
    """int16 (sample, lead): lead n is a sine of n + 1 Hz with an amplitude of 100 (n + 1) stored values."""
    t = np.arange(ECG_HZ * ECG_SECONDS)[:, None] / ECG_HZ
    lead = np.arange(1, len(LEADS) + 1)[None, :]
    return np.round(100 * lead * np.sin(2 * np.pi * lead * t)).astype(np.int16)


def ecg() -> Dataset:
    """A 12-lead ECG of four seconds at 500 Hz: `ecg_samples` in steps of 5 microvolts."""
    numbers = (1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8)  # of MDC_ECG_LEAD (PS3.16 CID 3001)
    sources = [
        code(f"2:{number}", "MDC", f"Lead {lead}" if len(lead) < 4 else lead)
        for number, lead in zip(numbers, LEADS, strict=True)
    ]
    channels = [
        item(
            ChannelLabel=lead,
            ChannelSourceSequence=source,
            ChannelSensitivity=str(ECG_MICROVOLTS),
            ChannelSensitivityUnitsSequence=code("uV", "UCUM", "microvolt"),
            ChannelSensitivityCorrectionFactor=1,
            ChannelBaseline=0,
            ChannelSampleSkew=0,
            WaveformBitsStored=16,
            FilterLowFrequency="0.05",
            FilterHighFrequency="150",
        )
        for lead, source in zip(LEADS, sources, strict=True)
    ]
    samples = ecg_samples()
    group = item(
        WaveformOriginality="ORIGINAL",
        NumberOfWaveformChannels=len(LEADS),
        NumberOfWaveformSamples=len(samples),
        SamplingFrequency=ECG_HZ,
        MultiplexGroupLabel="RHYTHM",
        ChannelDefinitionSequence=channels,
        WaveformBitsAllocated=16,
        WaveformSampleInterpretation="SS",
    )
    group.WaveformData = samples.tobytes()
    group["WaveformData"].VR = "OW"
    return instance(
        TwelveLeadECGWaveformStorage,
        "ECG",
        "ECG",
        AcquisitionDateTime="20260102101112",
        AcquisitionContextSequence=[],
        WaveformSequence=group,
    )


def video(
    content: bytes, *, syntax: str = MPEG2MPML, rows: int = 576, columns: int = 720, frames: int = 25, fps: float = 25.0
) -> Dataset:
    """The DICOM shell around the bytes of a clip: one fragment, all frames in it (PS3.5 8.2.5 to 8.2.8)."""
    made = instance(
        VideoPhotographicImageStorage,
        "XC",
        f"video {syntax}",
        syntax=syntax,
        ImageType=["ORIGINAL", "PRIMARY"],
        PatientOrientation="",
        AcquisitionDateTime="20260102101112",
        AcquisitionContextSequence=[],
        AnatomicRegionSequence=code("38266002", "SCT", "Entire body"),
        BurnedInAnnotation="NO",
        LossyImageCompression="01",
        LossyImageCompressionRatio=50,
        LossyImageCompressionMethod="ISO_13818_2",
        SamplesPerPixel=3,
        PhotometricInterpretation="YBR_PARTIAL_420",
        PlanarConfiguration=0,
        Rows=rows,
        Columns=columns,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelRepresentation=0,
        NumberOfFrames=frames,
        FrameTime=1000 / fps,
        CineRate=round(fps),
        FrameIncrementPointer=0x00181063,
    )
    made.PixelData = encapsulate([content + b"\0" * (len(content) % 2)], has_bot=False)
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True
    return made


def report(sources: Sequence[Dataset]) -> Dataset:
    """A TID 1500 report: a diameter of 12.5 mm in a polygon on the sources' middle slice, and a text of two scripts."""
    middle = sources[len(sources) // 2]
    z = float(middle.ImagePositionPatient[2])
    ring = np.array([[-8, -18, z], [-4, -18, z], [-4, -14, z], [-8, -14, z], [-8, -18, z]], float)
    region = ImageRegion3D("POLYGON", ring, UID(middle.FrameOfReferenceUID))
    group = PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid("SR finding"), "finding 1"),
        referenced_region=region,
        finding_type=codes.SCT.Nodule,
        measurements=[Measurement(codes.SCT.Diameter, SR_DIAMETER_MM, codes.UCUM.Millimeter)],
        finding_sites=[FindingSite(codes.SCT.Lung)],
        qualitative_evaluations=[QualitativeEvaluation(codes.DCM.LevelOfSignificance, codes.SCT.HighlySignificant)],
    )
    context = ObservationContext(
        observer_person_context=ObserverContext(codes.DCM.Person, PersonObserverIdentifyingAttributes("Reader^Ada")),
        observer_device_context=ObserverContext(
            codes.DCM.Device, DeviceObserverIdentifyingAttributes(uid("SR device"))
        ),
    )
    with quiet():
        content = MeasurementReport(
            observation_context=context,
            procedure_reported=codes.LN.CTUnspecifiedBodyRegion,
            imaging_measurements=[group],
        )
        made = Comprehensive3DSR(
            evidence=list(sources),
            content=content[0],
            series_instance_uid=uid("series SR"),
            series_number=902,
            sop_instance_uid=uid("SR"),
            instance_number=1,
            manufacturer="MedScan tests",
        )
    made.SpecificCharacterSet, made.SeriesDescription = "ISO_IR 192", "SR"
    made.ContentDate, made.ContentTime = "20260102", "101112"
    return made


def text_report() -> Dataset:
    """A comprehensive SR of every simple kind of value: text of two scripts, code, number, date, time, name, UID."""

    def entry(kind: str, name: tuple[str, str, str], relationship: str = "CONTAINS", **value: object) -> Dataset:
        return item(RelationshipType=relationship, ValueType=kind, ConceptNameCodeSequence=code(*name), **value)

    number = item(NumericValue=SR_DIAMETER_MM, MeasurementUnitsCodeSequence=code("mm", "UCUM", "mm"))
    entries = [
        entry("TEXT", ("121071", "DCM", "Finding"), TextValue=SR_FINDING),
        entry("CODE", ("363698007", "SCT", "Finding site"), ConceptCodeSequence=code("39607008", "SCT", "Lung")),
        entry("NUM", ("81827009", "SCT", "Diameter"), MeasuredValueSequence=number),
        entry("DATE", ("111018", "DCM", "Content Date"), Date="20260102"),
        entry("TIME", ("111019", "DCM", "Content Time"), Time="101112"),
        entry("PNAME", ("121008", "DCM", "Person Observer Name"), PersonName="Reader^Ada"),
        entry("UIDREF", ("112040", "DCM", "Tracking Unique Identifier"), UID=uid("tracked")),
    ]
    section = entry("CONTAINER", ("121070", "DCM", "Findings"), ContinuityOfContent="SEPARATE", ContentSequence=entries)
    return instance(
        ComprehensiveSRStorage,
        "SR",
        "text SR",
        CompletionFlag="COMPLETE",
        VerificationFlag="UNVERIFIED",
        ReferencedPerformedProcedureStepSequence=[],
        PerformedProcedureCodeSequence=[],
        ValueType="CONTAINER",
        ConceptNameCodeSequence=code("18748-4", "LN", "Diagnostic imaging report"),
        ContinuityOfContent="SEPARATE",
        ContentSequence=[section],
    )


def file_of(dataset: Dataset) -> bytes:
    """The bytes of a made object's file."""
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()
