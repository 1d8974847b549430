"""onnxruntime runs a network that nn-core saved as ONNX; `tests/weights_of_others.rs` starts this.

    python onnx_reads.py network.onnx expected.safetensors

The second file holds `inputs`, (n, sizes[0]), and the `outputs`, (n, sizes[L]), that nn-core found for them.
"""

import sys

import numpy as np
import onnxruntime
from safetensors.numpy import load_file

expected = load_file(sys.argv[2])
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
(outputs,) = session.run(None, {"inputs": expected["inputs"]})

difference = np.abs(outputs - expected["outputs"]).max()
shapes = [(value.name, value.shape) for value in session.get_inputs() + session.get_outputs()]
print(f"onnxruntime {onnxruntime.__version__}: {shapes}, largest difference {difference:.1e}")
sys.exit(outputs.shape != expected["outputs"].shape or not difference <= 1e-5)
