"""The modules that made DICOM objects share: patient, study, series, equipment, pixels, functional groups.

UIDs come from names by SHA-256, so an object is the same in every run; what highdicom makes has some of its own.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian

PATIENT = {"PatientName": "Made^Object", "PatientID": "MADE-1", "PatientBirthDate": "19700101", "PatientSex": "O"}
ONES = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # axial: columns to the patient's left, rows to the back


def uid(name: str) -> UID:
    """A UUID-derived UID (PS3.5 B.2) of a name."""
    return UID(f"2.25.{int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], 'big') >> 8}")


def item(**values: Any) -> Dataset:
    """A data set of these attributes; a Dataset, a list of them or a mapping becomes a sequence."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, _as_value(value))
    return made


def _as_value(value: Any) -> Any:
    if isinstance(value, Mapping) and not isinstance(value, Dataset):
        value = item(**value)
    if isinstance(value, Dataset):
        return Items([value])
    if isinstance(value, list | tuple) and value and isinstance(value[0], Dataset):
        return Items(value)
    return list(value) if isinstance(value, tuple) else value


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """A coded concept."""
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def instance(
    sop_class_uid: str,
    modality: str,
    name: str,
    *,
    number: int = 1,
    series: str = "",
    syntax: str = ExplicitVRLittleEndian,
    **more: Any,
) -> Dataset:
    """An instance `name` of series `series` (else its own) of the one made study, ready to be saved; `more` wins."""
    values: dict[str, Any] = {
        "SpecificCharacterSet": "ISO_IR 192",
        "SOPClassUID": sop_class_uid,
        "SOPInstanceUID": uid(name),
        "StudyInstanceUID": uid("made study"),
        "SeriesInstanceUID": uid(f"series {series or name}"),
        **PATIENT,
        "StudyDate": "20260102",
        "StudyTime": "101112",
        "StudyID": "1",
        "AccessionNumber": "",
        "ReferringPhysicianName": "",
        "StudyDescription": "Made objects",
        "SeriesDescription": series or name,
        "SeriesNumber": int(hashlib.sha256((series or name).encode()).hexdigest(), 16) % 900 + 1,
        "Modality": modality,
        "Manufacturer": "MedScan tests",
        "ManufacturerModelName": "made",
        "DeviceSerialNumber": "0",
        "SoftwareVersions": "0",
        "InstanceNumber": number,
        "ContentDate": "20260102",
        "ContentTime": "101112",
    }
    made = item(**values | more)
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = syntax
    made.file_meta.MediaStorageSOPClassUID = sop_class_uid
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    return made


def with_pixels(
    dataset: Dataset, pixels: np.ndarray, photometric: str = "MONOCHROME2", bits_stored: int = 0
) -> Dataset:
    """The data set with uncompressed pixels: (rows, columns), (frames, rows, columns) or either with 3 samples last."""
    colour = photometric in ("RGB", "YBR_FULL")
    spatial = pixels.shape[:-1] if colour else pixels.shape
    dataset.SamplesPerPixel = 3 if colour else 1
    dataset.PhotometricInterpretation = photometric
    if colour:
        dataset.PlanarConfiguration = 0
    if len(spatial) == 3:
        dataset.NumberOfFrames = spatial[0]
    dataset.Rows, dataset.Columns = spatial[-2:]
    if pixels.dtype == np.float32:
        dataset.BitsAllocated = 32
        dataset.FloatPixelData = pixels.tobytes()
        return dataset
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored = bits, bits_stored or bits
    dataset.HighBit = dataset.BitsStored - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    content = pixels.tobytes()
    dataset.PixelData = content + b"\0" * (len(content) % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
    return dataset


def frames_at(positions: Sequence[Sequence[float]], groups: Sequence[Mapping[str, Any]]) -> list[Dataset]:
    """Per-frame functional groups: frame k at `positions[k]`, with what `groups[k]` adds."""
    return [
        item(
            FrameContentSequence={
                "StackID": "1",
                "InStackPositionNumber": number,
                "DimensionIndexValues": [1, number],
                "FrameReferenceDateTime": "20260102101112",
                "FrameAcquisitionDateTime": "20260102101112",
                "FrameAcquisitionDuration": 1.0,
            },
            PlanePositionSequence={"ImagePositionPatient": [round(float(value), 6) for value in place]},
            **group,
        )
        for number, (place, group) in enumerate(zip(positions, groups, strict=True), 1)
    ]


def dimensions() -> dict[str, Any]:
    """The dimension module of stacks: stack, then position in it."""
    organisation = uid("dimension organisation")
    indices = [
        item(
            DimensionOrganizationUID=organisation,
            DimensionIndexPointer=pointer,
            FunctionalGroupPointer=0x00209111,
            DimensionDescriptionLabel=label,
        )
        for pointer, label in ((0x00209056, "Stack"), (0x00209057, "Position"))
    ]
    return {
        "DimensionOrganizationSequence": {"DimensionOrganizationUID": organisation},
        "DimensionOrganizationType": "3D",
        "DimensionIndexSequence": indices,
    }


def measures(row: float, column: float, thickness: float, between: float | None = None) -> Dataset:
    """A pixel measures item."""
    made = item(PixelSpacing=[row, column], SliceThickness=thickness)
    if between is not None:
        made.SpacingBetweenSlices = between
    return made


def steps(count: int, rows: int, columns: int) -> np.ndarray:
    """int16 (k, j, i) of value 100 k + 10 j + i: every voxel of a small volume tells where it is."""
    k, j, i = np.meshgrid(np.arange(count), np.arange(rows), np.arange(columns), indexing="ij")
    return (100 * k + 10 * j + i).astype(np.int16)
