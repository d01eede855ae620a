"""A second way from a file to the grey on screen, from the standard's formulas: pydicom, numpy and SimpleITK alone.

Nothing of the product's is used. pydicom reads the headers and its plug-ins (or GDCM, through SimpleITK) decode; numpy
does the grey pipeline (PS3.3 C.11, C.7.6.3, C.7.6.16, C.7.9) in float64; SimpleITK resamples the modality values.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import SimpleITK as sitk
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels import apply_color_lut, pixel_array

from medscan_desktop.dicom.objects.quiet import quiet

Floats = NDArray[np.float64]
_PLUGINS = {
    "1.2.840.10008.1.2.4.80": "pyjpegls",
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.5": "pydicom",
}
_BY_GDCM = ("1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70")
_CANNOT = (ValueError, RuntimeError, NotImplementedError, AttributeError, KeyError)
_GROUPS = (
    ("PixelValueTransformationSequence", ("RescaleSlope", "RescaleIntercept")),
    ("FrameVOILUTSequence", ("WindowCenter", "WindowWidth", "VOILUTFunction")),
    ("PixelMeasuresSequence", ("PixelSpacing",)),
    ("PlanePositionSequence", ("ImagePositionPatient",)),
    ("PlaneOrientationSequence", ("ImageOrientationPatient",)),
    ("RealWorldValueMappingSequence", ("RealWorldValueSlope", "RealWorldValueIntercept")),
)


@dataclass(frozen=True, eq=False)
class Image:
    """One frame: modality values (rows, columns) or RGB (rows, columns, 3), and where there is tissue."""

    values: Floats
    tissue: NDArray[np.bool_]
    row_mm: float  # or the pixel's aspect, where nothing says mm
    column_mm: float

    @property
    def is_colour(self) -> bool:
        return self.values.ndim == 3


@dataclass(frozen=True, eq=False)
class GreyScale:
    """What comes after the modality values: a window, or a VOI LUT; and the polarity."""

    centre: float = 0.0
    width: float = 1.0
    function: str = "LINEAR"
    lut: Floats | None = None  # shares 0..1
    lut_first: int = 0
    is_inverse: bool = False


@lru_cache(maxsize=4)
def data_set(path: Path) -> Dataset:
    """The file as pydicom reads it."""
    with quiet():
        found = pydicom.dcmread(path, force=True)
        if "NumberOfFrames" in found and not str(found.get_item("NumberOfFrames").value or "").strip(" b'").isdigit():
            del found.NumberOfFrames  # a file says "1A" there
        return found


def frame_value(dataset: Dataset, keyword: str, frame: int) -> Any:
    """An attribute of one frame: from its functional groups, the shared ones, else the data set's own."""
    groups = [*dataset.get("PerFrameFunctionalGroupsSequence", [])[frame : frame + 1]]
    groups += [*dataset.get("SharedFunctionalGroupsSequence", [])[:1]]
    for group in groups:
        for sequence, keywords in _GROUPS:
            items = group.get(sequence) or []
            if keyword in keywords and items and items[0].get(keyword) is not None:
                return items[0].get(keyword)
    return dataset.get(keyword)


def image_of(path: Path, frame: int) -> Image:
    """Stored values to modality values or RGB, and the size of a pixel."""
    dataset = data_set(path)
    stored, is_rescaled = _stored(path, dataset, frame)
    row_mm, column_mm = _pixel_size(dataset, frame)
    tissue = np.ones(stored.shape[:2], bool)
    if stored.ndim == 3:
        return Image(_rgb(dataset, stored), tissue, row_mm, column_mm)
    with quiet():
        if str(dataset.PhotometricInterpretation) == "PALETTE COLOR":
            rgb = apply_color_lut(stored, dataset)
            bits = 8 if rgb.dtype == np.uint8 or rgb.max() <= 255 else 16
            return Image((rgb >> (bits - 8)).astype(np.float64), tissue, row_mm, column_mm)
    values = stored.astype(np.float64)
    if not is_rescaled:
        values = _modality(dataset, stored, frame)
    padding = dataset.get("PixelPaddingValue")
    if padding is not None and "ModalityLUTSequence" not in dataset:
        ends = (padding, dataset.get("PixelPaddingRangeLimit", padding))
        slope, intercept = _rescale(dataset, frame)
        raw = np.round((values - intercept) / slope) if is_rescaled else stored
        tissue = (raw < min(ends)) | (raw > max(ends))
    return Image(values, tissue & np.isfinite(values), row_mm, column_mm)


def grey_scale(path: Path, frame: int) -> GreyScale | None:
    """The header's first window, else its first VOI LUT; None where it has neither."""
    dataset = data_set(path)
    shape = str(dataset.get("PresentationLUTShape", ""))
    is_inverse = str(dataset.PhotometricInterpretation) == "MONOCHROME1" or shape == "INVERSE"  # one inversion
    function = str(frame_value(dataset, "VOILUTFunction", frame) or "LINEAR")
    for centre, width in zip(
        _numbers(frame_value(dataset, "WindowCenter", frame)),
        _numbers(frame_value(dataset, "WindowWidth", frame)),
        strict=False,
    ):
        if width >= 1 or (width > 0 and function != "LINEAR"):
            return GreyScale(centre, width, function, is_inverse=is_inverse)
    for item in dataset.get("VOILUTSequence", []):
        first = int(item.LUTDescriptor[1])
        is_signed = "ModalityLUTSequence" not in dataset and (
            dataset.PixelRepresentation == 1 or _rescale(dataset, frame)[1] < 0
        )
        first = first - 65_536 if is_signed and first > 32_767 else first
        entries = _entries(item)
        bits = max(int(item.LUTDescriptor[2]), int(entries.max()).bit_length())
        return GreyScale(lut=entries / (2**bits - 1), lut_first=first, is_inverse=is_inverse)
    return None


def is_inverse(path: Path) -> bool:
    """Whether the lowest value is white."""
    dataset = data_set(path)
    return str(dataset.PhotometricInterpretation) == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE"


def grey(values: Floats, tissue: NDArray[np.bool_], scale: GreyScale, *, user_inverse: bool) -> NDArray[np.uint8]:
    """P-values 0..255 (PS3.3 C.11.2.1.2, C.11.2.1.3, C.11.1); black where there is no tissue."""
    x, c, w = np.where(tissue, values, 0.0), scale.centre, scale.width
    if scale.lut is not None:
        y = np.interp(x, np.arange(len(scale.lut)) + scale.lut_first, scale.lut) * 255
    elif scale.function == "SIGMOID":
        y = 255 / (1 + np.exp(-4 * (x - c) / w))
    elif scale.function == "LINEAR_EXACT":
        y = ((x - c) / w + 0.5) * 255
    elif w == 1:
        y = np.where(x <= c - 0.5, 0.0, 255.0)
    else:
        y = ((x - (c - 0.5)) / (w - 1) + 0.5) * 255
    level = np.floor(np.clip(y, 0, 255) + 0.5)
    if scale.is_inverse != user_inverse:
        level = 255 - level
    return np.where(tissue, level, 0).astype(np.uint8)


def flat(image: Image, size: tuple[int, int]) -> tuple[Floats, NDArray[np.bool_]]:
    """The frame fitted into a pane of (width, height), centred: values, and where there is tissue."""
    rows, columns = image.values.shape[:2]
    scale = max(columns * image.column_mm / size[0], rows * image.row_mm / size[1])
    to_index = np.diag([scale / image.column_mm, scale / image.row_mm])
    start = (np.array([columns, rows]) - 1) / 2 - to_index @ (np.array(size) / 2 - 0.5)
    return resampled(image.values, image.tissue, to_index, start, size)


def resampled(
    values: Floats, tissue: NDArray[np.bool_], to_index: Floats, start: Floats, size: tuple[int, int]
) -> tuple[Floats, NDArray[np.bool_]]:
    """`values` at index `to_index @ (x, y) + start` of every pane pixel, linear, by SimpleITK; no mixing with padding.

    Arrays are (y, x) or (z, y, x), with colours last in 2D; `to_index` (2 or 3, 2) gives x first.
    """
    dimension = len(start)
    if values.ndim == 3 and dimension == 2:
        planes = [resampled(values[..., one], tissue, to_index, start, size) for one in range(3)]
        return np.stack([plane for plane, _ in planes], axis=-1), planes[0][1]
    weight = _resampled(tissue.astype(np.float64), to_index, start, size)
    total = _resampled(np.where(tissue, values, 0.0), to_index, start, size)
    shown = (weight >= 0.5 - 1e-3) & _inside(values.shape[::-1], to_index, start, size)
    return np.where(shown, total / np.where(shown, weight, 1.0), 0.0), shown


def _inside(counts: Sequence[int], to_index: Floats, start: Floats, size: tuple[int, int]) -> NDArray[np.bool_]:
    """The image ends half a voxel beyond its outermost centres; a pixel with its centre on that edge belongs to it."""
    y, x = np.mgrid[: size[1], : size[0]]
    index = np.stack([x, y], axis=-1) @ to_index.T + start
    return np.asarray(((index > -0.5 - 1e-6) & (index < np.asarray(counts) - 0.5 + 1e-6)).all(axis=-1))


def _resampled(values: Floats, to_index: Floats, start: Floats, size: tuple[int, int]) -> Floats:
    """With a border of one voxel repeated: what SimpleITK does at the very edge of an image hangs on the last bit."""
    dimension = len(start)
    values, start = np.pad(values, 1, mode="edge"), start + 1
    matrix = np.eye(dimension)
    matrix[:, :2] = to_index
    if dimension == 3:
        matrix[:, 2] = np.cross(to_index[:, 0], to_index[:, 1])
    transform = sitk.AffineTransform(matrix.ravel().tolist(), start.tolist())
    reference = sitk.Image([*size, 1][:dimension], sitk.sitkFloat64)
    found = sitk.Resample(sitk.GetImageFromArray(values), reference, transform, sitk.sitkLinear, 0.0)
    return sitk.GetArrayFromImage(found).reshape(size[1], size[0])


@dataclass(frozen=True, eq=False)
class Block:
    """A stack sorted along its normal: modality values (k, j, i) and where they lie (PS3.3 C.7.6.2.1.1)."""

    values: Floats
    tissue: NDArray[np.bool_]
    steps: Floats  # 3x3, mm a step along i, j, k as columns

    def plane(self, name: str, at: int, size: tuple[int, int]) -> tuple[Floats, NDArray[np.bool_]]:
        """The axial, coronal or sagittal slice number `at` fitted into a pane, as radiologists hang it."""
        units = self.steps / np.linalg.norm(self.steps, axis=0)
        axis_of = [int(np.argmax(np.abs(units[row]))) for row in range(3)]
        # Axial is seen from the feet, coronal from the front, sagittal with anterior on the left: L, P and F.
        towards_right, towards_down = {"axial": (0, 1), "coronal": (0, 2), "sagittal": (1, 2)}[name]
        right_axis, down_axis = axis_of[towards_right], axis_of[towards_down]
        right = units[:, right_axis] * np.sign(units[towards_right, right_axis])
        down = units[:, down_axis] * np.sign(units[towards_down, down_axis]) * (-1 if towards_down == 2 else 1)
        if right_axis == 2:
            right = _unit(right - down * (right @ down))
        else:
            down = _unit(down - right * (right @ down))
        counts = np.array(self.values.shape[::-1])
        edges = [self.steps[:, axis] * counts[axis] for axis in (right_axis, down_axis)]
        width, height = (sum(abs(edge @ unit) for edge in edges) for unit in (right, down))
        scale = max(width / size[0], height / size[1])
        to_index = np.linalg.inv(self.steps) @ np.stack([right, down], axis=1) * scale
        middle = (counts - 1) / 2
        middle[3 - right_axis - down_axis] = at
        return resampled(self.values, self.tissue, to_index, middle - to_index @ (np.array(size) / 2 - 0.5), size)


def block(images: Sequence[tuple[Path, int]]) -> Block:
    """All frames of one stack, in whatever order they come."""
    placed = []
    for path, frame in images:
        position, cosines = _place(data_set(path), frame)
        placed.append((position, cosines, path, frame))
    row, column = placed[0][1][:3], placed[0][1][3:]
    normal = np.cross(row, column)
    placed.sort(key=lambda one: float(one[0] @ normal))
    along = np.array([float(one[0] @ normal) for one in placed])
    numbers = np.rint((along - along[0]) / np.median(np.diff(along))).astype(int)
    found = [image_of(path, frame) for _, _, path, frame in placed]
    step = (placed[-1][0] - placed[0][0]) / numbers[-1]
    steps = np.stack([row * found[0].column_mm, column * found[0].row_mm, step], axis=1)
    values = np.zeros((numbers[-1] + 1, *found[0].values.shape))
    tissue = np.zeros(values.shape, bool)
    for number, one in zip(numbers, found, strict=True):
        values[number], tissue[number] = one.values, one.tissue
    return Block(values, tissue, steps)


def block_of_file(path: Path) -> tuple[Block, sitk.Image]:
    """A NIfTI or NRRD volume, as SimpleITK reads it; its frame is DICOM's LPS."""
    image = sitk.ReadImage(str(path), sitk.sitkFloat64)
    values = sitk.GetArrayFromImage(image)
    steps = np.array(image.GetDirection()).reshape(3, 3) * np.array(image.GetSpacing())
    return Block(values, np.isfinite(values), steps), image


def _place(dataset: Dataset, frame: int) -> tuple[Floats, Floats]:
    """Image position and orientation of one frame; those of the detector in nuclear medicine (PS3.3 C.8.4.15), and of
    a dose grid (C.8.8.3.2), step along the normal."""
    detector = next(iter(dataset.get("DetectorInformationSequence", [])), None)
    source = dataset if detector is None else detector
    position = np.array(frame_value(source, "ImagePositionPatient", frame), float)
    cosines = np.array(frame_value(source, "ImageOrientationPatient", frame), float)
    normal = np.cross(cosines[:3], cosines[3:])
    if detector is not None:
        position = position + normal * float(dataset.SpacingBetweenSlices) * frame
    if "GridFrameOffsetVector" in dataset:
        position = position + normal * float(dataset.GridFrameOffsetVector[frame])
    return position, cosines


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector))


def _stored(path: Path, dataset: Dataset, frame: int) -> tuple[NDArray[Any], bool]:
    """The stored values of one frame, and whether they come rescaled already (GDCM)."""
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "")) if hasattr(dataset, "file_meta") else ""
    if syntax not in _BY_GDCM:
        try:
            with quiet():
                stored = pixel_array(dataset, index=frame, raw=True, decoding_plugin=_PLUGINS.get(syntax, ""))
            return _aligned(stored, dataset), False
        except _CANNOT:  # pyjpegls refuses some parameters
            pass
    values = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    values = values.reshape(-1, dataset.Rows, dataset.Columns, *values.shape[3:])
    return values[frame], values.ndim == 3


def _aligned(stored: NDArray[Any], dataset: Dataset) -> NDArray[Any]:
    """The bits up to HighBit alone, with the sign of PixelRepresentation (PS3.5 8.1.1); pydicom leaves them so."""
    bits = int(dataset.get("BitsStored", 0))
    shift = int(dataset.get("HighBit", bits - 1)) + 1 - bits
    if shift <= 0 or stored.dtype.kind == "f":
        return stored
    values = (stored.astype(np.int64) >> shift) & (2**bits - 1)
    is_negative = (dataset.PixelRepresentation == 1) & (values >= 2 ** (bits - 1))
    return np.asarray(values - is_negative * 2**bits)


def _modality(dataset: Dataset, stored: NDArray[Any], frame: int) -> Floats:
    for item in dataset.get("ModalityLUTSequence", []):  # replaces slope and intercept
        first = int(item.LUTDescriptor[1])
        first = first - 65_536 if dataset.PixelRepresentation == 1 and first > 32_767 else first
        entries = _entries(item)
        return entries[np.clip(stored.astype(np.int64) - first, 0, len(entries) - 1)]
    slope, intercept = _rescale(dataset, frame)
    return stored.astype(np.float64) * slope + intercept


def _rescale(dataset: Dataset, frame: int) -> tuple[float, float]:
    if dataset.get("Modality") == "RTDOSE":
        return float(dataset.DoseGridScaling), 0.0
    prefix = "RealWorldValue" if dataset.SOPClassUID == "1.2.840.10008.5.1.4.1.1.30" else "Rescale"
    slope, intercept = (frame_value(dataset, f"{prefix}{name}", frame) for name in ("Slope", "Intercept"))
    return float(slope or 1), float(intercept or 0)


def _entries(item: Dataset) -> Floats:
    count = int(item.LUTDescriptor[0]) or 65_536
    data = item.LUTData
    if isinstance(data, bytes):
        data = np.frombuffer(data, np.uint16 if len(data) >= 2 * count else np.uint8)
    return np.asarray(data, np.float64)[:count]


def _rgb(dataset: Dataset, stored: NDArray[Any]) -> Floats:
    """RGB of what is RGB already, or of YBR_FULL (PS3.3 C.7.6.3.1.2)."""
    samples = stored.astype(np.float64)
    kind = str(dataset.PhotometricInterpretation)
    if dataset.file_meta.TransferSyntaxUID in ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"):
        return samples  # YBR_RCT and YBR_ICT: the codec gives RGB
    if not kind.startswith("YBR_FULL"):
        return samples
    y, b, r = samples[..., 0], samples[..., 1] - 128, samples[..., 2] - 128
    rgb = np.stack([y + 1.402 * r, y - 0.344136 * b - 0.714136 * r, y + 1.772 * b], axis=-1)
    return np.asarray(np.clip(np.rint(rgb), 0, 255))


def _pixel_size(dataset: Dataset, frame: int) -> tuple[float, float]:
    """Row and column step: the ratio alone matters for a picture that fits its pane."""
    for keyword in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing"):
        found = _numbers(frame_value(dataset, keyword, frame))
        if len(found) == 2 and min(found) > 0:
            return found[0], found[1]
    aspect = _numbers(dataset.get("PixelAspectRatio"))
    return (aspect[0] / aspect[1], 1.0) if len(aspect) == 2 and min(aspect) > 0 else (1.0, 1.0)


def _numbers(value: Any) -> list[float]:
    if value is None or value == "":
        return []
    return [float(one) for one in (value if isinstance(value, Sequence | pydicom.multival.MultiValue) else [value])]
