"""Made images of the classic, single-geometry kinds, each with a known answer in its docstring."""

from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    MultiFrameSingleBitSecondaryCaptureImageStorage,
    MultiFrameTrueColorSecondaryCaptureImageStorage,
    NuclearMedicineImageStorage,
    OphthalmicPhotography8BitImageStorage,
    RTImageStorage,
    SecondaryCaptureImageStorage,
    VLPhotographicImageStorage,
    XRayAngiographicImageStorage,
    XRayRadiofluoroscopicImageStorage,
)

from tests.support.made_modules import ONES, code, instance, item, steps, uid, with_pixels

_CAPTURE = {"ConversionType": "WSD", "Laterality": "", "PatientOrientation": "", "BurnedInAnnotation": "NO"}
_FRAMES = {"FrameTime": "40", "FrameIncrementPointer": 0x00181063}
SIDE = 16


def ct_stack(
    name: str,
    *,
    step: tuple[float, float, float] = (0.0, 0.0, 2.0),
    missing: tuple[int, ...] = (),
    count: int = 10,
    tilt_degrees: float = 0.0,
) -> list[Dataset]:
    """CT slices of 0.5 x 0.5 mm, slice k at (-10, -20, 30) + k step with HU = 100 k + 10 j + i - 1000.

    `missing` slices are left out. `tilt_degrees` turns the slices about x, the table still running along `step`.
    """
    cos, sin = np.cos(np.radians(tilt_degrees)), np.sin(np.radians(tilt_degrees))
    pixels = steps(count, SIDE, SIDE)
    made = []
    for k in (k for k in range(count) if k not in missing):
        one = instance(
            CTImageStorage,
            "CT",
            f"{name} {k}",
            number=k + 1,
            series=name,
            ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
            AcquisitionNumber=1,
            FrameOfReferenceUID=uid(f"{name} frame"),
            PositionReferenceIndicator="",
            PatientPosition="HFS",
            Laterality="",
            ImagePositionPatient=[round(start + k * part, 4) for start, part in zip((-10, -20, 30), step, strict=True)],
            ImageOrientationPatient=[1, 0, 0, 0, round(float(cos), 8), round(float(sin), 8)],
            PixelSpacing=[0.5, 0.5],
            SliceThickness=abs(step[2]),
            KVP="120",
            GantryDetectorTilt=tilt_degrees,
            RescaleSlope=1,
            RescaleIntercept=-1000,
            RescaleType="HU",
            WindowCenter=0,
            WindowWidth=2000,
        )
        made.append(with_pixels(one, pixels[k]))
    return made


def tilted_ct() -> list[Dataset]:
    """Ten slices 2 mm apart along the table, their planes tilted 15 degrees about the x axis."""
    return ct_stack("tilted CT", tilt_degrees=15.0)


def ct_with_a_gap() -> list[Dataset]:
    """Ten slices 2 mm apart of which the seventh (k = 6) is missing: a gap of 4 mm between z = 40 and z = 44."""
    return ct_stack("CT with a gap", missing=(6,))


def capture(kind: str) -> Dataset:
    """A secondary capture; `kind` is one of CAPTURES, and its pixels are those of `capture_pixels`."""
    sop_class, photometric = CAPTURES[kind]
    pixels = capture_pixels(kind)
    extra: dict[str, Any] = dict(_CAPTURE)
    if kind not in ("grey", "RGB", "palette"):
        extra |= _FRAMES
    if kind in ("grey byte frames", "grey word frames"):
        extra |= {"PresentationLUTShape": "IDENTITY", "RescaleSlope": 1, "RescaleIntercept": 0, "RescaleType": "US"}
    if kind == "palette":
        extra |= _palette()
    made = instance(sop_class, "OT", f"secondary capture {kind}", **extra)
    if kind == "bit frames":
        return _packed(made, pixels)
    return with_pixels(made, pixels, photometric, 12 if kind == "grey word frames" else 0)


CAPTURES = {
    "grey": (SecondaryCaptureImageStorage, "MONOCHROME2"),
    "RGB": (SecondaryCaptureImageStorage, "RGB"),
    "palette": (SecondaryCaptureImageStorage, "PALETTE COLOR"),
    "grey byte frames": (MultiFrameGrayscaleByteSecondaryCaptureImageStorage, "MONOCHROME2"),
    "grey word frames": (MultiFrameGrayscaleWordSecondaryCaptureImageStorage, "MONOCHROME2"),
    "colour frames": (MultiFrameTrueColorSecondaryCaptureImageStorage, "RGB"),
    "bit frames": (MultiFrameSingleBitSecondaryCaptureImageStorage, "MONOCHROME2"),
}


def capture_pixels(kind: str) -> np.ndarray:
    """The stored values of a capture. Frame k, row j, column i: grey is (k + j i) mod 256; red j, green i, blue k."""
    count = 3 if "frames" in kind else 1
    k, j, i = np.meshgrid(np.arange(count), np.arange(SIDE), np.arange(SIDE), indexing="ij")
    values = {
        "RGB": lambda: np.stack([j, i, k], axis=-1).astype(np.uint8),
        "colour frames": lambda: np.stack([j, i, k], axis=-1).astype(np.uint8),
        "palette": lambda: ((i + j) % 4).astype(np.uint8),
        "bit frames": lambda: ((i + j + k) % 3 == 0).astype(np.uint8),
        "grey word frames": lambda: (k * 1000 + j * i).astype(np.uint16),
    }.get(kind, lambda: ((k + j * i) % 256).astype(np.uint8))()
    return values if count > 1 else values[0]


PALETTE = ((0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255))  # of the palette capture: indices 0 to 3


def _palette() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for channel, name in enumerate(("Red", "Green", "Blue")):
        found[f"{name}PaletteColorLookupTableDescriptor"] = [4, 0, 16]
        entries = np.array([colour[channel] * 257 for colour in PALETTE], "<u2")
        found[f"{name}PaletteColorLookupTableData"] = entries.tobytes()
    return found


def _packed(dataset: Dataset, pixels: np.ndarray) -> Dataset:
    """Single bits, eight a byte, the first in the lowest place (PS3.5 8.1.1)."""
    with_pixels(dataset, pixels)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    packed = np.packbits(pixels.reshape(-1), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    return dataset


def nm_reconstructed() -> Dataset:
    """Ten transverse NM slices of 4 x 4 mm, 4 mm apart towards the FEET (SpacingBetweenSlices -4): k 100 + j 10 + i."""
    count = 10
    energy = item(EnergyWindowName="Tc99m")
    detector = item(
        CollimatorType="PARA",
        FieldOfViewShape="RECTANGLE",
        ImagePositionPatient=[-32, -32, 100],
        ImageOrientationPatient=list(ONES),
    )
    made = instance(
        NuclearMedicineImageStorage,
        "NM",
        "NM reconstructed",
        ImageType=["ORIGINAL", "PRIMARY", "RECON TOMO", "EMISSION"],
        FrameIncrementPointer=0x00540080,
        SliceVector=list(range(1, count + 1)),
        NumberOfSlices=count,
        NumberOfEnergyWindows=1,
        EnergyWindowInformationSequence=energy,
        RadiopharmaceuticalInformationSequence=item(RadionuclideCodeSequence=code("C-163A8", "SRT", "^99m^Technetium")),
        NumberOfDetectors=1,
        DetectorInformationSequence=detector,
        PixelSpacing=[4, 4],
        SpacingBetweenSlices=-4,
        SliceThickness=4,
        FrameOfReferenceUID=uid("NM frame"),
        PositionReferenceIndicator="",
        PatientOrientationCodeSequence=code("102538003", "SCT", "recumbent"),
        PatientGantryRelationshipCodeSequence=code("102540008", "SCT", "headfirst"),
        CountsAccumulated=1,
        Laterality="",
        NumberOfRotations=1,
        RotationInformationSequence=item(
            StartAngle=0,
            AngularStep=6,
            RotationDirection="CW",
            ScanArc=360,
            ActualFrameDuration=1000,
            NumberOfFramesInRotation=60,
            RadialPosition=200,
            TableHeight=0,
            TableTraverse=0,
        ),
        CorrectedImage="",
    )
    return with_pixels(made, steps(count, SIDE, SIDE).astype(np.uint16))


def x_ray(*, fluoroscopic: bool) -> Dataset:
    """Three frames of an XA or RF run, 0.2 mm at the detector: 100 k + 10 j + i."""
    made = instance(
        XRayRadiofluoroscopicImageStorage if fluoroscopic else XRayAngiographicImageStorage,
        "RF" if fluoroscopic else "XA",
        "RF run" if fluoroscopic else "XA run",
        ImageType=["ORIGINAL", "PRIMARY", "SINGLE PLANE"],
        PatientOrientation="",
        PixelIntensityRelationship="LIN",
        RadiationSetting="GR",
        KVP="70",
        XRayTubeCurrent="",
        ExposureTime="",
        Exposure="10",
        ImagerPixelSpacing=[0.2, 0.2],
        LossyImageCompression="00",
        BurnedInAnnotation="NO",
        Laterality="",
        PositionerMotion="STATIC",
        **_FRAMES,
    )
    if not fluoroscopic:
        made.PositionerPrimaryAngle, made.PositionerSecondaryAngle = "30", "0"
    else:
        made.ColumnAngulation = ""
    return with_pixels(made, steps(3, SIDE, SIDE).astype(np.uint16), bits_stored=12)


def photograph(*, ophthalmic: bool) -> Dataset:
    """A colour photograph: red j, green i, blue 0."""
    acquired = {"AcquisitionDateTime": "20260102101112", "AcquisitionContextSequence": []}
    eye: dict[str, Any] = {
        "ImageLaterality": "R",
        "PatientEyeMovementCommanded": "",
        "DetectorType": "CCD",
        "AcquisitionDeviceTypeCodeSequence": code("409898007", "SCT", "Fundus Camera"),
        "IlluminationTypeCodeSequence": code("111741", "DCM", "Transmission illumination"),
        "LightPathFilterTypeStackCodeSequence": [],
        "ImagePathFilterTypeStackCodeSequence": [],
        "LensesCodeSequence": [],
        "RefractiveStateSequence": [],
        "EmmetropicMagnification": None,
        "IntraOcularPressure": None,
        "HorizontalFieldOfView": None,
        "PupilDilated": "",
        "AnatomicRegionSequence": code("81745001", "SCT", "Eye"),
        "PixelSpacing": [0.01, 0.01],
        "AcquisitionNumber": 1,
        "PatientOrientation": ["L", "F"],
        "NumberOfFrames": 1,
        "SynchronizationFrameOfReferenceUID": uid("clock"),
        "SynchronizationTrigger": "NO TRIGGER",
        "AcquisitionTimeSynchronized": "N",
        **_FRAMES,
    }
    made = instance(
        OphthalmicPhotography8BitImageStorage if ophthalmic else VLPhotographicImageStorage,
        "OP" if ophthalmic else "XC",
        "ophthalmic photograph" if ophthalmic else "VL photograph",
        ImageType=["ORIGINAL", "PRIMARY"],
        LossyImageCompression="00",
        BurnedInAnnotation="NO",
        **acquired,
        **(eye if ophthalmic else {"PatientOrientation": "", "Laterality": ""}),
    )
    j, i = np.mgrid[:SIDE, :SIDE]
    return with_pixels(made, np.stack([j, i, 0 * i], axis=-1).astype(np.uint8), "RGB")


def rt_image() -> Dataset:
    """A portal image, 0.25 mm at the plane of the detector: 10 j + i."""
    made = instance(
        RTImageStorage,
        "RTIMAGE",
        "RT image",
        ImageType=["ORIGINAL", "PRIMARY", "PORTAL"],
        RTImageLabel="portal",
        RTImagePlane="NORMAL",
        RTImageOrientation=[1, 0, 0, 0, -1, 0],
        ImagePlanePixelSpacing=[0.25, 0.25],
        RTImagePosition=[-2, 2],
        RTImageSID=1500,
        RadiationMachineName="",
        RadiationMachineSAD=1000,
        PrimaryDosimeterUnit="MU",
        GantryAngle=0,
        BeamLimitingDeviceAngle=0,
        PatientSupportAngle=0,
        ReportedValuesOrigin="ACTUAL",
        ConversionType="DI",
        OperatorsName="",
        PatientOrientation="",
        PositionReferenceIndicator="",
        FrameOfReferenceUID=uid("RT image frame"),
        XRayImageReceptorAngle=0,
    )
    return with_pixels(made, steps(1, SIDE, SIDE)[0].astype(np.uint16))
