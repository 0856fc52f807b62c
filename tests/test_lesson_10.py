"""Lesson 10: sizes, variants, the recorded experiment, pictures and exercises."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

import gptlab
from gptlab import GPT, GPTConfig, figures, sizes, style, variants
from gptlab.exercises import lesson_10
from gptlab.experiments import Numbers, parts
from gptlab.layers import NoNorm

CFG = GPTConfig(d_vocab=11, n_ctx=8, d_model=8, n_layers=2, n_heads=2)
TOKENS = torch.tensor([[1, 2, 3, 4]])


def built(name: str) -> GPT:
    return variants.VARIANTS[name](CFG, torch.Generator().manual_seed(0))


# Sizes


@pytest.mark.parametrize(
    "cfg", [CFG, GPTConfig(d_vocab=5, n_ctx=3, d_model=6, n_layers=1, n_heads=3, d_mlp=7)]
)
def test_the_formula_counts_what_the_model_has(cfg: GPTConfig) -> None:
    model = GPT(cfg)
    assert sizes.n_parameters(cfg) == model.n_parameters
    assert sizes.n_parameters(cfg, tied=False) == model.n_parameters + cfg.d_vocab * cfg.d_model


@pytest.mark.parametrize(
    ("name", "n"),
    [
        ("GPT-2 small", 124_439_808),
        ("GPT-2 medium", 354_823_168),
        ("GPT-2 large", 774_030_080),
        ("GPT-2 XL", 1_557_611_200),
    ],
)
def test_the_formula_gives_the_published_models(name: str, n: int) -> None:
    assert sizes.n_parameters(sizes.PUBLISHED[name]) == n


def test_gpt3_has_about_175_billion() -> None:
    assert round(sizes.n_parameters(sizes.PUBLISHED["GPT-3"]) / 1e9) == 175


# Variants


@pytest.mark.parametrize("name", variants.VARIANTS)
def test_every_variant_is_causal_and_learns(name: str) -> None:
    model = built(name)
    logits = model(TOKENS)
    assert logits.shape == (1, 4, CFG.d_vocab)
    torch.testing.assert_close(model(TOKENS[:, :2]), logits[:, :2], atol=1e-6, rtol=1e-5)
    loss = F.cross_entropy(logits[0, :-1], TOKENS[0, 1:])
    loss.backward()
    assert model.W_E.grad is not None
    assert torch.isfinite(model.W_E.grad).all()


def test_a_variant_differs_in_its_part_alone() -> None:
    whole = dict(built("whole").named_parameters())
    for name in ("no residual", "no GELU", "ReLU for GELU", "LayerNorm after", "ReLU after adding"):
        other = dict(built(name).named_parameters())
        assert whole.keys() == other.keys(), name
        assert all(torch.equal(whole[key], other[key]) for key in whole), name


def test_without_attention_no_position_hears_of_another() -> None:
    model = built("no attention")
    before, after = model(TOKENS), model(torch.tensor([[7, 2, 3, 4]]))
    assert torch.equal(before[:, 1:], after[:, 1:])


def test_layernorm_after_leaves_a_stream_of_variance_one() -> None:
    model = built("LayerNorm after")
    with gptlab.capture(model, "blocks.*.resid_post") as seen:
        model(TOKENS)
    for stream in seen.values():
        torch.testing.assert_close(
            stream.var(-1, correction=0), torch.ones(1, 4), atol=2e-2, rtol=0
        )


def test_relu_after_adding_leaves_nothing_negative() -> None:
    model = built("ReLU after adding")
    with gptlab.capture(model, "blocks.*.resid_post") as seen:
        model(TOKENS)
    assert all((stream >= 0).all() for stream in seen.values())


def test_untied_has_a_matrix_more() -> None:
    untied, whole = built("W_U untied"), built("whole")
    assert untied.n_parameters - whole.n_parameters == CFG.d_model * CFG.d_vocab
    assert untied.W_U.data_ptr() != untied.W_E.data_ptr()


def test_the_narrower_model_has_about_as_few_parameters_as_the_one_without_mlps() -> None:
    cfg = parts.SIZES
    narrow, without = (
        variants.VARIANTS[name](cfg, torch.Generator()).n_parameters
        for name in ("narrower", "no MLP")
    )
    assert abs(narrow / without - 1) < 0.05


def test_without_bends_and_with_fixed_weights_the_blocks_are_linear() -> None:
    model = variants.without_bends(CFG, torch.Generator().manual_seed(0))
    assert isinstance(model.ln_f, NoNorm)
    stack = torch.nn.Sequential(*model.blocks)
    a, b = torch.randn(2, 1, 4, 8, generator=torch.Generator().manual_seed(1))
    fixed = torch.ones(4, 4).tril() / 4
    with gptlab.patched(stack, {"*.attn.pattern": lambda p: fixed.expand_as(p)}):
        both = stack(a + b)
        apart = stack(a) + stack(b) - stack(0 * a)
    torch.testing.assert_close(both, apart, atol=1e-5, rtol=1e-5)


# The experiment


def test_costs_are_rises_over_the_whole_model() -> None:
    """A loss of 5 for all, and of 6 for one case: that case costs 1."""
    runs: list[Numbers] = [{**dict.fromkeys(parts.CASES, 5.0), "no MLP": 6.0} for _ in range(2)]
    runs[1]["no MLP"] = 5.5
    rises = parts.costs(runs)
    assert rises["no MLP"] == [1.0, 0.5]
    assert rises["no attention"] == [0.0, 0.0]
    assert "whole" not in rises and "12 blocks" not in rises
    assert parts.verdict(runs) == "Every seed loses more than 0.1 nats per token with: no MLP."


def test_the_experiment_names_cases_that_exist() -> None:
    assert {variant for variant, _cfg in parts.CASES.values()} <= set(variants.VARIANTS)
    assert parts.EXPERIMENT.name == "parts"


# Pictures


def test_reach_leaves_empty_what_is_not_connected() -> None:
    picture = figures.reach({"MLP": np.eye(3), "attention": np.tri(3)}, ["a", "b", "c"])
    shown = [axes.get_images()[0].get_array() for axes in picture.axes[:2]]
    n_empty = [int(np.ma.getmaskarray(np.ma.asarray(grid)).sum()) for grid in shown]
    assert n_empty == [6, 3]
    assert (
        "MLP: 3 links between positions, 3 of them from a position to itself" in picture.description
    )


def test_a_map_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="expected 2 × 2 numbers"):
        figures.reach({"MLP": np.eye(3)}, ["a", "b"])
    with pytest.raises(ValueError, match="expected 1 stages × 2 tokens"):
        figures.lens_grid([["x"]], [[0.5]], ["a", "b"], ["embedding"])
    with pytest.raises(ValueError, match="expected 1 × 2 weights"):
        figures.alignment([[1.0]], ["the", "cat"], ["le"])


def test_the_lens_says_each_stage_in_words() -> None:
    picture = figures.lens_grid([["b"], ["c"]], [[0.25], [0.5]], ["a"], ["embedding", "block 1"])
    assert "embedding: a → b (25%); block 1: a → c (50%)" in picture.description
    assert style.png(picture)


def test_an_alignment_names_where_each_word_looks() -> None:
    picture = figures.alignment([[0.1, 0.9], [0.8, 0.2]], ["the", "cat"], ["le", "chat"])
    assert "le ← cat, chat ← the" in picture.description


def test_costs_are_drawn_with_every_seed_the_largest_first() -> None:
    picture = figures.costs_of_parts({"small": [0.1, 0.2], "large": [1.0, 2.0]})
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == ["large", "small"]
    assert "large +1.50 (+1.00 … +2.00)" in picture.description


def test_bends_and_gradients_say_their_ends() -> None:
    picture = figures.bends([0.0, 1.0], {"value": {"ReLU": [0.0, 1.0]}})
    assert "value, ReLU: lowest 0.000 at x = 0.00, 1.000 at x = 1.0." in picture.description
    picture = figures.gradients_by_block({"whole": [1.0, 0.5]})
    assert "whole: 1 at the first block, 0.5 at the last." in picture.description


# Exercises


def test_more_heads_cost_nothing() -> None:
    assert lesson_10.twice_as_many_heads().answer == "b"


def test_the_decoder_runs_once_more_than_there_are_words() -> None:
    assert lesson_10.decoder_passes().answer == 8


def test_an_unembedding_of_its_own_has_38_million() -> None:
    assert lesson_10.untied_cost().answer == 38_597_376


def test_layer_norm_by_hand_is_torchs() -> None:
    task = lesson_10.layer_norm()
    solution = task.function_in(task.solution)
    for case in task.cases:
        assert solution(*case.arguments) == pytest.approx(case.expected)
    assert task.cases[2].expected == [0.0, 0.0]
