"""A Rust kernel for tests: cells are run, and everything that comes of them is kept apart by the request it belongs to."""

import collections
import queue
import re
import subprocess
import time
from pathlib import Path

from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_client.session import Session

# So long, in seconds, a cell may take: on a busy machine the first of a kernel goes through cargo.
PATIENCE = 180
ANSI = re.compile(r"\x1b\[[0-9;]*m")


class Outcome:
    """What came of a cell."""

    def __init__(self, reply, messages):
        self.reply, self.messages = reply["content"], messages
        self.status, self.number = self.reply["status"], self.reply.get("execution_count")
        self.name, self.value = self.reply.get("ename"), self.reply.get("evalue")
        self.traceback = ANSI.sub("", "\n".join(self.reply.get("traceback", [])))
        self.kinds = [message["msg_type"] for message in messages if message["msg_type"] not in ("status", "execute_input")]
        self.stdout, self.stderr = self.text("stdout"), self.text("stderr")
        results = [message["content"]["data"] for message in messages if message["msg_type"] == "execute_result"]
        self.shown = results[0].get("text/plain") if results else None

    def text(self, name):
        """All that was written to this stream."""
        streams = [message["content"] for message in self.messages if message["msg_type"] == "stream"]
        return "".join(content["text"] for content in streams if content["name"] == name)

    def __str__(self):
        parts = [self.status if self.status != "error" else f"{self.name}: {self.value}"]
        parts += [f"{name} {text!r}" for name, text in [("stdout", self.stdout), ("stderr", self.stderr)] if text]
        return ", ".join(parts + ([f"shown {self.shown!r}"] if self.shown else []))


class Kernel:
    """A kernel and one client of it."""

    def __init__(self, log=None, is_awaited=True, manager=None, **options):
        self.manager = manager or KernelManager(kernel_name="rust")
        self.manager.start_kernel(stderr=log, **options)
        self.client = self.manager.client()
        self.client.start_channels()
        self.outputs, self.replies = collections.defaultdict(list), {}
        if is_awaited:
            self.client.wait_for_ready(timeout=PATIENCE)

    def another_client(self):
        """One more client of this kernel, with a session of its own, as another browser has."""
        info = self.manager.get_connection_info()
        client = BlockingKernelClient(session=Session(key=self.manager.session.key))
        client.load_connection_info({name: value for name, value in info.items() if name != "session"})
        client.start_channels()
        return client

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def restart(self, now=True):
        """Restarts it, and waits until it answers; without `now` it is asked to end."""
        self.manager.restart_kernel(now=now)
        self.client.wait_for_ready(timeout=PATIENCE)

    def run(self, code, **options):
        """Runs one cell to its end."""
        return self.end_of(self.send(code, **options))

    def must(self, code):
        """Runs a cell that has to pass."""
        outcome = self.run(code)
        assert outcome.status == "ok", f"{code!r}: {outcome}\n{outcome.traceback}"
        return outcome

    def send(self, code, **options):
        """Asks for a cell and does not wait; returns the request's identity."""
        return self.client.execute(code, **{"allow_stdin": False, **options})

    def end_of(self, request, patience=PATIENCE):
        """Waits for a cell's answer and all its output."""
        self.wait(lambda: request in self.replies and self.is_idle(request), patience, f"the end of request {request}")
        return Outcome(self.replies.pop(request), self.outputs.pop(request))

    def ask(self, kind, content, patience=PATIENCE):
        """Any other request on the shell channel; returns the answer's content."""
        message = self.client.session.msg(kind, content)
        self.client.shell_channel.send(message)
        request = message["header"]["msg_id"]
        self.wait(lambda: request in self.replies, patience, f"the answer to {kind}")
        return self.replies.pop(request)["content"]

    def is_idle(self, request):
        """Whether everybody was told that this request has ended."""
        states = [message["content"] for message in self.outputs[request] if message["msg_type"] == "status"]
        return {"execution_state": "idle"} in states

    def printed(self, request):
        """What a cell that still runs has printed so far."""
        streams = [message["content"]["text"] for message in self.outputs[request] if message["msg_type"] == "stream"]
        return "".join(streams)

    def first(self, request, kind):
        """The first message of a kind that a request has brought about so far."""
        return next((message for message in self.outputs[request] if message["msg_type"] == kind), None)

    def wait_for_text(self, request, text, patience=PATIENCE):
        """Waits until a running cell has printed `text`."""
        self.wait(lambda: text in self.printed(request), patience, repr(text))

    def wait(self, is_there, patience, what):
        """Reads messages until there is what is waited for."""
        end = time.monotonic() + patience
        while not is_there():
            assert time.monotonic() < end, f"waited {patience} s in vain for {what}"
            assert self.manager.is_alive(), f"the kernel ended; waited for {what}"
            self.read()

    def read(self):
        """Takes what has arrived, or waits a moment for it."""
        for channel, seconds in [(self.client.shell_channel, 0), (self.client.iopub_channel, 0.01)]:
            try:
                message = channel.get_msg(timeout=seconds)
            except queue.Empty:
                continue
            request = message["parent_header"].get("msg_id")
            if channel is self.client.shell_channel:
                self.replies[request] = message
            else:
                self.outputs[request].append(message)

    def interrupt(self):
        """Presses ■."""
        self.manager.interrupt_kernel()


def is_alive(process):
    """Whether there is such a process, and it has not ended already and only waits for its parent to hear of it."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True)
    return listed.stdout[:1] not in ("", "Z", "X")


def waiters(lab):
    """The processes of kernels of `target/lab` in waiting, those that somebody has taken over among them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[:3] == [str(lab / "bin" / "nn-kernel").encode(), b"kernel", b"wait"]:
            found.append(int(process.name))
    return found
