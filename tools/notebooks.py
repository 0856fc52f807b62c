"""Build, check and run the lessons.

    python -m tools.notebooks build [NN ...]    text -> notebook: run it, normalise it, store it
    python -m tools.notebooks check             the stored notebooks match their text (runs nothing)
    python -m tools.notebooks execute [NN ...]  every cell runs from a fresh kernel (stores nothing)

`notebooks/src/NN_topic.md` is what people edit and review; `notebooks/NN_topic.ipynb` is what
GitHub shows and readers open. Building twice on one machine gives the same bytes; two kinds of
processor may round differently, so outputs are not compared between machines.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from gptlab.claims.measuring import FILE, keep
from gptlab.files import write_atomically

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
SECONDS_PER_CELL = 300  # against hanging for ever; lessons aim at 60 s in all
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
PICTURES = {"image/png", "text/html", "text/markdown"}
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_REMARKS = {b"tEXt", b"zTXt", b"iTXt", b"tIME", b"eXIf"}  # program, version, date
# One answer on one machine, whatever the person who builds has set: the processor, two threads.
FOR_BUILDING = {
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "2",
    "MKL_NUM_THREADS": "2",
    "PYTHONHASHSEED": "0",
}

Notebook = nbformat.NotebookNode


class Kernel(AsyncKernelManager):
    """Python with the packages of this environment, whatever else Jupyter knows on this machine."""

    def _kernel_spec_manager_default(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def sources(numbers: list[str] | None = None, folder: Path = NOTEBOOKS) -> list[Path]:
    """Find the texts of all lessons, or of those whose names begin with the given numbers."""
    return [
        path
        for path in sorted((folder / "src").glob("*.md"))
        if not numbers or path.name.startswith(tuple(numbers))
    ]


def target(source: Path) -> Path:
    """Name the notebook that a text becomes."""
    return source.parents[1] / f"{source.stem}.ipynb"


def read_source(source: Path) -> Notebook:
    """Read a text as a notebook without outputs."""
    notebook: Notebook = jupytext.read(source, fmt="md:myst")
    return notebook


def run(source: Path, **environment: str) -> Notebook:
    """Run a lesson from a fresh kernel and return it with its outputs.

    Raises:
        CellExecutionError: A cell failed, or asserted what is not so; the message shows the cell.
    """
    notebook = read_source(source)
    with tempfile.TemporaryDirectory() as profile:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_PER_CELL,
            kernel_name="python3",
            kernel_manager_class=Kernel,
            coalesce_streams=True,
            extra_arguments=["--IPKernelApp.log_level=ERROR", "--InteractiveShell.colors=nocolor"],
            resources={"metadata": {"path": str(source.parents[1])}},
        )
        fixed = {
            "IPYTHONDIR": profile,  # no user's start-up files
            "PYTHONPATH": str(ROOT),
            "GPTLAB_PROGRESS": "off",  # a build solves no exercise for anybody
        }
        client.execute(env={**os.environ, **environment, **fixed})
    return notebook


def build(source: Path) -> bool:
    """Run a lesson and store it; tell whether the stored notebook changed."""
    notebook = normalised(run(source, **FOR_BUILDING))
    stored = target(source)
    if stored.exists():
        keep_timings(notebook, nbformat.read(stored, as_version=4))
    nbformat.validate(notebook)
    content = (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
    changed = not stored.exists() or stored.read_bytes() != content
    if changed:
        write_atomically(stored, content)
    return changed


def normalised(notebook: Notebook) -> Notebook:
    """Drop all that differs between two runs, and all that GitHub cannot show.

    Raises:
        ValueError: A cell shows a widget without a picture, or wrote to stderr.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5  # the version in which cells have ids
    seen: dict[str, int] = {}
    for cell in notebook.cells:
        digest = hashlib.sha256(cell.source.encode()).hexdigest()[:8]
        seen[digest] = seen.get(digest, 0) + 1
        cell.id = f"{digest}-{seen[digest]}"
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k == "tags"})
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                normalise_output(output, cell.source)
    return notebook


def normalise_output(output: Notebook, source: str) -> None:
    """Clean one output of the cell `source` in place."""
    if output.output_type == "stream":
        if output.name == "stderr":
            raise ValueError(
                f"a lesson shows no warnings, but this cell:\n\n{source}\n\nwrote to stderr:\n\n"
                f"{output.text}\nMend what it warns about."
            )
        output.text = ADDRESS.sub("", output.text)
        return
    if "execution_count" in output:
        output.execution_count = None
    data: dict[str, Any] = output.get("data", {})
    if data.pop(WIDGET_VIEW, None) and not PICTURES & data.keys():
        raise ValueError(
            f"this cell shows a widget, where GitHub and PDF would show nothing:\n\n{source}\n\n"
            "Give the widget's MIME bundle a PNG."
        )
    for kind, content in data.items():
        if kind.startswith("text/"):
            data[kind] = ADDRESS.sub("", content)
        elif kind == "image/png":
            data[kind] = plain_png(content)


def plain_png(encoded: str) -> str:
    """Drop the remarks in a PNG (program, version, date); the picture stays.

    Args:
        encoded: The file in base64.
    """
    png = base64.b64decode(encoded)
    kept, place = [PNG_START], len(PNG_START)
    while place < len(png):  # a chunk: length, kind, content, checksum
        end = place + 12 + int.from_bytes(png[place : place + 4], "big")
        if png[place + 4 : place + 8] not in PNG_REMARKS:
            kept.append(png[place:end])
        place = end
    return base64.b64encode(b"".join(kept)).decode()


def keep_timings(new: Notebook, old: Notebook) -> None:
    """Let outputs tagged `timing` stay as they were while no code cell has changed.

    They differ on every run, and a rebuild that changes nothing must show no difference.
    """
    if code_of(new) == code_of(old):
        for cell, before in zip(code_cells(new), code_cells(old), strict=True):
            if "timing" in cell.metadata.get("tags", []):
                cell.outputs = before.outputs


def code_cells(notebook: Notebook) -> list[Notebook]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_of(notebook: Notebook) -> list[str]:
    return [cell.source for cell in code_cells(notebook)]


def complaint(source: Path) -> str | None:
    """Say what is wrong with the stored notebook of a text, without running anything."""
    name = target(source).name
    remedy = f"Run: python -m tools.notebooks build {source.stem[:2]}"
    if not target(source).exists():
        return f"{name} is missing. {remedy}"
    if outline(read_source(source)) != outline(nbformat.read(target(source), as_version=4)):
        return f"{name} is not what {source.name} says. {remedy}"
    return None


def outline(notebook: Notebook) -> list[tuple[str, str, tuple[str, ...]]]:
    """List what a person writes in a notebook: kinds of cells, their text, their tags."""
    return [(c.cell_type, c.source, tuple(c.metadata.get("tags", []))) for c in notebook.cells]


def strays(folder: Path = NOTEBOOKS) -> list[str]:
    """List the notebooks that no text describes."""
    known = {target(source) for source in sources(folder=folder)}
    return [
        f"{path.name} has no text in src/. Write one, or delete the notebook."
        for path in sorted(folder.glob("*.ipynb"))
        if path not in known
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks")
    parser.add_argument("command", choices=["build", "check", "execute"])
    parser.add_argument("numbers", nargs="*", help="lessons, such as 00 01; all if none is named")
    options = parser.parse_args(arguments)
    chosen = sources(options.numbers)
    if options.command == "check":
        problems = [*filter(None, map(complaint, chosen)), *strays()]
        print("\n".join(problems) or f"{len(chosen)} notebooks match their texts")
        return bool(problems)
    for source in chosen:
        began = time.perf_counter()
        if options.command == "build":
            outcome = "changed" if build(source) else "unchanged"
            keep(NOTEBOOKS, str(FILE))  # what the lessons measured, for the ledger
        else:
            run(source)
            outcome = "every cell ran"
        print(f"{source.stem}: {outcome}, {time.perf_counter() - began:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
