"""The form in which a notebook is committed: one whose figures and tables are seen where the notebook is only read.

Code-hosting pages show the HTML of an output if there is any, and clean it: of a figure nothing is left, of a table its text
without its columns. They show the PNG, or the text, where there is no HTML. So what is committed holds the HTML under a MIME
type of our own, which our JupyterLab shows as HTML (xtask/labextension), and which everybody else passes over.
"""

import copy

HTML, OURS = "text/html", "application/vnd.nn-core.html"
NOTHING_ELSE = "To be seen in Jupyter: it is HTML alone."


def committed(notebook):
    """A copy whose outputs hold HTML under our MIME type; what has neither picture nor text to show instead says so."""
    notebook = copy.deepcopy(notebook)
    for data in outputs(notebook):
        if HTML in data:
            data[OURS] = data.pop(HTML)
            if "image/png" not in data:
                data.setdefault("text/plain", NOTHING_ELSE)
    return notebook


def live(notebook):
    """A copy whose outputs are as the kernel gave them."""
    notebook = copy.deepcopy(notebook)
    for data in outputs(notebook):
        if OURS in data:
            data[HTML] = data.pop(OURS)
            if data.get("text/plain") == NOTHING_ELSE:
                del data["text/plain"]
    return notebook


def outputs(notebook):
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            yield output.get("data", {})
