"""Formulas as MathML, made when a page is built: browsers draw them without a script."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from latex2mathml import converter

from gptlab.catalogue import text as _

_SPACE = "{http://www.w3.org/1998/Math/MathML}"
# latex2mathml shows what it does not know as it stands: \foo, or a brace too many.
_LEFT_OVER = re.compile(r"\\\w+|[{}\\]")
_LONE = re.compile(r"&(?!#?\w+;)")
_PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "mroot": 2, "munder": 2, "mover": 2}
_PARTS |= {"msubsup": 3, "munderover": 3}


def mathml(formula: str, *, block: bool = False) -> str:
    r"""Turn a formula in LaTeX into MathML.

    Args:
        formula: What stands between the dollars.
        block: Whether it stands in a line of its own.

    Raises:
        ValueError: It is not LaTeX that can be read, down to the last sign.

    Example:
        >>> mathml("d_k")
        '<math ...><mrow><msub><mi>d</mi><mi>k</mi></msub></mrow></math>'
    """
    # Spaces at the ends come from dollars on lines of their own.
    source = formula.strip()
    try:
        converted = converter.convert(source, display="block" if block else "inline")
        markup = _LONE.sub("&amp;", converted)
        trouble = _trouble(source, ElementTree.fromstring(markup))
    except Exception as error:
        # latex2mathml has no common base for its errors; each says something about the formula.
        raise ValueError(_complaint(source, str(error) or type(error).__name__)) from error
    if trouble:
        raise ValueError(_complaint(source, trouble))
    return markup


def _trouble(source: str, tree: ElementTree.Element) -> str:
    unescaped = re.sub(r"\\.", "", source)
    if unescaped.count("{") != unescaped.count("}"):
        return _("its braces do not match")
    for element in tree.iter():
        name = element.tag.removeprefix(_SPACE)
        if len(element) != _PARTS.get(name, len(element)):
            return _("a part of it is missing")
        # An escaped brace is an operator; what is not understood comes as an identifier.
        if name == "mi" and (found := _LEFT_OVER.search(element.text or "")):
            return _("“{sign}” is not known", sign=found[0])
    return ""


def _complaint(formula: str, trouble: str) -> str:
    return _(
        "expected a formula in LaTeX, got ${formula}$: {trouble}. Correct it in the notebook.",
        formula=formula,
        trouble=trouble,
    )
