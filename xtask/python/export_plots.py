"""Collects the plots among a notebook's outputs in a folder: SVG and PNG files, and an index.html that shows them.

    export_plots.py NOTEBOOK FOLDER

Needs Python alone. The folder is made anew. Prints how many plots there are; exit code 1 and a line on stderr if none.
"""

import base64
import html
import json
import re
import shutil
import sys
from html.parser import HTMLParser
from pathlib import Path

import hosted

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
body {{ max-width: 54rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }}
figure {{ margin: 0 0 3rem; }}
img {{ max-width: 100%; height: auto; }}
p {{ margin: 0.2rem 0; font-size: 0.9rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{figures}
</main>
</body>
</html>
"""
NAMELESS = "A picture without a description"
FIGURE = """<figure>
<img src="{source}" alt="{alt}">
<figcaption>
<p>{alt}</p>
<p>Code cell {cell}: {links}</p>
</figcaption>
</figure>"""


def main():
    notebook, folder = Path(sys.argv[1]), Path(sys.argv[2])
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"{notebook} is not a notebook: {error}")
    plots = list(find_plots(cells))
    if not plots:
        sys.exit(f"{notebook} holds no plot: run it first, with cargo xtask run {notebook.stem}")

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    figures = []
    for number, plot in enumerate(plots, 1):
        names = [f"{number:02}-{plot.slug()}.{kind}" for kind in plot.files]
        for name, content in zip(names, plot.files.values()):
            (folder / name).write_bytes(content)
        links = " ".join(f'<a href="{html.escape(name)}">{html.escape(name)}</a>' for name in names)
        alt = html.escape(plot.alt)
        figures.append(FIGURE.format(source=html.escape(names[0]), alt=alt, cell=plot.cell, links=links))
    page = PAGE.format(title=f"The plots of {html.escape(notebook.stem)}.ipynb", figures="\n".join(figures))
    (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")
    print(len(plots))


class Plot:
    """A picture in an output: its files, SVG first, its text alternative, the number of its code cell."""

    def __init__(self, cell, alt, **files):
        self.cell, self.alt = cell, " ".join(alt.split())
        self.files = {kind: content for kind, content in files.items() if content}

    def slug(self):
        """The title, as the name of a file. Its letters may be Chinese."""
        svg = self.files.get("svg", b"").decode("utf-8", "replace")
        title = re.search(r"<title>([^<]+)</title>", svg)
        title = html.unescape(title[1]) if title else re.split(r"[:.;]", self.alt)[0]
        title = re.sub(r"(?<=\d),(?=\d)", "", title.lower())
        words = "".join(c if c.isalnum() else " " for c in title).split()
        while len(words) > 1 and len("-".join(words)) > 50:
            words.pop()
        return "-".join(words)[:50] or "plot"


def find_plots(cells):
    code = [cell for cell in cells if cell.get("cell_type") == "code" and text(cell.get("source")).strip()]
    for number, cell in enumerate(code, 1):
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            page = Pictures()
            page.feed(text(data.get("text/html") or data.get(hosted.OURS)))
            png, alt = decoded(data.get("image/png")), text(data.get("text/plain"))
            if page.plots:
                for found in page.plots:
                    # The PNG beside the page is that of its only picture.
                    bitmap = found["png"] or (png if len(page.plots) == 1 else None)
                    yield Plot(number, found["alt"] or alt or NAMELESS, svg=found["svg"], png=bitmap)
            elif svg := text(data.get("image/svg+xml")):
                yield Plot(number, alt or NAMELESS, svg=svg.encode(), png=png)
            elif png:
                # A page with more than a picture in it, say one that opens on a click; its picture stands for it.
                yield Plot(number, alt.strip().split("\n")[0] or NAMELESS, png=png)


class Pictures(HTMLParser):
    """The whole pictures in a page: `<picture>` with a drawing and its bitmap, or a drawing that stands in the page itself.

    Smaller pictures, `<img>` alone, are parts of something: digits in a table, say.
    """

    def __init__(self):
        super().__init__(convert_charrefs=False)
        self.plots, self.picture, self.source, self.drawing = [], None, "", None

    def feed(self, source):
        self.source = source
        self.starts = [0]
        for line in source.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        super().feed(source)

    def position(self):
        line, column = self.getpos()
        return self.starts[line - 1] + column

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "picture":
            self.picture = {"alt": "", "svg": None, "png": None}
        elif self.picture is not None and tag in ("source", "img"):
            self.picture["alt"] = attributes.get("alt") or self.picture["alt"]
            for address in (attributes.get("srcset"), attributes.get("src")):
                self.add(address or "")
        elif tag == "svg" and self.drawing is None:
            self.drawing = (self.position(), attributes.get("aria-label") or "", attributes.get("width") or "")

    def add(self, address):
        for kind, prefix in (("svg", "data:image/svg+xml;base64,"), ("png", "data:image/png;base64,")):
            if address.startswith(prefix):
                self.picture[kind] = decoded(address[len(prefix):])

    def handle_endtag(self, tag):
        if tag == "picture" and self.picture is not None:
            self.plots.append(self.picture)
            self.picture = None
        elif tag == "svg" and self.drawing is not None:
            start, alt, width = self.drawing
            self.drawing = None
            # Those of one or two digits are signs on buttons.
            if not re.fullmatch(r"\d{0,2}(px)?", width):
                svg = self.source[start : self.position()] + "</svg>\n"
                self.plots.append({"alt": alt, "svg": svg.encode(), "png": None})


def text(value):
    """A notebook's text: a string, or a list of lines."""
    return "".join(value) if isinstance(value, list) else value or ""


def decoded(value):
    return base64.b64decode(text(value)) or None


if __name__ == "__main__":
    main()
