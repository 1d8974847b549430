"""Whether a kernel in waiting serves those whom it may, and nobody else: `cargo xtask test waiting` calls this.

    kernel_waiting.py FOLDER LAB [WORD …]      only the rows whose names contain one of the words

FOLDER is for a crate to edit, LAB is `target/lab`. Each row starts kernels as Jupyter does; exit code 1: one failed.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from pathlib import Path

from kernel_client import PATIENCE, Kernel, is_alive, waiters
from run_notebook import stop_when_parent_ends

FOLDER, LAB = Path(sys.argv[1]), Path(sys.argv[2])
RECORD = LAB / "kernel" / "waiting.json"
RUNNING = LAB / "kernel" / "running"
SOURCE = FOLDER / "plums" / "src" / "lib.rs"
FIRST = f':dep plums = {{ path = "{FOLDER / "plums"}" }}\nuse plums::count;'
WHERE = 'println!("{}", std::env::var("EVCXR_TMPDIR")?);'


def main():
    stop_when_parent_ends()
    SOURCE.parent.mkdir(parents=True, exist_ok=True)
    (FOLDER / "plums" / "Cargo.toml").write_text('[package]\nname = "plums"\nedition = "2024"\n\n[workspace]\n')
    SOURCE.write_text("pub fn count() -> i32 { 3 }")
    rows = [restarted, begins_otherwise, edited, elsewhere, killed, switched_off, left_alone]
    failures = 0
    for row in [row for row in rows if not sys.argv[3:] or any(word in row.__name__ for word in sys.argv[3:])]:
        start = time.monotonic()
        try:
            row()
            print(f"   ✓ {row.__doc__}  [{time.monotonic() - start:.1f} s]", flush=True)
        except Exception:
            failures += 1
            print(f"   ✗ {row.__doc__}\n{traceback.format_exc()}", flush=True)
    return 1 if failures else 0


def restarted():
    """a restart finds the first cell run, and nothing else"""
    with Kernel() as kernel:
        begin(kernel)
        waiting = await_waiting()
        ran = list(FOLDER.glob("ran-in-*"))
        assert len(ran) == 1, f"the second cell was looked at, and not run, by the kernel in waiting: {ran}"
        start = time.monotonic()
        kernel.restart()
        # As long as the person has not run it, nothing of it is to be seen.
        matches = kernel.ask("complete_request", {"code": "coun", "cursor_pos": 4})["matches"]
        assert "count" not in "".join(matches), matches
        first = kernel.must(FIRST)
        seconds = time.monotonic() - start
        assert (first.number, first.kinds) == (1, []), first
        assert folder(kernel) == waiting, "it was not taken over"
        assert kernel.run("basket").name == "CompileError", "a variable of an earlier life"
        counted = kernel.must("let basket = count();\nbasket")
        assert (counted.number, counted.shown) == (4, "3"), counted
        assert seconds < 10, f"the first answer took {seconds} s"
        cells = kernel.ask("history_request", {"hist_access_type": "tail", "n": 9, "raw": True, "output": False})["history"]
        assert [number for _, number, _ in cells] == [1, 2, 3, 4], cells
        assert kernel.must(FIRST).number == 5


def begins_otherwise():
    """a notebook that begins with another cell gets a kernel that has run nothing"""
    with Kernel() as kernel:
        begin(kernel)
        waiting = await_waiting()
        kernel.restart()
        other = kernel.must("1 + 1")
        assert (other.number, other.shown) == (1, "2"), other
        assert kernel.run("count()").name == "CompileError", "it has run a cell that nobody asked for"
        assert folder(kernel) != waiting
        await_end(waiting)


def edited():
    """an edited crate is compiled anew"""
    with Kernel() as kernel:
        begin(kernel)
        waiting = await_waiting()
        SOURCE.write_text("pub fn count() -> i32 { 4 }")
        kernel.restart()
        kernel.must(FIRST)
        assert kernel.must("count()").shown == "4"
        assert folder(kernel) != waiting
        await_end(waiting)


def elsewhere():
    """another environment or folder is not served, and there is never more than one"""
    with Kernel() as kernel:
        begin(kernel)
        waiting = await_waiting()
        for options in [{"env": {**os.environ, "FRUIT": "plum"}}, {"cwd": str(FOLDER / "plums")}]:
            with Kernel(**options) as other:
                other.must(FIRST)
                assert folder(other) != waiting, options
                if "env" in options:
                    assert other.must('println!("{}", std::env::var("FRUIT")?);').stdout == "plum\n"
        assert waiters(LAB) == [process_of(waiting)], waiters(LAB)


def killed():
    """one that was killed leaves nothing, and is not missed"""
    with Kernel() as kernel:
        begin(kernel)
        waiting = await_waiting()
        os.kill(process_of(waiting), signal.SIGKILL)
        kernel.restart()
        kernel.must(FIRST)
        assert folder(kernel) != waiting
        await_end(waiting)
    with Kernel() as kernel:
        begin(kernel)
        waiting = await_waiting()
        kernel.restart()
        kernel.must(FIRST)
        request = kernel.send('println!("{}", std::process::id());\nloop { std::hint::black_box(0); }')
        kernel.wait_for_text(request, "\n")
        # Jupyter ends what it started; the relay behind it ends too, and a cell that computes.
        kernel.manager.provisioner.process.kill()
        await_end(waiting)
        assert not is_alive(int(kernel.printed(request)))


def switched_off():
    """with NN_KERNEL_WAITING=0 there is none"""
    end_waiting()
    with Kernel(env={**os.environ, "NN_KERNEL_WAITING": "0"}) as kernel:
        begin(kernel)
        time.sleep(6)
        assert not waiters(LAB) and not RECORD.exists()


def left_alone():
    """it is gone with the program that starts kernels"""
    end_waiting()
    lock = FOLDER / "owner.lock"
    hold = (
        "import fcntl, sys, time; file = open(sys.argv[1], 'w'); fcntl.flock(file, fcntl.LOCK_EX); "
        "print(1, flush=True); time.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", hold, str(lock)], stdout=subprocess.PIPE)
    owner.stdout.readline()
    kernel = Kernel(env={**os.environ, "NN_KERNEL_OWNER": str(lock)})
    try:
        begin(kernel)
        waiting = await_waiting()
        owner.kill()
        owner.wait()
        await_end(waiting)
        # Its folder goes first, then its record, then its process.
        until(lambda: not RECORD.exists() and not waiters(LAB), "something of it is still there")
    finally:
        owner.kill()
        kernel.__exit__()


def begin(kernel):
    for mark in FOLDER.glob("ran-in-*"):
        mark.unlink()
    kernel.must(FIRST)
    # Which processes run it can be seen from outside.
    mark = json.dumps(str(FOLDER / "ran-in-"))
    kernel.must(f'let basket = count();\nstd::fs::write(format!("{{}}{{}}", {mark}, std::process::id()), "")?;')


def folder(kernel):
    return kernel.must(WHERE).stdout.strip()


def process_of(folder):
    return int(Path(folder).name.split("-")[0])


def await_waiting():
    """The folder of the kernel in waiting, when it has prepared all."""
    return until(ready, "no kernel in waiting")


def ready():
    try:
        if not json.loads(RECORD.read_text())["ready"]:
            return None
    except (OSError, ValueError):
        return None
    taken = waiters(LAB)
    folders = [path for path in RUNNING.iterdir() if path.is_dir() and process_of(path) in taken]
    return str(max(folders, key=lambda path: path.stat().st_ctime)) if folders else None


def await_end(folder):
    until(lambda: not Path(folder).exists(), f"{folder} is still there")


def end_waiting():
    for process in waiters(LAB):
        os.kill(process, signal.SIGKILL)
    until(lambda: not waiters(LAB), "a kernel in waiting does not end")
    RECORD.unlink(missing_ok=True)


def until(look, problem):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(problem)


if __name__ == "__main__":
    sys.exit(main())
