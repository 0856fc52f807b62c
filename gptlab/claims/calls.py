"""Verdicts whose measurement was written down instead of measured, found in a lesson's code."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of `verdict` in the code of a cell.

    Args:
        claim: The id that it names; empty if that is no plain string.
        measured: The code of what was measured.
        is_written: Whether that code is a constant, or is the same as what is expected.
    """

    claim: str
    measured: str
    is_written: bool


def calls(code: str) -> Iterator[Call]:
    """Find the calls of `verdict` in the code of a cell.

    Example:
        >>> [call.is_written for call in calls('verdict("a", 3, 3); verdict("b", len(x), 3)')]
        [True, False]
    """
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and _name(node.func) == "verdict":
            given = {word.arg: word.value for word in node.keywords}
            names = ("id", "measured", "expected")
            given |= dict(zip(names, node.args, strict=False))
            yield _call(given)


def _call(given: dict[str | None, ast.expr]) -> Call:
    id, measured, expected = (given.get(name) for name in ("id", "measured", "expected"))
    code = ast.unparse(measured) if measured else ""
    return Call(
        claim=str(id.value) if isinstance(id, ast.Constant) else "",
        measured=code,
        is_written=measured is None
        or not any(isinstance(part, ast.Name) for part in ast.walk(measured))
        or (expected is not None and code == ast.unparse(expected)),
    )


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(name):
            return name
        case ast.Attribute(_, name):
            return name
        case _:
            return ""
