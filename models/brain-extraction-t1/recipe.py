"""The two networks of deepbet 1.0.2 (TorchScript) as ONNX: one 3D LinkNet twice, with different weights.

Written from the code inside the archives (`__torch__.LinkNet3d`), but for its end: a softmax over two channels is the
sigmoid of their difference, and the difference is taken of the last kernels. It halves the time.
"""

from collections.abc import Mapping

from graph import Graph
from torchscript import Weights, read_weights

_BOX, _MASK = "data/models/bbox_model.pt", "data/models/model.pt"
MEMBERS = {
    _BOX: "39a7b2b5f799faa1391ea97bfcdc0b9299f20d84f2316a4ff8918dc4685e40aa",
    _MASK: "de8ee7c69654d0dd3935dc4a5d84571d8ecf4637a6bfc01df399c4c2bc86e0fd",
}


def build(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """ONNX file name to its bytes."""
    return {
        "box.onnx": _write(read_weights(members[_BOX]), side=128),
        "mask.onnx": _write(read_weights(members[_MASK]), side=256),
    }


def _write(weights: Weights, side: int) -> bytes:
    network = _LinkNet(weights)
    shape = [1, 1, side, side, side]
    return network.graph.model("linknet3d", shape, network.write(side), shape)


class _LinkNet:
    """Every convolution but the last is followed by instance normalisation."""

    def __init__(self, weights: Weights) -> None:
        self.graph = Graph()
        self._weights = weights

    def write(self, side: int) -> str:
        """The whole network on cubes of `side` (a multiple of 32); gives the name of its output."""
        stem = self._weights["init.0.weight"]
        x = self.graph.convolution(
            "image", [self.graph.constant("init.0.weight", stem)], stem, (side, side, side), stride=2
        )
        x = self._relu(self.graph.instance_norm(x, stem.shape[0], 1e-5))
        x = self.graph.add("MaxPool", x, kernel_shape=[3] * 3, strides=[2] * 3, pads=[1] * 6)
        skips = [x]
        for level in range(4):
            x = self._block(self._block(x, f"down{level}.block1", stride=2 if level else 1), f"down{level}.block2")
            skips.append(x)
        # up3 keeps the size: the stem and down0 lie on the same grid.
        for level, skip in enumerate((skips[3], skips[2], skips[1], skips[0])):
            x = self.graph.add("Add", self._up(x, f"up{level}", stride=2 if level < 3 else 1), skip)
        x = self._relu(self._unit(x, "tp_conv1.0", stride=2, transposed=True))
        x = self._relu(self._unit(x, "conv.0"))
        kernel, bias = self._weights["tp_conv2.weight"], self._weights["tp_conv2.bias"]
        brain = self.graph.constant("brain.weight", kernel[:, 1:2] - kernel[:, 0:1])
        offset = self.graph.constant("brain.bias", bias[1:2] - bias[0:1])
        x = self.graph.add("ConvTranspose", x, brain, offset, kernel_shape=kernel.shape[2:], strides=[2] * 3)
        return self.graph.add("Sigmoid", x)

    def _block(self, x: str, name: str, stride: int = 1) -> str:
        """Two convolutions beside a short cut."""
        inner = self._relu(self._unit(x, f"{name}.double_conv.0", stride=stride))
        inner = self._unit(inner, f"{name}.double_conv.3")
        short = self._unit(x, f"{name}.downsample.0", stride=2) if stride == 2 else x
        return self._relu(self.graph.add("Add", inner, short))

    def _up(self, x: str, name: str, stride: int) -> str:
        x = self._relu(self._unit(x, f"{name}.conv1.0"))
        x = self._relu(self._unit(x, f"{name}.tp_conv.0", stride=stride, transposed=True))
        return self._relu(self._unit(x, f"{name}.conv2.0"))

    def _unit(self, x: str, name: str, *, stride: int = 1, transposed: bool = False) -> str:
        """Convolve and normalise."""
        channels = self._weights[f"{name}.weight"].shape[1 if transposed else 0]
        return self.graph.instance_norm(
            self._convolution(x, name, stride=stride, transposed=transposed), channels, 1e-5
        )

    def _convolution(self, x: str, name: str, *, stride: int = 1, transposed: bool = False) -> str:
        kernel = self._weights[f"{name}.weight"]
        inputs = [self.graph.constant(f"{name}.weight", kernel)]
        if f"{name}.bias" in self._weights:
            inputs.append(self.graph.constant(f"{name}.bias", self._weights[f"{name}.bias"]))
        size = kernel.shape[2]
        options: dict[str, object] = {
            "kernel_shape": [size] * 3,
            "strides": [stride] * 3,
            "pads": [(size - 1) // 2] * 6,
        }
        if transposed and stride == 2:
            options["output_padding"] = [1] * 3
        return self.graph.add("ConvTranspose" if transposed else "Conv", x, *inputs, **options)

    def _relu(self, x: str) -> str:
        return self.graph.add("Relu", x)
