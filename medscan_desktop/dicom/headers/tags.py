"""The attributes that the workstation reads from a header: keyword, tag and VR (PS3.6). Everything else is skipped."""

_TABLE = """
00020002 UI MediaStorageSOPClassUID
00020003 UI MediaStorageSOPInstanceUID
00020010 UI TransferSyntaxUID
00080005 CS SpecificCharacterSet
00080008 CS ImageType
00080016 UI SOPClassUID
00080018 UI SOPInstanceUID
00080020 DA StudyDate
00080021 DA SeriesDate
00080022 DA AcquisitionDate
0008002A DT AcquisitionDateTime
00080030 TM StudyTime
00080031 TM SeriesTime
00080032 TM AcquisitionTime
00080050 SH AccessionNumber
00080060 CS Modality
00080068 CS PresentationIntentType
00080070 LO Manufacturer
00080080 LO InstitutionName
00080100 SH CodeValue
00081030 LO StudyDescription
0008103E LO SeriesDescription
00081090 LO ManufacturerModelName
00082144 IS RecommendedDisplayFrameRate
00089007 CS FrameType
00100010 PN PatientName
00100020 LO PatientID
00100021 LO IssuerOfPatientID
00100030 DA PatientBirthDate
00100040 CS PatientSex
00101010 AS PatientAge
00101020 DS PatientSize
00101030 DS PatientWeight
00102210 CS AnatomicalOrientationType
00180010 LO ContrastBolusAgent
00180015 CS BodyPartExamined
00180040 IS CineRate
00180050 DS SliceThickness
00180060 DS KVP
00180080 DS RepetitionTime
00180081 DS EchoTime
00180082 DS InversionTime
00180088 DS SpacingBetweenSlices
00181030 LO ProtocolName
00181060 DS TriggerTime
00181063 DS FrameTime
00181065 DS FrameTimeVector
00181110 DS DistanceSourceToDetector
00181111 DS DistanceSourceToPatient
00181114 DS EstimatedRadiographicMagnificationFactor
00181120 DS GantryDetectorTilt
00181151 IS XRayTubeCurrent
00181152 IS Exposure
00181164 DS ImagerPixelSpacing
00181210 SH ConvolutionKernel
00181314 DS FlipAngle
00181600 CS ShutterShape
00181602 IS ShutterLeftVerticalEdge
00181604 IS ShutterRightVerticalEdge
00181606 IS ShutterUpperHorizontalEdge
00181608 IS ShutterLowerHorizontalEdge
00181610 IS CenterOfCircularShutter
00181612 IS RadiusOfCircularShutter
00181620 IS VerticesOfThePolygonalShutter
00181622 US ShutterPresentationValue
00182010 DS NominalScannedPixelSpacing
00185100 CS PatientPosition
00185101 CS ViewPosition
00189082 FD EffectiveEchoTime
00189087 FD DiffusionBValue
00189089 FD DiffusionGradientOrientation
0020000D UI StudyInstanceUID
0020000E UI SeriesInstanceUID
00200011 IS SeriesNumber
00200012 IS AcquisitionNumber
00200013 IS InstanceNumber
00200020 CS PatientOrientation
00200032 DS ImagePositionPatient
00200037 DS ImageOrientationPatient
00200052 UI FrameOfReferenceUID
00200060 CS Laterality
00200062 CS ImageLaterality
00200100 IS TemporalPositionIdentifier
00201041 DS SliceLocation
00209056 SH StackID
00209072 CS FrameLaterality
00209128 UL TemporalPositionIndex
00209153 FD NominalCardiacTriggerDelayTime
00209156 US FrameAcquisitionNumber
00209241 FL NominalPercentageOfCardiacPhase
00209245 FL NominalPercentageOfRespiratoryPhase
00209301 FD ImagePositionVolume
00209302 FD ImageOrientationVolume
0020930D FD TemporalPositionTimeOffset
00209312 UI VolumeFrameOfReferenceUID
00280002 US SamplesPerPixel
00280004 CS PhotometricInterpretation
00280006 US PlanarConfiguration
00280008 IS NumberOfFrames
00280010 US Rows
00280011 US Columns
00280030 DS PixelSpacing
00280034 IS PixelAspectRatio
00280100 US BitsAllocated
00280101 US BitsStored
00280102 US HighBit
00280103 US PixelRepresentation
00280120 XS PixelPaddingValue
00280121 XS PixelPaddingRangeLimit
00280301 CS BurnedInAnnotation
00280A02 CS PixelSpacingCalibrationType
00281050 DS WindowCenter
00281051 DS WindowWidth
00281052 DS RescaleIntercept
00281053 DS RescaleSlope
00281054 LO RescaleType
00281055 LO WindowCenterWidthExplanation
00281056 CS VOILUTFunction
00282110 CS LossyImageCompression
00282112 DS LossyImageCompressionRatio
00282114 CS LossyImageCompressionMethod
00409224 FD RealWorldValueIntercept
00409225 FD RealWorldValueSlope
00541001 CS Units
00541006 CS SUVType
00541300 DS FrameReferenceTime
20500020 CS PresentationLUTShape
3004000C DS GridFrameOffsetVector
3004000E DS DoseGridScaling
"""

# Sequences whose items are read, and those nested in the functional groups.
_SEQUENCE_TABLE = """
00041220 DirectoryRecordSequence
00186011 SequenceOfUltrasoundRegions
00189114 MREchoSequence
00189117 MRDiffusionSequence
00189118 CardiacSynchronizationSequence
00189226 MRImageFrameTypeSequence
00189329 CTImageFrameTypeSequence
00189472 FrameDisplayShutterSequence
00189504 XRay3DFrameTypeSequence
00189751 PETFrameTypeSequence
00209071 FrameAnatomySequence
00209111 FrameContentSequence
00209113 PlanePositionSequence
00209116 PlaneOrientationSequence
0020930E PlanePositionVolumeSequence
0020930F PlaneOrientationVolumeSequence
00209253 RespiratorySynchronizationSequence
00209310 TemporalPositionSequence
00283000 ModalityLUTSequence
00283010 VOILUTSequence
00289110 PixelMeasuresSequence
00289132 FrameVOILUTSequence
00289145 PixelValueTransformationSequence
004008EA MeasurementUnitsCodeSequence
00409096 RealWorldValueMappingSequence
00540022 DetectorInformationSequence
00540220 ViewCodeSequence
52009229 SharedFunctionalGroupsSequence
52009230 PerFrameFunctionalGroupsSequence
"""

_REGION_TABLE = """
00186014 US RegionDataType
00186016 UL RegionFlags
00186018 UL RegionLocationMinX0
0018601A UL RegionLocationMinY0
0018601C UL RegionLocationMaxX1
0018601E UL RegionLocationMaxY1
00186020 SL ReferencePixelX0
00186022 SL ReferencePixelY0
00186024 US PhysicalUnitsXDirection
00186026 US PhysicalUnitsYDirection
00186028 FD ReferencePixelPhysicalValueX
0018602A FD ReferencePixelPhysicalValueY
0018602C FD PhysicalDeltaX
0018602E FD PhysicalDeltaY
"""


def _rows(table: str) -> dict[int, tuple[bytes, str]]:
    """Tag to (VR, keyword)."""
    rows = (line.split() for line in table.split("\n") if line)
    return {int(tag, 16): (vr.encode(), keyword) for tag, vr, keyword in rows}


ATTRIBUTES = _rows(_TABLE)
REGION_ATTRIBUTES = _rows(_REGION_TABLE)
TAGS: dict[str, int] = {keyword: tag for tag, (_, keyword) in (ATTRIBUTES | REGION_ATTRIBUTES).items()} | {
    line.split()[1]: int(line.split()[0], 16) for line in _SEQUENCE_TABLE.split("\n") if line
}
SEQUENCES: frozenset[int] = frozenset(int(line.split()[0], 16) for line in _SEQUENCE_TABLE.split("\n") if line)

META_END = 0x00030000  # the first tag after the meta header
OVERLAY_ROWS = frozenset(0x60000010 + 0x20000 * number for number in range(16))  # one a group (PS3.3 C.9.2)
PALETTE_DESCRIPTOR = 0x00281101  # red; green and blue follow
SCAN_TAGS: frozenset[int] = (
    frozenset(ATTRIBUTES) | frozenset(REGION_ATTRIBUTES) | SEQUENCES | OVERLAY_ROWS | {PALETTE_DESCRIPTOR}
)
