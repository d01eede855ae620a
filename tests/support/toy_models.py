"""A models folder with one toy model: a network that only thresholds, so that every answer is known beforehand."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from medscan_desktop.inference.registry import card_hash

CARD = """
id = "toy"
name = "Toy"
version = "1"
algorithm_name = "toy"
task = "segmentation"
body_part = "liver"
intended_use = "Tests."
limits = []
clearance = "Not cleared as a medical device."
measured = []
confidence_meaning = "mean score"

[origin]
package = "none"
url = ""
licence = "Apache-2.0"
citation = ""
training_data = ""
training_terms = ""
changes = ""

[needs]
modalities = ["CT"]
unit = "HU"
padding_value = -1000.0
minimum_slices = 4
maximum_spacing_mm = 6.0
minimum_extent_mm = [20.0, 20.0, 20.0]
maximum_extent_mm = [500.0, 500.0, 500.0]
contrast = "T1"
contrast_words = ["T1", "MPRAGE"]
refused_contrasts = ["T2", "FLAIR"]
refused_body_parts = ["KNEE"]

[runtime]
arena = false

[[files]]
name = "toy.onnx"
sha256 = "{sha256}"

[[classes]]
number = 3
name = "Bright"
colour = [1, 2, 3]
minimum_ml = 1.0
maximum_ml = 1000.0
minimum_extent_mm = [1.0, 1.0, 1.0]
maximum_extent_mm = [400.0, 400.0, 400.0]
refusal = "Nothing bright is in view ({{ml}} ml found)."
category = {{ value = "123037004", scheme = "SCT", meaning = "Anatomical Structure" }}
type = {{ value = "10200004", scheme = "SCT", meaning = "Liver" }}

[[preprocess]]
step = "resample"
spacing_mm = 2.0

[[preprocess]]
step = "scale_range"
low = 0.0
high = 100.0
to_low = 0.0
to_high = 1.0

[tiles]
network = "toy.onnx"
input = [36, 36, 36]
output = [32, 32, 32]
channels = [1]

[[postprocess]]
step = "keep_largest"
"""


def write_toy_model(folder: Path, *, network: bytes | None = None, replace: tuple[str, str] = ("", "")) -> Path:
    """A models folder; `replace` swaps one text of the card for another before its hash is taken."""
    data = thresholding_network() if network is None else network
    (folder / "toy").mkdir(parents=True)
    (folder / "toy" / "toy.onnx").write_bytes(data)
    card = CARD.format(sha256=hashlib.sha256(data).hexdigest()).replace(*replace)
    (folder / "toy" / "card.toml").write_text(card, encoding="utf-8")
    index = f'[[model]]\nid = "toy"\ncard_sha256 = "{card_hash(card)}"\n'
    (folder / "index.toml").write_text(index, encoding="utf-8")
    return folder


def thresholding_network(*, rounds: int = 0) -> bytes:
    """Input [1, 1, 36, 36, 36], output channel 1 the middle [32, 32, 32] as sigmoid(6 (x - 0.5)), channel 0 the rest.

    `rounds` of useless convolutions before it make it slow.
    """
    size = ["x", "y", "z"]
    constants: dict[str, Any] = {
        "half": np.float32(0.5),
        "steep": np.float32(6),
        "one": np.float32(1),
        "starts": np.array([2, 2, 2]),
        "ends": np.array([34, 34, 34]),
        "axes": np.array([2, 3, 4]),
        "wide": np.full((16, 1, 5, 5, 5), 1e-9, np.float32),
        "deep": np.full((16, 16, 5, 5, 5), 1e-9, np.float32),
        "narrow": np.zeros((1, 16, 1, 1, 1), np.float32),
    }
    nodes = [helper.make_node("Conv", ["image", "wide"], ["slow0"], pads=[2] * 6)]
    for count in range(rounds):
        nodes.append(helper.make_node("Conv", [f"slow{count}", "deep"], [f"slow{count + 1}"], pads=[2] * 6))
    nodes += [
        helper.make_node("Conv", [f"slow{rounds}", "narrow"], ["nothing"]),
        helper.make_node("Add", ["image", "nothing"], ["same"]),
        helper.make_node("Slice", ["same", "starts", "ends", "axes"], ["middle"]),
        helper.make_node("Sub", ["middle", "half"], ["centred"]),
        helper.make_node("Mul", ["centred", "steep"], ["scaled"]),
        helper.make_node("Sigmoid", ["scaled"], ["bright"]),
        helper.make_node("Sub", ["one", "bright"], ["dark"]),
        helper.make_node("Concat", ["dark", "bright"], ["scores"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "toy",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, *size])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 2, "a", "b", "c"])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
    return bytes(onnx.ModelProto.SerializeToString(model))
