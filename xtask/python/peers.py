"""The same training in other people's tools: `python peers.py NAME FOLDER`; `python peers.py history FOLDER` prints numpy's
losses and accuracy after every epoch, in f64, for `cargo xtask reference`.

FOLDER holds what `train_once prepare` wrote: MNIST and the initial weights, as bare little-endian numbers. Each peer trains
784-100-10 (relu, softmax, cross-entropy) by mini-batches of 100 in the data's order, learning rate 0.01, with the loss and
accuracy on the test set after every epoch. Importing, loading, compiling and a few warming steps are not timed.

Two more names: `load TABLE` reads a .csv or .csv.gz with polars, `files FOLDER TABLE` writes what ours is to load.

Prints one line: seconds, then the accuracy at the end, which shows that everybody did the same work.
"""

import os
import sys
import time

import numpy as np

RATE, BATCH = 0.01, 100


class Data:
    def __init__(self, folder):
        read = lambda name, kind: np.fromfile(os.path.join(folder, name), dtype=kind)
        self.x, self.labels = read("train_inputs.f32", "<f4").reshape(-1, 784), read("train_labels.u8", "u1")
        self.test_x, self.test_labels = read("test_inputs.f32", "<f4").reshape(-1, 784), read("test_labels.u8", "u1")
        self.y = np.eye(10, dtype=np.float32)[self.labels]
        self.test_y = np.eye(10, dtype=np.float32)[self.test_labels]
        self.w1, self.b1 = read("weights1.f32", "<f4").reshape(100, 784), read("biases1.f32", "<f4")
        self.w2, self.b2 = read("weights2.f32", "<f4").reshape(10, 100), read("biases2.f32", "<f4")


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def numpy_vectorised(data, epochs, kind, history=None):
    x, y, test_x, test_y = (a.astype(kind) for a in (data.x, data.y, data.test_x, data.test_y))
    w1, b1, w2, b2 = (a.astype(kind) for a in (data.w1, data.b1, data.w2, data.b2))
    yield
    for _ in range(epochs):
        train_loss = 0.0
        for i in range(0, len(x), BATCH):
            a0, t = x[i : i + BATCH], y[i : i + BATCH]
            z1 = a0 @ w1.T + b1
            a1 = np.maximum(z1, 0)
            a2 = softmax(a1 @ w2.T + b2)
            if history is not None:
                train_loss -= np.log((a2 * t).sum(axis=1)).sum()
            d2 = a2 - t
            d1 = (d2 @ w2) * (z1 > 0)
            w2 -= RATE / BATCH * (d2.T @ a1)
            b2 -= RATE / BATCH * d2.sum(axis=0)
            w1 -= RATE / BATCH * (d1.T @ a0)
            b1 -= RATE / BATCH * d1.sum(axis=0)
        a = softmax(np.maximum(test_x @ w1.T + b1, 0) @ w2.T + b2)
        loss = -np.log((a * test_y).sum(axis=1)).mean()
        accuracy = (a.argmax(axis=1) == data.test_labels).mean()
        if history is not None:
            history.append((train_loss / len(x), loss, accuracy))
    yield accuracy


def per_sample(data, epochs):
    """As the numpy original: one example at a time, as columns; a tenth of one epoch, scaled to all."""
    w, b = [data.w1.astype(float), data.w2.astype(float)], [data.b1[:, None].astype(float), data.b2[:, None].astype(float)]
    x, y = data.x.astype(float)[:, :, None], data.y.astype(float)[:, :, None]
    test_x = data.test_x.astype(float)[:, :, None]

    def forward(a):
        zs, activations = [], [a]
        for i in range(2):
            z = w[i] @ a + b[i]
            e = np.exp(z - z.max())
            a = np.maximum(z, 0) if i == 0 else e / e.sum()
            zs.append(z)
            activations.append(a)
        return zs, activations

    yield
    for i in range(0, len(x) // 10, BATCH):
        nabla_w, nabla_b = [np.zeros_like(m) for m in w], [np.zeros_like(m) for m in b]
        for a0, t in zip(x[i : i + BATCH], y[i : i + BATCH]):
            zs, activations = forward(a0)
            delta = activations[-1] - t
            nabla_w[1] += delta @ activations[1].T
            nabla_b[1] += delta
            delta = (w[1].T @ delta) * (zs[0] > 0)
            nabla_w[0] += delta @ activations[0].T
            nabla_b[0] += delta
        for l in range(2):
            w[l] -= RATE / BATCH * nabla_w[l]
            b[l] -= RATE / BATCH * nabla_b[l]
    answers = [forward(a)[1][-1].argmax() for a in test_x[: len(test_x) // 10]]
    yield (answers == data.test_labels[: len(answers)]).mean()


def scikit_learn(data, epochs):
    import warnings

    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier

    warnings.filterwarnings("ignore")
    model = MLPClassifier(
        (100,), solver="sgd", alpha=0, batch_size=BATCH, learning_rate_init=RATE, momentum=0, shuffle=False,
        nesterovs_momentum=False,
    )
    model.partial_fit(data.x[:BATCH], data.labels[:BATCH], classes=np.arange(10))
    for parameter, value in zip(model.coefs_ + model.intercepts_, (data.w1.T, data.w2.T, data.b1, data.b2)):
        parameter[...] = value
    yield
    for _ in range(epochs):
        model.partial_fit(data.x, data.labels)
        probabilities = model.predict_proba(data.test_x)
        loss = log_loss(data.test_labels, probabilities)
        accuracy = (probabilities.argmax(axis=1) == data.test_labels).mean()
    yield accuracy


def pytorch(data, epochs):
    import torch

    torch.set_num_threads(os.cpu_count())
    x, labels = torch.from_numpy(data.x), torch.from_numpy(data.labels).long()
    test_x, test_labels = torch.from_numpy(data.test_x), torch.from_numpy(data.test_labels).long()
    model = torch.nn.Sequential(torch.nn.Linear(784, 100), torch.nn.ReLU(), torch.nn.Linear(100, 10))
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def steps(n):
        for i in range(0, n, BATCH):
            optimizer.zero_grad()
            loss(model(x[i : i + BATCH]), labels[i : i + BATCH]).backward()
            optimizer.step()

    steps(20 * BATCH)
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), (data.w1, data.b1, data.w2, data.b2)):
            parameter.copy_(torch.from_numpy(value))
    yield
    for _ in range(epochs):
        steps(len(x))
        with torch.no_grad():
            z = model(test_x)
            loss(z, test_labels).item()
            accuracy = (z.argmax(dim=1) == test_labels).float().mean().item()
    yield accuracy


def pytorch_by_hand(data, epochs):
    import torch

    torch.set_num_threads(os.cpu_count())
    torch.set_grad_enabled(False)
    x, y, test_x, test_y = (torch.from_numpy(a) for a in (data.x, data.y, data.test_x, data.test_y))
    test_labels = torch.from_numpy(data.test_labels).long()
    w1, b1, w2, b2 = (torch.from_numpy(a.copy()) for a in (data.w1, data.b1, data.w2, data.b2))

    def steps(n, rate):
        for i in range(0, n, BATCH):
            a0 = x[i : i + BATCH]
            a1 = torch.addmm(b1, a0, w1.T).relu_()
            d2 = torch.addmm(b2, a1, w2.T).softmax(dim=1).sub_(y[i : i + BATCH])
            d1 = (d2 @ w2).mul_(a1 > 0)
            w2.addmm_(d2.T, a1, alpha=-rate / BATCH)
            b2.sub_(d2.sum(dim=0), alpha=rate / BATCH)
            w1.addmm_(d1.T, a0, alpha=-rate / BATCH)
            b1.sub_(d1.sum(dim=0), alpha=rate / BATCH)

    steps(20 * BATCH, 0.0)
    yield
    for _ in range(epochs):
        steps(len(x), RATE)
        z = torch.addmm(b2, torch.addmm(b1, test_x, w1.T).relu_(), w2.T)
        -(z.log_softmax(dim=1) * test_y).sum(dim=1).mean().item()
        accuracy = (z.argmax(dim=1) == test_labels).float().mean().item()
    yield accuracy


def jax_jit(data, epochs):
    import jax
    import jax.numpy as jnp

    x = jnp.asarray(data.x).reshape(-1, BATCH, 784)
    y = jnp.asarray(data.y).reshape(-1, BATCH, 10)
    test_x, test_y, test_labels = jnp.asarray(data.test_x), jnp.asarray(data.test_y), jnp.asarray(data.test_labels)
    parameters = tuple(jnp.asarray(a) for a in (data.w1, data.b1, data.w2, data.b2))

    def logits(parameters, x):
        w1, b1, w2, b2 = parameters
        return jax.nn.relu(x @ w1.T + b1) @ w2.T + b2

    def loss(parameters, x, y):
        return -(jax.nn.log_softmax(logits(parameters, x)) * y).sum(axis=1).mean()

    def step(parameters, batch):
        gradients = jax.grad(loss)(parameters, *batch)
        return jax.tree.map(lambda p, g: p - RATE * g, parameters, gradients), None

    @jax.jit
    def epoch(parameters, x, y):
        return jax.lax.scan(step, parameters, (x, y))[0]

    @jax.jit
    def measure(parameters):
        z = logits(parameters, test_x)
        return -(jax.nn.log_softmax(z) * test_y).sum(axis=1).mean(), (z.argmax(axis=1) == test_labels).mean()

    jax.block_until_ready(measure(epoch(parameters, x, y)))
    yield
    for _ in range(epochs):
        parameters = epoch(parameters, x, y)
        _, accuracy = (float(m) for m in measure(parameters))
    yield accuracy


def sgemm():
    """Seconds per 208 GFLOP, the dense work of the whole training, at the rate of one large matrix product."""
    n = 4096
    rng = np.random.default_rng(0)
    a, b = (rng.random((n, n), dtype=np.float32) for _ in range(2))
    a @ b
    start = time.perf_counter()
    a @ b
    return (time.perf_counter() - start) * 208e9 / (2 * n**3)


def load(path):
    """Seconds of polars for one table, the quickest of three times, and the number of its rows."""
    import polars

    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        table = polars.read_csv(path)
        seconds.append(time.perf_counter() - start)
    return min(seconds), table.height


def files(folder, path):
    """Writes the table `path`, a .csv.gz, into `folder` as plain text, and the training set as a pair of IDX.gz files."""
    import gzip

    with gzip.open(path) as table, open(os.path.join(folder, "train.csv"), "wb") as plain:
        plain.write(table.read())
    data = Data(folder)
    n = len(data.labels)
    for name, header, numbers in (
        ("images.idx.gz", (0x803, n, 28, 28), np.rint(data.x * 255)),
        ("labels.idx.gz", (0x801, n), data.labels),
    ):
        with gzip.open(os.path.join(folder, name), "wb") as file:
            file.write(np.array(header, ">u4").tobytes() + numbers.astype("u1").tobytes())
    return 0, n


PEERS = {
    "numpy f32": lambda data, epochs: numpy_vectorised(data, epochs, np.float32),
    "numpy f64": lambda data, epochs: numpy_vectorised(data, epochs, np.float64),
    "numpy per sample": per_sample,
    "scikit-learn": scikit_learn,
    "PyTorch nn": pytorch,
    "PyTorch by hand": pytorch_by_hand,
    "JAX jit": jax_jit,
}


def main():
    name, folder = sys.argv[1:3]
    if name == "dense limit":
        print(sgemm(), 0)
        return
    if name == "history":
        history = []
        list(numpy_vectorised(Data(folder), 10, np.float64, history))
        print("epoch,train_loss,test_loss,accuracy")
        for epoch, numbers in enumerate(history):
            print(epoch, *(repr(float(number)) for number in numbers), sep=",")
        return
    if name == "load":
        print(*load(folder))
        return
    if name == "files":
        print(*files(folder, sys.argv[3]))
        return
    training = PEERS[name](Data(folder), 10)
    next(training)
    start = time.perf_counter()
    accuracy = next(training)
    seconds = time.perf_counter() - start
    print(seconds * (100 if name == "numpy per sample" else 1), accuracy)


main()
