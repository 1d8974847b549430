"""A notebook as one HTML file that needs nothing from the network: formulas as MathML, figures and scripts inside."""

import base64
import re
from pathlib import Path

import latex2mathml.converter
from nbconvert import HTMLExporter
from nbconvert.exporters import html as nbconvert_html
from nbconvert.filters.markdown_mistune import IPythonRenderer

PAGE = Path(__file__).parent.parent / "page"

# MathML Core knows no `mathvariant="script"`: script capitals are characters of their own, some of them older than the others.
OLDER_CAPITALS = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}


def export(notebook, source, target):
    """Writes `notebook`, read from the path `source`, to the path `target`."""
    notebook.metadata.setdefault("title", title(notebook) or source.stem)
    exporter = HTMLExporter(embed_images=True, extra_template_basedirs=[str(PAGE)], template_name="template")
    dark = next(Path(folder) / "static/theme-dark.css" for folder in exporter.template_paths
                if (Path(folder) / "static/theme-dark.css").is_file())
    font = base64.b64encode((PAGE / "STIXTwoMath-subset.woff2").read_bytes()).decode()
    css = (PAGE / "page.css").read_text(encoding="utf-8").replace("MATH_FONT", font)
    resources = {
        "metadata": {"name": source.stem, "path": str(source.parent)},
        "page": {"css": css, "dark": dark.read_text(encoding="utf-8")},
    }
    page, _ = exporter.from_notebook_node(notebook, resources)
    target.write_text(page, encoding="utf-8", newline="\n")


def title(notebook):
    """The first heading."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := re.search(r"^# (.+)$", cell.source, re.MULTILINE)):
            return heading.group(1).strip()
    return None


class Renderer(IPythonRenderer):
    """nbconvert's Markdown, its formulas ready to be shown."""

    def block_math(self, text):
        return math_ml(text, "block")

    def inline_math(self, text):
        return math_ml(text, "inline")


nbconvert_html.IPythonRenderer = Renderer


def math_ml(tex, display):
    """A formula as MathML."""
    try:
        formula = latex2mathml.converter.convert(tex, display=display)
    except Exception as error:
        raise ValueError(f"a formula that cannot be exported: {tex.strip()}: {type(error).__name__} {error}") from error
    capital = lambda m: OLDER_CAPITALS.get(m[1]) or chr(ord("𝒜") + ord(m[1]) - ord("A"))
    formula = re.sub(r'<mi mathvariant="script">([A-Z])</mi>', lambda m: f'<mi mathvariant="normal">{capital(m)}</mi>', formula)
    # "ln a", not "lna".
    return re.sub(r"<mi>(ln|log|exp|max|min)</mi>", r'<mi>\1</mi><mspace width="0.17em"/>', formula)
