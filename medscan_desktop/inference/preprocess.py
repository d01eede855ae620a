"""The steps a card may name before its network runs: values made from the card's tables, applied to an image in turn.

A step sees only the image and a way to run the card's networks. What is not listed in STEPS cannot be named by a card.
"""

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from medscan_desktop.domain.errors import Unsuitable
from medscan_desktop.inference.image import Box, Image, Infer, bounding_box
from medscan_desktop.inference.postprocess import largest_component


class PreprocessStep(Protocol):
    """What every step is."""

    name: ClassVar[str]

    def __call__(self, image: Image, infer: Infer, /) -> Image:
        """The image after the step; the given one is left as it was."""
        ...


@dataclass(frozen=True, slots=True)
class Resample:
    """Linear, to cubes of this size."""

    name: ClassVar[str] = "resample"
    spacing_mm: float

    def __call__(self, image: Image, _: Infer, /) -> Image:
        """On a new grid around the same middle."""
        return image.resampled(self.spacing_mm)


@dataclass(frozen=True, slots=True)
class CropToBody:
    """Keep the patient in the slices' plane, and all slices: the largest part brighter than air, without the table."""

    name: ClassVar[str] = "crop_to_body"
    above: float  # modality units

    def __call__(self, image: Image, _: Infer, /) -> Image:
        """Cropped in x and y. An image without a body stays as it is: its result will be empty."""
        body = largest_component(ndimage.binary_erosion(image.values > self.above))
        box = bounding_box(body, margin=1)
        return image if box is None else image.cropped((box[0], box[1], slice(0, image.values.shape[2])))


@dataclass(frozen=True, slots=True)
class ScaleRange:
    """Clip to a range of modality units and map its ends to two numbers."""

    name: ClassVar[str] = "scale_range"
    low: float
    high: float
    to_low: float
    to_high: float

    def __call__(self, image: Image, _: Infer, /) -> Image:
        """As float32."""
        return replace(image, values=_scaled(image.values, (self.low, self.high), (self.to_low, self.to_high)))


@dataclass(frozen=True, slots=True)
class ScalePercentiles:
    """Clip to two percentiles and map them to 0 and 1; they are taken on a copy of the image of the given shape."""

    name: ClassVar[str] = "scale_percentiles"
    low: float  # percent
    high: float
    shape: tuple[int, int, int]

    def __call__(self, image: Image, _: Infer, /) -> Image:
        """As float32."""
        low, high = np.percentile(image.resized(self.shape).values, [self.low, self.high])
        if high <= low:
            raise Unsuitable("The image has no contrast.")
        return replace(image, values=_scaled(image.values, (float(low), float(high)), (0.0, 1.0)))


@dataclass(frozen=True, slots=True)
class RepeatEndSlices:
    """Repeat the first and the last slice: a network that saw whole bodies fails at the bare end of a thin stack."""

    name: ClassVar[str] = "repeat_end_slices"
    count: int

    def __call__(self, image: Image, _: Infer, /) -> Image:
        """Longer by `count` at both ends of z."""
        return image.padded((0, 0, self.count), (0, 0, self.count))


@dataclass(frozen=True, slots=True)
class Standardise:
    """Shift and scale to this mean and standard deviation (of the sample, with n - 1)."""

    name: ClassVar[str] = "standardise"
    mean: float
    standard_deviation: float

    def __call__(self, image: Image, _: Infer, /) -> Image:
        """As float32."""
        values = image.values.astype(np.float32)
        centre, spread = float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64, ddof=1))
        if spread == 0:
            raise Unsuitable("The image has no contrast.")
        values -= centre
        values *= self.standard_deviation / spread
        values += self.mean
        return replace(image, values=values)


@dataclass(frozen=True, slots=True)
class Resize:
    """Nearest voxel, to this shape over the same extent."""

    name: ClassVar[str] = "resize"
    shape: tuple[int, int, int]

    def __call__(self, image: Image, _: Infer, /) -> Image:
        """On a new grid over the same extent."""
        return image.resized(self.shape)


@dataclass(frozen=True, slots=True)
class CropToNetwork:
    """Find the organ with a first, coarse network: keep its box with a margin, and its mask as the first look."""

    name: ClassVar[str] = "crop_to_network"
    network: str
    channel: int
    shape: tuple[int, int, int]
    mean: float
    standard_deviation: float
    filled: float  # a layer of the coarse mask counts where more than this share of it is set
    margin: float  # share of the box's size, at each side
    refusal: str  # the sentence where nothing is found

    def __call__(self, image: Image, infer: Infer, /) -> Image:
        """Cropped; raises Unsuitable where the first network finds nothing."""
        coarse = Standardise(self.mean, self.standard_deviation)(image.resized(self.shape), infer)
        found = largest_component(infer(self.network, np.asarray(coarse.values, np.float32))[self.channel] > 0.5)
        box = self._box(found, image.values.shape)
        return replace(image, first_look=replace(coarse, values=found)).cropped(box)

    def _box(self, found: NDArray[np.bool_], shape: tuple[int, ...]) -> Box:
        box = []
        for axis, size in enumerate(shape):
            others = tuple(other for other in range(3) if other != axis)
            hits = np.flatnonzero(found.mean(axis=others) > self.filled)
            if hits.size == 0:
                raise Unsuitable(self.refusal)
            scale = size / found.shape[axis]
            centre = round(scale * (hits[-1] + 1 + hits[0]) / 2)
            length = round(scale * (hits[-1] + 1 - hits[0]) * (1 + 2 * self.margin))
            box.append(slice(max(0, int(centre - length / 2)), min(size, int(centre + length / 2))))
        return box[0], box[1], box[2]


STEPS: tuple[type[PreprocessStep], ...] = (
    Resample,
    CropToBody,
    ScaleRange,
    ScalePercentiles,
    RepeatEndSlices,
    Standardise,
    Resize,
    CropToNetwork,
)


def _scaled(values: NDArray[Any], source: tuple[float, float], target: tuple[float, float]) -> NDArray[np.float32]:
    scaled = np.nan_to_num(values.astype(np.float32))
    np.clip(scaled, *source, out=scaled)
    scaled -= source[0]
    scaled *= (target[1] - target[0]) / (source[1] - source[0])
    scaled += target[0]
    return scaled
