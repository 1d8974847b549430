"""Writes down what a plain evcxr_jupyter does: `cargo xtask test evcxr` calls this.

    watch_evcxr.py FOLDER PROGRAM

Starts PROGRAM as its own `--install` would, in an empty FOLDER, with programs called `cargo` and `rustup` before the real ones,
which write down how they were called. Runs a few cells that need one small crate. Prints a record as JSON, which
`xtask/kernel/src/assumed.rs` reads.
"""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

# The interpreter, the list of calls, the real program. The system reads no blank in the path of a `#!`, a shell does: to it the
# second line starts Python, to Python it is text.
SPY = """#!/bin/sh
'''exec' "{python}" -IS "$0" "$@"
' '''
import json, os, sys
variables = {{name: value for name, value in os.environ.items() if name.startswith(("EVCXR", "CARGO", "RUST"))}}
call = {{"program": "{program}", "arguments": " ".join(sys.argv[1:]), "folder": os.getcwd(), "variables": variables}}
with open("{calls}", "a") as calls:
    calls.write(json.dumps(call) + "\\n")
{then}
"""

CELLS = ["let lemons = tiny::lemons();", 'println!("{} lemons", lemons.len());', 'println!("{plums} plums");']


def main():
    folder, program = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    kernel = folder / "kernel"
    kernel.mkdir()
    dependency = make_crate(folder / "tiny")
    # As notebooks/evcxr.toml has it.
    write(folder / "notebooks" / "evcxr.toml", '[evcxr]\nopt_level = "3"\n')
    write(folder / "config" / "prelude.rs", "let plums = 5;\n")
    version = write(folder / "jupyter" / "kernels" / "rust" / "version.txt", "an old one")
    calls = write(folder / "calls.jsonl", "")
    make_spies(folder / "home" / "bin", calls)
    banner, printed = run(folder, program, [":dep " + dependency, *CELLS])
    print(json.dumps({
        "folder": str(kernel),
        "banner": banner,
        "printed": printed,
        "program_holds_banner": banner.encode() in program.read_bytes(),
        "updated_kernel_spec": version.read_text() != "an old one",
        "manifest": (kernel / "Cargo.toml").read_text(),
        "cell": (kernel / "src" / "lib.rs").read_text(),
        "dependencies": dependency,
        "calls": [json.loads(line) for line in calls.read_text().splitlines()],
    }))


def make_crate(tiny):
    """A crate of one function; returns the line that a manifest names it by."""
    write(tiny / "Cargo.toml", '[package]\nname = "tiny"\nedition = "2024"\n\n[workspace]\n')
    write(tiny / "src" / "lib.rs", "pub fn lemons() -> Vec<i32> { vec![3, 4] }\n")
    return f'tiny = {{ path = "{tiny}" }}'


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def make_spies(folder, calls):
    """A cargo that becomes the real one, and a rustup that names it."""
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()
    tools = {tool: f"{sysroot}/bin/{tool}" for tool in ("cargo", "rustc")}
    tools = {tool: path if os.access(path, os.X_OK) else shutil.which(tool) for tool, path in tools.items()}
    home = os.environ.get("CARGO_HOME")
    restore = "del os.environ['CARGO_HOME']" if home is None else f"os.environ['CARGO_HOME'] = {home!r}"
    then = {
        "cargo": f"{restore}\nos.execv({tools['cargo']!r}, ['cargo', *sys.argv[1:]])",
        "rustup": f"print({tools | {'cargo': str(folder / 'cargo')}!r}[sys.argv[2]])",
    }
    for program, then in then.items():
        path = write(folder / program, SPY.format(python=sys.executable, program=program, calls=calls, then=then))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def run(folder, program, cells):
    """Runs the cells in a kernel of this program; returns its banner and what they printed."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    write(folder / "specs" / "plain" / "kernel.json", json.dumps({
        "argv": [str(program), "--control_file", "{connection_file}"],
        "display_name": "plain", "language": "rust", "interrupt_mode": "message",
    }))
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("EVCXR", "NN_KERNEL", "CARGO_BUILD", "CARGO_TARGET", "RUSTFLAGS", "RUSTC"))
    }
    environment |= {
        "PATH": f"{folder / 'home' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "CARGO": str(folder / "home" / "bin" / "cargo"),
        "CARGO_HOME": str(folder / "home"),
        "EVCXR_TMPDIR": str(folder / "kernel"),
        "EVCXR_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_PATH": str(folder / "jupyter"),
    }
    manager = KernelManager(kernel_name="plain")
    manager.kernel_spec_manager = KernelSpecManager(kernel_dirs=[str(folder / "specs")], ensure_native_kernel=False)
    manager.start_kernel(cwd=str(folder / "notebooks"), env=environment, stdout=sys.stderr, stderr=sys.stderr)
    try:
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=120)
        banner = client.kernel_info(reply=True, timeout=60)["content"]["banner"]
        printed = []
        for cell in cells:
            client.execute_interactive(
                cell, timeout=300, output_hook=lambda message: printed.append(message["content"].get("text", "")))
        return banner, "".join(printed)
    finally:
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
