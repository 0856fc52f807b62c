"""Our outputs and formulas in Sphinx: an extension, and two plugins for MyST-NB.

MyST-NB finds the plugins by their entry points, `myst_nb.*` in pyproject.toml.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core.render import MimeData, MimeRenderPlugin, NbElementRenderer
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.writers.html5 import HTML5Translator

from gptlab.site.formulas import mathml
from gptlab.site.outputs import SHOWN, output_html, richest


class Outputs(MimeRenderPlugin):
    """Shows every output as a single file shows it."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = [
        ("html", kind, place) for place, kind in enumerate(SHOWN)
    ]

    @staticmethod
    def handle_mime(
        renderer: NbElementRenderer, data: MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Turn the richest form of an output into HTML, and leave out its other forms."""
        if inline or data.cell_index is None or data.output_index is None:
            return None
        notebook = renderer.renderer.nb_client.notebook
        output = notebook.cells[data.cell_index].outputs[data.output_index]
        if data.mime_type != richest(output["data"]):
            return []
        first = data.output_index == 0
        return _raw(output, f"cell-{notebook.cells[data.cell_index].id}" if first else "")


class Streams(NbElementRenderer):
    """Shows what a cell printed, and how it failed, as a single file shows it."""

    def render_stdout(self, output: NotebookNode, *_where: Any) -> list[nodes.Element]:
        """Turn printed lines into HTML."""
        return _raw(output)

    def render_stderr(self, output: NotebookNode, *_where: Any) -> list[nodes.Element]:
        """Turn warnings into HTML."""
        return _raw(output)

    def render_error(self, output: NotebookNode, *_where: Any) -> list[nodes.Element]:
        """Turn a traceback into HTML."""
        return _raw(output)


def _raw(output: NotebookNode, anchor: str = "") -> list[nodes.Element]:
    markup = _searchable(output_html(output))
    named = f' id="{anchor}"' if anchor else ""  # the first output of a cell can be linked to
    return [nodes.raw("", f'<div class="gptlab-outputs"{named}>{markup}</div>', format="html")]


def _searchable(markup: str) -> str:
    """Part the words of neighbouring cells, which Sphinx's search would read as one."""
    return (
        markup if "<script" in markup else re.sub(r"(</(?:p|li|td|th|caption)>)", r"\1\n", markup)
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Let Sphinx write formulas as MathML."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator: HTML5Translator, node: nodes.math) -> None:
    translator.body.append(_formula(translator, node, block=False))
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.math_block) -> None:
    markup = _formula(translator, node, block=True)
    translator.body.append(f'<div class="gptlab-math">{markup}</div>\n')
    raise nodes.SkipNode


def _formula(translator: HTML5Translator, node: nodes.Element, *, block: bool) -> str:
    try:
        return mathml(node.astext(), block=block)
    except ValueError as error:
        raise ExtensionError(f"{translator.builder.current_docname}: {error}") from error
