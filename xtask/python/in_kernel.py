"""Runs cells in a kernel that a test describes: `xtask/src/test/anywhere.rs` calls this.

    in_kernel.py < {"argv": [...] or "name": "…", "folder": "…", "cells": ["…", …]}

`argv` is a kernel spec's; `name` that of a spec where Jupyter looks for a user's. Prints a JSON list: of each cell its status, what
it showed, and the seconds that it took.
"""

import json
import sys
import time

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

TIMEOUT = 300


def main():
    task = json.load(sys.stdin)
    manager = KernelManager(kernel_name=task.get("name", "rust"))
    if "argv" in task:
        # As if a spec of these arguments had been found.
        manager._kernel_spec = KernelSpec(argv=task["argv"], language="rust", interrupt_mode="message")
    manager.start_kernel(cwd=task["folder"])
    client = manager.client()
    try:
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        json.dump([run(client, cell) for cell in task["cells"]], sys.stdout)
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def run(client, cell):
    """One cell: its status, what it showed, how long it took."""
    shown = []

    def gather(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            shown.append(content["text"])
        elif message["msg_type"] == "error":
            shown.append(f"{content['ename']}: {content['evalue']}")

    start = time.monotonic()
    reply = client.execute_interactive(cell, output_hook=gather, timeout=TIMEOUT)
    return {
        "status": reply["content"]["status"],
        "shown": "".join(shown),
        "seconds": time.monotonic() - start,
    }


if __name__ == "__main__":
    main()
