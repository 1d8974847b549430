"""Everything there is to read, as pages that need no network: an index in each language, and every notebook.

    site.py FOLDER NOTEBOOK...

Exit code 1 and a line on stderr for each link that leads nowhere.
"""

import json
import sys
from pathlib import Path

import export_plots
import hosted
import html_page
import jinja2
import links
import nbformat
import twins

PAGE = html_page.PAGE / "site"
INDEX = {"en": "index.html", "zh-CN": "index.zh-CN.html"}


def main():
    folder, paths = Path(sys.argv[1]), [Path(path) for path in sys.argv[2:]]
    texts = json.loads((PAGE / "texts.json").read_text(encoding="utf-8"))
    for path in paths:
        if twins.original(path) not in texts["notebooks"]:
            sys.exit(f"{PAGE / 'texts.json'}: expected a figure and three lines for {path.name}")
    entries = {path.stem: export(path, folder, texts["notebooks"][twins.original(path)]) for path in paths}
    for language, name in INDEX.items():
        write_index(folder / name, language, texts, entries)
    broken = links.broken(folder, [*INDEX.values(), *(entry["page"] for entry in entries.values())])
    for problem in broken:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if broken else 0


def export(path, folder, text):
    """Writes a notebook's page and its picture; returns what the index says of it."""
    notebook, language = hosted.live(nbformat.read(path, as_version=4)), twins.language(path)
    page, picture = f"{path.stem}.html", f"pictures/{twins.original(path)}.svg"
    html_page.export(notebook, path, folder / page, home=INDEX[language])
    (folder / "pictures").mkdir(exist_ok=True)
    (folder / picture).write_bytes(figure(notebook, path, text["figure"]))
    print(f"{path.name}: {page}", flush=True)
    title = html_page.title(notebook) or path.stem
    return {"page": page, "picture": picture, "language": language, "title": title, "lines": text[language]}


def figure(notebook, path, code):
    """The first drawing below a code cell that holds `code`."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and code in cell.source]
    for plot in export_plots.find_plots(cells):
        if "svg" in plot.files:
            return plot.files["svg"]
    sys.exit(f"{path.name}: expected a figure below a code cell that holds `{code}`, as texts.json has it")


def write_index(target, language, texts, entries):
    """A notebook without a twin is listed as it is."""
    notebooks = []
    for name in texts["notebooks"]:
        found = entries.get(f"{name}.{language}") or entries.get(name)
        if found:
            notebooks.append(found)
    template = jinja2.Environment(autoescape=True, trim_blocks=False).from_string((PAGE / "index.html.j2").read_text("utf-8"))
    css = jinja2.filters.Markup((PAGE / "site.css").read_text("utf-8"))
    languages = [{"code": code, "name": texts[code]["name"], "index": name} for code, name in INDEX.items()]
    page = template.render(language=language, words=texts[language], notebooks=notebooks, languages=languages, css=css)
    target.write_text(page + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
