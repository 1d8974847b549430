"""Whether committed notebooks show their figures and tables on a page that strips HTML.

    hosted_page.py NOTEBOOK...

Each is exported by nbconvert with its own sanitizer at its strictest: no element of an output's HTML but a few of plain text.
Exit code 1 and a line for each fault if a figure is no picture there, sharp at two pixels for each CSS pixel, if base64 stands
on the page as text, or if the file is larger than such pages like.
"""

import base64
import re
import struct
import sys
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from hosted import NOTHING_ELSE, OURS

PNG = "image/png"
MOST_BYTES = 4_000_000


def main():
    faults = []
    for path in map(Path, sys.argv[1:]):
        notebook = nbformat.read(path, as_version=4)
        outputs = [output for cell in notebook.cells for output in cell.get("outputs", []) if "data" in output]
        figures = [output for output in outputs if PNG in output.data]
        # The exporter changes what it is given.
        described = [output.data.get("text/plain", "") for output in outputs if PNG not in output.data]
        bare = [output for output in outputs if output.data.get("text/plain") == NOTHING_ELSE]
        page = Page(HTMLExporter(sanitize_html=True, embed_images=True).from_notebook_node(notebook)[0])
        found = [f"{path.name}: {fault}" for fault in check(figures, described, page)]
        found += [f"{path.name}: beside its HTML an output has neither PNG nor text: {str(output.data[OURS])[:80]}" for output in bare]
        if (size := path.stat().st_size) > MOST_BYTES:
            found.append(f"{path.name}: expected at most {MOST_BYTES:,} bytes, found {size:,}")
        faults += found
        print(f"{path.name}: {len(figures)} figures, {len(described)} other outputs, {len(found)} faults")
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if faults else 0


def check(figures, described, page):
    """What is wrong."""
    shown = [picture for picture in page.pictures if picture.get("src", "").startswith(f"data:{PNG};base64,")]
    if len(shown) != len(figures):
        yield f"expected {len(figures)} pictures, found {len(shown)}"
    for number, picture in enumerate(shown, 1):
        file = base64.b64decode(picture["src"].split(",", 1)[1])
        if file[:8] != b"\x89PNG\r\n\x1a\n":
            yield f"picture {number} is no PNG"
            continue
        width, height = struct.unpack(">II", file[16:24])
        size = (picture.get("width"), picture.get("height"))
        if any(told is None or abs(2 * int(told) - pixels) > 1 for told, pixels in zip(size, (width, height))):
            yield f"picture {number}, {width} × {height} pixels, is shown at {size}, not at half of that"
    if stray := re.search(r"[A-Za-z0-9+/]{400}", page.text):
        yield f"base64 stands on the page as text: {stray[0][:40]}…"
    words = " ".join(page.text.split())
    for text in described:
        if (text := " ".join(str(text).split())) not in words or not text:
            yield f"an output is not on the page: {text[:60] or 'one that has neither PNG nor text'}"


class Page(HTMLParser):
    """The pictures and the text of a page."""

    def __init__(self, source):
        super().__init__()
        self.pictures, self.text, self.is_hidden = [], "", False
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.pictures.append(dict(attributes))
        if tag in ("style", "script"):
            self.is_hidden = True

    def handle_endtag(self, tag):
        if tag in ("style", "script"):
            self.is_hidden = False

    def handle_data(self, data):
        if not self.is_hidden:
            self.text += data


if __name__ == "__main__":
    sys.exit(main())
