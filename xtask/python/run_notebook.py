"""Runs a notebook from top to bottom, stops at the first cell that fails, writes the result as .ipynb and .html.

    run_notebook.py NOTEBOOK OUTPUT [--in-place]

Exit code 0: all cells passed. 1: a cell failed; it was reported on stderr.

The Rust kernel answers "ok" to a cell that panicked or returned an error, and its message may arrive a moment later. So
this talks to the kernel through jupyter_client itself, and takes any text on stderr as failure. A cell tagged
`raises-exception` has to fail.
"""

import argparse
import collections
import hashlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import html_page
import nbformat
from jupyter_client.manager import KernelManager

# A cell's last stderr line travels on a path of its own; so long, in seconds, we wait for it after the cell's answer.
LATE = 0.03
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Failure(Exception):
    """A cell's error message."""


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("notebook", type=Path)
    arguments.add_argument("output", type=Path)
    arguments.add_argument("--in-place", action="store_true")
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
        passed = execute(notebook, arguments.notebook)
    except KeyboardInterrupt:
        print("\ninterrupted; the kernel was stopped", file=sys.stderr)
        return 130
    normalise(notebook)
    write(notebook, arguments.output)
    if not passed:
        print(f"the notebook as far as it got: {shown(arguments.output)}", file=sys.stderr)
        return 1
    if arguments.in_place:
        write(notebook, arguments.notebook)
    html_page.export(notebook, arguments.notebook, arguments.output.with_suffix(".html"))
    print(f"{arguments.notebook.name}: {time.monotonic() - start:.1f} s, {shown(arguments.output)} and .html")
    return 0


def execute(notebook, path):
    """Runs all code cells in a new kernel; reports the first that fails and returns False."""
    cells = code_cells(notebook)
    start = time.monotonic()
    manager = KernelManager(kernel_name="rust")
    manager.start_kernel(cwd=str(path.parent.resolve()), stderr=subprocess.PIPE)
    log = Log(manager.provisioner.process.stderr)
    try:
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=300)
        except RuntimeError as error:
            report(path, 0, len(cells), "", f"the kernel did not start: {error}\n{log.tail()}")
            return False
        language = client.kernel_info(reply=True, timeout=60)["content"]["language_info"]
        notebook.metadata["language_info"] = language
        print(f"{path.name}: kernel started, {time.monotonic() - start:.1f} s", flush=True)

        session = Session(manager, client, log)
        for number, cell in enumerate(cells, 1):
            progress = Progress(number, len(cells), cell.source)
            cell.execution_count = number
            message = None
            try:
                session.run(cell, progress)
            except Failure as failure:
                message = str(failure)
            progress.end()
            must_fail = "raises-exception" in cell.metadata.get("tags", [])
            if must_fail and message is None:
                message = "the cell is tagged raises-exception, but did not fail"
            elif must_fail:
                continue
            if message is not None:
                report(path, number, len(cells), cell.source, message)
                return False
        return True
    finally:
        manager.shutdown_kernel(now=True)


class Session:
    """One kernel, and the cells that it has been given."""

    def __init__(self, manager, client, log):
        self.manager, self.client, self.log = manager, client, log

    def run(self, cell, progress):
        """Runs `cell`, filling in its outputs. Raises Failure with all that it wrote to stderr."""
        request = self.client.execute(cell.source, allow_stdin=False, stop_on_error=False)
        idle, errors = False, []
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=LATE if idle else 1)
            except queue.Empty:
                if idle:
                    break
                if not self.manager.is_alive():
                    raise Failure("".join(errors) + f"the kernel died\n{self.log.tail()}") from None
                continue
            kind, content = message["msg_type"], message["content"]
            mine = message["parent_header"].get("msg_id") == request
            if kind == "status":
                idle = idle or (mine and content["execution_state"] == "idle")
            elif kind in ("stream", "execute_result", "display_data", "error"):
                add_output(cell, nbformat.v4.output_from_msg(message))
                if kind == "error":
                    errors.append("\n".join(content["traceback"]) or content["evalue"])
                elif kind == "stream" and content["name"] == "stderr":
                    errors.append(content["text"])
                elif kind == "stream":
                    progress.text(content["text"])
        if not errors and self.reply(request) == "error":
            errors.append("the kernel reports an error without a message")
        if errors:
            raise Failure("\n".join(error.rstrip("\n") for error in errors))

    def reply(self, request):
        """The status in the kernel's answer to `request`."""
        while True:
            try:
                message = self.client.get_shell_msg(timeout=10)
            except queue.Empty:
                return "error"
            if message["parent_header"].get("msg_id") == request:
                return message["content"]["status"]


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


def add_output(cell, output):
    """Appends an output; lines of one stream become one output, as in Jupyter."""
    last = cell.outputs[-1] if cell.outputs else None
    if last and output.output_type == last.output_type == "stream" and last.name == output.name:
        last.text += output.text
    else:
        if output.output_type == "execute_result":
            output.execution_count = cell.execution_count
        cell.outputs.append(output)


class Progress:
    """One line per cell: number, first line of code, seconds; what it prints stands indented below."""

    def __init__(self, number, total, source):
        self.start, self.open = time.monotonic(), True
        lines = [line for line in source.splitlines() if line.strip() and not line.lstrip().startswith("//")]
        first = lines[0] if lines else "(empty)"
        if len(first) > 70:
            first = first[:69] + "…"
        print(f"  {number:>3}/{total}  {first:<70}", end="", flush=True)

    def text(self, text):
        if self.open:
            self.open = False
            print()
        for line in text.splitlines():
            print(f"           {line}", flush=True)

    def end(self):
        seconds = f"{time.monotonic() - self.start:6.1f} s"
        print(seconds if self.open else f"{'':<79}{seconds}", flush=True)


def report(path, number, total, source, message):
    if not sys.stderr.isatty():
        message = ANSI.sub("", message)
    where = f"{path.name}, code cell {number} of {total}" if number else path.name
    print(f"\nerror: {where} failed", file=sys.stderr)
    lines = source.splitlines()
    for line in lines[:8]:
        print(f"    | {line}", file=sys.stderr)
    if len(lines) > 8:
        print(f"    | … {len(lines) - 8} more lines", file=sys.stderr)
    for line in message.strip("\n").splitlines():
        print(f"    {line}", file=sys.stderr)


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
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if not cell.get("id") or cell["id"] in seen:
            salt = 0
            while not cell.get("id") or cell["id"] in seen:
                cell["id"] = hashlib.sha256(f"{salt}{cell.source}".encode()).hexdigest()[:8]
                salt += 1
        seen.add(cell["id"])


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
