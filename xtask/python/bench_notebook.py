"""Measures notebooks in real kernels: `cargo xtask bench notebook` calls this.

    bench_notebook.py FOLDER --lab LAB --notebook MNIST --evcxr PROGRAM --release SECONDS... [--rounds 3] [--plain 1]
                      [--first-set-up MEASURE=SECONDS...]

Each round is one life of a kernel: it starts, is restarted, runs the whole notebook, and then cells of three kinds, as a
person would go on writing them: `let`, a last expression, `println!`. "ours" is the kernel of `cargo xtask lab`, "plain" the
same evcxr_jupyter as its own `--install` sets it up: nothing of ours, the notebook in a folder of its own without evcxr.toml.

Our kernel is then restarted twice more, when another waits for that: it runs the notebook again, and once more with a line added
to a cell in the middle. Before each round the compiled cells of earlier ones are forgotten.

Writes FOLDER/notebook.csv (measure, plain, ours; seconds) and prints the same as a table.
"""

import argparse
import csv
import json
import math
import os
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

import run_notebook
from kernel_client import Kernel, waiters
from run_notebook import code_cells

# Cells as people write them after mnist.ipynb; none does work worth timing, so that all of it is the kernel's.
LATER = {
    "let": [
        "let five = mnist.test.first(5);",
        "let digit_five = mnist.test.inputs.row(4).to_owned();",
        "let wide = Network::new(&[784, 200, 10], &[Relu, Softmax], 7)?;",
        "let rates = [0.01, 0.03, 0.1];",
        "let some = network.predict(five.inputs.view())?;",
        "let doubled = &some * 2.0;",
        "let ones: Array2<f64> = Array2::ones((3, 4));",
        "let loss_at_end = history.losses(Loss::CrossEntropy)?[9];",
        "let names: Vec<String> = (0..10).map(|digit| format!(\"digit {digit}\")).collect();",
        "let mean = ones.mean_axis(Axis(0));",
    ],
    "expression": [
        "network",
        "history.plot()",
        "some.dim()",
        "rates.len()",
        "Loss::CrossEntropy.plot()",
        "network.classify(mnist.test.inputs.row(3))?",
        "five.plot()?",
        "plot::probabilities(\"Once more\", some.row(0))",
        "accuracies.last()",
        "ones.sum()",
    ],
    "println!": [
        'println!("{loss_at_end}");',
        'println!("{:.3}", some.row(0));',
        'println!("{} of {}", five.len(), mnist.test.len());',
        'println!("{}", rates.iter().sum::<f64>());',
        'for rate in rates { println!("rate {rate}"); }',
        'println!("{:?}", doubled.dim());',
        'println!("{}", names.join(", "));',
        'println!("{:?}", network.classify(mnist.test.inputs.row(7)));',
        'println!("{mean:?}");',
        'println!("{}", if loss_at_end < 1.0 { "fine" } else { "poor" });',
    ],
}
TRAIN = """{
    let start = std::time::Instant::now();
    let mut network = Network::new(&[784, 100, 10], &[Relu, Softmax], 7)?;
    Training::new(Loss::CrossEntropy).epochs(10).quiet().run(&mut network, &mnist.train, &mnist.test)?;
    println!("{}", start.elapsed().as_secs_f64());
}"""
# What the goals are, in seconds; the last one is a ratio.
TARGETS = {
    "restart and run all": 35,
    "kernel start and first dep cell": 12,
    "later cell median": 0.6,
    "later cell 95 %": 1.0,
    "training, notebook / release": 1.05,
    "first set-up": 850,
    "first answer, kernel in waiting": 1.5,
    "first let, kernel in waiting": 1.0,
    "restart and run all again": 12,
    "JupyterLab answers, fresh clone": 90,
}
# So long, in seconds, a kernel in waiting may take until it is ready, and a cell of a plain kernel, the first most of all.
PATIENCE, PATIENCE_WITH_CELLS = 180, 1800


class Failure(Exception):
    """A cell failed, or a kernel did not answer."""


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--lab", type=Path, required=True)
    arguments.add_argument("--notebook", type=Path, required=True)
    arguments.add_argument("--evcxr", type=Path, required=True)
    arguments.add_argument("--release", type=float, nargs="+", required=True)
    arguments.add_argument("--first-set-up", nargs="+", default=[])
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--plain", type=int, default=1)
    arguments = arguments.parse_args()
    run_notebook.stop_when_parent_ends()

    release = statistics.median(arguments.release)
    columns = {}
    try:
        for kind, rounds in [("ours", arguments.rounds), ("plain", arguments.plain)]:
            lives = [Life(kind, arguments, f"{kind}, round {round} of {rounds}") for round in range(1, rounds + 1)]
            columns[kind] = summary([life.measure() for life in lives], release) if lives else {}
    except Failure as failure:
        print(f"\nerror: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; the kernel was stopped", file=sys.stderr)
        return 130
    for measured in arguments.first_set_up:
        name, _, value = measured.rpartition("=")
        columns["ours"][name] = float(value)
    report(columns, arguments.folder / "notebook.csv")
    return 0


class Life:
    """One kernel, from its start to its end, and the seconds that each of its cells took."""

    def __init__(self, kind, arguments, title):
        self.kind, self.title = kind, title
        self.notebook, self.evcxr, self.folder = arguments.notebook, arguments.evcxr, arguments.folder
        self.kernels = arguments.lab / "kernel"

    def measure(self):
        manager, folder, environment = self.kernel()
        if self.kind == "ours":
            # What earlier rounds left would be measured otherwise.
            for process in waiters(self.kernels.parent):
                os.kill(process, signal.SIGKILL)
            shutil.rmtree(self.kernels / "kept-cells", ignore_errors=True)
        self.say("starting the kernel")
        start = time.monotonic()
        options = {"cwd": str(folder), "env": environment, "log": subprocess.DEVNULL}
        with Kernel(manager=manager, **options) as kernel:
            return self.measure_in(kernel, time.monotonic() - start)

    def measure_in(self, kernel, kernel_start):
        sources = with_first_let_apart([cell.source for cell in code_cells(self.read())])
        self.say(f"{kernel_start:.2f} s; restarting it, to run all of {self.notebook.name}")
        restart, cells, run_all = self.restart_and_run(kernel, sources)
        self.say(f"{run_all:.2f} s for all; now one cell after another")
        later = {kind: [self.run(kernel, source) for source in sources] for kind, sources in LATER.items()}
        training = [float(self.execute(kernel, TRAIN)[1].stdout) for _ in range(3)]
        first_let = next(number for number, source in enumerate(sources) if has_let(source))
        waiting = self.with_one_waiting(kernel, sources, first_let) if self.kind == "ours" else {}
        is_training = lambda source: "Training::new" in source
        return {
            "kernel start": [kernel_start, restart],
            "first dep cell": [cells[0][1]],
            "kernel start and first dep cell": [restart + cells[0][1]],
            "first let": [cells[first_let][1]],
            "restart and run all": [run_all],
            "notebook's cell": [seconds for source, seconds in cells[first_let + 1 :] if not is_training(source)],
            "training": training,
            **waiting,
            **{f"later {kind}": seconds for kind, seconds in later.items()},
        }

    def restart_and_run(self, kernel, sources):
        """A restart and all cells: the seconds of the restart, of each cell, and of all together."""
        start = time.monotonic()
        kernel.restart()
        restart = time.monotonic() - start
        cells = [(source, self.run(kernel, source)) for source in sources]
        return restart, cells, time.monotonic() - start

    def with_one_waiting(self, kernel, sources, first_let):
        """The measures of two restarts for which a kernel waits."""
        if not self.one_waits():
            return {}
        memory = self.memory()
        self.say("running all again")
        restart, cells, again = self.restart_and_run(kernel, sources)
        measures = {
            "first answer, kernel in waiting": [restart + cells[0][1]],
            "first let, kernel in waiting": [cells[first_let][1]],
            "restart and run all again": [again],
            "peak memory with a kernel in waiting, MB": [memory],
        }
        self.say(f"{again:.2f} s")
        if self.one_waits():
            middle = len(sources) // 2
            self.say("running all after an edit")
            edited = [*sources[:middle], 'println!("edited");\n' + sources[middle], *sources[middle + 1 :]]
            measures["run all after an edit"] = [self.restart_and_run(kernel, edited)[2]]
        return measures

    def one_waits(self):
        """Whether a kernel has become ready for the next start."""
        self.say("resting, until a kernel waits for the next start")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if json.loads((self.kernels / "waiting.json").read_text())["ready"]:
                    return True
            except (OSError, ValueError):
                pass
            time.sleep(0.2)
        self.say("none came: cargo xtask doctor says why")
        return False

    def memory(self):
        """The most that all processes of kernels have taken, each at its own time, in MB."""
        total, programs = 0, str(self.kernels.parent / "bin") + os.sep
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cmdline").read_text().startswith(programs):
                    lines = (process / "status").read_text().splitlines()
                    total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
            except OSError:
                pass
        return total / 1024

    def kernel(self):
        """A manager of this life's kind of kernel, the folder it runs in, and its environment."""
        if self.kind == "ours":
            return KernelManager(kernel_name="rust"), self.notebook.parent, dict(os.environ)
        root = self.folder / "plain"
        notebooks = root / "notebooks"
        for folder in [notebooks / "plots", root / "kernels/rust", root / "nothing"]:
            folder.mkdir(parents=True, exist_ok=True)
        for name in ["data", "nn-core"]:
            link = root / name
            if not link.exists():
                link.symlink_to(self.notebook.parent.parent / name, target_is_directory=True)
        spec = {
            "argv": [str(self.evcxr), "--control_file", "{connection_file}"],
            "display_name": "Rust",
            "language": "rust",
            "interrupt_mode": "message",
        }
        (root / "kernels/rust/kernel.json").write_text(json.dumps(spec), encoding="utf-8")
        specs = KernelSpecManager(kernel_dirs=[str(root / "kernels")], ensure_native_kernel=False)
        # Without JUPYTER_PATH it would rewrite the specs in the home folder.
        ours = {"EVCXR_TMPDIR", "EVCXR_CONFIG_DIR", "NN_KERNEL_OWNER"}
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        environment.update(JUPYTER_PATH=str(root / "nothing"), EVCXR_CONFIG_DIR=str(root / "nothing"))
        return KernelManager(kernel_name="rust", kernel_spec_manager=specs), notebooks, environment

    def read(self):
        return nbformat.read(self.notebook, as_version=4)

    def run(self, kernel, source):
        """Runs a cell; returns the seconds until its answer and all its outputs had come."""
        return self.execute(kernel, source)[0]

    def execute(self, kernel, source):
        start = time.monotonic()
        try:
            outcome = kernel.end_of(kernel.send(source), PATIENCE_WITH_CELLS)
        except AssertionError as error:
            raise Failure(f"{self.title}: {error}:\n{source}") from None
        seconds = time.monotonic() - start
        if outcome.status != "ok":
            raise Failure(f"{self.title}: a cell failed:\n{source}\n{outcome}")
        lines = source.strip().splitlines()
        print(f"  {seconds:7.2f} s  {lines[-1 if len(lines) < 3 else 0].strip()[:80]}", flush=True)
        return seconds, outcome

    def say(self, text):
        print(f"{self.title}: {text}", flush=True)


def has_let(source):
    return any(line.startswith("let ") for line in source.splitlines())


def with_first_let_apart(sources):
    """The cells, but the first `let`, and what stands before it in its cell, a cell of its own: what follows it may be a training."""
    number = next(number for number, source in enumerate(sources) if has_let(source))
    lines = sources[number].splitlines()
    after = next(place for place, line in enumerate(lines, 1) if line.startswith("let "))
    parts = ["\n".join(part) for part in (lines[:after], lines[after:])]
    return [*sources[:number], *filter(None, parts), *sources[number + 1 :]]


def summary(lives, release):
    """The measures of one kind of kernel, over all rounds."""
    together = {}
    for life in lives:
        for name, seconds in life.items():
            together.setdefault(name, []).extend(seconds)
    together["later cell"] = [seconds for kind in LATER for seconds in together[f"later {kind}"]]
    training = statistics.median(together.pop("training"))
    measures = {}
    for name, seconds in together.items():
        if name.startswith(("later", "notebook's")):
            measures[f"{name} median"] = statistics.median(seconds)
            measures[f"{name} 95 %"] = percentile(seconds, 0.95)
        else:
            measures[name] = statistics.median(seconds)
    measures["training, notebook"] = training
    measures["training, release"] = release
    measures["training, notebook / release"] = training / release
    return measures


def percentile(values, share):
    """The smallest value that `share` of all do not exceed."""
    values = sorted(values)
    return values[math.ceil(share * len(values)) - 1]


def report(columns, path):
    names = list(dict.fromkeys(name for column in columns.values() for name in column))
    show = lambda value: "" if value is None else f"{value:.3f}"
    with open(path, "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["measure", "plain", "ours"])
        for name in names:
            rows.writerow([name, *(show(columns[kind].get(name)) for kind in ["plain", "ours"])])
    print("\n| seconds | plain evcxr | ours | target |\n|---|---|---|---|")
    for name in names:
        cells = [columns[kind].get(name) for kind in ["plain", "ours"]] + [TARGETS.get(name)]
        print(f"| {name} | " + " | ".join("" if cell is None else f"{cell:.4g}" for cell in cells) + " |")
    print(f"\n{run_notebook.shown(path)}")


if __name__ == "__main__":
    sys.exit(main())
