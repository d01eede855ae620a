"""Write an ONNX graph node by node, so that the same weights always give the same bytes."""

from collections.abc import Sequence

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

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
