"""jupyter_kernel_test, the tests that Jupyter's makers wrote for everybody's kernel, with samples in Rust.

    kernel_conformance.py

Left out by them where a kernel gives no sample: a pager, which belongs to IPython's `?`; and iopub's welcome, an answer to
subscriptions that few kernels give.
"""

import sys
import unittest

import jupyter_kernel_test

# On a busy machine the first cell of a kernel takes longer than their 15 seconds.
jupyter_kernel_test.TIMEOUT = 120


def record(json):
    """Prints a record of the kernel's: see xtask/kernel/src/relay/records.rs."""
    return f'println!("\\u{{1e}}{{}}", r#"{json}"#);'


class RustKernel(jupyter_kernel_test.KernelTests):
    kernel_name = "rust"
    language_name = "Rust"
    file_extension = ".rs"
    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'
    completion_samples = [
        {"text": "let s = String::from_utf8_lo", "matches": ["from_utf8_lossy("]},
        {"text": "let n: u32 = 7; n.count_o", "matches": ["count_ones()"]},
    ]
    complete_code_samples = ["1 + 1", "let x = 1;", "fn f() {\n    1\n}", "// a remark", 'println!("{");', ":help"]
    incomplete_code_samples = ["fn f() {", "let x =", "vec![1,", 'let s = "open', "/* a remark", "#[derive(Debug)]"]
    invalid_code_samples = ["let x = 1)", "}"]
    code_generate_error = 'panic!("too many lemons");'
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"lemons".len()', "result": "6"},
        {"code": "vec![1, 2]", "result": "[1, 2]"},
    ]
    code_display_data = [
        {"code": record('{"display":{"data":{"text/html":"<b>bold</b>"},"metadata":{},"id":"a"}}'), "mime": "text/html"},
    ]
    code_clear_output = record('{"clear":{"wait":true}}')
    code_history_pattern = "6 ? 7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "String::from"

    def execute_helper(self, code, timeout=None, **options):
        return super().execute_helper(code, timeout or jupyter_kernel_test.TIMEOUT, **options)


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=2).result
    sys.exit(0 if result.wasSuccessful() else 1)
