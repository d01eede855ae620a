"""The liver network of pyliverlesionseg 0.3 (Keras) as ONNX: a 3D U-Net of four levels, written from its source.

`architectures/unet_generalized.py` as `unet_liver_predict` calls it: padding "same", pooling by 3, linear upsampling,
instance normalisation over the whole patch, pre-activation (the first convolution alone is bare).
"""

import io
from collections.abc import Callable, Mapping

import h5py
import numpy as np
from graph import Graph, Shape
from numpy.typing import NDArray

_WEIGHTS = (
    "pyliverlesionseg/trained_models/"
    "model_unet_ct_mr_liv_seg_resize_1.5mm_med_3_resize_3mm_20201011_dice_loss_val_binary_dice_mean.hdf5"
)
MEMBERS = {_WEIGHTS: "591ea17ca58630bc5c972d58e8600068c46a4d56a5ca45af52c1c1277a41c662"}

INPUT = (189, 162, 162)  # x, y, z
OUTPUT = (163, 136, 136)
LEVELS = 4


def build(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """ONNX file name to its bytes."""
    with h5py.File(io.BytesIO(members[_WEIGHTS]), "r") as weights:
        network = _Network(weights)
        output = network.write()
    return {"liver.onnx": network.graph.model("liver", [1, 1, *INPUT], output, [1, 1, *OUTPUT])}


class _Network:
    """Convolutions are taken in the order in which Keras made them: conv3d_1, conv3d_2, ..."""

    def __init__(self, weights: h5py.File) -> None:
        self.graph = Graph()
        self._weights = weights
        self._count = 0

    def write(self) -> str:
        """The whole network; gives the name of its output."""
        x, skips = "image", []
        sizes: list[Shape] = [_each(INPUT, lambda size, level=level: size // 3**level) for level in range(LEVELS)]
        for level, size in enumerate(sizes):
            if level:
                x = self.graph.add("MaxPool", x, kernel_shape=[3] * 3, strides=[3] * 3)
            x = self._convolution(x, size) if level == 0 else self._convolution(self._activated(x), size)
            x = self._convolution(self._activated(x), size)
            skips.append(x)
        size = sizes[-1]
        for level in reversed(range(LEVELS - 1)):
            size = _each(size, lambda n: 3 * n - 2)
            # Normalising the two parts before they are joined is the same, in half the steps.
            up = self._activated(self._upsampled(x, size))
            skip = self._activated(self._middle(skips[level], sizes[level], size), self._channels_after_level(level))
            x = self._convolution(self.graph.add("Concat", skip, up, axis=1), size)
            x = self._convolution(self._activated(x), size)
        return self.graph.add("Sigmoid", self._convolution(self._activated(x), size))

    def _activated(self, x: str, channels: int | None = None) -> str:
        """Normalised and activated; `channels` are those of the last convolution where not given."""
        # Keras divides by (standard deviation + 1e-7), so the variance takes next to nothing.
        x = self.graph.instance_norm(x, channels or self._kernel(self._count).shape[0], 1e-12)
        return self.graph.add("LeakyRelu", x, alpha=0.01)

    def _convolution(self, x: str, size: Shape) -> str:
        self._count += 1
        kernel = self._kernel(self._count)
        name = f"conv3d_{self._count}"
        bias = np.asarray(self._weights[f"{name}/{name}/bias:0"], np.float32)
        inputs = self.graph.constant(f"{name}.kernel", kernel), self.graph.constant(f"{name}.bias", bias)
        return self.graph.convolution(x, inputs, kernel, size)

    def _kernel(self, number: int) -> NDArray[np.float32]:
        """Keras (x, y, z, in, out) to ONNX (out, in, x, y, z)."""
        stored = np.asarray(self._weights[f"conv3d_{number}/conv3d_{number}/kernel:0"], np.float32)
        return stored.transpose(4, 3, 0, 1, 2)

    def _channels_after_level(self, level: int) -> int:
        """Channels of what a level hands over: of its second convolution on the way down."""
        return int(self._kernel(2 * level + 2).shape[0])

    def _upsampled(self, x: str, size: Shape) -> str:
        """Copying each voxel three times and averaging over three is linear interpolation with aligned corners."""
        channels = self._kernel(self._count).shape[0]
        sizes = self.graph.constant(f"size_{channels}_{size[0]}", np.asarray([1, channels, *size], np.int64))
        return self.graph.add("Resize", x, "", "", sizes, mode="linear", coordinate_transformation_mode="align_corners")

    def _middle(self, x: str, size: Shape, wanted: Shape) -> str:
        starts = [(have - want) // 2 for have, want in zip(size, wanted, strict=True)]
        return self.graph.cropped(
            x, {axis: (start, start + want) for axis, (start, want) in enumerate(zip(starts, wanted, strict=True), 2)}
        )


def _each(size: Shape, change: Callable[[int], int]) -> Shape:
    x, y, z = map(change, size)
    return x, y, z
