"""A notebook as one HTML file that carries all it needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbconvert.exporters import TemplateExporter
from nbconvert.filters import Highlight2HTML

from gptlab import catalogue
from gptlab.catalogue import text as _
from gptlab.site import notebooks, packing
from gptlab.site.notebooks import Notebook
from gptlab.site.outputs import output_html
from gptlab.site.prose import Prose
from gptlab.widgets.assets import packed
from gptlab.widgets.host import host_script

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page, and how many bytes each part of it takes.

    Args:
        text: The whole file.
        sizes: Bytes by part, in order; together they are the file.
    """

    text: str
    sizes: Mapping[str, int]


def page(path: Path) -> Page:
    """Turn a notebook into a page.

    Args:
        path: The notebook, which has been run.

    Raises:
        FileNotFoundError: There is no such notebook.
        ValueError: It is no notebook, has no outputs, holds a formula that cannot be read, or a
            widget that needs what this gptlab does not have.
    """
    notebook = notebooks.read(path)
    styles = f"<style>{packing.stylesheet('shared', 'page')}</style>"
    scripts = _scripts(notebook)
    noted = notebooks.with_note(notebook, path.name)
    text = _rendered(noted, path, styles, "\n".join(scripts.values()))
    sizes = {_("styles"): len(styles.encode())}
    sizes |= {part: len(element.encode()) for part, element in scripts.items()}
    rest = len(text.encode()) - sum(sizes.values())
    return Page(text=text, sizes={_("text and pictures"): rest, **sizes})


def _scripts(notebook: Notebook) -> dict[str, str]:
    """Collect the scripts and assets of a page, by what they are called."""
    parts = {_("script of the page"): _script(packing.page_script())}
    for name in notebooks.asset_names(notebook):
        parts[name] = packing.holding(name, packing.asset_text(name))
    if notebooks.has_plotly(notebook):
        parts["plotly"] = packing.holding(packing.PLOTLY, packed(packing.plotly()))
    if notebooks.has_mounts(notebook):
        text = packed(host_script().encode())
        parts[_("widgets")] = packing.holding(packing.WIDGETS, text)
    return parts


def _script(source: str) -> str:
    if "</script" in source.lower():
        raise ValueError("a script of gptlab holds `</script`, which would end it in a page")
    return f"<script>{source}</script>"


def _rendered(notebook: Notebook, path: Path, styles: str, scripts: str) -> str:
    exporter = TemplateExporter(
        extra_template_basedirs=[str(TEMPLATES)],
        template_file="index.html.j2",
        template_name="gptlab",
    )
    prose = Prose()
    exporter.register_filter("prose", lambda cell: prose.html(cell.source, cell.get("attachments")))
    exporter.register_filter("output_html", output_html)
    exporter.register_filter("highlighted", Highlight2HTML(pygments_lexer="ipython3"))
    resources = {
        "language": catalogue.language().replace("_", "-"),
        "title": notebooks.title(notebook, otherwise=path.stem),
        "headings": lambda: prose.headings,  # known once the text is rendered
        "styles": styles,
        "scripts": scripts,
        "words": words(),
    }
    text, _resources = exporter.from_notebook_node(notebook, {"gptlab": resources})
    return text


def words() -> dict[str, str]:
    """Return the words around the text of a page."""
    return {
        "contents": _("On this page"),
        "dark": _("Dark"),
        "skip": _("Skip to the text"),
    }
