"""`make site`: the whole course as pages that open from disk."""

import hashlib
import re
from pathlib import Path

import nbformat
import pytest

from gptlab.site import packing
from tests.sample_notebook import sample, written
from tests.test_render import MB, Tags
from tools import site

LESSONS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """The site of the committed lessons and of a page with every kind of output."""
    folder = tmp_path_factory.mktemp("course")
    extra = written(folder, sample(["tokenizer/shakespeare"]))
    site.build([*LESSONS, extra], folder / "site")
    return folder / "site"


def pages(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}


def test_there_is_a_page_for_each_lesson_a_front_page_and_a_search(course):
    lessons = {f"{path.stem}.html" for path in LESSONS}
    others = {"07_sample.html", "how_we_know.html", "index.html", "search.html"}
    assert set(pages(course)) == lessons | others


def test_no_page_and_no_style_loads_anything_from_a_server(course):
    loading = re.compile(r"""(?:src|srcset|data|poster)\s*=\s*["']\s*(?:https?:)?//|<link[^>]+//""")
    for name, text in pages(course).items():
        assert not loading.search(text), name
    for path in course.rglob("*.css"):
        outside = r"""(@import\s*|url\()\s*["']?(https?:)?//"""
        assert not re.search(outside, path.read_text("utf-8")), path


def test_every_file_that_a_page_names_is_there(course):
    for name, text in pages(course).items():
        tags = Tags(text)
        named = [a.get("src") for a in [*tags.all("script"), *tags.all("img")]]
        named += [a["href"] for a in [*tags.all("link"), *tags.all("a")]]
        for target in filter(None, named):
            path = re.split("[?#]", target)[0]
            if path and not target.startswith("data:"):
                assert (course / path).exists(), (name, target)


def test_the_front_page_lists_lessons_with_their_questions_and_shows_the_map(course):
    text = pages(course)["index.html"]
    assert "What does a GPT do, and how is one made?" in text
    assert 'alt="Map of the course.' in text


def test_pages_follow_each_other_in_the_order_of_the_lessons(course):
    first, second = pages(course)["00_start.html"], pages(course)["01_tokens.html"]
    assert re.search(r'class="right-next"\s+href="01_tokens.html"', first)
    assert re.search(r'class="left-prev"\s+href="00_start.html"', second)


def test_a_site_shows_outputs_as_a_single_file_does(course):
    text = pages(course)["07_sample.html"]
    assert text.count('<div class="gptlab-mount"><img src="data:image/webp;base64,') == 1
    assert text.count('<div class="gptlab-plotly"><img src="data:image/webp;base64,') == 1
    assert "red &lt;/script&gt;&lt;img" in text
    assert text.count("<math") == 4
    assert "\\u003c/script>" in text


def test_what_pages_share_is_there_once_and_takes_less_than_twelve_megabytes(course):
    shared = {path.name: path.stat().st_size for path in (course / "_static" / "gptlab").iterdir()}
    assert {"host.js", "page.js", "script-plotly.js", "tokenizer-shakespeare.js"} <= set(shared)
    assert sum(shared.values()) < 12 * MB
    for text in pages(course).values():
        assert len(text.encode()) < 2 * MB


def test_an_asset_is_a_script_under_its_name(course):
    text = (course / "_static" / "gptlab" / "tokenizer-shakespeare.js").read_text()
    content = packing.asset_text("tokenizer/shakespeare")
    assert text == f'(globalThis.gptlabAssets ??= {{}})["tokenizer/shakespeare"]="{content}";\n'


def test_the_search_knows_the_words_of_prose_and_of_outputs(course):
    index = (course / "searchindex.js").read_text(encoding="utf-8")
    assert '"newest"' in index  # prose of lesson 1
    assert '"abella"' in index  # printed by lesson 0
    assert "base64" not in index


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_building_twice_gives_the_same_bytes_and_nothing_else_is_left(tmp_path):
    notebook = written(tmp_path)
    site.build([notebook], tmp_path / "site")
    once = digests(tmp_path / "site")
    (tmp_path / "site" / "stale.html").touch()
    site.build([notebook], tmp_path / "site")
    assert digests(tmp_path / "site") == once
    assert {path.name for path in tmp_path.iterdir()} == {"site", notebook.name}


def test_a_formula_that_cannot_be_read_stops_the_build_and_names_its_page(tmp_path, capfd):
    notebook = sample()
    notebook.cells[0].source += "\n\nSo $\\nonsense$."
    (tmp_path / "site").mkdir()
    with pytest.raises(SystemExit):
        site.build([written(tmp_path, notebook)], tmp_path / "site")
    assert r"07_sample: expected a formula in LaTeX, got $\nonsense$" in capfd.readouterr().err
    assert (tmp_path / "site").is_dir()


def test_a_broken_link_between_lessons_stops_the_build(tmp_path, capfd):
    notebook = sample()
    notebook.cells.append(nbformat.v4.new_markdown_cell("[gone](99_gone.ipynb)"))
    with pytest.raises(SystemExit):
        site.build([written(tmp_path, notebook)], tmp_path / "site")
    assert "99_gone" in capfd.readouterr().err


def test_the_size_table_covers_every_byte(course):
    assert sum(site.sizes(course).values()) == sum(
        path.stat().st_size for path in course.rglob("*") if path.is_file()
    )
