"""Notebooks in other languages: `NAME.zh-CN.ipynb` is `NAME.ipynb` with its prose in Chinese, a twin.

Nothing is executed twice: a twin takes code and outputs from its original, cell by cell, and keeps its own prose.
"""

import copy
import re

NAME = re.compile(r"^(?P<original>.+)\.(?P<language>zh-CN)$")


def language(path):
    """The language of a notebook's prose, going by its name."""
    named = NAME.match(path.stem)
    return named["language"] if named else "en"


def original(path):
    """The name of the notebook, or of the one that it is a twin of."""
    named = NAME.match(path.stem)
    return named["original"] if named else path.stem


def twin_of(path):
    """The path of its Chinese twin, whether that is there or not."""
    return path.with_name(f"{path.stem}.zh-CN{path.suffix}")


def together(notebook, twin):
    """`notebook` with the prose of `twin`. Cells belong together by their place, kind and id.

    Raises ValueError that names the first that do not.
    """
    for number, (ours, theirs) in enumerate(zip(notebook.cells, twin.cells), 1):
        expected, found = (f"{cell.cell_type} {cell.get('id')}" for cell in (ours, theirs))
        if expected != found:
            raise ValueError(f"cell {number}: expected {expected}, found {found}")
    if len(notebook.cells) != len(twin.cells):
        raise ValueError(f"expected {len(notebook.cells)} cells, found {len(twin.cells)}")
    whole = copy.deepcopy(notebook)
    for ours, theirs in zip(whole.cells, twin.cells):
        if ours.cell_type == "markdown":
            ours.source = theirs.source
    return whole
