"""ONNX Runtime sessions of one prediction, made from verified bytes, and the way to stop them."""

from collections.abc import Mapping
from threading import Event
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    NotImplemented,
    RuntimeException,
)

from medscan_desktop.domain.errors import Cancelled, Damaged

PROVIDERS = ["CPUExecutionProvider"]  # by name: never whatever happens to be installed
_ERRORS_ONLY = 3
_NO_NETWORK = (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, NotImplemented, RuntimeException)


class Engine:
    """Runs the networks of one model. `stop` may come from any thread; all else from one."""

    def __init__(self, model_id: str, files: Mapping[str, bytes], *, threads: int, arena: bool) -> None:
        self._model_id = model_id
        self._files = files
        self._options = _session_options(threads, arena)
        self._run_options = onnxruntime.RunOptions()
        self._run_options.log_severity_level = _ERRORS_ONLY
        self._stopped = Event()
        self._sessions: dict[str, Any] = {}

    @property
    def provider(self) -> str:
        """Where the networks ran."""
        return PROVIDERS[0]

    def infer(self, network: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores [channel, x, y, z] of one image [x, y, z]; raises Cancelled once stopped."""
        self.check()
        session = self._session(network)
        self.check()
        try:
            (scores,) = session.run(["scores"], {"image": values[np.newaxis, np.newaxis]}, self._run_options)
        except Fail:
            self.check()  # a terminated run ends as this error too
            raise
        self.check()
        return np.asarray(scores[0])

    def check(self) -> None:
        """Raises Cancelled once stopped."""
        if self._stopped.is_set():
            raise Cancelled("The model was stopped.")

    def stop(self) -> None:
        """End the run under way within milliseconds, and every later one at once."""
        self._stopped.set()
        self._run_options.terminate = True

    def _session(self, network: str) -> Any:
        if network not in self._sessions:
            try:
                self._sessions[network] = onnxruntime.InferenceSession(
                    self._files[network], self._options, providers=PROVIDERS
                )
            except (KeyError, *_NO_NETWORK) as error:
                raise Damaged(f"The network {network} of the model {self._model_id} cannot be used.") from error
        return self._sessions[network]


def _session_options(threads: int, arena: bool) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = max(1, threads)
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # spinning starves the window
    options.enable_cpu_mem_arena = arena
    options.enable_mem_pattern = arena
    options.log_severity_level = _ERRORS_ONLY
    return options
