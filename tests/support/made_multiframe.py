"""Made multi-frame images whose frames carry their own geometry, rescale and window."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import (
    BreastTomosynthesisImageStorage,
    EnhancedCTImageStorage,
    EnhancedMRImageStorage,
    EnhancedPETImageStorage,
    EnhancedUSVolumeStorage,
)

from tests.support.made_modules import (
    ONES,
    code,
    dimensions,
    frames_at,
    instance,
    item,
    measures,
    steps,
    uid,
    with_pixels,
)

ROWS, COLUMNS, COUNT = 12, 16, 8
ORIGIN = (-10.0, -20.0, 30.0)
PIXEL_MM, STEP_MM = (0.5, 0.75), 2.5  # (row, column) spacing and the step between frames
CT_INTERCEPT, PET_SLOPE = -1000, 0.5
TILT = np.radians(20.0)  # of the BTO's planes about the x axis

_COMMON: dict[str, Any] = {
    "PatientPosition": "HFS",
    "AcquisitionDateTime": "20260102101112",
    "AcquisitionDuration": 1.0,
    "AcquisitionNumber": 1,
    "ContentQualification": "PRODUCT",
    "ImageComments": "",
    "BurnedInAnnotation": "NO",
    "LossyImageCompression": "00",
    "PresentationLUTShape": "IDENTITY",
    "PositionReferenceIndicator": "",
    "AcquisitionContextSequence": [],
    "VolumetricProperties": "VOLUME",
    "VolumeBasedCalculationTechnique": "NONE",
    "PixelPresentation": "MONOCHROME",
}
_ANATOMY = {
    "FrameLaterality": "U",
    "AnatomicRegionSequence": code("22943007", "SCT", "Trunk"),
}


def positions(count: int = COUNT) -> list[tuple[float, ...]]:
    """Where each frame of an axial object lies: ORIGIN, then STEP_MM towards the head a frame."""
    return [(ORIGIN[0], ORIGIN[1], ORIGIN[2] + STEP_MM * k) for k in range(count)]


def _enhanced(
    sop_class: str,
    modality: str,
    name: str,
    places: Sequence[Sequence[float]],
    shared: Mapping[str, Any],
    per_frame: Sequence[Mapping[str, Any]],
    **more: Any,
) -> Dataset:
    image_type = ["DERIVED", "PRIMARY", "VOLUME", "NONE"]
    groups = {
        "PixelMeasuresSequence": measures(*PIXEL_MM, STEP_MM),
        "PlaneOrientationSequence": {"ImageOrientationPatient": list(ONES)},
        "FrameAnatomySequence": _ANATOMY,
    } | shared
    common = {"ImageType": image_type, "FrameOfReferenceUID": uid(f"{name} frame"), **_COMMON, **dimensions()}
    values = common | {
        "SharedFunctionalGroupsSequence": item(**groups),
        "PerFrameFunctionalGroupsSequence": frames_at(places, per_frame),
    }
    return instance(sop_class, modality, name, **values | more)


def _frame_type(*words: str) -> dict[str, Any]:
    return {
        "FrameType": list(words),
        "PixelPresentation": "MONOCHROME",
        "VolumetricProperties": "VOLUME",
        "VolumeBasedCalculationTechnique": "NONE",
    }


def _values(slope: float, intercept: float, kind: str) -> dict[str, Any]:
    return {"RescaleSlope": slope, "RescaleIntercept": intercept, "RescaleType": kind}


def enhanced_ct(*, shuffled: bool = True) -> Dataset:
    """HU of frame-in-space k = 100 k + 10 j + i - 1000, each frame with its own intercept, position and window.

    Stored are 100 k + 10 j + i - k, the intercept of frame k is k - 1000, its window (40 + k) / 400. The frames are
    stored in a shuffled order where `shuffled`, so that only their positions sort them.
    """
    order = [3, 0, 7, 1, 6, 2, 5, 4] if shuffled else list(range(COUNT))
    pixels = steps(COUNT, ROWS, COLUMNS) - np.arange(COUNT, dtype=np.int16)[:, None, None]
    groups = [
        {
            "PixelValueTransformationSequence": _values(1, k + CT_INTERCEPT, "HU"),
            "FrameVOILUTSequence": {"WindowCenter": 40 + k, "WindowWidth": 400},
        }
        for k in order
    ]
    shared = {
        "CTImageFrameTypeSequence": _frame_type("DERIVED", "PRIMARY", "VOLUME", "NONE"),
        "IrradiationEventIdentificationSequence": {"IrradiationEventUID": uid("irradiation")},
    }
    places = positions()
    made = _enhanced(
        EnhancedCTImageStorage,
        "CT",
        "enhanced CT",
        [places[k] for k in order],
        shared,
        groups,
        MultienergyCTAcquisition="NO",
    )
    return with_pixels(made, pixels[order])


def enhanced_mr() -> Dataset:
    """Two echoes of four axial positions: stored 100 k + 10 j + i + 1000 e, slope e + 1 of echo e (10 and 20 ms)."""
    pixels, groups, places = [], [], []
    for echo in range(2):
        for k in range(4):
            pixels.append(steps(4, ROWS, COLUMNS)[k] + 1000 * echo)
            places.append(positions(4)[k])
            groups.append(
                {
                    "MREchoSequence": {"EffectiveEchoTime": 10.0 * (echo + 1)},
                    "PixelValueTransformationSequence": _values(echo + 1, 0, "US"),
                    "FrameVOILUTSequence": {"WindowCenter": 500 * (echo + 1), "WindowWidth": 1000 * (echo + 1)},
                }
            )
    kind = ("DERIVED", "PRIMARY", "VOLUME", "NONE")
    mr = {"ComplexImageComponent": "MAGNITUDE", "AcquisitionContrast": "UNKNOWN"}
    shared = {"MRImageFrameTypeSequence": _frame_type(*kind) | mr}
    more = {
        "ResonantNucleus": "1H",
        "KSpaceFiltering": "NONE",
        "MagneticFieldStrength": 1.5,
        "ApplicableSafetyStandardAgency": "IEC",
    }
    made = _enhanced(EnhancedMRImageStorage, "MR", "enhanced MR", places, shared, groups, **mr, **more)
    for number, frame in enumerate(made.PerFrameFunctionalGroupsSequence):
        content = frame.FrameContentSequence[0]
        content.InStackPositionNumber = number % 4 + 1
        content.TemporalPositionIndex = number // 4 + 1
        content.DimensionIndexValues = [1, number % 4 + 1]
    return with_pixels(made, np.stack(pixels).astype(np.uint16))


def enhanced_pet() -> Dataset:
    """Bq/ml of frame k = 0.5 (k + 1) (100 k + 10 j + i): each frame with its own slope, as a scanner writes it."""
    groups = [
        {
            "PixelValueTransformationSequence": _values(PET_SLOPE * (k + 1), 0, "US"),
            "RealWorldValueMappingSequence": {
                "RealWorldValueFirstValueMapped": 0,
                "RealWorldValueLastValueMapped": 32767,
                "RealWorldValueIntercept": 0.0,
                "RealWorldValueSlope": PET_SLOPE * (k + 1),
                "LUTExplanation": "Bq/ml",
                "LUTLabel": "Bq/ml",
                "MeasurementUnitsCodeSequence": code("Bq/ml", "UCUM", "Becquerels/milliliter"),
            },
            "FrameVOILUTSequence": {"WindowCenter": 2000, "WindowWidth": 4000},
        }
        for k in range(COUNT)
    ]
    shared = {
        "PETFrameTypeSequence": _frame_type("DERIVED", "PRIMARY", "VOLUME", "NONE"),
        "RadiopharmaceuticalUsageSequence": {"RadiopharmaceuticalAgentNumber": 1},
    }
    isotope = item(
        RadiopharmaceuticalAgentNumber=1,
        RadionuclideCodeSequence=code("77004003", "SCT", "^18^Fluorine"),
        RadiopharmaceuticalCodeSequence=code("35321007", "SCT", "Fluorodeoxyglucose F^18^"),
        AdministrationRouteCodeSequence=code("47625008", "SCT", "Intravenous route"),
        RadiopharmaceuticalStartDateTime="20260102091112",
        RadionuclideTotalDose=370.0,
        RadionuclideHalfLife=6586.2,
        RadionuclidePositronFraction=0.97,
    )
    flags = dict.fromkeys(
        (
            "AttenuationCorrected",
            "DecayCorrected",
            "DeadTimeCorrected",
            "ScatterCorrected",
            "RandomsCorrected",
            "NonUniformRadialSamplingCorrected",
            "SensitivityCalibrated",
            "DetectorNormalizationCorrection",
            "CountLossNormalizationCorrected",
            "IterativeReconstructionMethod",
            "PatientMotionCorrected",
        ),
        "YES",
    )
    made = _enhanced(
        EnhancedPETImageStorage,
        "PT",
        "enhanced PET",
        positions(),
        shared,
        groups,
        RadiopharmaceuticalInformationSequence=isotope,
        ViewCodeSequence=code("62824007", "SCT", "Transverse body position"),
        DecayCorrectionDateTime="20260102101112",
        TableMotion="STATIC",
        TimeOfFlightInformationUsed="FALSE",
        CountsSource="EMISSION",
        GantryMotionCorrected="NO",
        RandomsCorrectionMethod="DLYD",
        ScatterCorrectionMethod="made",
        AttenuationCorrectionSource="CT",
        AttenuationCorrectionTemporalRelationship="SEQUENTIAL",
        **flags,
    )
    made.ViewCodeSequence[0].ViewModifierCodeSequence = []
    for frame in made.PerFrameFunctionalGroupsSequence:
        frame.FrameContentSequence[0].TemporalPositionIndex = 1
    return with_pixels(made, steps(COUNT, ROWS, COLUMNS).astype(np.uint16))


def enhanced_us_volume() -> Dataset:
    """Eight planes 2.5 mm apart in the transducer's own volume, none in the patient: (100 k + 10 j + i) mod 256."""
    planes = [
        {
            "PlanePositionVolumeSequence": {"ImagePositionVolume": [0.0, 0.0, STEP_MM * k]},
            "TemporalPositionSequence": {"TemporalPositionTimeOffset": 0.0},
        }
        for k in range(COUNT)
    ]
    shared = {
        "PixelMeasuresSequence": measures(*PIXEL_MM, STEP_MM),
        "PlaneOrientationVolumeSequence": {"ImageOrientationVolume": list(ONES)},
        "USImageDescriptionSequence": {
            "FrameType": ["DERIVED", "PRIMARY", "VOLUME", "NONE"],
            "VolumetricProperties": "VOLUME",
            "VolumeBasedCalculationTechnique": "NONE",
        },
        "ImageDataTypeSequence": {"DataType": "TISSUE_INTENSITY", "AliasedDataType": "NO", "ZeroVelocityPixelValue": 0},
        "FrameVOILUTSequence": {"WindowCenter": 128, "WindowWidth": 256},
    }
    more = {
        "ImageType": ["DERIVED", "PRIMARY", "VOLUME", "NONE"],
        "UltrasoundAcquisitionGeometry": "APEX",
        "ApexPosition": [0.0, 0.0, 0.0],
        "VolumeFrameOfReferenceUID": uid("US volume frame"),
        "TransducerGeometryCodeSequence": code("125252", "DCM", "Linear ultrasound transducer geometry"),
        "TransducerBeamSteeringCodeSequence": code("125257", "DCM", "Phased ultrasound transducer beam steering"),
        "TransducerApplicationCodeSequence": code("125261", "DCM", "External ultrasound transducer application"),
        "TransducerScanPatternCodeSequence": code("125241", "DCM", "Plane transducer scan pattern"),
        "VolumeToTransducerMappingMatrix": [1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
        "DepthsOfFocus": [50.0],
        "DepthOfScanField": 100,
        "MechanicalIndex": "1",
        "BoneThermalIndex": "1",
        "CranialThermalIndex": "1",
        "SoftTissueThermalIndex": "1",
        "PositionMeasuringDeviceUsed": "RIGID",
        "PatientOrientation": "",
        "RescaleSlope": 1,
        "RescaleIntercept": 0,
        "SynchronizationFrameOfReferenceUID": uid("clock"),
        "SynchronizationTrigger": "NO TRIGGER",
        "AcquisitionTimeSynchronized": "N",
        "AnatomicRegionSequence": code("78961009", "SCT", "Spleen"),
        "ViewCodeSequence": item(
            **{keyword.keyword: keyword.value for keyword in code("260421001", "SCT", "Transverse section")},
            ViewModifierCodeSequence=[],
        ),
        "SourceImageSequence": item(
            ReferencedSOPClassUID=EnhancedUSVolumeStorage,
            ReferencedSOPInstanceUID=uid("US source"),
            PurposeOfReferenceCodeSequence=code("121322", "DCM", "Source image for image processing operation"),
        ),
    }
    made = _enhanced(EnhancedUSVolumeStorage, "US", "enhanced US volume", positions(), shared, planes, **more)
    for frame in made.PerFrameFunctionalGroupsSequence:
        del frame.PlanePositionSequence  # no place in the patient
        frame.FrameContentSequence[0].DimensionIndexValues = [frame.FrameContentSequence[0].InStackPositionNumber]
    shared_item = made.SharedFunctionalGroupsSequence[0]
    del shared_item.PlaneOrientationSequence
    index = made.DimensionIndexSequence[0]
    index.DimensionIndexPointer, index.FunctionalGroupPointer = 0x00209301, 0x0020930E
    index.DimensionDescriptionLabel = "Position in the volume"
    made.DimensionIndexSequence = made.DimensionIndexSequence[:1]
    for keyword in (
        "PixelPresentation",
        "VolumetricProperties",
        "VolumeBasedCalculationTechnique",
        "ContentQualification",
    ):
        if keyword in made:
            delattr(made, keyword)
    return with_pixels(made, (steps(COUNT, ROWS, COLUMNS) % 256).astype(np.uint8))


def tomosynthesis() -> Dataset:
    """A left breast in eight planes of an MLO view (tilted 20 degrees about x), 2.5 mm apart along their normal.

    Stored are 100 k + 10 j + i; frame k lies at ORIGIN + 2.5 k n, n the planes' normal.
    """
    row, column = np.array([0.0, 1.0, 0.0]), np.array([np.sin(TILT), 0.0, -np.cos(TILT)])
    normal = np.cross(row, column)
    places = [np.array(ORIGIN) + STEP_MM * k * normal for k in range(COUNT)]
    groups = [
        {
            "XRay3DFrameTypeSequence": _frame_type("DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE")
            | {"ReconstructionIndex": 1, "VolumeBasedCalculationTechnique": "TOMOSYNTHESIS"},
            "PixelValueTransformationSequence": _values(1, 0, "US"),
            "FrameVOILUTSequence": {"WindowCenter": 400, "WindowWidth": 800},
        }
        for _ in range(COUNT)
    ]
    shared = {
        "PlaneOrientationSequence": {"ImageOrientationPatient": [round(float(x), 8) for x in (*row, *column)]},
        "FrameAnatomySequence": {"FrameLaterality": "L", "AnatomicRegionSequence": code("76752008", "SCT", "Breast")},
    }
    view = code("399368009", "SCT", "medio-lateral oblique")
    view.ViewModifierCodeSequence = []
    made = _enhanced(
        BreastTomosynthesisImageStorage,
        "MG",
        "tomosynthesis",
        places,
        shared,
        groups,
        ImageType=["DERIVED", "PRIMARY", "TOMOSYNTHESIS", "NONE"],
        VolumeBasedCalculationTechnique="TOMOSYNTHESIS",
        ViewCodeSequence=view,
        PresentationIntentType="FOR PRESENTATION",
        BreastImplantPresent="NO",
        PartialView="NO",
        XRay3DReconstructionSequence=item(
            ReconstructionDescription="",
            ApplicationName="made",
            ApplicationVersion="0",
            ApplicationManufacturer="tests",
            AlgorithmType="FILTER_BACK_PROJ",
            AcquisitionIndex=[1],
        ),
        XRay3DAcquisitionSequence=_acquired(),
    )
    return with_pixels(made, steps(COUNT, ROWS, COLUMNS).astype(np.uint16), bits_stored=12)


def _acquired() -> Dataset:
    """How the projections behind a tomosynthesis were made; none of it enters an answer."""
    return item(
        KVP="30",
        FieldOfViewShape="RECTANGLE",
        FieldOfViewOrigin=[0.0, 0.0],
        FieldOfViewDimensionsInFloat=[200.0, 250.0],
        XRayReceptorType="DIGITAL_DETECTOR",
        DistanceSourceToDetector=650,
        DistanceSourceToPatient=600,
        EstimatedRadiographicMagnificationFactor=1.08,
        AnodeTargetMaterial="TUNGSTEN",
        BodyPartThickness=50,
        ExposureControlMode="AUTOMATIC",
        ExposureControlModeDescription="made",
        HalfValueLayer=0.5,
        FocalSpots=[0.3],
        DetectorTemperature=25,
        FilterType="STRIP",
        FilterMaterial="ALUMINUM",
        CompressionForce=100,
        PaddleDescription="made",
        PrimaryPositionerScanArc=50.0,
        PrimaryPositionerScanStartAngle=-25.0,
        PrimaryPositionerIncrement=2.0,
        PerProjectionAcquisitionSequence=item(
            PositionerPrimaryAngle=0.0,
            ExposureTimeInms=100.0,
            XRayTubeCurrentInmA=100.0,
            ExposureInmAs=10.0,
            RelativeXRayExposure=100,
        ),
    )
