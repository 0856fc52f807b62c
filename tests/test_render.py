"""`gptlab render`: one file that carries everything, and the parts that it is made of."""

import base64
import copy
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from PIL import Image

from gptlab import figures, style
from gptlab.cli.main import main
from gptlab.site import notebooks, packing
from gptlab.site.formulas import mathml
from gptlab.site.markup import script_json
from gptlab.site.outputs import output_html
from gptlab.site.page import Page, page
from gptlab.site.prose import Prose
from tests.sample_notebook import (
    DOT,
    HOSTILE,
    MOUNT,
    PLOTLY,
    SURFACE,
    sample,
    shown,
    unpacked,
    written,
)

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MB = 1_000_000


class Tags(HTMLParser):
    """Every start tag of a page with its attributes, and what stands in its scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.inside = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside == "script":
            self.scripts.append((self.tags[-1][1], data))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture
def made(tmp_path) -> Page:
    return page(written(tmp_path))


@pytest.fixture
def tags(made) -> Tags:
    return Tags(made.text)


def test_the_sizes_of_the_parts_add_up_to_the_file(made):
    assert sum(made.sizes.values()) == len(made.text.encode())
    assert list(made.sizes) == [
        "text and pictures",
        "styles",
        "script of the page",
        "plotly",
        "widgets",
    ]


def test_the_same_notebook_gives_the_same_page(made, tmp_path):
    assert page(tmp_path / "07_sample.ipynb") == made


def test_nothing_in_the_page_is_loaded_from_elsewhere(tags):
    for name, attributes in tags.tags:
        assert name not in ("link", "iframe", "object", "embed"), attributes
        if name != "a":
            for loaded in ("src", "srcset", "href", "data", "poster"):
                assert (attributes.get(loaded) or "data:").startswith("data:")
    assert "@import" not in packing.stylesheet("shared", "page", "site")
    assert "url(" not in packing.stylesheet("shared", "page", "site")


def test_the_page_has_a_language_a_title_landmarks_and_a_way_past_the_contents(tags):
    assert tags.all("html") == [{"lang": "en"}]
    assert len(tags.all("h1")) == len(tags.all("main")) == len(tags.all("nav")) == 1
    first = next(attributes for tag, attributes in tags.tags if tag == "a")
    assert first["href"] == f"#{tags.all('main')[0]['id']}"


def test_every_link_inside_the_page_leads_somewhere_and_no_id_is_taken_twice(tags):
    ids = [attributes["id"] for _tag, attributes in tags.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    targets = [a["href"] for a in tags.all("a")]
    assert len(targets) > 5
    assert {target.removeprefix("#") for target in targets if target} <= set(ids)


def test_the_contents_list_sections_by_their_words(made):
    listed = re.findall(r'<li class="gptlab-level-(\d)"><a href="#([^"]+)">([^<]+)</a>', made.text)
    assert listed == [
        ("2", "numbers--names", "Numbers &amp; names"),
        ("3", "code-in-the-text", "Code in the text"),
    ]


def test_what_a_learner_typed_into_a_widget_stays_data(tags):
    (state,) = [text for attributes, text in tags.scripts if attributes.get("type") == MOUNT]
    assert "<" not in state
    assert json.loads(state)["state"]["text"] == HOSTILE
    assert not any("onerror" in attributes for attributes in tags.all("img"))


def test_half_a_surrogate_pair_travels_in_a_widget():
    assert json.loads(script_json({"text": "\ud83d"})) == {"text": "\ud83d"}


def test_widgets_and_plotly_figures_have_their_pictures_with_words_and_size(tags):
    alt = [image.get("alt") for image in tags.all("img")]
    assert alt[:3] == ['a "quoted" widget', "a surface", "a picture"]
    assert all(alt)
    assert tags.all("img")[0]["width"] == "90"


def test_a_figure_of_plotly_travels_whole_and_plotly_itself_once(tags):
    figures = [text for attributes, text in tags.scripts if attributes.get("type") == PLOTLY]
    assert [json.loads(text) for text in figures] == [SURFACE]
    (library,) = [text for a, text in tags.scripts if a.get("data-gptlab-asset") == packing.PLOTLY]
    assert unpacked(library) == packing.plotly()


def test_a_page_without_plotly_or_widgets_carries_neither(tmp_path):
    notebook = sample()
    notebook.cells[1].outputs = notebook.cells[1].outputs[2:]
    assert "plotly" not in (made := page(written(tmp_path, notebook))).sizes
    assert "widgets" not in made.sizes


def test_a_page_carries_the_assets_that_its_widgets_name_and_no_others(tmp_path):
    names = ["tokenizer/shakespeare", "model/shakespeare"]
    made = page(written(tmp_path, sample(names)))
    assert [name for name in made.sizes if "/" in name] == sorted(names)
    carried = dict(re.findall(r'data-gptlab-asset="(\w+/\w+)">([^<]+)<', made.text))
    assert set(carried) == {*names, packing.PLOTLY, packing.WIDGETS}
    model = (ROOT / "gptlab" / "models" / "shakespeare.safetensors").read_bytes()
    assert unpacked(carried["model/shakespeare"]) == model


def test_a_widget_without_a_page_backend_needs_no_assets():
    notebook = sample()
    notebook.cells[1].outputs[0].data[MOUNT]["weights"] = None
    assert notebooks.asset_names(notebook) == []


def test_outputs_are_text_where_they_are_text(made):
    assert '<pre class="gptlab-stream gptlab-stdout">red &lt;/script&gt;&lt;img' in made.text
    assert '<pre class="gptlab-stream gptlab-error">E: &lt;v&gt;</pre>' in made.text
    assert "<pre class=\"gptlab-stream\">'&lt;plain&gt;'</pre>" in made.text


def test_a_picture_without_words_says_so_and_has_its_own_size():
    html = output_html(shown({"image/png": DOT}))
    assert html.endswith(
        'alt="A picture that its notebook does not describe" width="1" height="1" decoding="async">'
    )


def test_a_picture_travels_in_fewer_bytes_and_with_the_same_pixels():
    picture = style.png(figures.loss_curve([1, 2], [3.0, 2.0]))
    html = output_html(shown({"image/png": base64.b64encode(picture).decode()}))
    (content,) = re.findall(r'src="data:image/webp;base64,([^"]+)"', html)
    small = base64.b64decode(content)
    assert len(small) < 0.7 * len(picture)
    before, after = (Image.open(io.BytesIO(each)).convert("RGB") for each in (picture, small))
    assert before.tobytes() == after.tobytes()


def test_an_output_of_a_kind_that_no_page_can_show_leaves_nothing():
    assert output_html(shown({"application/x-other": "?"})) == ""


def test_a_note_below_the_title_says_how_to_run_the_notebook():
    notebook = sample()
    before = copy.deepcopy(notebook)
    noted = notebooks.with_note(notebook, "07_sample.ipynb")
    assert notebook == before
    title, note = noted.cells[0].source.split("\n\n")[:2]
    assert title == "# 7 · Every kind of output"
    assert "<code>07_sample.ipynb</code>" in note
    assert "<code>make lab</code>" in note


def test_a_notebook_without_a_title_has_a_note_too_and_is_called_like_its_file(tmp_path):
    notebook = sample()
    del notebook.cells[0]
    made = page(written(tmp_path, notebook))
    assert "<title>07_sample</title>" in made.text
    assert "make lab" in made.text


@pytest.mark.parametrize(
    ("formula", "trouble"),
    [
        (r"\frac{a", "its braces do not match"),
        (r"\softmax(x)", r"“\softmax” is not known"),
        ("x^{", ""),
        (r"\left( a", ""),
        (r"\frac{a}", "a part of it is missing"),
    ],
)
def test_a_formula_that_cannot_be_read_is_named(formula, trouble):
    with pytest.raises(ValueError, match=re.escape(f"got ${formula}$: {trouble}")):
        mathml(formula)


@pytest.mark.parametrize(
    ("formula", "part"),
    [
        (r"\{a \& b\}", "<mi>a</mi>"),
        (r"x_{<t}", "<mo>&#x0003C;</mo>"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "<mtd><mn>4</mn></mtd>"),
        ("猫", "<mi>猫</mi>"),
    ],
)
def test_a_formula_becomes_mathml(formula, part):
    assert part in mathml(formula)


def test_all_ways_of_writing_a_formula_become_mathml():
    source = "$a$ and\n\n$$b$$\n\n\\begin{align*}c&=d\\end{align*}\n\n`$e$` \\$5"
    text = Prose().html(source)
    assert text.count("<math") == 3
    assert text.count('display="block"') == 2
    assert "<code>$e$</code>" in text


def test_headings_with_the_same_words_get_anchors_of_their_own():
    prose = Prose()
    text = prose.html("## Again\n\n## Again\n\n## `x`\n\n## ?")
    assert [heading.anchor for heading in prose.headings] == ["again", "again-1", "x", "section"]
    assert 'href="#again-1"' in text


# The command


def test_the_command_writes_the_file_beside_the_notebook_and_prints_sizes(tmp_path, capsys):
    assert main(["render", str(written(tmp_path))]) == 0
    out = capsys.readouterr().out
    made = (tmp_path / "07_sample.html").read_bytes()
    assert re.search(rf"^total +{len(made):,}$", out, re.MULTILINE)
    assert str(tmp_path / "07_sample.html") in out


def test_the_command_writes_where_it_is_told(tmp_path):
    assert main(["render", str(written(tmp_path)), "--out", str(tmp_path / "a" / "b.html")]) == 0
    assert (tmp_path / "a" / "b.html").exists()


def bare(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[1].outputs = []


def unknown_asset(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[1].outputs[0].data[MOUNT]["weights"] = ["model/nobody"]


def odd_formula(notebook: nbformat.NotebookNode) -> None:
    notebook.cells[0].source += "\n\nSo $\\nonsense$."


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (bare, "has no outputs yet. Run it and save it first, or build the lessons with `make no"),
        (unknown_asset, "a widget in this notebook needs 'model/nobody', which cannot be found"),
        (odd_formula, r"got $\nonsense$: “\nonsense” is not known"),
    ],
)
def test_a_notebook_that_makes_no_page_is_explained_and_harms_no_earlier_page(
    tmp_path, capsys, spoil, message
):
    notebook = sample()
    spoil(notebook)
    earlier = tmp_path / "07_sample.html"
    earlier.write_text("earlier")
    assert main(["render", str(written(tmp_path, notebook))]) == 2
    assert message in capsys.readouterr().err
    assert earlier.read_text() == "earlier"


@pytest.mark.parametrize("content", ["not JSON", "{}", '{"cells": 3}', "[]"])
def test_a_file_that_is_no_notebook_is_called_so(tmp_path, capsys, content):
    path = tmp_path / "a.ipynb"
    path.write_text(content)
    assert main(["render", str(path)]) == 2
    assert f"expected a Jupyter notebook (.ipynb), but {path} is not one" in capsys.readouterr().err


def test_a_missing_notebook_is_called_so(tmp_path, capsys):
    assert main(["render", str(tmp_path / "a.ipynb")]) == 2
    assert "there is no file" in capsys.readouterr().err


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_as_one_file_stays_small_enough_to_send(lesson):
    made = page(lesson)
    assert len(made.text.encode()) < (8 if "plotly" in made.sizes else 6) * MB, made.sizes
