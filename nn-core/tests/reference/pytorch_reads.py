"""PyTorch reads a network that nn-core saved: the example in the documentation of `Network::save`, to run.

    python -m pip install torch==2.15.0 -r requirements.txt
    python pytorch_reads.py network.safetensors expected.safetensors

Both files are those of `read_safetensors.py`. PyTorch fills gigabytes, so no test starts this by itself: set NN_CORE_PYTORCH to a
Python that has torch, and `cargo test -p nn-core --test python` does.
"""

import sys

import torch
from safetensors.torch import load_file
from torch import nn

from read_safetensors import load

MODULES = {
    "sigmoid": nn.Sigmoid,
    "relu": nn.ReLU,
    "softmax": lambda: nn.Softmax(dim=1),
    "tanh": nn.Tanh,
    "identity": nn.Identity,
}

modules = []
for weights, _, activation in load(sys.argv[1]):
    fan_out, fan_in = weights.shape
    modules += [nn.Linear(fan_in, fan_out), MODULES[activation]()]
model = nn.Sequential(*modules)
model.load_state_dict(load_file(sys.argv[1]))

expected = load_file(sys.argv[2])
with torch.no_grad():
    logits = model[:-1](expected["inputs"])
    outputs = model(expected["inputs"])
difference = (logits - expected["logits"]).abs().max().item()
print(f"PyTorch {torch.__version__}: {model}")
print(f"logits {tuple(logits.shape)}, largest difference {difference:.1e}; first outputs {outputs[0].tolist()}")
sys.exit(not difference <= 1e-5)
