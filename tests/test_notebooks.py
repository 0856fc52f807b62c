"""The lessons are clean, small and readable; what they show is what they ran."""

import ast
import base64
import re
import statistics
import struct
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tools import notebooks
from tools.notebooks import Notebook, code_cells, complaint, normalised, plain_png, target

SOURCES = notebooks.sources()
WORDS = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
HIDES_EFFORT = re.compile(r"\b(just|simply|obviously|of course|easy|easily)\b", re.IGNORECASE)
GITHUB_SHOWS = 1_000_000  # bytes


@pytest.fixture(params=SOURCES, ids=lambda path: path.stem)
def source(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def stored(source: Path) -> Notebook:
    return nbformat.read(target(source), as_version=4)


@pytest.fixture
def text(source: Path) -> Notebook:
    return notebooks.read_source(source)


def prose(notebook: Notebook) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def n_words(text: str) -> int:
    return len(WORDS.findall(text))


def lines(cell: Notebook) -> list[str]:
    return [line for line in cell.source.splitlines() if line.strip()]


# The stored notebook


def test_the_stored_notebook_is_what_its_text_says(source: Path) -> None:
    assert complaint(source) is None


def test_every_notebook_has_a_text() -> None:
    assert notebooks.strays() == []


def test_the_stored_notebook_is_normalised_already(source: Path, stored: Notebook) -> None:
    before = target(source).read_text(encoding="utf-8")
    assert nbformat.writes(normalised(stored)).rstrip("\n") + "\n" == before


def test_every_cell_has_run_without_an_error(stored: Notebook) -> None:
    """A cell that shows nothing has run if a later one did, and the last one shows something."""
    assert code_cells(stored)[-1].outputs, "the last code cell shows nothing: has it run?"
    for cell in code_cells(stored):
        assert all(output.output_type != "error" for output in cell.outputs), cell.source
        ends_in_print = lines(cell)[-1].lstrip().startswith(("print(", "display."))
        assert cell.outputs or not ends_in_print, f"has not run: {cell.source}"


def test_the_stored_notebook_is_small(source: Path) -> None:
    assert target(source).stat().st_size < GITHUB_SHOWS


def test_every_picture_says_in_words_what_it_shows(stored: Notebook) -> None:
    for cell in code_cells(stored):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                assert len(output.metadata["image/png"]["alt"]) > 20, cell.source


# The text


def test_a_lesson_fits_its_budget(text: Notebook) -> None:
    assert len(text.cells) <= 60
    assert 1500 <= sum(map(n_words, prose(text))) <= 3500


def test_prose_comes_in_short_pieces(text: Notebook) -> None:
    for piece in prose(text):
        assert n_words(piece) <= 150, piece


def test_code_comes_in_short_pieces(text: Notebook) -> None:
    lengths = [len(lines(cell)) for cell in code_cells(text)]
    assert max(lengths) <= 15
    assert statistics.median(lengths) <= 6


def test_code_fits_the_width_of_a_page(text: Notebook) -> None:
    for cell in code_cells(text):
        assert max(map(len, lines(cell))) <= 100, cell.source


def test_prose_stands_between_code(text: Notebook) -> None:
    kinds = "".join(cell.cell_type[0] for cell in text.cells)
    assert "ccc" not in kinds


def test_no_helper_hides_in_a_lesson(text: Notebook) -> None:
    for cell in code_cells(text):
        if "exercise" not in cell.metadata.get("tags", []):
            kinds = ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef
            assert not [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, kinds)]


def test_no_word_hides_effort(text: Notebook) -> None:
    for piece in prose(text):
        assert not HIDES_EFFORT.search(piece), piece


def test_a_lesson_begins_with_its_question_and_its_setup(text: Notebook) -> None:
    first = text.cells[0].source
    number = int(first.removeprefix("# ").split(" · ")[0])
    assert "?" in first and "Before this" in first and "Runs in" in first
    assert "setup" in code_cells(text)[0].metadata["tags"]
    assert text.metadata.kernelspec.name == "python3"
    assert number >= 0


def test_a_lesson_ends_with_summary_sources_and_next(text: Notebook) -> None:
    whole = "\n".join(prose(text))
    headings = re.findall(r"^## (.+)$", whole, re.MULTILINE)
    assert {"What people say", "Check yourself"} <= set(headings)
    assert headings[-2:] == ["Summary", "Sources"]
    assert "**Next:**" in text.cells[-1].source


def test_each_lesson_is_named_by_its_number(source: Path, text: Notebook) -> None:
    assert text.cells[0].source.startswith(f"# {int(source.stem[:2])} · ")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_cell_runs(source: Path, record_property: Any) -> None:
    """Lessons aim at 60 s on two idle cores; the time is reported, a busy machine may take more."""
    began = time.perf_counter()
    notebooks.run(source)
    seconds = time.perf_counter() - began
    record_property("seconds", round(seconds))
    print(f"{source.stem}: {seconds:.0f} s (aim: 60 s)")


# The tool


def chunk(kind: bytes, content: bytes) -> bytes:
    ends = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + ends


def png(*remarks: bytes) -> str:
    start = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    image = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return base64.b64encode(
        notebooks.PNG_START + start + b"".join(remarks) + image + chunk(b"IEND", b"")
    ).decode()


def one_cell(*outputs: Notebook, source: str = "x", tags: tuple[str, ...] = ()) -> Notebook:
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}, outputs=list(outputs))
    return nbformat.v4.new_notebook(cells=[cell])


def shown(**data: Any) -> Notebook:
    return nbformat.v4.new_output(
        "display_data", data={k.replace("_", "/"): v for k, v in data.items()}
    )


def printed(text: str, name: str = "stdout") -> Notebook:
    return nbformat.v4.new_output("stream", text=text, name=name)


def test_dates_and_versions_leave_a_png_and_the_picture_stays() -> None:
    dated = png(chunk(b"tEXt", b"Software\0x 1.2"), chunk(b"tIME", bytes(7)))
    assert plain_png(dated) == png() != dated


def test_what_differs_between_two_runs_is_dropped() -> None:
    notebook = one_cell(printed("<object at 0x7f12ab>"), shown(text_plain="<A at 0x7F>"))
    notebook.cells[0].execution_count = 7
    notebook.cells[0].metadata["execution"] = {"iopub.status.busy": "2026"}
    notebook.metadata["widgets"] = {"state": {}}
    notebook.metadata["jupytext"] = {"formats": "md:myst"}
    clean = normalised(notebook)
    assert clean.metadata == notebooks.METADATA
    cell = clean.cells[0]
    assert cell.execution_count is None
    assert cell.metadata == {"tags": []}
    assert [cell.outputs[0].text, cell.outputs[1].data["text/plain"]] == ["<object>", "<A>"]


def test_ids_depend_on_the_text_of_a_cell_only() -> None:
    first, second = normalised(one_cell(source="1")), normalised(one_cell(source="1"))
    other = normalised(one_cell(source="2"))
    assert first.cells[0].id == second.cells[0].id != other.cells[0].id


def test_equal_cells_have_different_ids() -> None:
    notebook = one_cell()
    notebook.cells.append(one_cell().cells[0])
    ids = [cell.id for cell in normalised(notebook).cells]
    assert len(set(ids)) == 2


def test_a_widget_without_a_picture_is_refused() -> None:
    view = nbformat.v4.new_output("display_data", data={notebooks.WIDGET_VIEW: {"model_id": "1"}})
    with pytest.raises(ValueError, match="GitHub and PDF would show nothing"):
        normalised(one_cell(view))


def test_a_widget_with_a_picture_keeps_picture_and_data() -> None:
    ours = "application/vnd.gptlab.widget+json"
    data = {notebooks.WIDGET_VIEW: {"model_id": "1"}, "image/png": png(), ours: {"name": "T"}}
    clean = normalised(one_cell(nbformat.v4.new_output("display_data", data=data)))
    assert clean.cells[0].outputs[0].data == {"image/png": png(), ours: {"name": "T"}}


def test_a_warning_is_refused() -> None:
    with pytest.raises(ValueError, match="wrote to stderr:\n\nold function"):
        normalised(one_cell(printed("old function", "stderr")))


def test_timings_stay_while_no_code_changed() -> None:
    new, old = (one_cell(printed(s), tags=("timing",)) for s in ("26 s", "25 s"))
    notebooks.keep_timings(new, old)
    assert new.cells[0].outputs[0].text == "25 s"


def test_timings_are_new_when_code_changed() -> None:
    new = one_cell(printed("26 s"), source="y", tags=("timing",))
    notebooks.keep_timings(new, one_cell(printed("25 s"), tags=("timing",)))
    assert new.cells[0].outputs[0].text == "26 s"


def test_an_untagged_output_is_never_kept() -> None:
    new = one_cell(printed("26"))
    notebooks.keep_timings(new, one_cell(printed("25")))
    assert new.cells[0].outputs[0].text == "26"


LESSON = """---
kernelspec:
  name: python3
  display_name: Python 3
---

# A

```{code-cell} ipython3
import sys, time
print(sys.executable)
object()
```

```{code-cell} ipython3
:tags: [timing]

print(time.time())
```
"""


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    path = tmp_path / "src" / "99_tiny.md"
    path.parent.mkdir()
    path.write_text(LESSON, encoding="utf-8")
    return path


@pytest.mark.slow
def test_building_twice_changes_nothing(lesson: Path) -> None:
    assert notebooks.build(lesson)
    first = target(lesson).read_bytes()
    assert not notebooks.build(lesson)
    assert target(lesson).read_bytes() == first
    assert sys.executable.encode() in first, "the kernel must be this environment's Python"
    assert b"0x" not in first


@pytest.mark.slow
def test_a_failing_cell_stops_the_build_and_the_old_notebook_stays(lesson: Path) -> None:
    notebooks.build(lesson)
    before = target(lesson).read_bytes()
    lesson.write_text(LESSON.replace("object()", "assert 1 == 2"), encoding="utf-8")
    with pytest.raises(Exception, match="assert 1 == 2"):
        notebooks.build(lesson)
    assert target(lesson).read_bytes() == before


def test_a_missing_notebook_is_named_with_its_remedy(lesson: Path) -> None:
    assert complaint(lesson) == (
        "99_tiny.ipynb is missing. Run: python -m tools.notebooks build 99"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [("# A", "# B"), ("object()", "object"), ("[timing]", "[setup]"), ("# A", "# A\n\n+++\n\nB")],
)
def test_a_changed_text_is_noticed(lesson: Path, old: str, new: str) -> None:
    notebook = normalised(notebooks.read_source(lesson))
    target(lesson).write_text(nbformat.writes(notebook), encoding="utf-8")
    assert complaint(lesson) is None
    lesson.write_text(LESSON.replace(old, new), encoding="utf-8")
    assert "99_tiny.ipynb is not what 99_tiny.md says" in (complaint(lesson) or "")


def test_a_stray_notebook_is_found(lesson: Path) -> None:
    (lesson.parents[1] / "98_old.ipynb").write_text("{}", encoding="utf-8")
    assert len(notebooks.strays(lesson.parents[1])) == 1


def test_lessons_are_chosen_by_number(lesson: Path) -> None:
    folder = lesson.parents[1]
    assert notebooks.sources(["99"], folder) == [lesson]
    assert notebooks.sources(["98"], folder) == []
