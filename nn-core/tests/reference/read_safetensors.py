"""Reads a network that nn-core saved, without nn-core, and compares its logits: called by `tests/python.rs`.

    python read_safetensors.py network.safetensors expected.safetensors

The second file holds `inputs`, (n, sizes[0]), and the `logits`, (n, sizes[L]), that nn-core found for them.
"""

import sys

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file

ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "relu": lambda z: np.maximum(z, 0),
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
    "tanh": np.tanh,
    "identity": lambda z: z,
}

with safe_open(sys.argv[1], framework="numpy") as network:
    names = network.metadata()["nn-core"].removeprefix("format 1, activations ").split(" ")
    layers = [(network.get_tensor(f"{2 * i}.weight"), network.get_tensor(f"{2 * i}.bias")) for i in range(len(names))]

expected = load_file(sys.argv[2])
a = expected["inputs"]
for (weights, biases), name in zip(layers, names):
    z = a @ weights.T + biases
    a = ACTIVATIONS[name](z)

difference = np.abs(z - expected["logits"]).max()
print(f"{sys.argv[1]}: {' '.join(names)}, logits {z.shape}, largest difference {difference:.1e}")
sys.exit(z.shape != expected["logits"].shape or not difference <= 1e-5)
