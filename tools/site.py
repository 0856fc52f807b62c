"""Build the HTML edition of the course: `python -m tools.site [--out FOLDER]`.

Sphinx and MyST-NB turn the committed notebooks into pages; nothing is run. Everything that pages
share (the widgets' script, weights, tokenizers, plotly) is a classic script that a page loads when
it needs it, so that the site works from disk and without a network.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import nbformat

from gptlab import figures
from gptlab.files import write_atomically
from gptlab.site import notebooks, packing
from gptlab.widgets import assets, proofs
from gptlab.widgets.host import host_script

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "docs" / "site"
SHARED = Path("_static", "gptlab")
KNOWING = "how_we_know"
MAP = ROOT / "figures" / "00_course_map.png"


def build(lessons: list[Path], out: Path) -> dict[str, int]:
    """Make the site anew, and put it in place of the earlier one.

    Returns:
        How many bytes the parts of the site take.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        source, made = Path(folder, "source"), Path(folder, "html")
        write_sources(lessons, source)
        run_sphinx(source, made, Path(folder, "doctrees"))
        shutil.rmtree(out, ignore_errors=True)
        made.rename(out)
    return sizes(out)


def write_sources(lessons: list[Path], folder: Path) -> None:
    """Put together what Sphinx reads: settings, front page, lessons, and what pages share."""
    shutil.copytree(SOURCES, folder)
    read = {path: notebooks.read(path) for path in lessons}
    for path, notebook in read.items():
        nbformat.write(notebooks.with_note(notebook, path.name), folder / path.name)
    write_atomically(folder / "lessons.md", front_page(read).encode())
    write_atomically(folder / f"{KNOWING}.md", proofs.page().encode())
    shutil.copy(MAP, folder / MAP.name)
    for name, content in shared(read.values()):
        write_atomically(folder / SHARED / name, content.encode())


def front_page(lessons: dict[Path, notebooks.Notebook]) -> str:
    """Return the list of lessons, the map of the course, and the order of the pages."""
    rows = [
        f"| [{notebooks.title(notebook)}]({path.name}) | {notebooks.question(notebook)} |"
        for path, notebook in lessons.items()
    ]
    description = figures.course_map(figures.lessons()).description
    return "\n".join(
        [
            "| lesson | question |",
            "|---|---|",
            *rows,
            "",
            f"![{description}]({MAP.name})",
            "",
            "```{toctree}",
            ":hidden:",
            "",
            *(path.stem for path in lessons),
            KNOWING,
            "```",
            "",
        ]
    )


def shared(lessons: Iterable[notebooks.Notebook]) -> Iterator[tuple[str, str]]:
    """Yield name and content of every file that pages share."""
    lessons = list(lessons)
    yield "site.css", packing.stylesheet("shared", "site")
    yield "page.js", packing.page_script()
    yield "host.js", host_script()
    if any(map(notebooks.has_plotly, lessons)):
        yield assets.file_name(packing.PLOTLY), assets.bringing(packing.PLOTLY, packing.plotly())
    for name in sorted({name for lesson in lessons for name in notebooks.asset_names(lesson)}):
        yield assets.file_name(name), assets.bringing(name, assets.asset(name))


def run_sphinx(source: Path, made: Path, doctrees: Path) -> None:
    """Build, and stop at the first warning: a page with a broken link is no page."""
    # In a process of its own, because Sphinx changes docutils and logging for good.
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", "-d", str(doctrees)]
    if subprocess.call([*command, str(source), str(made)]):
        raise SystemExit("Sphinx could not build the site; the reason stands above.")
    for leftover in [*made.rglob("*.map"), *made.rglob("webpack-macros.html")]:
        leftover.unlink()  # for the theme's own developers; a third of the site's size
    (made / ".buildinfo").unlink()


def sizes(site: Path) -> dict[str, int]:
    """Measure the site: each page, what pages share, and the theme with its fonts and search."""
    files = {
        path.relative_to(site): path.stat().st_size for path in site.rglob("*") if path.is_file()
    }
    named = {p: s for p, s in files.items() if p.suffix == ".html" or p.parent == SHARED}
    table = {p.as_posix(): size for p, size in sorted(named.items())}
    return {**table, "theme, search and pictures": sum(files.values()) - sum(named.values())}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.site")
    parser.add_argument("--out", type=Path, default=ROOT / "site")
    options = parser.parse_args(arguments)
    table = build(sorted((ROOT / "notebooks").glob("*.ipynb")), options.out.resolve())
    for part, size in {**table, "total": sum(table.values())}.items():
        print(f"{part:44} {size:12,}")
    print(f"open {options.out / 'index.html'}; sizes in bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
