"""The same networks in numpy, float64, as an independent witness for `tests/numpy_twin.rs`.

    python -m pip install -r requirements.txt
    python make_reference.py            writes numpy_twin.safetensors
    python make_reference.py --check    compares it with the one that is there: byte for byte on x86-64 Linux, where it was
                                        made, and elsewhere, where exp and tanh round differently, to 1e-10

It follows the original notebook, not the Rust code: one example per *column*, z = W a + b. No shortcut is taken: the
delta of every layer is ∂loss/∂a through the activation's whole Jacobian, also where everything cancels to a − y.

The file holds 300 images of MNIST's training set to train on and 100 to test on, initial weights for three
architectures, and for each of 88 networks:

    NAME/loss              the mini-batch's loss in steps 1, 10 and 200, (3,)
    NAME/activations.L     digests of a[L] in these steps, over the examples, (3, fan_out)
    NAME/gradients.L.weight  and .bias: digests of ∂loss/∂W[L], over fan_in, and ∂loss/∂b[L] itself, (3, fan_out)
    NAME/L.weight            and .bias: the same of W[L] and b[L] after these steps, (3, fan_out)
    NAME/history           training loss, test loss and accuracy of each of the 20 epochs, (20, 3)

A digest is the product with the probe, whole numbers from -50 to 50, so that every entry counts and no file is large.
"""

import os
import sys

# The same machine code on every x86-64 processor with AVX2, so that the last bits agree as well.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OPENBLAS_CORETYPE"] = "Haswell"
os.environ["NPY_DISABLE_CPU_FEATURES"] = "X86_V4 AVX512_ICL AVX512_SPR"

import gzip
import platform
from pathlib import Path

import numpy as np
from safetensors.numpy import load, save

HERE = Path(__file__).resolve().parent
IMAGES = HERE.parents[2] / "data" / "mnist_train.csv.gz"
OUTPUT = HERE / "numpy_twin.safetensors"

TRAIN, TEST, MINI_BATCH, EPOCHS, LEARNING_RATE = 300, 100, 32, 20, 0.05
STEPS = [1, 10, 200]
ARCHITECTURES = {"none": [784, 10], "one": [784, 24, 10], "three": [784, 20, 16, 12, 10]}
HIDDEN = ["sigmoid", "relu", "softmax", "tanh", "identity"]
PAIRS = [("cross-entropy", "softmax"), ("binary cross-entropy", "sigmoid"), ("binary cross-entropy", "softmax")]
PAIRS += [("mean squared error", output) for output in HIDDEN]


def activate(name, z):
    if name == "sigmoid":
        return 1 / (1 + np.exp(-z))
    if name == "relu":
        return np.maximum(z, 0)
    if name == "softmax":
        e = np.exp(z - z.max(axis=0))
        return e / e.sum(axis=0)
    if name == "tanh":
        return np.tanh(z)
    return z.copy()


def jacobians(name, z):
    """∂a_i/∂z_j of every example: (n, i, j)."""
    a = activate(name, z).T
    if name == "softmax":
        return a[:, :, None] * (np.eye(a.shape[1]) - a[:, None, :])
    slope = {
        "sigmoid": lambda: np.exp(-z) / (1 + np.exp(-z)) ** 2,
        "relu": lambda: np.where(z > 0, 1.0, 0.0),
        "tanh": lambda: 1 / np.cosh(z) ** 2,
        "identity": lambda: np.ones_like(z),
    }[name]().T
    return slope[:, :, None] * np.eye(a.shape[1])


def loss_of(name, a, y):
    if name == "cross-entropy":
        each = -(y * np.log(a)).sum(axis=0)
    elif name == "binary cross-entropy":
        each = -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum(axis=0)
    else:
        each = ((a - y) ** 2).sum(axis=0) / (2 * len(y))
    return each.mean()


def slope_of_loss(name, a, y):
    if name == "cross-entropy":
        return -y / a
    if name == "binary cross-entropy":
        return -y / a + (1 - y) / (1 - a)
    return (a - y) / len(y)


def forward(weights, biases, activations, x):
    zs, outputs = [], [x]
    for w, b, name in zip(weights, biases, activations):
        zs.append(w @ outputs[-1] + b[:, None])
        outputs.append(activate(name, zs[-1]))
    return zs, outputs


def backward(weights, activations, zs, outputs, y, loss):
    gradient = slope_of_loss(loss, outputs[-1], y)
    found = []
    for layer in reversed(range(len(weights))):
        delta = np.einsum("nij,in->jn", jacobians(activations[layer], zs[layer]), gradient)
        found.append((delta @ outputs[layer].T / y.shape[1], delta.mean(axis=1)))
        gradient = weights[layer].T @ delta
    return found[::-1]


def probe(n):
    return (37.0 * np.arange(n) + 11.0) % 101.0 - 50.0


def digest(matrix):
    return matrix @ probe(matrix.shape[1])


def train(weights, biases, activations, loss, data):
    (x, y), (test_x, test_y) = data
    weights, biases = [w.astype(np.float64) for w in weights], [b.astype(np.float64) for b in biases]
    rows, history, step = {}, [], 0
    record = lambda name, number: rows.setdefault(name, []).append(number)
    for _ in range(EPOCHS):
        total = 0.0
        for start in range(0, TRAIN, MINI_BATCH):
            batch = slice(start, min(start + MINI_BATCH, TRAIN))
            zs, outputs = forward(weights, biases, activations, x[:, batch])
            value = loss_of(loss, outputs[-1], y[:, batch])
            gradients = backward(weights, activations, zs, outputs, y[:, batch], loss)
            for w, b, (dw, db) in zip(weights, biases, gradients):
                w -= LEARNING_RATE * dw
                b -= LEARNING_RATE * db
            total += value * (batch.stop - batch.start)
            step += 1
            if step in STEPS:
                record("loss", value)
                for i, (w, b, (dw, db)) in enumerate(zip(weights, biases, gradients)):
                    record(f"activations.{i}", digest(outputs[i + 1]))
                    record(f"gradients.{i}.weight", digest(dw))
                    record(f"gradients.{i}.bias", db.copy())
                    record(f"{i}.weight", digest(w))
                    record(f"{i}.bias", b.copy())
        a = forward(weights, biases, activations, test_x)[1][-1]
        accuracy = (a.argmax(axis=0) == test_y.argmax(axis=0)).mean()
        history.append([total / TRAIN, loss_of(loss, a, test_y), accuracy])
    return {name: np.array(row) for name, row in rows.items()} | {"history": np.array(history)}


def images():
    with gzip.open(IMAGES, "rt") as lines:
        next(lines)
        rows = np.array([next(lines).split(",") for _ in range(TRAIN + TEST)], dtype=np.uint8)
    return rows[:, 1:], rows[:, 0]


def main():
    pixels, labels = images()
    tensors = {"images": pixels, "labels": labels}
    x = (pixels.astype(np.float32) / np.float32(255)).astype(np.float64).T
    y = np.eye(10)[labels].T
    data = [(x[:, :TRAIN], y[:, :TRAIN]), (x[:, TRAIN:], y[:, TRAIN:])]

    random = np.random.Generator(np.random.PCG64(7))
    for architecture, sizes in ARCHITECTURES.items():
        # Rounded to float32, so that both precisions start from the same numbers.
        normal = lambda *shape: random.standard_normal(shape)
        weights = [(normal(j, i) / np.sqrt(i)).astype(np.float32) for i, j in zip(sizes, sizes[1:])]
        biases = [normal(j).astype(np.float32) for j in sizes[1:]]
        for i, (w, b) in enumerate(zip(weights, biases)):
            tensors |= {f"{architecture}/initial/{i}.weight": w, f"{architecture}/initial/{i}.bias": b}
        for loss, output in PAIRS:
            for hidden in HIDDEN if len(sizes) > 2 else ["-"]:
                activations = [hidden] * (len(sizes) - 2) + [output]
                numbers = train(weights, biases, activations, loss, data)
                name = f"{architecture}/{hidden}/{output}/{loss}"
                tensors |= {f"{name}/{key}": value for key, value in numbers.items()}
                assert all(np.isfinite(value).all() for value in numbers.values()), name
                print(name, numbers["history"][-1], flush=True)

    # `save` writes the memory of an array as it lies there, whatever its strides.
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    content = save(tensors, {"source": f"make_reference.py, numpy {np.__version__}"})
    if "--check" in sys.argv:
        check(content)
    else:
        OUTPUT.write_bytes(content)
        print(f"{OUTPUT.name}: {len(content)} bytes")


def check(content):
    there = OUTPUT.read_bytes()
    same = there == content
    print(f"{OUTPUT.name}: {len(content)} bytes, {'the same' if same else 'NOT the same'}")
    if same or (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        sys.exit(not same)
    found, expected = load(content), load(there)
    assert found.keys() == expected.keys()
    distances = {name: np.linalg.norm(found[name] - tensor.astype(float)) for name, tensor in expected.items()}
    worst = max(distances[name] / (np.linalg.norm(tensor) or 1) for name, tensor in expected.items())
    print(f"largest deviation {worst:.1e}")
    sys.exit(not worst <= 1e-10)


main()
