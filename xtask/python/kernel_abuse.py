"""Sends a kernel what no client should, and has its cells write what no cell should: it lives, and answers the next request.

    kernel_abuse.py [--seed N] [--interrupts N]

Exit code 0: the kernel lived through all of it. 1: what it did not live through stands on stderr. Random messages and
moments come from a seed, which is printed.
"""

import argparse
import json
import os
import random
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import zmq
from kernel_client import Kernel

DELIMITER = b"<IDS|MSG>"
# A kernel that does not answer for so many seconds is dead.
ALIVE = 60
BEGIN = time.time()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    arguments.add_argument("--interrupts", type=int, default=10)
    arguments = arguments.parse_args()
    random.seed(arguments.seed)
    print(f"   seed {arguments.seed}")
    with tempfile.TemporaryFile() as log, Kernel(log, is_awaited=False) as kernel:
        file = nobody_else_hears(kernel)
        kernel.client.wait_for_ready(timeout=ALIVE)
        kernel.must("let mut kept = 41;")
        assert not file.exists(), f"{file} is still there, with evcxr's key"
        print("   evcxr's channels: on loopback, with a key of their own that stands nowhere", flush=True)
        for check in CHECKS:
            start = time.monotonic()
            check(kernel)
            answers(kernel)
            print(f"   {check.__doc__.splitlines()[0]:<70} [{time.monotonic() - start:.1f} s]", flush=True)
        many_interrupts(kernel, arguments.interrupts)
        log.seek(0)
        assert kernel.manager.session.key not in log.read(), "the key stands in the kernel's log"
    return 0


def nobody_else_hears(kernel):
    """Asserts that evcxr is reached on loopback alone, with a key that nobody can read; returns the file that evcxr has it from."""
    folder = Path(kernel.manager.kernel_spec.argv[0]).parents[1] / "kernel"
    end = time.monotonic() + ALIVE
    while True:
        assert time.monotonic() < end, f"no connection file of this kernel in {folder}"
        for file in folder.glob("evcxr-*.json"):
            try:
                state, text = file.stat(), file.read_text()
            except FileNotFoundError:
                continue
            if state.st_mtime >= BEGIN and text:
                check_connection(kernel, json.loads(text), state)
                return file


def check_connection(kernel, connection, state):
    assert os.name == "nt" or stat.S_IMODE(state.st_mode) == 0o600, oct(state.st_mode)
    assert connection["ip"] == "127.0.0.1" and len(connection["key"]) == 64, connection["ip"]
    keys = [connection["key"], kernel.manager.session.key.decode()]
    assert keys[0] != keys[1], "evcxr's key is Jupyter's"
    if sys.platform == "linux":
        processes = subprocess.run(["ps", "axeww"], capture_output=True, text=True, check=True).stdout
        assert not any(key in processes for key in keys), "a key stands in the list of processes"


def answers(kernel):
    """Asserts that the kernel runs the next cell, and has lost no variable."""
    outcome = kernel.run("kept += 1; kept")
    if outcome.status == "error" and "lost when" in outcome.traceback:
        kernel.must("let mut kept = 41;")
        outcome = kernel.run("kept += 1; kept")
    assert outcome.status == "ok" and outcome.shown.isdigit(), f"{outcome}\n{outcome.traceback}"


def signed(kernel, *parts):
    """These parts as the kernel's key signs them."""
    return [DELIMITER, kernel.manager.session.sign(list(parts)), *parts]


def header(kind):
    return json.dumps({"msg_id": os.urandom(8).hex(), "msg_type": kind, "session": "x", "username": "", "version": "5.3"}).encode()


def socket_to(kernel, port):
    """A new connection to one of the kernel's ports."""
    sending = zmq.Context.instance().socket(zmq.DEALER)
    sending.linger = 500
    info = kernel.manager.get_connection_info()
    sending.connect(f"tcp://{info['ip']}:{info[port]}")
    return sending


def messages_that_are_not_json(kernel):
    """messages that are not JSON, or not whole"""
    empty, request = b"{}", header("execute_request")
    for port in ["shell_port", "control_port", "stdin_port"]:
        sending = socket_to(kernel, port)
        for parts in [
            signed(kernel, request, empty, empty, b"not JSON"),
            signed(kernel, request, empty, empty, b"[1]"),
            signed(kernel, b"\xff\xfe", empty, empty, empty),
            signed(kernel, b"{}", empty, empty, empty),
            signed(kernel, request, b"7", empty, empty),
            signed(kernel, request, empty),
            signed(kernel),
            signed(kernel, request, empty, empty, b"[" * 200_000),
            [DELIMITER],
            [b""],
            [b"hello"],
        ]:
            sending.send_multipart(parts)
        sending.close()


def a_signature_that_is_wrong(kernel):
    """a signature that is wrong"""
    sending = socket_to(kernel, "shell_port")
    content = json.dumps({"code": "kept = 0;", "silent": False}).encode()
    for signature in [b"", b"0" * 64, b"z" * 64, b"\xff" * 64, kernel.manager.session.sign([b"{}"] * 4)]:
        sending.send_multipart([DELIMITER, signature, header("execute_request"), b"{}", b"{}", content])
    assert not sending.poll(500), f"answered: {sending.recv_multipart()}"
    sending.close()
    assert int(kernel.run("kept").shown) > 0, "a cell with a wrong signature was run"


def fields_of_any_kind(kernel):
    """requests whose fields are of any kind"""
    values = [None, -1, 1 << 70, 0.5, "", "\0", [], {}, True]
    kinds = ["complete", "inspect", "is_complete", "history", "comm_info", "comm_open", "kernel_info", "interrupt", "connect", "no_such"]
    fields = ["code", "cursor_pos", "hist_access_type", "pattern", "n", "start", "stop", "target_name", "silent", "user_expressions"]
    sending = socket_to(kernel, "shell_port")
    for _ in range(60):
        kind = random.choice(kinds)
        content = {field: random.choice(values) for field in random.sample(fields, 5)}
        sending.send_multipart(signed(kernel, header(f"{kind}_request"), b"{}", b"{}", json.dumps(content).encode()))
    time.sleep(1)
    sending.close()


def a_stream_of_random_messages(kernel):
    """a stream of random messages, some of them nearly right"""
    sockets = [socket_to(kernel, port) for port in ["shell_port", "control_port", "stdin_port"]]
    # Not those that end the kernel, which is what they are for.
    kinds = ["execute_request", "complete_request", "history_request", "input_reply", "comm_msg", "usage_request"]
    for _ in range(400):
        parts = [header(random.choice(kinds)), b"{}", b"{}", json.dumps({"code": "fn ", "cursor_pos": 2}).encode()]
        for _ in range(random.randrange(4)):
            at = random.randrange(len(parts))
            change = random.randrange(4)
            if change == 0:
                parts[at] = random.randbytes(random.randrange(64))
            elif change == 1:
                parts[at] = parts[at][: random.randrange(len(parts[at]) + 1)]
            elif change == 2:
                parts.insert(at, random.randbytes(8))
            elif len(parts) > 1:
                del parts[at]
        frames = signed(kernel, *parts) if random.random() < 0.8 else parts
        random.choice(sockets).send_multipart(frames)
    time.sleep(1)
    for sending in sockets:
        sending.close()


def a_client_that_goes_away(kernel):
    """a client that goes away in the middle of a cell, and of a message"""
    other = kernel.another_client()
    other.execute('for at in 0..50 { println!("{at}"); std::thread::sleep(std::time::Duration::from_millis(5)); }')
    time.sleep(0.3)
    other.stop_channels()
    info = kernel.manager.get_connection_info()
    for sent in [b"", b"\xff\0\0\0\0\0\0\0\x01\x7f", b"GET / HTTP/1.0\r\n\r\n", bytes(range(256)) * 40]:
        for port in ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"]:
            with socket.create_connection((info["ip"], info[port])) as raw:
                raw.sendall(sent)


def two_clients(kernel):
    """two clients at once: each gets its own answers"""
    other = kernel.another_client()
    own = [kernel.send(f"{at} + kept * 0", store_history=False) for at in range(4)]
    others = [other.execute(f"10 * {at} + kept * 0", store_history=False) for at in range(4)]
    assert [kernel.end_of(request).shown for request in own] == [str(at) for at in range(4)]
    found = [other.get_shell_msg(timeout=ALIVE)["parent_header"]["msg_id"] for _ in others]
    assert found == others, "another client's answers"
    other.stop_channels()


def a_megabyte_in_one_line(kernel):
    """a megabyte in one line, and one without an end"""
    line = "é" * (1 << 19)
    outcome = kernel.must('println!("{}", "é".repeat(1 << 19));\nprint!("{}", "y".repeat(1 << 20));')
    assert outcome.stdout == f"{line}\n{'y' * (1 << 20)}", f"{len(outcome.stdout)} letters"


def a_flood(kernel):
    """a flood of ten thousand lines: all arrive, in their order"""
    outcome = kernel.must('for at in 0..10_000 { println!("line {at}"); }\nfor at in 0..1000 { eprintln!("error {at}"); }')
    assert outcome.stdout == "".join(f"line {at}\n" for at in range(10_000)), f"{outcome.stdout.count(chr(10))} lines"
    assert outcome.stderr == "".join(f"error {at}\n" for at in range(1000)), f"{outcome.stderr.count(chr(10))} lines"


def what_looks_like_ours(kernel):
    """output that looks like the kernel's own"""
    printed = ["\x1e", "\x1e{", '\x1e{"end":1}', '\x1e{"display":7}', "EVCXR", "\0\x1b[31m", "\x1e[]", '\x1e{"error":1}']
    kernel.must("".join(f'println!("{{}}", {rust(text)});\n' for text in printed))


def rust(text):
    """A Rust literal."""
    return '"' + "".join(f"\\u{{{ord(letter):x}}}" for letter in text) + '"'


def binary_on_stdout(kernel):
    """bytes on stdout that are no text: the variables are named, and the next cells are in step"""
    outcome = kernel.run('use std::io::Write;\nprintln!("before");\nstd::io::stdout().write_all(b"\\xff\\xfe\\n")?;\nprintln!("after");')
    assert outcome.status == "error" and "`kept`" in outcome.traceback, f"{outcome}\n{outcome.traceback}"
    for at in range(3):
        outcome = kernel.run(f'println!("step {at}"); {at}')
        assert (outcome.stdout, outcome.shown) == (f"step {at}\n", str(at)), f"out of step: {outcome}"
    kernel.must("let mut kept = 41;")


def binary_on_stderr(kernel):
    """bytes on stderr that are no text: nothing is lost, eprintln! still works"""
    kernel.run('use std::io::Write;\nstd::io::stderr().write_all(b"\\xff\\xfe\\n")?;')
    outcome = kernel.must("kept")
    start = time.monotonic()
    outcome = kernel.must('eprintln!("still here");')
    assert outcome.stdout + outcome.stderr == "still here\n", outcome
    assert time.monotonic() - start < 10


def many_interrupts(kernel, count):
    """Presses ■ at random moments of cells that listen, before, while and after they run: no variable is lost."""
    kernel.must(LISTENS)
    kernel.must('let mut laps = 0_u64;\nlet mut basket = vec![String::from("lemon")];\nlet owned = String::from("kept");')
    start = time.monotonic()
    kernel.must("laps += 1;")
    longest, ends = time.monotonic() - start + 0.3, {"ok": 0, "Interrupted": 0}
    start = time.monotonic()
    for _ in range(count):
        # The second line defines a variable anew, so that it has to be given back where the cell is not run.
        request = kernel.send("laps += 1;\nlet owned = owned.clone();\nwhile !listens() { basket[0].push('.'); }")
        # ■ travels on another channel, and must not overtake the cell.
        moment = time.monotonic() + random.uniform(0.05, 2 * longest)
        kernel.wait(lambda: time.monotonic() > moment, ALIVE, "a moment")
        kernel.interrupt()
        outcome = kernel.end_of(request, ALIVE)
        ends[outcome.name or outcome.status] = ends.get(outcome.name or outcome.status, 0) + 1
        assert outcome.name in (None, "Interrupted"), f"{outcome}\n{outcome.traceback}"
        found = kernel.must('format!("{laps} {} {owned}", basket.len())').shown
        assert found == f'"{1 + ends["ok"]} 1 kept"', f"{found} after {ends}"
    print(f"   {count} times ■ at random moments: {ends}; all variables are there [{time.monotonic() - start:.1f} s]")


LISTENS = """fn listens() -> bool {
    std::env::var_os("NN_KERNEL_INTERRUPT").is_some_and(|file| std::path::Path::new(&file).exists())
}"""

CHECKS = [
    messages_that_are_not_json,
    a_signature_that_is_wrong,
    fields_of_any_kind,
    a_stream_of_random_messages,
    a_client_that_goes_away,
    two_clients,
    a_megabyte_in_one_line,
    a_flood,
    what_looks_like_ours,
    binary_on_stderr,
    binary_on_stdout,
]

if __name__ == "__main__":
    sys.exit(main())
