"""What papermill and nbclient make of notebooks in Rust: one that passes, and one whose third cell panics, where they must stop.

Their files are left in the working directory.
"""

from pathlib import Path

import nbformat
import papermill
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

BEGIN = ["let mut lemons = vec![3, 4];", 'print!("{} of ", lemons.len());\nlemons.push(5);\nlemons.clone()']
PANICS = [*BEGIN, "lemons[lemons.len()]", 'std::fs::write("went_on", "")?;']


def main():
    folder = Path.cwd()
    for name, run in [("nbclient", by_nbclient), ("papermill", by_papermill)]:
        outputs = run(folder, notebook(BEGIN)).cells[1].outputs
        assert [output.output_type for output in outputs] == ["stream", "execute_result"], outputs
        try:
            run(folder, notebook(PANICS))
        except (CellExecutionError, papermill.PapermillExecutionError) as error:
            assert (error.ename, error.evalue) == ("Panic", "index out of bounds: the len is 3 but the index is 3"), error
            assert "in cell [3], line 1" in str(error), error
        else:
            raise AssertionError(f"{name} took a panic for a success")
        assert not (folder / "went_on").exists(), f"{name} went on after a panic"
        print(f"   {name}: runs, and stops at the cell that panics", flush=True)


def notebook(codes):
    """A notebook of these cells."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
    made.metadata.kernelspec = {"name": "rust", "display_name": "Rust", "language": "rust"}
    return made


def by_nbclient(folder, made):
    return NotebookClient(made, resources={"metadata": {"path": str(folder)}}).execute()


def by_papermill(folder, made):
    path = folder / "by_papermill.ipynb"
    nbformat.write(made, path)
    return papermill.execute_notebook(str(path), str(path), cwd=str(folder), progress_bar=False)


if __name__ == "__main__":
    main()
