"""Markdown of a notebook as HTML: headings that can be linked to, formulas as MathML."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from gptlab.catalogue import text as _
from gptlab.site.formulas import mathml
from gptlab.site.markup import scrolling


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading of a page.

    Args:
        level: 1 for the title.
        anchor: What follows `#` in a link to it.
        words: What it says, without markup.
    """

    level: int
    anchor: str
    words: str


class Prose:
    """The text of one page; it remembers the headings that it met."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []

    def html(self, source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
        """Turn Markdown into HTML.

        Args:
            source: The text of a cell.
            attachments: Its pictures, as nbformat has them.

        Raises:
            ValueError: A formula cannot be read.
        """
        return MarkdownWithMath(renderer=_Renderer(self, attachments)).render(source)

    def add(self, level: int, markup: str) -> Heading:
        """Remember a heading, and give it an anchor of its own."""
        words = html.unescape(re.sub(r"<[^>]*>", "", markup))
        plain = re.sub(r"[^\w -]", "", words.lower()).strip().replace(" ", "-")
        taken = {heading.anchor for heading in self.headings}
        anchor = next(name for name in _names(plain or "section") if name not in taken)
        self.headings.append(Heading(level=level, anchor=anchor, words=words))
        return self.headings[-1]


def _names(first: str) -> Iterator[str]:
    yield first
    number = 1
    while True:
        yield f"{first}-{number}"
        number += 1


class _Renderer(IPythonRenderer):
    def __init__(self, prose: Prose, attachments: dict[str, dict[str, str]] | None) -> None:
        super().__init__(escape=False, attachments=attachments or {})
        self.prose = prose

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        heading = self.prose.add(level, text)
        label = html.escape(_("Link to this heading"))
        link = f'<a class="gptlab-anchor" href="#{heading.anchor}" aria-label="{label}">#</a>'
        return f'<h{level} id="{heading.anchor}">{text} {link}</h{level}>\n'

    def block_math(self, body: str) -> str:
        return f'<div class="gptlab-math">{mathml(body, block=True)}</div>'

    def inline_math(self, body: str) -> str:
        return mathml(body)

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def table(self, text: str) -> str:
        return scrolling(f"<table>{text}</table>")
