"""Trainings on Dask's workers: `python sweep.py PROGRAM TABLE [SCHEDULER]`.

Reads jobs from stdin, one a line up to an empty one, and prints each result as it comes, in any order; it stops early when
stdin ends. PROGRAM is nn-sweep; beside each thread of a worker runs one of it, which loads TABLE once. Both files travel to
the workers: they need Dask and nothing of ours.

Without SCHEDULER the workers are processes of this machine, one for each core, and end with this script. Dask runs a job anew
whose worker was lost; a job that fails all the same is named on stderr, and the script ends with 1.
"""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from distributed import Client, WorkerPlugin, as_completed, get_worker


class Trainers(WorkerPlugin):
    """The programs beside one worker: Dask sends this to each, also to those that come later."""

    name = "nn-sweep"

    def __init__(self, program, table):
        self.files = {path.name: path.read_bytes() for path in (program, table)}
        self.program, self.table = program.name, table.name

    def setup(self, worker):
        self.worker, self.folder, self.processes = worker.name, Path(worker.local_directory), {}
        for name, content in self.files.items():
            (self.folder / name).write_bytes(content)
        (self.folder / self.program).chmod(0o755)
        self.files = None

    def teardown(self, worker):
        for process in self.processes.values():
            process.kill()
            process.wait()

    def train(self, job):
        process = self.processes.get(threading.get_ident())
        if process is None or process.poll() is not None:
            command = [self.folder / self.program, "train", self.folder / self.table]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.processes[threading.get_ident()] = process
        try:
            process.stdin.write(job + "\n")
            process.stdin.flush()
            result = process.stdout.readline()
        except BrokenPipeError:
            result = ""
        if not result:
            raise RuntimeError(f"{self.program} ended with {process.wait()}")
        return json.loads(result) | {"worker": str(self.worker)}


def train(job):
    return get_worker().plugins["nn-sweep"].train(job)


def connect(scheduler):
    if scheduler is None:
        # Each worker trains in another process, so it needs no thread but one.
        return Client(threads_per_worker=1, memory_limit=None, dashboard_address="127.0.0.1:8787")
    try:
        return Client(scheduler)
    except (OSError, ValueError) as error:
        sys.exit(f"error: --scheduler {scheduler}: expected the address of a Dask scheduler, found none: {error}")


def say_where(client):
    scheduler = client.scheduler_info(n_workers=-1)
    workers = len(scheduler["workers"])
    there = f"{workers} worker{'s' * (workers > 1)}" if workers else "no worker yet"
    dashboard = client.dashboard_link if "dashboard" in scheduler["services"] else "none"
    print(f"sweep: {there}, dashboard: {dashboard}", file=sys.stderr)


def train_all(client, jobs):
    """Prints each result; returns whether there is one for every job."""
    has_failed = False
    asked = dict(zip(client.map(train, jobs, retries=3), jobs, strict=True))
    for future, result in as_completed(asked, with_results=True, raise_errors=False):
        if future.status == "finished":
            print(json.dumps(result), flush=True)
        else:
            has_failed = True
            print(f"error: {asked[future]}: {result[1]!r}", file=sys.stderr)
        # Dask forgets a result that nobody holds.
        del asked[future], future
    return not has_failed


def stop_when_stdin_ends():
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGINT)


def main(program, table, scheduler=None):
    jobs = list(iter(lambda: sys.stdin.readline().rstrip(), ""))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    threading.Thread(target=stop_when_stdin_ends, daemon=True).start()
    with connect(scheduler) as client:
        client.register_plugin(Trainers(Path(program), Path(table)))
        try:
            say_where(client)
            sys.exit(0 if train_all(client, jobs) else 1)
        finally:
            client.unregister_worker_plugin(Trainers.name)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
