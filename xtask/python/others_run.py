"""What nbclient and papermill make of a notebook in Rust whose third cell panics: they run it, and stop there.

Their files are left in the working directory.
"""

from pathlib import Path

import nbformat
import papermill
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CODES = [
    "let mut lemons = vec![3, 4];",
    'print!("{} of ", lemons.len());\nlemons.push(5);\nlemons.clone()',
    "lemons[lemons.len()]",
    'std::fs::write("went_on", "")?;',
]


def main():
    for name, run in [("nbclient", by_nbclient), ("papermill", by_papermill)]:
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CODES])
        made.metadata.kernelspec = {"name": "rust", "display_name": "Rust", "language": "rust"}
        try:
            run(made)
        except (CellExecutionError, papermill.PapermillExecutionError) as error:
            assert (error.ename, error.evalue) == ("Panic", "index out of bounds: the len is 3 but the index is 3"), error
            assert "in cell [3], line 1" in str(error), error
        else:
            raise AssertionError(f"{name} took a panic for a success")
        assert not Path("went_on").exists(), f"{name} went on after a panic"
        print(f"   {name}: runs, and stops at the cell that panics", flush=True)


def by_nbclient(made):
    try:
        NotebookClient(made).execute()
    finally:
        passed(made.cells)


def by_papermill(made):
    path = "by_papermill.ipynb"
    nbformat.write(made, path)
    try:
        papermill.execute_notebook(path, path, progress_bar=False)
    finally:
        # It puts a report before the cell that failed, and one on top.
        passed([cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"])


def passed(cells):
    """Asserts that the second cell printed and showed what it should."""
    outputs = cells[1].outputs
    assert [output.output_type for output in outputs] == ["stream", "execute_result"], outputs
    assert (outputs[0].text, outputs[1].data["text/plain"]) == ("2 of ", "[3, 4, 5]"), outputs


if __name__ == "__main__":
    main()
