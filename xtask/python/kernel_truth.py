"""What a person meets who does this and that: each row runs in a real kernel, and the table says what happens.

    kernel_truth.py [WORD …]      only the rows whose names contain one of the words

Exit code 0: everything came as it must. 1: the table marks what did not, and the reasons stand below it.
"""

import json
import os
import signal
import sys
import tempfile
import textwrap
import time
import traceback
from pathlib import Path

from kernel_client import Kernel, is_alive

ROWS = []


def row(person_does):
    """Adds a function to the table. It gets a kernel, fails by an AssertionError, and returns what happens now."""

    def add(function):
        ROWS.append((person_does, function))
        return function

    return add


def failed(outcome, name, *words):
    """Asserts that a cell failed, in every way that Jupyter looks at, with these words in its traceback."""
    assert outcome.status == "error" and outcome.name == name, f"expected {name}, found {outcome}"
    assert "error" in outcome.kinds, f"no error message for everybody: {outcome.kinds}"
    for word in words:
        assert word in outcome.traceback, f"{word!r} is not in:\n{outcome.traceback}"
    return f"{name}: {outcome.value}".replace("\n", " ")


def same(found, expected):
    """Asserts that both are equal."""
    assert found == expected, f"expected {expected!r}, found {found!r}"


@row("a cell ends in Err through ?")
def _(kernel):
    failing = kernel.run('let lemons = 3;\nErr("no lemons")?;')
    return failed(failing, "Error", "no lemons", f"in cell [{failing.number}], line 2", "----> 2")


@row("a cell panics")
def _(kernel):
    failing = kernel.run('panic!("too many {}", "lemons");')
    return failed(failing, "Panic", "too many lemons", f"in cell [{failing.number}], line 1")


@row("v[3] out of bounds")
def _(kernel):
    failing = kernel.run("let v = vec![1, 2, 3];\nlet at = v.len();\nv[at]")
    said = failed(failing, "Panic", "the len is 3 but the index is 3", f"in cell [{failing.number}], line 3")
    assert "<unknown>" not in failing.traceback and len(failing.traceback.splitlines()) < 8, failing.traceback
    same(failing.stderr, "")
    return f"{said}, with the cell and its line, no backtrace"


@row("a panic in a function of an earlier cell")
def _(kernel):
    earlier = kernel.must("fn third(v: &[i32]) -> i32 {\n    v[2]\n}")
    failing = kernel.run("third(&[1, 2])")
    failed(failing, "Panic", f"in cell [{earlier.number}], line 2")
    return f"the line of the earlier cell [{earlier.number}]"


@row(":env RUST_BACKTRACE=1, then a panic")
def _(kernel):
    kernel.must(":env RUST_BACKTRACE=1")
    failing = kernel.run('panic!("far")')
    failed(failing, "Panic", "far", "rust_begin_unwind")
    kernel.must(":env RUST_BACKTRACE=0")
    failing = kernel.run('panic!("near")')
    failed(failing, "Panic", "near")
    assert "rust_begin_unwind" not in failing.traceback, failing.traceback
    return "a backtrace; none after =0"


@row("a cell does not compile")
def _(kernel):
    return failed(kernel.run('let lemons: u8 = "yellow";'), "CompileError", "mismatched types")


@row("eprintln! alone")
def _(kernel):
    outcome = kernel.must('eprintln!("only a remark");')
    same(outcome.stderr, "only a remark\n")
    return "status ok, the text on stderr"


@row("Run All: a cell fails, others wait behind it")
def _(kernel):
    kernel.must("let mut ran = vec![0];")
    codes = ["ran.push(1);", 'Err("stop")?;', "ran.push(2);", "ran.push(3);"]
    waiting = [kernel.send(code) for code in codes]
    same([kernel.end_of(request).status for request in waiting], ["ok", "error", "aborted", "aborted"])
    waiting = [kernel.send(code, stop_on_error=False) for code in codes[1:3]]
    same([kernel.end_of(request).status for request in waiting], ["error", "ok"])
    same(kernel.must("ran.clone()").shown, "[0, 1, 2]")
    return "they are aborted; with stop_on_error false they run"


@row('print!("loading … "); then an error')
def _(kernel):
    kernel.must("let kept = 41;")
    failing = kernel.run('print!("loading … "); let s = std::fs::read_to_string("nowhere.csv")?;')
    said = failed(failing, "Error", "No such file")
    same(failing.stdout, "loading … ")
    same(kernel.must("kept + 1").shown, "42")
    return f"{said}; the text; variables kept"


@row('print!("x: "); then a figure')
def _(kernel):
    kernel.must(
        "struct Figure;\nimpl Figure { fn evcxr_display(&self) {\n"
        'println!("EVCXR_BEGIN_CONTENT text/html\\n<b>figure</b>\\nEVCXR_END_CONTENT"); } }'
    )
    outcome = kernel.must('print!("x: ");\nFigure')
    same(outcome.stdout, "x: ")
    shown = [message["content"]["data"] for message in outcome.messages if message["msg_type"] == "execute_result"]
    same(shown, [{"text/html": "<b>figure</b>"}])
    outcome = kernel.must('print!("x: "); vec![1, 2]')
    same((outcome.stdout, outcome.shown), ("x: ", "[1, 2]"))
    return "both"


@row("let d = take(x)?; fails: x was moved")
def _(kernel):
    made = kernel.must("let x = vec![1.0, 2.0];")
    kernel.must('fn take(x: Vec<f64>) -> Result<usize, String> { if x.len() > 9 { Ok(1) } else { Err("too few".into()) } }')
    failing = kernel.run("let d = take(x)?;")
    failed(failing, "Error", "too few", "`x` was moved by this cell", f"Run cell [{made.number}] again", "`x.clone()`")
    later = kernel.run("x.len()")
    failed(later, "CompileError", f"`x` was moved in cell [{failing.number}]", f"Run cell [{made.number}] again")
    return later.traceback.splitlines()[-1]


@row("let w = …?; fails: an older w")
def _(kernel):
    kernel.must("let w = 5;\nlet mut words = vec![String::from(\"one\")];")
    failed(kernel.run('let w: i32 = "seven".parse()?;'), "Error", "invalid digit")
    failed(kernel.run('let words: Vec<String> = { words.push("two".into()); panic!("no") };'), "Panic")
    same(kernel.must('words.push("three".into());\nformat!("{w} {}", words.join(" "))').shown, '"5 one two three"')
    return "it is still there"


@row("let c = |x: f64| x + 1.0;")
def _(kernel):
    failing = kernel.run("let c = |x: f64| x + 1.0;")
    failed(failing, "CompileError", "`c` is a closure", "`fn c(x: f64)")
    return failing.traceback.splitlines()[-1]


@row("let name = …; let r = &name;")
def _(kernel):
    kernel.must('let owner = String::from("me");')
    failing = kernel.run("let r = &owner;")
    failed(failing, "CompileError", "`r` borrows")
    return failing.traceback.splitlines()[-1]


@row("a loop; network.save(…)?, which returns ()")
def _(kernel):
    for code in ["for _ in 0..2 {}", "std::fs::create_dir_all(\".\")?"]:
        outcome = kernel.must(code)
        same((outcome.shown, outcome.kinds), (None, []))
    return "nothing is shown"


@row("a figure that changes while its cell runs")
def _(kernel):
    def say(what, text):
        data = {what: {"data": {"text/html": text}, "metadata": {}, "id": "curve"}}
        return f'println!("\\u{{1e}}{{}}", r#"{json.dumps(data)}"#);\n'

    wait = "std::thread::sleep(std::time::Duration::from_millis(600));\n"
    request = kernel.send(say("display", "one") + wait + say("update", "two") + wait)
    found = []
    for kind in ["display_data", "update_display_data"]:
        kernel.wait(lambda: kernel.first(request, kind), 60, kind)
        assert not kernel.is_idle(request), f"{kind} came when the cell had ended"
        content = kernel.first(request, kind)["content"]
        found.append((content["data"]["text/html"], content["transient"]["display_id"]))
    same(found, [("one", "curve"), ("two", "curve")])
    same(kernel.end_of(request).kinds, ["display_data", "update_display_data"])
    return "it is shown at once, and changes in its place"


@row("std::process::exit(3)")
def _(kernel):
    return dies(kernel, "std::process::exit(3);", "exit status: 3")


@row("std::process::abort()")
def _(kernel):
    return dies(kernel, "std::process::abort();", "SIGABRT")


@row("a recursion without an end")
def _(kernel):
    code = "fn deeper(n: u64) -> u64 { std::hint::black_box(n) + deeper(n + 1) * 2 }\nprintln!(\"{}\", deeper(0));"
    return dies(kernel, code, "a recursion without an end")


def dies(kernel, code, status):
    """Asserts that the end of the cells' process names the variables, and the cells that make them again."""
    first = kernel.must("let basket = vec![3, 4];")
    second = kernel.must("let weight: i32 = basket.iter().sum();")
    failing = kernel.run(code)
    said = failed(failing, "KernelProcessDied", status, "`basket`", "`weight`", f"[{first.number}], [{second.number}]")
    later = kernel.run("weight")
    failed(later, "CompileError", f"Run cell [{second.number}] again")
    same(kernel.must("1 + 1").shown, "2")
    return f"{said}; {failing.traceback.splitlines()[-1]}"


@row("evcxr_input::get_string(\"Your name\")")
def _(kernel):
    # What that crate does, which would have to be downloaded.
    get = 'println!("EVCXR_INPUT_REQUEST:Your name");\nlet mut name = String::new();\nstd::io::stdin().read_line(&mut name)?;\n'
    request = kernel.send(get + 'format!("hello, {}", name.trim())', allow_stdin=True)
    question = kernel.client.get_stdin_msg(timeout=60)
    same(question["content"]["prompt"], "Your name")
    kernel.client.input("Ada")
    same(kernel.end_of(request).shown, '"hello, Ada"')
    return "the person is asked, and the answer arrives"


@row("is_complete of fn f() {")
def _(kernel):
    found = {}
    for code in ["fn f() {", "let x = 1;", "let x = 2)", 'let s = "open', "network."]:
        found[code] = kernel.ask("is_complete_request", {"code": code})["status"]
    same(list(found.values()), ["incomplete", "complete", "invalid", "incomplete", "incomplete"])
    return ", ".join(f"{code!r} {status}" for code, status in found.items())


@row("history_request")
def _(kernel):
    number = kernel.must("let remembered = 1;").number
    asked = {"hist_access_type": "tail", "n": 1, "output": False, "raw": True}
    same(kernel.ask("history_request", asked)["history"], [[0, number, "let remembered = 1;"]])
    return "the cells of this kernel's life"


@row("comm_info_request")
def _(kernel):
    same(kernel.ask("comm_info_request", {}), {"status": "ok", "comms": {}})
    return "answered: none"


@row("Shift+Tab in the middle of a name")
def _(kernel):
    kernel.must("/// Counts lemons.\nfn count_lemons(basket: &[u8]) -> usize { basket.len() }")
    for code, cursor in [("count_lemons(&[1])", 3), ("count_lemons(&[1])", 15), ("String::from(\"x\")", 9)]:
        start = time.monotonic()
        answer = kernel.ask("inspect_request", {"code": code, "cursor_pos": cursor, "detail_level": 0})
        assert answer["found"] and "text/plain" in answer["data"], f"{code!r} at {cursor}: {answer}"
        seconds = time.monotonic() - start
    return f"the documentation, in a name and between its parentheses ({seconds:.2f} s)"


@row("Tab")
def _(kernel):
    kernel.must("pub struct Basket { lemons: Vec<u8> }\nimpl Basket { pub fn put(&mut self, lemon: u8) { self.lemons.push(lemon) } }")
    kernel.must("let mut filled = Basket { lemons: vec![] };")
    start = time.monotonic()
    matches = kernel.ask("complete_request", {"code": "filled.", "cursor_pos": 7})["matches"]
    seconds = time.monotonic() - start
    assert "put(" in matches, matches
    assert not any(match.endswith("lemon)") for match in matches), matches
    last = [match for match in matches if match.startswith(("into(", "try_into("))]
    assert matches.index("put(") == 0 or last == matches[-len(last) :], matches
    return f"{', '.join(matches[:4])}, … ({seconds:.2f} s)"


@row("Tab and Shift+Tab while a cell runs")
def _(kernel):
    request = kernel.send('println!("begun");\nstd::thread::sleep(std::time::Duration::from_secs(2));')
    kernel.wait_for_text(request, "begun")
    start = time.monotonic()
    for kind in ["complete", "inspect"]:
        answer = kernel.ask(f"{kind}_request", {"code": "String::fro", "cursor_pos": 11, "detail_level": 0})
        same(answer["status"], "ok")
    seconds = time.monotonic() - start
    assert not kernel.is_idle(request), f"answered after {seconds} s, when the cell had ended"
    same(kernel.end_of(request).status, "ok")
    return f"answered after {seconds:.2f} s, from what is known"


@row("■ in a loop that listens")
def _(kernel):
    kernel.must(LISTENS)
    kernel.must("let mut steps = 0_u64;")
    request = kernel.send('println!("begun");\nwhile !listens() { steps += 1; std::thread::sleep(std::time::Duration::from_millis(1)); }')
    kernel.wait_for_text(request, "begun")
    start = time.monotonic()
    kernel.interrupt()
    outcome = kernel.end_of(request, 30)
    seconds = time.monotonic() - start
    assert outcome.status == "ok" and outcome.stderr == "", outcome
    same(kernel.must("steps > 0").shown, "true")
    return f"stopped after {seconds:.2f} s, variables kept"


LISTENS = """fn listens() -> bool {
    std::env::var_os("NN_KERNEL_INTERRUPT").is_some_and(|file| std::path::Path::new(&file).exists())
}"""


@row("■ in a cell that does not listen, then a second ■")
def _(kernel):
    made = kernel.must("let left = 7;")
    request = kernel.send('println!("begun");\nloop { std::thread::sleep(std::time::Duration::from_millis(1)); }')
    waiting = kernel.send("let after = 1;")
    kernel.wait_for_text(request, "begun")
    start = time.monotonic()
    kernel.interrupt()
    kernel.wait_for_text(request, "does not listen", 30)
    seconds = time.monotonic() - start
    assert 0.9 < seconds, f"the line came after {seconds} s"
    kernel.interrupt()
    outcome = kernel.end_of(request, 30)
    failed(outcome, "KernelProcessDied", "second ■", "`left`", f"[{made.number}]")
    same(kernel.end_of(waiting).status, "aborted")
    same(kernel.must("1 + 1").shown, "2")
    return f"a line after {seconds:.1f} s; {outcome.value}; what waited was aborted"


@row("■ twice in a moment, in a cell that winds down")
def _(kernel):
    kernel.must(LISTENS)
    kernel.must("let left = 7;")
    request = kernel.send(
        'println!("begun");\nwhile !listens() { std::thread::sleep(std::time::Duration::from_millis(1)); }\n'
        'std::thread::sleep(std::time::Duration::from_millis(500));\nprintln!("wound down");'
    )
    kernel.wait_for_text(request, "begun")
    kernel.interrupt()
    kernel.interrupt()
    outcome = kernel.end_of(request, 30)
    same((outcome.status, outcome.stdout, outcome.stderr), ("ok", "begun\nwound down\n", ""))
    same(kernel.must("left").shown, "7")
    return "the second one does not count: nobody has said yet that the cell does not listen"


if sys.platform != "win32":

    @row("■ and a second ■ before the cell's code runs")
    def _(kernel):
        made = kernel.must("let left = 7;")
        evcxr = int(kernel.must('println!("{}", std::os::unix::process::parent_id());').stdout)
        # In place of what it does for seconds without looking at ■, as when rust-analyzer reads a new crate.
        os.kill(evcxr, signal.SIGSTOP)
        try:
            request = kernel.send("left + 1")
            # Messages go by two ways, and a ■ before the cell would be about nothing.
            kernel.wait(lambda: kernel.first(request, "execute_input"), 30, "the cell to begin")
            kernel.interrupt()
            kernel.wait_for_text(request, "does not listen", 30)
            kernel.interrupt()
        finally:
            os.kill(evcxr, signal.SIGCONT)
        said = failed(kernel.end_of(request, 30), "KernelProcessDied", "second ■", "`left`", f"[{made.number}]")
        same(kernel.must("1 + 1").shown, "2")
        failed(kernel.run("left"), "CompileError", "was lost", f"Run cell [{made.number}] again")
        return said

    @row("■ and a second ■ in a cell that asks for a line")
    def _(kernel):
        request = kernel.send(
            'println!("EVCXR_INPUT_REQUEST:Name");\nlet mut name = String::new();\nstd::io::stdin().read_line(&mut name)?;',
            allow_stdin=True,
        )
        same(kernel.client.get_stdin_msg(timeout=60)["content"]["prompt"], "Name")
        kernel.interrupt()
        kernel.wait_for_text(request, "does not listen", 30)
        kernel.interrupt()
        said = failed(kernel.end_of(request, 30), "KernelProcessDied", "second ■")
        same(kernel.must("1 + 1").shown, "2")
        return said

    @row("Jupyter's Restart while a cell computes")
    def _(_):
        with Kernel() as kernel:
            for now in [False, True]:
                request = kernel.send('println!("{}", std::process::id());\nloop { std::hint::black_box(0); }')
                kernel.wait_for_text(request, "\n")
                process = int(kernel.printed(request))
                kernel.restart(now)
                end = time.monotonic() + 10
                while is_alive(process):
                    assert time.monotonic() < end, f"the process {process} of the cell still computes"
                    time.sleep(0.05)
        return "the process of the cell has ended too"


@row("include! of a file that is no text")
def _(kernel):
    kernel.must("let left = 7;")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "latin1.rs"
        path.write_bytes("// Übung\n1 + 1".encode("latin-1"))
        said = failed(kernel.run(f"include!({json.dumps(str(path))})"), "CompileError", "latin1.rs")
    same(kernel.must("left").shown, "7")
    return f"{said}; variables kept"


@row(":clear, then a variable of before")
def _(kernel):
    made = kernel.must("let left = 7;")
    kernel.must(":clear")
    return failed(kernel.run("left"), "CompileError", "was lost", f"Run cell [{made.number}] again")


@row("■ in a cell that does not listen, which then ends by itself")
def _(kernel):
    kernel.must("let left = 7;")
    request = kernel.send('println!("begun");\nstd::thread::sleep(std::time::Duration::from_millis(300));')
    kernel.wait_for_text(request, "begun")
    kernel.interrupt()
    same(kernel.end_of(request, 30).status, "ok")
    time.sleep(1.2)
    outcome = kernel.must("left")
    same((outcome.shown, outcome.stderr), ("7", ""))
    return "it ends as if nothing had happened"


@row("■ while a cell is compiled")
def _(kernel):
    kernel.must("let left = 7;")
    slow = "#[allow(long_running_const_eval)]\nconst SLOW: u64 = { let mut i = 0; while i < 4_000_000_000 { i += 1; } i };\nSLOW + left"
    request, waiting = kernel.send(slow), kernel.send("let after = 1;")
    time.sleep(2)
    start = time.monotonic()
    kernel.interrupt()
    outcome = kernel.end_of(request, 60)
    seconds = time.monotonic() - start
    said = failed(outcome, "Interrupted", "compiled")
    same(kernel.end_of(waiting).status, "aborted")
    same(kernel.must("left").shown, "7")
    return f"{said} ({seconds:.1f} s); what waited was aborted; variables kept"


def main():
    words = sys.argv[1:]
    rows = [(name, function) for name, function in ROWS if not words or any(word in name for word in words)]
    passed, failures, begun = 0, [], time.monotonic()
    with Kernel() as kernel:
        for name, function in rows:
            start, mark = time.monotonic(), "✓"
            try:
                now = function(kernel)
                passed += 1
            except Exception as error:
                mark, now = "✗", "see below"
                failures.append(f"✗ {name}: {error if isinstance(error, AssertionError) else traceback.format_exc()}")
            now = textwrap.shorten(now, 150, placeholder=" …")
            print(f"   {mark} {name:<58} {now}  [{time.monotonic() - start:.1f} s]", flush=True)
            if not kernel.manager.is_alive():
                failures.append("the kernel ended; the rows below did not run")
                break
    for failure in failures:
        print(f"\n{failure}", file=sys.stderr)
    print(f"   {passed} of {len(rows)} rows as they must be, {time.monotonic() - begun:.0f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
