"""Read back from a stored notebook which claims it settled, and with which numbers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Collected:
    """One claim as a stored notebook shows it.

    Args:
        claim: Its id.
        verdict: The ledger's word when the notebook was built.
        measured: The number, string, truth value or list that came out; None if it was cited.
        expected: The same kind of value, or a bound such as `{"at_least": 4}`.
        tolerance: How far a number was allowed to be off.
        unit: Of the numbers.
        cell: The id of the cell that shows it.
    """

    claim: str
    verdict: str
    measured: Any
    expected: Any = None
    tolerance: int | float = 0
    unit: str = ""
    cell: str


def collect(notebook: str | Path) -> list[Collected]:
    """List the verdicts and citations of a stored notebook, in order.

    Args:
        notebook: An executed `.ipynb` file.

    Raises:
        ValueError: The file is not a notebook.
    """
    path = Path(notebook)
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"expected a notebook, came {path}, which cannot be read as one ({error}). Give the "
            "path of an .ipynb file."
        ) from error
    return [
        Collected(**stored, cell=cell.get("id", ""))
        for cell in cells
        for output in cell.get("outputs", [])
        for stored in _claims(output.get("metadata", {}).get("gptlab", {}))
    ]


def _claims(metadata: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Pass over what other parts of gptlab store there."""
    if "claim" in metadata:
        yield metadata
    yield from metadata.get("claims", [])
