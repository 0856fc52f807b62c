"""What pages take from a notebook: its title and question, what it mounts, and a note on top."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from gptlab.catalogue import text as _
from gptlab.exercises.feedback import inline
from gptlab.site.outputs import PLOTLY
from gptlab.widgets.base import MOUNT

Notebook = nbformat.NotebookNode

_TITLE = re.compile(r"^# +(.+?) *#*$", re.MULTILINE)
_QUESTION = re.compile(r"^\*\*(.+?)\*\*$", re.MULTILINE)


def read(path: Path) -> Notebook:
    """Read a notebook that has been run.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no notebook, or it has no outputs yet.
    """
    if not path.is_file():
        raise FileNotFoundError(_("expected a notebook at {path}; there is no file", path=path))
    try:
        notebook: Notebook = nbformat.read(path, as_version=4)
    except Exception as error:
        # nbformat raises whatever its readers meet: JSON errors, missing keys, wrong types.
        raise ValueError(
            _("expected a Jupyter notebook (.ipynb), but {path} is not one", path=path)
        ) from error
    if not any(True for _output in outputs(notebook)):
        raise ValueError(
            _(
                "{path} has no outputs yet. Run it and save it first, or build the lessons with "
                "`make notebooks`.",
                path=path,
            )
        )
    return notebook


def outputs(notebook: Notebook) -> Iterator[dict[str, Any]]:
    """Yield the outputs of all cells, in order."""
    for cell in notebook.cells:
        yield from cell.get("outputs", [])


def title(notebook: Notebook, otherwise: str = "") -> str:
    """Return the words of the first heading; `otherwise` if there is none."""
    return _first(_TITLE, notebook) or otherwise


def question(notebook: Notebook) -> str:
    """Return the question that a lesson answers: the first line that is bold from end to end."""
    return _first(_QUESTION, notebook)


def _first(pattern: re.Pattern[str], notebook: Notebook) -> str:
    prose = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = next(filter(None, map(pattern.search, prose)), None)
    return found[1] if found else ""


def asset_names(notebook: Notebook) -> list[str]:
    """Name what the widgets of a page compute with, each once."""
    mounts = [data[MOUNT] for data in _data(notebook) if MOUNT in data]
    return sorted({name for mount in mounts for name in mount.get("weights") or []})


def has_mounts(notebook: Notebook) -> bool:
    """Whether a widget will be drawn."""
    return any(MOUNT in data for data in _data(notebook))


def has_plotly(notebook: Notebook) -> bool:
    """Whether plotly will draw."""
    return any(PLOTLY in data for data in _data(notebook))


def _data(notebook: Notebook) -> Iterator[dict[str, Any]]:
    return (output["data"] for output in outputs(notebook) if "data" in output)


def with_note(notebook: Notebook, name: str) -> Notebook:
    """Return a copy that says below its title that it is a page, and how to run it.

    Args:
        notebook: The notebook; it stays as it is.
        name: Its file's name.
    """
    noted: Notebook = copy.deepcopy(notebook)
    words = _(
        "This page shows what each cell of {name} printed when it was last run. To run and change "
        "the cells yourself, open the notebook: `make lab` in a copy of gptlab.",
        name=f"`{name}`",
    )
    note = f'<p class="gptlab-note">{inline(words)}</p>\n'
    first = noted.cells[0]
    if first.cell_type == "markdown" and (heading := _TITLE.search(first.source)):
        end = heading.end()
        first.source = f"{first.source[:end]}\n\n{note}\n{first.source[end:].lstrip()}"
    else:
        noted.cells.insert(0, nbformat.v4.new_markdown_cell(note))
    return noted
