"""Write an ONNX graph node by node, so that the same weights always give the same bytes."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Shape = tuple[int, int, int]

SLAB_WORK = 6_000_000_000  # multiplications in one node: a third of a second on two cores
OPSET = 19
IR_VERSION = 9  # what opset 19 was released with: fixed, not the newest that onnx knows


class Graph:
    """A graph being written. Each method adds one node, named by its count, and gives the name of its output."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        """One node of ONNX operator `kind` with one output."""
        name = f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """An initialiser; the same name twice is the same tensor."""
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def convolution(
        self, x: str, inputs: Sequence[str], kernel: NDArray[np.float32], shape: Shape, stride: int = 1
    ) -> str:
        """A convolution of `x` (x, y, z of `shape`) that keeps the size, or divides it by `stride`.

        A run can only be stopped between two nodes, so a big one is cut into slabs along x: the same numbers, in
        steps of well under a second.
        """
        width, length = kernel.shape[2], shape[0] // stride
        margins = [size // 2 for size in kernel.shape[2:]]
        options = {"kernel_shape": kernel.shape[2:], "strides": [stride] * 3}
        work = kernel.size * math.prod(size // stride for size in shape)
        count = min(length, -(-work // SLAB_WORK))
        if count == 1:
            return self.add("Conv", x, *inputs, pads=margins * 2, **options)
        slabs = []
        for index in range(count):
            first, last = index * length // count, (index + 1) * length // count
            start, end = first * stride - margins[0], (last - 1) * stride - margins[0] + width
            part = self.cropped(x, {2: (max(0, start), min(shape[0], end))})
            pads = [max(0, -start), *margins[1:], max(0, end - shape[0]), *margins[1:]]
            slabs.append(self.add("Conv", part, *inputs, pads=pads, **options))
        return self.add("Concat", *slabs, axis=2)

    def cropped(self, x: str, ranges: Mapping[int, tuple[int, int]]) -> str:
        """The part of `x` between first and end along each axis of `ranges`."""
        values = [first for first, _ in ranges.values()], [end for _, end in ranges.values()], list(ranges)
        names = [self.constant("integers_" + "_".join(map(str, part)), np.asarray(part, np.int64)) for part in values]
        return self.add("Slice", x, *names)

    def instance_norm(self, x: str, channels: int, epsilon: float) -> str:
        """Instance normalisation without learned scale or shift."""
        one = self.constant(f"one_{channels}", np.ones(channels, np.float32))
        zero = self.constant(f"zero_{channels}", np.zeros(channels, np.float32))
        return self.add("InstanceNormalization", x, one, zero, epsilon=epsilon)

    def model(self, name: str, inputs: Sequence[int | str], output: str, outputs: Sequence[int | str]) -> bytes:
        """The serialised model with input "image" and output "scores", float32 of the given shapes."""
        self._nodes.append(helper.make_node("Identity", [output], ["scores"], name="scores"))
        graph = helper.make_graph(
            self._nodes,
            name,
            [helper.make_tensor_value_info("image", TensorProto.FLOAT, inputs)],
            [helper.make_tensor_value_info("scores", TensorProto.FLOAT, outputs)],
            [self._constants[key] for key in sorted(self._constants)],
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            producer_name="medscan-desktop",
            ir_version=IR_VERSION,
        )
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))
