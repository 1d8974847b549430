"""Reads a network that nn-core saved, without nn-core, and compares its logits: called by `tests/python.rs`.

    python read_safetensors.py network.safetensors expected.safetensors

The second file holds `inputs`, (n, sizes[0]), and the `logits`, (n, sizes[L]), that nn-core found for them.
"""

import re
import sys
import zlib

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


def load(path):
    """Weights, biases and activation of each layer; their checksum must be the one in the metadata."""
    with safe_open(path, framework="numpy") as network:
        metadata = network.metadata()["nn-core"]
        found = re.fullmatch(r"format 1, crc32 ([0-9a-f]{8}), activations ([a-z ]+)(; checkpoint of .*)?", metadata)
        if found is None:
            sys.exit(f"{path}: expected metadata of format 1, found {metadata!r}")
        checksum, names, checkpoint = found.groups()
        layers = [
            (network.get_tensor(f"{2 * i}.weight"), network.get_tensor(f"{2 * i}.bias"), name)
            for i, name in enumerate(names.split(" "))
        ]
        numbers = [tensor for layer in layers for tensor in layer[:2]]
        numbers += [network.get_tensor("history")] if checkpoint else []
    crc = zlib.crc32(b"".join(np.ascontiguousarray(tensor).tobytes() for tensor in numbers))
    if f"{crc:08x}" != checksum:
        sys.exit(f"{path}: expected numbers with the checksum {checksum}, found {crc:08x}")
    return layers


def main():
    layers = load(sys.argv[1])
    expected = load_file(sys.argv[2])
    a = expected["inputs"]
    for weights, biases, name in layers:
        z = a @ weights.T + biases
        a = ACTIVATIONS[name](z)

    difference = np.abs(z - expected["logits"]).max()
    names = " ".join(name for _, _, name in layers)
    print(f"{sys.argv[1]}: {names}, logits {z.shape}, largest difference {difference:.1e}")
    sys.exit(z.shape != expected["logits"].shape or not difference <= 1e-5)


if __name__ == "__main__":
    main()
