"""The two networks of deepbet 1.0.2 (TorchScript) as ONNX: one 3D LinkNet twice, with different weights.

Written from the code inside the archives (`__torch__.LinkNet3d`). Both take any size that is a multiple of 32.
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
    return {name: _write(read_weights(members[path])) for name, path in (("box.onnx", _BOX), ("mask.onnx", _MASK))}


def _write(weights: Weights) -> bytes:
    network = _LinkNet(weights)
    size = ["depth", "height", "width"]
    return network.graph.model("linknet3d", [1, 1, *size], network.write(), [1, 2, *size])


class _LinkNet:
    """Every convolution but the last is followed by instance normalisation."""

    def __init__(self, weights: Weights) -> None:
        self.graph = Graph()
        self._weights = weights

    def write(self) -> str:
        """The whole network; gives the name of its output."""
        x = self._relu(self._unit("image", "init.0", stride=2))
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
        return self.graph.add("Softmax", self._convolution(x, "tp_conv2", stride=2, transposed=True), axis=1)

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
        if transposed and stride == 2 and size == 3:
            options["output_padding"] = [1] * 3
        return self.graph.add("ConvTranspose" if transposed else "Conv", x, *inputs, **options)

    def _relu(self, x: str) -> str:
        return self.graph.add("Relu", x)
