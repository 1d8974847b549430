"""Whether the links of some pages lead somewhere: to a file of the same folder, to a place in a page, or to the web."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


def broken(folder, names):
    """A line for each link that leads nowhere, and for each picture or script that is no file of the folder."""
    pages = {}
    for name in names:
        pages[name] = Page()
        pages[name].feed((folder / name).read_text(encoding="utf-8"))
    problems = []
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto"):
                continue
            path, place = unquote(parts.path) or name, parts.fragment
            if not (folder / path).is_file():
                problems.append(f"{name}: {link} leads to no file of the site")
            # As browsers do: the place as it is written, or else decoded.
            elif place and path in pages and not {place, unquote(place)} & pages[path].places:
                problems.append(f"{name}: {link} leads to no place in {path}")
        for part in page.parts:
            if not (folder / unquote(part)).is_file():
                problems.append(f"{name}: {part} is no file of the site")
    return problems


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that a link can name."""

    def __init__(self):
        super().__init__()
        self.links, self.parts, self.places = [], [], set()

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.places.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag in ("img", "script", "link"):
            address = attributes.get("src") or attributes.get("href")
            if address and not address.startswith(("data:", "blob:")):
                self.parts.append(address)
