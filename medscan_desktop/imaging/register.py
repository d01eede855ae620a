"""A quick rigid registration of two volumes of one patient, so that they can be scrolled together. SimpleITK does it.

Mutual information (Mattes), coarse to fine; the start is the best of several. It answers how well the two fit, and it
refuses what does not: a wrong registration would point at the wrong place with confidence. Not for measuring.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.imaging.volume import Volume

_LEAST_SLICES = 8
_LEVELS_MM = (8.0, 4.0, 2.0)
_ITERATIONS = (150, 100, 80)
_LEAST_VOXELS = 16  # along each axis at every level: a thin slab is not averaged away
_SAMPLES = 20_000  # of each level, at random with a fixed seed: the same two volumes give the same answer
_BINS = 32
_SEED = 20240302
_LEAST_QUALITY, _LEAST_QUALITY_UNLIKE = 0.5, 0.65  # unrelated series reach 0.25 and 0.58: see the tests
_LEAST_OVERLAP = 0.25  # of the smaller body
_MUCH_OVERLAP = 0.5
_MOST_TURN = 45.0  # degrees: who lay otherwise in the scanner has other positions, not other sides
_AIR_HU = -1000.0
_MOST_HU = 600.0  # metal and contrast would outweigh the body
_MOST_SHARE = 0.995  # of other values: one hot spot would outweigh the body

Matrix = NDArray[np.float64]
Image = Any  # SimpleITK's: it has no types
Transform = Any
Report = Callable[[float, str], None]


@dataclass(frozen=True, eq=False, slots=True)
class Registration:
    """`matrix` is a rigid 4x4, patient mm of the fixed volume to those of the moving one.

    `quality` is how alike the two are where they overlap, 0 to 1: the correlation of their values within both bodies,
    of unlike modalities that of the values with what the other's values predict. `overlap` is the share of the smaller
    body that both volumes hold.
    """

    matrix: Matrix
    quality: float
    overlap: float

    @property
    def turn_degrees(self) -> float:
        """The angle of its rotation."""
        return float(np.degrees(np.arccos(np.clip((np.trace(self.matrix[:3, :3]) - 1) / 2, -1, 1))))


def register(
    fixed: Volume,
    moving: Volume,
    *,
    is_alike: bool = True,
    report: Report = lambda _share, _text: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Registration:
    """Register two complete volumes; `is_alike` where both hold values of one kind (CT and CT, T1 and T1).

    `report` may raise to end it. Raises Unsuitable where they cannot be registered, or fit so badly that the answer
    would mislead.
    """
    for volume in (fixed, moving):
        _check(volume)

    report(0.0, "reading the volumes")
    pyramid = [(_image(fixed, mm), _image(moving, mm)) for mm in _LEVELS_MM]
    report(0.1, "looking for a start")
    transform = _best_start(*pyramid[0], report, is_cancelled, is_alike=is_alike)
    for number, (one, other) in enumerate(pyramid[1:], 1):
        report(0.4 + 0.2 * number, f"fitting at {_LEVELS_MM[number]:g} mm")
        transform = _fitted(one, other, transform, _ITERATIONS[number], is_cancelled)
    report(0.9, "looking how well they fit")
    found = Registration(_matrix(transform), *_quality(*pyramid[-1], transform, is_alike=is_alike))
    _judge(found, _LEAST_QUALITY if is_alike else _LEAST_QUALITY_UNLIKE)
    return found


def _simple_itk() -> Any:
    import SimpleITK  # noqa: PLC0415  255 ms, only for who registers

    return SimpleITK


def _check(volume: Volume) -> None:
    geometry = volume.geometry
    if not geometry.spatial or geometry.origins is not None or geometry.shape[0] < _LEAST_SLICES:
        raise Unsuitable(f"Only volumes of at least {_LEAST_SLICES} slices can be registered.")
    if volume.is_colour:
        raise Unsuitable("Colour images cannot be registered.")
    if not volume.is_complete:
        raise Unsuitable("Both series must be loaded completely before they can be registered.")


def _judge(found: Registration, least: float) -> None:
    """What does not fit is refused by name."""
    if found.overlap < _LEAST_OVERLAP:
        raise Unsuitable("The two series show different parts of the body: they cannot be registered.")
    if found.turn_degrees > _MOST_TURN:
        raise Unsuitable(f"The two series would be turned by {found.turn_degrees:.0f}° against each other: not used.")
    if found.quality < least:
        raise Unsuitable(f"The two series do not fit each other (quality {found.quality:.2f}): not used.")


def _image(volume: Volume, mm: float) -> Image:
    """The volume at about `mm` a voxel, as float, with padding as the lowest value and values that outweigh cut."""
    sitk = _simple_itk()

    steps = [
        max(1, min(round(mm / size), count // _LEAST_VOXELS))
        for size, count in zip(volume.geometry.spacing, volume.geometry.size_ijk, strict=True)
    ]
    values = _binned(volume, steps)
    if volume.unit != "HU":
        values = np.minimum(values, np.quantile(values, _MOST_SHARE))
    image = sitk.GetImageFromArray(values)
    at = (np.asarray(steps, float) - 1) / 2  # the middle of the first block
    image.SetOrigin(tuple(volume.geometry.to_patient(at).tolist()))
    image.SetSpacing(tuple(size * step for size, step in zip(volume.geometry.spacing, steps, strict=True)))
    image.SetDirection(tuple(volume.geometry.directions.reshape(9).tolist()))
    return image


def _binned(volume: Volume, steps: list[int]) -> NDArray[np.float32]:
    """Means of blocks of `steps` (i, j, k) voxels; slice by slice, so that no large copy is made."""
    i, j, k = steps
    source = volume.values
    slices, rows, columns = (source.shape[0] // k, source.shape[1] // j, source.shape[2] // i)
    low = float(_AIR_HU) if volume.unit == "HU" else float(np.min(source))
    found = np.empty((slices, rows, columns), np.float32)
    for number in range(slices):
        block = np.asarray(source[number * k : (number + 1) * k, : rows * j, : columns * i], np.float32)
        padding = volume.padding_mask(block)
        if padding is not None:
            block = np.where(padding, low, block)
        if volume.unit == "HU":
            block = np.clip(block, _AIR_HU, _MOST_HU)
        found[number] = block.reshape(k, rows, j, columns, i).mean(axis=(0, 2, 4))
    return found


def _best_start(
    one: Image, other: Image, report: Report, is_cancelled: Callable[[], bool], *, is_alike: bool
) -> Transform:
    """The coarse fit of several starts: positions as they are, middles on middles, bodies on bodies.

    The best is the one that fits best where much overlaps: mutual information alone is highest where hardly anything
    does.
    """
    sitk = _simple_itk()

    rigid = sitk.Euler3DTransform()
    rigid.SetCenter(one.TransformContinuousIndexToPhysicalPoint([(size - 1) / 2 for size in one.GetSize()]))
    starts = [sitk.Transform(rigid)]
    for way in (sitk.CenteredTransformInitializerFilter.GEOMETRY, sitk.CenteredTransformInitializerFilter.MOMENTS):
        starts.append(sitk.CenteredTransformInitializer(one, other, sitk.Euler3DTransform(), way))
    fits = []
    for number, start in enumerate(starts):
        report(0.1 + 0.15 * number, "looking for a start")
        try:
            fit = _fitted(one, other, start, _ITERATIONS[0], is_cancelled)
        except RuntimeError:  # "all samples map outside": this start does not overlap
            continue
        quality, overlap = _quality(one, other, fit, is_alike=is_alike)
        fits.append((quality * min(1.0, overlap / _MUCH_OVERLAP), number, fit))
    if not fits:
        raise Unsuitable("The two series show different parts of the body: they cannot be registered.")
    return max(fits, key=lambda fit: fit[:2])[2]


def _fitted(
    one: Image,
    other: Image,
    start: Transform,
    iterations: int,
    is_cancelled: Callable[[], bool],
) -> Transform:
    """The start bettered."""
    sitk = _simple_itk()

    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricSamplingStrategy(method.RANDOM)
    voxels = float(np.prod(one.GetSize()))
    method.SetMetricSamplingPercentage(min(1.0, _SAMPLES / voxels), _SEED)
    method.SetInterpolator(sitk.sitkLinear)
    coarse = max(one.GetSpacing())
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=coarse, minStep=0.02, numberOfIterations=iterations, relaxationFactor=0.6
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(sitk.Euler3DTransform(_euler(start)), inPlace=False)
    method.AddCommand(sitk.sitkIterationEvent, lambda: method.StopRegistration() if is_cancelled() else None)
    return method.Execute(one, other)


def _euler(transform: Transform) -> Any:
    """What SimpleITK gives back is a composite of one."""
    sitk = _simple_itk()

    while isinstance(transform, sitk.CompositeTransform) or transform.GetName() == "CompositeTransform":
        transform = sitk.CompositeTransform(transform).GetNthTransform(0)
    return transform


def _matrix(transform: Transform) -> Matrix:
    origin = np.array(transform.TransformPoint((0.0, 0.0, 0.0)))
    matrix = np.eye(4)
    for axis, unit in enumerate(np.eye(3).tolist()):
        matrix[:3, axis] = np.array(transform.TransformPoint(unit)) - origin
    matrix[:3, 3] = origin
    return matrix


def _quality(one: Image, other: Image, transform: Transform, *, is_alike: bool) -> tuple[float, float]:
    """(quality, overlap) of `Registration`."""
    sitk = _simple_itk()

    outside = -1e9
    fixed = sitk.GetArrayFromImage(one)
    moved = sitk.GetArrayFromImage(sitk.Resample(other, one, transform, sitk.sitkLinear, outside, sitk.sitkFloat32))
    held = moved > outside / 2
    fixed_body, moving_values = fixed > _threshold(fixed), sitk.GetArrayFromImage(other)
    limit = _threshold(moving_values)
    body = held & (fixed_body | (moved > limit))
    voxel = float(np.prod(one.GetSpacing())), float(np.prod(other.GetSpacing()))
    smaller = min(fixed_body.sum() * voxel[0], (moving_values > limit).sum() * voxel[1])
    both = held & fixed_body & (moved > limit)
    overlap = float(both.sum() * voxel[0] / smaller) if smaller else 0.0
    if np.count_nonzero(body) < 1000:
        return 0.0, overlap
    values = fixed[body].astype(float), moved[body].astype(float)
    if is_alike:
        return max(0.0, float(np.corrcoef(*values)[0, 1])), overlap
    return float(np.sqrt(max(_predicted(*values), _predicted(*values[::-1])))), overlap


def _predicted(of: NDArray[np.float64], by: NDArray[np.float64]) -> float:
    """The correlation ratio: how much of the spread of one its partner's value explains."""
    edges = np.quantile(by, np.linspace(0, 1, _BINS + 1)[1:-1])
    place = np.digitize(by, edges)
    counts = np.bincount(place, minlength=_BINS)
    means = np.bincount(place, of, minlength=_BINS) / np.maximum(counts, 1)
    spread = float(((of - of.mean()) ** 2).sum())
    return float((counts * (means - of.mean()) ** 2).sum()) / spread if spread else 0.0


def _threshold(values: NDArray[np.float32]) -> float:
    """Between air and body (Otsu)."""
    counts, edges = np.histogram(values, 128)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts).astype(float)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    means = np.divide(sums, below, out=np.zeros_like(sums), where=below > 0)
    others = np.divide(sums[-1] - sums, above, out=np.zeros_like(sums), where=above > 0)
    return float(middles[int(np.argmax(below * above * (means - others) ** 2))])
