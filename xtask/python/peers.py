"""The same training in other people's tools: `python peers.py NAME FOLDER SIZES MINI_BATCH EPOCHS`; `python peers.py history FOLDER`
prints numpy's losses and accuracy after every epoch, in f64, for `cargo xtask reference`.

FOLDER holds what `train_once prepare` wrote: MNIST and the initial weights, as bare little-endian numbers. Each peer trains the
network of these SIZES, 784-100-10 or others (relu, softmax, cross-entropy), by mini-batches in the data's order, learning rate 0.01,
with the loss and accuracy on the test set after every epoch. Importing, loading, compiling and a few warming steps are not timed.

Three more names: `dense limit` alone, `load TABLE` reads a .csv or .csv.gz with polars, `files FOLDER TABLE` writes what ours is to
load.

Prints one line: seconds, then the accuracy at the end, which shows that everybody did the same work.
"""

import os
import sys
import time

import numpy as np

RATE = 0.01


class Job:
    """What is trained, on what: `weights` and `biases` of each layer, `x` and `labels`, `y` one-hot."""

    def __init__(self, folder, sizes="784-100-10", mini_batch=100, epochs=10):
        read = lambda name, kind: np.fromfile(os.path.join(folder, name), dtype=kind)
        self.x, self.labels = read("train_inputs.f32", "<f4").reshape(-1, 784), read("train_labels.u8", "u1")
        self.test_x, self.test_labels = read("test_inputs.f32", "<f4").reshape(-1, 784), read("test_labels.u8", "u1")
        self.y = np.eye(10, dtype=np.float32)[self.labels]
        self.test_y = np.eye(10, dtype=np.float32)[self.test_labels]
        self.sizes = [int(size) for size in sizes.split("-")]
        layers = range(1, len(self.sizes))
        self.weights = [read(f"{sizes}/weights{l}.f32", "<f4").reshape(self.sizes[l], -1) for l in layers]
        self.biases = [read(f"{sizes}/biases{l}.f32", "<f4") for l in layers]
        self.batch, self.epochs = int(mini_batch), int(epochs)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def numpy_vectorised(job, kind, history=None):
    x, y, test_x, test_y = (a.astype(kind) for a in (job.x, job.y, job.test_x, job.test_y))
    w, b = ([a.astype(kind) for a in arrays] for arrays in (job.weights, job.biases))

    def forward(a):
        activations = [a]
        for l in range(len(w)):
            z = activations[l] @ w[l].T + b[l]
            activations.append(np.maximum(z, 0) if l + 1 < len(w) else softmax(z))
        return activations

    yield
    for _ in range(job.epochs):
        train_loss = 0.0
        for i in range(0, len(x), job.batch):
            a, t = forward(x[i : i + job.batch]), y[i : i + job.batch]
            if history is not None:
                train_loss -= np.log((a[-1] * t).sum(axis=1)).sum()
            delta = a[-1] - t
            for l in reversed(range(len(w))):
                below = (delta @ w[l]) * (a[l] > 0) if l > 0 else None
                w[l] -= RATE / job.batch * (delta.T @ a[l])
                b[l] -= RATE / job.batch * delta.sum(axis=0)
                delta = below
        a = forward(test_x)[-1]
        loss = -np.log((a * test_y).sum(axis=1)).mean()
        accuracy = (a.argmax(axis=1) == job.test_labels).mean()
        if history is not None:
            history.append((train_loss / len(x), loss, accuracy))
    yield accuracy


def per_sample(job):
    """As the numpy original: one example at a time, as columns; a tenth of one epoch, scaled to all."""
    w, b = [a.astype(float) for a in job.weights], [a[:, None].astype(float) for a in job.biases]
    x, y = job.x.astype(float)[:, :, None], job.y.astype(float)[:, :, None]
    test_x = job.test_x.astype(float)[:, :, None]

    def forward(a):
        zs, activations = [], [a]
        for l in range(len(w)):
            z = w[l] @ a + b[l]
            e = np.exp(z - z.max())
            a = np.maximum(z, 0) if l + 1 < len(w) else e / e.sum()
            zs.append(z)
            activations.append(a)
        return zs, activations

    yield
    for i in range(0, len(x) // 10, job.batch):
        nabla_w, nabla_b = [np.zeros_like(m) for m in w], [np.zeros_like(m) for m in b]
        for a0, t in zip(x[i : i + job.batch], y[i : i + job.batch]):
            zs, activations = forward(a0)
            delta = activations[-1] - t
            for l in reversed(range(len(w))):
                nabla_w[l] += delta @ activations[l].T
                nabla_b[l] += delta
                if l > 0:
                    delta = (w[l].T @ delta) * (zs[l - 1] > 0)
        for l in range(len(w)):
            w[l] -= RATE / job.batch * nabla_w[l]
            b[l] -= RATE / job.batch * nabla_b[l]
    answers = [forward(a)[1][-1].argmax() for a in test_x[: len(test_x) // 10]]
    yield (answers == job.test_labels[: len(answers)]).mean()


def scikit_learn(job):
    import warnings

    from sklearn.metrics import log_loss
    from sklearn.neural_network import MLPClassifier

    warnings.filterwarnings("ignore")
    model = MLPClassifier(
        job.sizes[1:-1], solver="sgd", alpha=0, batch_size=job.batch, learning_rate_init=RATE, momentum=0, shuffle=False,
        nesterovs_momentum=False,
    )
    model.partial_fit(job.x[: job.batch], job.labels[: job.batch], classes=np.arange(10))
    for parameter, value in zip(model.coefs_ + model.intercepts_, [w.T for w in job.weights] + job.biases):
        parameter[...] = value
    yield
    for _ in range(job.epochs):
        model.partial_fit(job.x, job.labels)
        probabilities = model.predict_proba(job.test_x)
        loss = log_loss(job.test_labels, probabilities)
        accuracy = (probabilities.argmax(axis=1) == job.test_labels).mean()
    yield accuracy


def pytorch(job):
    import torch

    torch.set_num_threads(os.cpu_count())
    x, labels = torch.from_numpy(job.x), torch.from_numpy(job.labels).long()
    test_x, test_labels = torch.from_numpy(job.test_x), torch.from_numpy(job.test_labels).long()
    layers = []
    for fan_in, fan_out in zip(job.sizes, job.sizes[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    loss = torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)

    def steps(n):
        for i in range(0, n, job.batch):
            optimizer.zero_grad()
            loss(model(x[i : i + job.batch]), labels[i : i + job.batch]).backward()
            optimizer.step()

    steps(20 * job.batch)
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), (a for layer in zip(job.weights, job.biases) for a in layer)):
            parameter.copy_(torch.from_numpy(value))
    yield
    for _ in range(job.epochs):
        steps(len(x))
        with torch.no_grad():
            z = model(test_x)
            loss(z, test_labels).item()
            accuracy = (z.argmax(dim=1) == test_labels).float().mean().item()
    yield accuracy


def pytorch_by_hand(job):
    import torch

    torch.set_num_threads(os.cpu_count())
    torch.set_grad_enabled(False)
    x, y, test_x, test_y = (torch.from_numpy(a) for a in (job.x, job.y, job.test_x, job.test_y))
    test_labels = torch.from_numpy(job.test_labels).long()
    w, b = ([torch.from_numpy(a.copy()) for a in arrays] for arrays in (job.weights, job.biases))

    def forward(a):
        activations = [a]
        for l in range(len(w)):
            z = torch.addmm(b[l], activations[l], w[l].T)
            activations.append(z.relu_() if l + 1 < len(w) else z)
        return activations

    def steps(n, rate):
        for i in range(0, n, job.batch):
            a = forward(x[i : i + job.batch])
            delta = a[-1].softmax(dim=1).sub_(y[i : i + job.batch])
            for l in reversed(range(len(w))):
                below = (delta @ w[l]).mul_(a[l] > 0) if l > 0 else None
                w[l].addmm_(delta.T, a[l], alpha=-rate / job.batch)
                b[l].sub_(delta.sum(dim=0), alpha=rate / job.batch)
                delta = below

    steps(20 * job.batch, 0.0)
    yield
    for _ in range(job.epochs):
        steps(len(x), RATE)
        z = forward(test_x)[-1]
        -(z.log_softmax(dim=1) * test_y).sum(dim=1).mean().item()
        accuracy = (z.argmax(dim=1) == test_labels).float().mean().item()
    yield accuracy


def jax_jit(job):
    import jax
    import jax.numpy as jnp

    x = jnp.asarray(job.x).reshape(-1, job.batch, 784)
    y = jnp.asarray(job.y).reshape(-1, job.batch, 10)
    test_x, test_y, test_labels = jnp.asarray(job.test_x), jnp.asarray(job.test_y), jnp.asarray(job.test_labels)
    parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in zip(job.weights, job.biases)]

    def logits(parameters, a):
        for w, b in parameters[:-1]:
            a = jax.nn.relu(a @ w.T + b)
        w, b = parameters[-1]
        return a @ w.T + b

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
    for _ in range(job.epochs):
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
    job = Job(folder)
    n = len(job.labels)
    for name, header, numbers in (
        ("images.idx.gz", (0x803, n, 28, 28), np.rint(job.x * 255)),
        ("labels.idx.gz", (0x801, n), job.labels),
    ):
        with gzip.open(os.path.join(folder, name), "wb") as file:
            file.write(np.array(header, ">u4").tobytes() + numbers.astype("u1").tobytes())
    return 0, n


PEERS = {
    "numpy f32": lambda job: numpy_vectorised(job, np.float32),
    "numpy f64": lambda job: numpy_vectorised(job, np.float64),
    "numpy per sample": per_sample,
    "scikit-learn": scikit_learn,
    "PyTorch nn": pytorch,
    "PyTorch by hand": pytorch_by_hand,
    "JAX jit": jax_jit,
}


def main():
    name, *arguments = sys.argv[1:]
    if name == "dense limit":
        print(sgemm(), 0)
    elif name == "load":
        print(*load(*arguments))
    elif name == "files":
        print(*files(*arguments))
    elif name == "history":
        history = []
        list(numpy_vectorised(Job(*arguments), np.float64, history))
        print("epoch,train_loss,test_loss,accuracy")
        for epoch, numbers in enumerate(history):
            print(epoch, *(repr(float(number)) for number in numbers), sep=",")
    else:
        job = Job(*arguments)
        training = PEERS[name](job)
        next(training)
        start = time.perf_counter()
        accuracy = next(training)
        seconds = time.perf_counter() - start
        print(seconds * (10 * job.epochs if name == "numpy per sample" else 1), accuracy)


main()
