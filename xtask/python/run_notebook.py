"""Runs a notebook from top to bottom, stops at the first cell that fails, writes the result as .ipynb and .html.

    run_notebook.py NOTEBOOK OUTPUT [--in-place | --exercises]

Exit code 0: all cells passed. 1: a cell failed; it was reported on stderr. 130: interrupted.

nbclient executes the cells, as it does for everybody; what is ours is the progress, the report of a failing cell, and that
the kernel ends when we do. A cell tagged `raises-exception` has to fail. Text on stderr is no failure, but no output to commit
either: with --in-place it is reported, and the notebook stays as it was.

With --exercises each exercise cell is also run with its mistakes and with its solution (exercises.py); what is written are
the outputs of the cell as it stands.
"""

import argparse
import asyncio
import collections
import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import exercises
import hosted
import html_page
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class DidNotFail(Exception):
    """A cell that was to fail passed."""


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("notebook", type=Path)
    arguments.add_argument("output", type=Path)
    how = arguments.add_mutually_exclusive_group()
    how.add_argument("--in-place", action="store_true")
    how.add_argument("--exercises", action="store_true")
    arguments = arguments.parse_args()
    stop_when_parent_ends()

    try:
        notebook = nbformat.read(arguments.notebook, as_version=4)
    except Exception as error:
        print(f"error: {arguments.notebook.name} is not a notebook: {error}", file=sys.stderr)
        return 1
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None

    start = time.monotonic()
    try:
        passed = Run(notebook, arguments.notebook, arguments.exercises).execute()
    except KeyboardInterrupt:
        print("\ninterrupted; the kernel was stopped", file=sys.stderr, flush=True)
        sys.stdout.flush()
        # nbclient, at Python's end or cancelled, closes sockets on which its tasks wait: zmq then aborts, or waits for ever.
        os._exit(130)
    normalise(notebook)
    write(notebook, arguments.output)
    if not passed:
        print(f"the notebook as far as it got: {shown(arguments.output)}", file=sys.stderr)
        return 1
    if arguments.in_place:
        if not is_to_commit(notebook, arguments.notebook):
            return 1
        write(hosted.committed(notebook), arguments.notebook)
    html_page.export(notebook, arguments.notebook, arguments.output.with_suffix(".html"))
    print(f"{arguments.notebook.name}: {time.monotonic() - start:.1f} s, {shown(arguments.output)} and .html")
    return 0


class Run(NotebookClient):
    """One notebook, its kernel, and what is said of both while it runs."""

    def __init__(self, notebook, path, with_exercises):
        super().__init__(notebook, kernel_name="rust", timeout=None, startup_timeout=300, record_timing=False)
        # That would move text above a figure that came before it.
        self.coalesce_streams, self.shutdown_kernel = False, "immediate"
        self.path, self.cells = path, code_cells(notebook)
        self.number, self.log_of_kernel, self.progress = 0, None, None
        # While an exercise cell is run with a mistake or its solution: which.
        self.with_exercises, self.variant = with_exercises, None
        self.begun = time.monotonic()
        self.on_cell_execute, self.on_cell_executed = self.cell_begins, self.cell_ends

    def execute(self):
        """Runs all code cells in a new kernel; reports the first that fails and returns False."""
        # In a thread, because nbclient would otherwise answer signals itself: interrupted, it waits for a dead kernel.
        loop, outcome = asyncio.SelectorEventLoop(), []
        task = loop.create_task(self.outcome())
        worker = threading.Thread(target=lambda: outcome.append(loop.run_until_complete(task)))
        worker.start()
        try:
            # Windows interrupts no wait without an end.
            while worker.is_alive():
                worker.join(0.2)
        except KeyboardInterrupt:
            self.kill_kernel()
            raise
        return outcome == [None] or self.report(outcome[0] if outcome else "the runner itself failed; see above")

    def kill_kernel(self):
        """Ends the kernel's process, if it has been started; what it leaves, its guard removes."""
        process = self.km and self.km.provisioner and self.km.provisioner.process
        if process:
            process.kill()
            process.wait()
            self.km.cleanup_connection_file()

    async def outcome(self):
        """None if all cells passed, otherwise the message of the one that failed."""
        try:
            await self.async_execute(cwd=str(self.path.parent.resolve()), stderr=subprocess.PIPE)
            return None
        except CellExecutionError as error:
            return error.traceback or error.evalue or "the kernel reports an error without a message"
        except (DidNotFail, exercises.NotAsExpected) as error:
            return str(error)
        except DeadKernelError:
            return f"the kernel died\n{self.log_of_kernel.tail()}"
        except RuntimeError as error:
            if self.number:
                raise
            return f"the kernel did not start: {error}\n{self.log_of_kernel.tail() if self.log_of_kernel else ''}"
        finally:
            if self.progress:
                self.progress.end()

    async def async_start_new_kernel(self, **options):
        await super().async_start_new_kernel(**options)
        self.log_of_kernel = Log(self.km.provisioner.process.stderr)

    async def async_start_new_kernel_client(self):
        client = await super().async_start_new_kernel_client()
        print(f"{self.path.name}: kernel started, {time.monotonic() - self.begun:.1f} s", flush=True)
        return client

    async def async_execute_cell(self, cell, cell_index, **options):
        executed = await super().async_execute_cell(cell, cell_index, **options)
        if self.with_exercises and "exercise" in cell.metadata:
            await self.try_exercise(cell, cell_index)
        return executed

    async def try_exercise(self, cell, cell_index):
        """Runs an exercise cell, which has just been run as it stands, in its other variants; fails on a wrong card."""
        exercises.as_it_stands(cell).check(cell.outputs)
        count = self.code_cells_executed
        for variant in exercises.variants(cell):
            self.variant, trial = variant.name, nbformat.v4.new_code_cell(variant.source)
            try:
                await super().async_execute_cell(trial, cell_index, store_history=False)
            except CellExecutionError as error:
                raise exercises.NotAsExpected(f"{variant.name} fails:\n{error.traceback or error.evalue}") from None
            variant.check(trial.outputs)
        # nbclient has put the trial into the notebook, and counted it.
        self.variant, self.nb.cells[cell_index], self.code_cells_executed = None, cell, count

    def cell_begins(self, cell, **_):
        if self.variant is None:
            self.number += 1
            self.progress = Progress(f"{self.number:>3}/{len(self.cells)}", first_line(cell.source))
        else:
            self.progress = Progress(" " * len(f"{self.number:>3}/{len(self.cells)}"), self.variant)

    def cell_ends(self, cell, execute_reply, **_):
        self.progress.end()
        if "raises-exception" in cell.metadata.get("tags", []) and execute_reply["content"]["status"] != "error":
            raise DidNotFail("the cell is tagged raises-exception, but did not fail")

    def output(self, outs, msg, display_id, cell_index):
        """Adds an output; lines of one stream become one output, as in Jupyter."""
        if msg["msg_type"] == "stream":
            self.progress.text(msg["content"]["text"])
            last = outs[-1] if outs and not self.clear_before_next_output else {}
            if last.get("name") == msg["content"]["name"]:
                last["text"] += msg["content"]["text"]
                return None
        return super().output(outs, msg, display_id, cell_index)

    def report(self, message):
        """Says on stderr which cell failed and how; returns False."""
        if not sys.stderr.isatty():
            message = ANSI.sub("", message)
        where = f"{self.path.name}, code cell {self.number} of {len(self.cells)}" if self.number else self.path.name
        print(f"\nerror: {where} failed", file=sys.stderr)
        lines = self.cells[self.number - 1].source.splitlines() if self.number else []
        for line in lines[:8]:
            print(f"    | {line}", file=sys.stderr)
        if len(lines) > 8:
            print(f"    | … {len(lines) - 8} more lines", file=sys.stderr)
        for line in message.strip("\n").splitlines():
            print(f"    {line}", file=sys.stderr)
        return False


class Log:
    """What the kernel's own process, not a cell, writes to stderr: shown where it tells of waiting, kept for a post-mortem."""

    def __init__(self, stream):
        self.lines = collections.deque(maxlen=20)
        threading.Thread(target=self.read, args=(stream,), daemon=True).start()

    def read(self, stream):
        for line in stream:
            line = line.decode(errors="replace").rstrip()
            self.lines.append(line)
            if line.lstrip().startswith(("Compiling ", "Rust kernel:")):
                print(f"\n           {line.strip()}", end="", flush=True)

    def tail(self):
        return "\n".join(self.lines)


class Progress:
    """One line per cell: number, first line of code, seconds; what it prints stands indented below."""

    def __init__(self, number, name):
        self.start, self.open, self.has_ended = time.monotonic(), True, False
        print(f"  {number}  {name:<70}", end="", flush=True)

    def text(self, text):
        if self.open:
            self.open = False
            print()
        for line in text.splitlines():
            print(f"           {line}", flush=True)

    def end(self):
        if self.has_ended:
            return
        self.has_ended = True
        seconds = f"{time.monotonic() - self.start:6.1f} s"
        print(seconds if self.open else f"{'':<79}{seconds}", flush=True)


def first_line(source):
    """A cell's first line of code, cut to fit."""
    lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("//")]
    first = lines[0] if lines else "(empty)"
    return first if len(first) <= 70 else first[:69] + "…"


def is_to_commit(notebook, path):
    """Whether no cell that passed wrote to stderr; says which one did."""
    cells = code_cells(notebook)
    for number, cell in enumerate(cells, 1):
        if any(output.get("name") == "stderr" for output in cell.outputs) and "raises-exception" not in cell.metadata.get("tags", []):
            print(
                f"\nerror: {path.name}, code cell {number} of {len(cells)} wrote to stderr, which is nothing to commit; "
                f"{path.name} stays as it was",
                file=sys.stderr,
            )
            return False
    return True


def normalise(notebook):
    """Keeps what belongs into version control: the same code and outputs give the same file, on every machine."""
    language = notebook.metadata.get("language_info", {})
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Rust", "language": "rust", "name": "rust"},
            "language_info": language,
        }
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen = set()
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in ("tags", "exercise") if cell.metadata.get(key)}
        cell.metadata = nbformat.from_dict(kept)
        if cell.cell_type == "code":
            # The curve that grows beside a training: whether it is there depends on how long the training took.
            cell.outputs = [output for output in cell.outputs if not is_live(output)]
        if not cell.get("id") or cell["id"] in seen:
            salt = 0
            while not cell.get("id") or cell["id"] in seen:
                cell["id"] = hashlib.sha256(f"{salt}{cell.source}".encode()).hexdigest()[:8]
                salt += 1
        seen.add(cell["id"])


def is_live(output):
    return "live" in output.get("metadata", {}).get("nn-core", {})


def write(notebook, path):
    """Writes beside the old file and renames, so that no half a notebook is ever left."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    fresh.write_text(nbformat.writes(notebook).rstrip("\n") + "\n", encoding="utf-8", newline="\n")
    fresh.replace(path)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]


def shown(path):
    """`path` as a person in the repository would type it."""
    return os.path.relpath(path) if Path.cwd() in path.resolve().parents else str(path)


def stop_when_parent_ends():
    """Our stdin is a pipe from `cargo xtask`: when that ends, however it ends, we stop the kernel and end too."""

    def wait():
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGINT)

    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
