"""Measures of heads: worked examples, what must hold, and controls that show nothing."""

import pytest
import torch
from torch.nn import functional as F

from gptlab import GPT, GPTConfig, capture, measures
from gptlab.masks import Bidirectional
from gptlab.measures import ROLES

CFG = GPTConfig(d_vocab=20, n_ctx=24, d_model=16, n_layers=2, n_heads=2)


@pytest.fixture
def model() -> GPT:
    """A model with weights large enough to prefer some tokens to others."""
    made = GPT(CFG, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for weight in made.parameters():
            weight.mul_(8)
    return made.eval()


@pytest.fixture
def texts() -> torch.Tensor:
    return torch.randint(20, (3, 12), generator=torch.Generator().manual_seed(1))


def patterns(model: GPT, texts: torch.Tensor, edits: measures.Edits) -> torch.Tensor:
    from gptlab import patched

    with patched(model, edits), capture(model, "*pattern") as seen, torch.no_grad():
        model(texts)
    return torch.stack([*seen.values()])


# Effects


def test_a_head_that_is_switched_off_adds_nothing(model: GPT, texts: torch.Tensor) -> None:
    without = measures.loss(model, texts, measures.switched_off(1, 0))
    with torch.no_grad():
        model.blocks[1].attn.W_O[0] = 0
    assert measures.loss(model, texts) == pytest.approx(without, abs=1e-5)


def test_the_loss_is_the_mean_over_all_next_tokens(model: GPT, texts: torch.Tensor) -> None:
    with torch.no_grad():
        logits = model(texts)
    expected = F.cross_entropy(logits[:, :-1].reshape(-1, 20), texts[:, 1:].reshape(-1))
    assert measures.loss(model, texts) == pytest.approx(expected.item(), abs=1e-6)


def test_even_shares_are_one_over_n(model: GPT, texts: torch.Tensor) -> None:
    """Row 0 sees one token, row 1 two of them: 1, then 1/2 and 1/2."""
    before = patterns(model, texts, {})
    after = patterns(model, texts, measures.evened(1, 1))
    assert after[1, 0, 1, 0].tolist() == [1.0] + [0.0] * 11
    assert after[1, 0, 1, 1, :2].tolist() == [0.5, 0.5]
    assert torch.equal(after[1, :, 0], before[1, :, 0])  # the other head is left alone
    assert torch.equal(after[0], before[0])


def test_mixed_up_shares_are_the_same_shares_elsewhere(model: GPT, texts: torch.Tensor) -> None:
    before = patterns(model, texts, {})[1, :, 0]
    after = patterns(model, texts, measures.mixed_up(1, 0))[1, :, 0]
    assert not torch.allclose(before, after)
    torch.testing.assert_close(after.sort(-1).values, before.sort(-1).values)
    assert (after.triu(1) == 0).all()


def test_effects_are_one_rise_per_head(model: GPT, texts: torch.Tensor) -> None:
    found = measures.effects(model, texts)
    assert found.shape == (2, 2)
    rise = measures.loss(model, texts, measures.switched_off(0, 1)) - measures.loss(model, texts)
    assert found[0, 1].item() == pytest.approx(rise, abs=1e-6)


# Influence


def test_influence_by_hand() -> None:
    """y₀ = x₀, y₁ = 2 x₀ + x₁, with one number each: the derivatives are 1, 0 and 2, 1."""
    mix = torch.tensor([[1.0, 0.0], [2.0, 1.0]])
    found = measures.influence(lambda x: mix @ x, torch.randn(2, 1))
    assert found.tolist() == [[1.0, 0.0], [2.0, 1.0]]


def test_influence_is_the_norm_of_autograds_jacobian(model: GPT) -> None:
    x = torch.randn(5, 16, generator=torch.Generator().manual_seed(0))
    attention = model.blocks[0].attn
    jacobian = torch.autograd.functional.jacobian(lambda x: attention(x[None])[0], x)
    torch.testing.assert_close(
        measures.influence(attention, x), jacobian.norm(dim=(1, 3)), atol=1e-4, rtol=1e-4
    )


def test_only_attention_reaches_other_positions_and_never_later_ones(model: GPT) -> None:
    x = torch.randn(6, 16, generator=torch.Generator().manual_seed(0))
    block = model.blocks[0]
    for alone in (block.ln1, block.mlp):
        assert torch.equal(measures.influence(alone, x) > 0, torch.eye(6, dtype=torch.bool))
    assert torch.equal(
        measures.influence(block.attn, x) > 0, torch.ones(6, 6, dtype=torch.bool).tril()
    )


def test_without_a_mask_every_pair_is_linked() -> None:
    both = GPT(CFG, mask=Bidirectional(), generator=torch.Generator().manual_seed(0))
    x = torch.randn(6, 16, generator=torch.Generator().manual_seed(0))
    assert (measures.influence(both.blocks[0].attn, x) > 0).all()


# Weights and effects


def test_rank_correlation_by_hand() -> None:
    """Ranks 0 1 2 3 against 0 1 3 2: 1 − 6 · (0 + 0 + 1 + 1) / (4 · 15) = 0.8."""
    a, b = torch.tensor([1.0, 2.0, 3.0, 4.0]), torch.tensor([5.0, 6.0, 90.0, 80.0])
    assert measures.rank_correlation(a, b) == pytest.approx(0.8)
    assert measures.rank_correlation(a, -a) == pytest.approx(-1)


def test_deleting_a_token_is_running_the_model_without_it(model: GPT) -> None:
    text = torch.tensor([3, 1, 4, 1, 5])
    found = measures.without_each_token(model, text)
    with torch.no_grad():
        whole, less = model(text[None])[0, -1], model(text[None, [0, 2, 3, 4]])[0, -1]
    best = whole.argmax()
    assert found.shape == (4,)
    assert found[1].item() == pytest.approx((less[best] - whole[best]).abs().item(), abs=1e-5)


def test_rollout_shares_sum_to_one(model: GPT, texts: torch.Tensor) -> None:
    shares = measures.rollout(model, texts[0])
    assert shares.sum().item() == pytest.approx(1, abs=1e-5)
    assert (shares >= 0).all()


def test_rollout_of_one_layer_by_hand() -> None:
    """Even shares over two tokens, half passed on: (1/2 + 0)/2 = 1/4 and (1/2 + 1)/2 = 3/4."""
    cfg = GPTConfig(d_vocab=4, n_ctx=4, d_model=4, n_layers=1, n_heads=1)
    even = GPT(cfg, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        even.blocks[0].attn.W_Q.zero_()
    shares = measures.rollout(even, torch.tensor([0, 1]))
    assert shares.tolist() == pytest.approx([0.25, 0.75])


def test_agreement_has_one_number_per_text_and_controls_beside(
    model: GPT, texts: torch.Tensor
) -> None:
    found = measures.agreement(model, texts)
    assert {each.shape for each in found.values()} == {(3,)}
    assert {"mean over all heads", "rollout", "control: another text", "control: nearness"} <= {
        *found
    }
    assert all((each.abs() <= 1).all() for each in found.values())


# Roles


def head_of(score: float, role: str) -> dict[str, torch.Tensor]:
    """One layer of two heads, of which the second scores in one role."""
    return {r: torch.tensor([[0.01, score if r == role else 0.02]]) for r in ROLES}


def test_a_role_takes_a_third_of_the_row_and_more_than_the_controls() -> None:
    strong = head_of(0.5, "induction")
    assert measures.named(strong, [head_of(0.1, "induction")]) == [["", "induction"]]
    assert measures.named(strong, [head_of(0.6, "induction")]) == [["", ""]]
    assert measures.named(head_of(0.2, "induction"), []) == [["", ""]]


def test_of_two_roles_the_stronger_one_names_the_head() -> None:
    both = head_of(0.5, "induction") | {"itself": torch.tensor([[0.0, 0.4]])}
    assert measures.named(both, []) == [["", "induction"]]


def test_roles_of_a_model_that_looks_at_all_alike_are_the_mean_of_one_over_n() -> None:
    """Rows 2 and 3 of four tokens: (1/3 + 1/4) / 2; the second half of 3 + 3: 1/4, 1/5, 1/6."""
    even = GPT(CFG, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        for block in even.blocks:
            block.attn.W_Q.zero_()
    doubled = measures.repeated(20, 2, 3, torch.Generator().manual_seed(0))
    scores = measures.role_scores(even, torch.tensor([[1, 2, 3, 4]]), doubled)
    assert tuple(scores) == ROLES
    for role in ("previous token", "first token", "itself"):
        assert scores[role][0, 0].item() == pytest.approx((1 / 3 + 1 / 4) / 2)
    for role in ("earlier copy", "induction"):
        assert scores[role][1, 1].item() == pytest.approx((1 / 4 + 1 / 5 + 1 / 6) / 3)


def test_a_repeated_text_is_the_same_twice() -> None:
    doubled = measures.repeated(20, 4, 6, torch.Generator().manual_seed(0))
    assert torch.equal(doubled[:, :6], doubled[:, 6:])


def test_scrambled_weights_are_the_same_numbers_elsewhere(model: GPT) -> None:
    other = measures.scrambled(model, torch.Generator().manual_seed(0))
    for (name, before), after in zip(model.named_parameters(), other.parameters(), strict=True):
        assert torch.equal(before.flatten().sort().values, after.flatten().sort().values), name
    assert not torch.equal(model.W_E, other.W_E)


# Softness


def test_scores_spread_with_the_root_of_the_width() -> None:
    draw = torch.Generator().manual_seed(0)
    for width in (8, 64, 512):
        undivided = measures.softness(width, 32, draw, divided=False)
        divided = measures.softness(width, 32, draw)
        assert undivided.spread == pytest.approx(width**0.5, rel=0.15)
        assert divided.spread == pytest.approx(1, rel=0.15)
        assert divided.largest < undivided.largest


def test_a_good_key_loses_its_share_as_keys_become_more() -> None:
    """E[e^x] = e^½ for normal scores, so the share is about e⁴ / (e⁴ + (n − 1) e^½)."""
    for n in (16, 256, 4096):
        share = measures.share_of_good_key(n, 4.0, torch.Generator().manual_seed(n))
        e = torch.tensor([4.0, 0.5]).exp()
        assert share == pytest.approx((e[0] / (e[0] + (n - 1) * e[1])).item(), rel=0.1)
