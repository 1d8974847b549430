"""JAX reads a network of relu and softmax that nn-core saved, as the documentation of `Network::save` shows.

    python -m pip install jax safetensors==0.8.0
    python jax_reads.py network.safetensors expected.safetensors

The second file is that of `onnx_reads.py`.
"""

import sys

import jax
import jax.numpy as jnp
from safetensors.flax import load_file

tensors, expected = load_file(sys.argv[1]), load_file(sys.argv[2])
layers = len(tensors) // 2
with jax.default_matmul_precision("highest"):
    a = expected["inputs"]
    for i in range(layers):
        z = a @ tensors[f"{2 * i}.weight"].T + tensors[f"{2 * i}.bias"]
        a = jax.nn.softmax(z) if i == layers - 1 else jax.nn.relu(z)

difference = jnp.abs(a - expected["outputs"]).max()
print(f"JAX {jax.__version__}: {layers} layers, largest difference {difference:.1e}")
sys.exit(not difference <= 1e-5)
