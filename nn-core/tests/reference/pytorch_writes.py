"""PyTorch writes the networks that `tests/pytorch.rs` reads, and says what it makes of some inputs.

    python -m pip install torch==2.15.0 numpy==2.4.6 safetensors==0.8.0
    python pytorch_writes.py            writes the files in pytorch/

`sequential_*.safetensors` hold the `state_dict` of an `nn.Sequential`, in four precisions; `named.safetensors` that of a module
with attributes, and one layer without biases. `expected.safetensors` holds the inputs, (6, 20), and the logits that PyTorch
found for them with each file's numbers, (6, 5), in f64.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

FOLDER = Path(__file__).resolve().parent / "pytorch"


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(20, 12)
        self.fc2 = nn.Linear(12, 8, bias=False)
        self.out = nn.Linear(8, 5)

    def forward(self, x):
        return self.out(torch.tanh(self.fc2(torch.relu(self.fc1(x)))))


def sequential():
    return nn.Sequential(nn.Linear(20, 12), nn.ReLU(), nn.Linear(12, 5))


def main():
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(7)
    inputs = torch.rand(6, 20)
    expected = {"inputs": inputs}
    precisions = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16, "f64": torch.float64}
    models = [(f"sequential_{name}", sequential(), precision) for name, precision in precisions.items()]
    models.append(("named", Named(), torch.float32))
    for name, model, precision in models:
        path = FOLDER / f"{name}.safetensors"
        # Drawn in f64, so that no two files hold the same numbers.
        model = model.double()
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=0.4)
        save_file(model.to(precision).state_dict(), path)
        model = model.double()
        model.load_state_dict(load_file(path))
        with torch.no_grad():
            expected[name] = model(inputs.double())
        print(path.name, {key: (str(value.dtype), tuple(value.shape)) for key, value in load_file(path).items()})
    save_file(expected, FOLDER / "expected.safetensors")


if __name__ == "__main__":
    main()
