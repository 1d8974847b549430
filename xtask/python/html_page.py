"""A notebook as one HTML file that needs nothing from the network: formulas as MathML, figures and scripts inside."""

import base64
import re
from pathlib import Path

import latex2mathml.converter
import twins
from nbconvert import HTMLExporter
from nbconvert.exporters import html as nbconvert_html
from nbconvert.filters.markdown_mistune import IPythonRenderer

PAGE = Path(__file__).parent.parent / "page"

# MathML Core knows no `mathvariant="script"`: script capitals are characters of their own, some of them older than the others.
OLDER_CAPITALS = {"B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ"}

# Signs that latex2mathml takes for others: a letter for a relation, an operator with space around it for a letter.
LIKE_TEX = {
    "<mi>&#x0007E;</mi>": "<mo>&#x0223C;</mo>",
    "<mo>&#x022A4;</mo>": "<mi>&#x022A4;</mi>",
    "<mo>&#x0002F;</mo>": '<mo lspace="0" rspace="0">&#x0002F;</mo>',
    "<mo>&#x02202;</mo>": '<mi mathvariant="normal">&#x02202;</mi>',
    'width="negativethinmathspace"': 'width="-0.17em"',
}


def export(notebook, source, target, home=None):
    """Writes `notebook`, read from the path `source`, to the path `target`; `home` is a page that lists all."""
    language = twins.language(source)
    exporter = HTMLExporter(embed_images=True, extra_template_basedirs=[str(PAGE)], template_name="template")
    dark = next(Path(folder) / "static/theme-dark.css" for folder in exporter.template_paths
                if (Path(folder) / "static/theme-dark.css").is_file())
    font = base64.b64encode((PAGE / "STIXTwoMath-subset.woff2").read_bytes()).decode()
    css = (PAGE / "page.css").read_text(encoding="utf-8").replace("MATH_FONT", font)
    resources = {
        "metadata": {"name": title(notebook) or source.stem, "path": str(source.parent)},
        "page": {"css": css, "dark": dark.read_text(encoding="utf-8"), "home": home, "language": language},
    }
    page, _ = exporter.from_notebook_node(notebook, resources)
    # nbconvert knows no language but those of two letters.
    page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
    target.write_text(page, encoding="utf-8", newline="\n")


def title(notebook):
    """The first heading."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (heading := re.search(r"^# (.+)$", cell.source, re.MULTILINE)):
            return heading.group(1).strip()
    return None


class Renderer(IPythonRenderer):
    """nbconvert's Markdown, its formulas ready to be shown."""

    def inline_html(self, html):
        # nbconvert would close each tag at once: it takes <kbd> and </kbd> for two pieces of HTML.
        return html

    def block_html(self, html):
        # Likewise <details>: what it hides follows as Markdown.
        return html

    def link(self, text, url, title=None):
        # Beside this page, another notebook is a page too; the repository's other files are not there.
        if url.startswith("../"):
            return text
        return super().link(text, re.sub(r"^([^:/]+)\.ipynb(?=#|$)", r"\1.html", url), title)

    def block_math(self, text):
        # On a narrow screen a long one scrolls by itself; the keyboard has to reach it for that.
        return math_ml(text, "block").replace("<math ", '<math tabindex="0" ', 1)

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
    # "y ln a", and "ln(1 − a)".
    thin = '<mspace width="0.17em"/>'
    names = r"(<mi>(?:ln|log|exp|max|min)</mi>)"
    formula = re.sub(names, rf"{thin}\1", formula)
    formula = re.sub(names + r"(?!<mo[^>]*>&#x00028;)", rf"\1{thin}", formula)
    for old, new in LIKE_TEX.items():
        formula = formula.replace(old, new)
    return formula
