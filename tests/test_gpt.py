"""The whole model: causal, cached, counted, initialised, and clear about bad input."""

import math

import pytest
import torch
from torch import Tensor, nn

from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.masks import Bidirectional, Causal, Mask, SlidingWindow, Strided, TwoLevel
from gptlab.positions import POSITIONS
from gptlab.probes import capture

CFG = GPTConfig(d_vocab=11, n_ctx=16, d_model=24, n_layers=2, n_heads=4)
TOKENS = torch.randint(11, (2, 16), generator=torch.Generator().manual_seed(3))
CAUSAL = [Causal(), SlidingWindow(3), Strided(3), TwoLevel(4)]
EVERY_SCHEME = pytest.mark.parametrize("scheme", POSITIONS)
EVERY_CAUSAL_MASK = pytest.mark.parametrize("mask", CAUSAL, ids=str)


def gpt(scheme: str = "LearnedPositions", mask: Mask = Causal(), cfg: GPTConfig = CFG) -> GPT:  # noqa: B008
    """A model with weights ten times GPT-2's first ones, so that every part matters."""
    generator = torch.Generator().manual_seed(0)
    model = GPT(cfg, positions=POSITIONS[scheme], mask=mask, generator=generator).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.rpartition(".")[2].startswith("W_"):
                weight.mul_(10)
    return model.requires_grad_(False)


def other_future(tokens: Tensor, first: int) -> Tensor:
    changed = tokens.clone()
    changed[:, first:] = (changed[:, first:] + 1) % 11
    return changed


@EVERY_SCHEME
@EVERY_CAUSAL_MASK
def test_future_tokens_do_not_change_the_past(mask: Mask, scheme: str):
    """Bit for bit, at equal length; and they do change their own logits."""
    model = gpt(scheme, mask)
    before = model(TOKENS)
    for first in (1, 7, 15):
        after = model(other_future(TOKENS, first))
        assert torch.equal(before[:, :first], after[:, :first])
        assert not torch.equal(before[:, first:], after[:, first:])


@EVERY_SCHEME
def test_future_tokens_do_not_change_the_past_while_somebody_watches(scheme: str):
    model = gpt(scheme)
    with capture(model):
        before, after = model(TOKENS), model(other_future(TOKENS, 7))
    assert torch.equal(before[:, :7], after[:, :7])


@EVERY_SCHEME
def test_a_bidirectional_model_does_see_the_future(scheme: str):
    """The control: the test above can fail."""
    model = gpt(scheme, Bidirectional())
    assert not torch.allclose(model(TOKENS)[:, :7], model(other_future(TOKENS, 7))[:, :7])


@EVERY_SCHEME
@EVERY_CAUSAL_MASK
def test_prefixes_have_the_same_logits(mask: Mask, scheme: str):
    model = gpt(scheme, mask)
    whole = model(TOKENS)
    for n_pos in (1, 2, 9, 15):
        prefix = model(TOKENS[:, :n_pos])
        torch.testing.assert_close(prefix, whole[:, :n_pos], atol=1e-5, rtol=1e-5)


@EVERY_SCHEME
@EVERY_CAUSAL_MASK
def test_cached_equals_uncached(mask: Mask, scheme: str):
    """Token by token, all at once, and in chunks."""
    model = gpt(scheme, mask)
    whole = model(TOKENS)
    for chunks in ([1] * 16, [16], [5, 1, 10]):
        cache = model.new_cache()
        pieces = [model(piece, cache) for piece in TOKENS.split(chunks, dim=1)]
        torch.testing.assert_close(torch.cat(pieces, dim=1), whole, atol=1e-5, rtol=1e-5)


@EVERY_SCHEME
def test_watched_equals_unwatched(scheme: str):
    model = gpt(scheme)
    with capture(model):
        watched = model(TOKENS)
    torch.testing.assert_close(watched, model(TOKENS), atol=1e-5, rtol=1e-5)


SWAPPED = [1, 0, 2, 3, 4]  # not the mirror image: ALiBi, which counts distance, cannot tell that


@EVERY_SCHEME
def test_only_without_positions_a_bidirectional_model_is_blind_to_order(scheme: str):
    model, tokens = gpt(scheme, Bidirectional()), torch.tensor([[1, 5, 2, 7, 3]])
    same = torch.allclose(model(tokens)[:, SWAPPED], model(tokens[:, SWAPPED]), atol=1e-4)
    assert same == (scheme == "NoPositions")


def closed_form(cfg: GPTConfig) -> int:
    """d_vocab·d + n_ctx·d + n_layers·(12d² + 13d) + 2d.

    A block: attention 4d² + 4d, MLP 8d² + 5d, two norms 4d; the last norm 2d; W_U is W_E again.
    """
    d = cfg.d_model
    return (cfg.d_vocab + cfg.n_ctx) * d + cfg.n_layers * (12 * d * d + 13 * d) + 2 * d


@pytest.mark.parametrize(
    ("cfg", "expected"),
    [
        (CFG, 15_144),  # 11·24 + 16·24 + 2·(12·576 + 13·24) + 48 = 264 + 384 + 14448 + 48 = 15144
        (GPTConfig(d_vocab=50257, n_ctx=1024, d_model=768, n_layers=12, n_heads=12), 124_439_808),
    ],
    ids=["tiny", "GPT-2 small"],
)
def test_parameters_are_as_many_as_the_closed_form_says(cfg: GPTConfig, expected: int):
    with torch.device("meta"):
        model = GPT(cfg)
    assert model.n_parameters == closed_form(cfg) == expected


def test_the_unembedding_is_the_embedding():
    model = gpt()
    assert model.W_U.data_ptr() == model.W_E.data_ptr()
    with capture(model, "ln_final") as cache:
        logits = model(TOKENS)
    assert torch.equal(logits, cache["ln_final"] @ model.W_E.T)
    assert not any("W_U" in name for name in model.state_dict())


def test_position_schemes_are_owned_once():
    names = [name for name, _ in gpt().named_parameters(remove_duplicate=False)]
    assert names.count("positions.W_pos") == sum("W_pos" in name for name in names) == 1


def test_first_weights_have_the_spread_of_gpt2():
    """0.02, and 0.02/√(2·8) = 0.005 where a sublayer writes into the stream."""
    cfg = GPTConfig(d_vocab=200, n_ctx=100, d_model=64, n_layers=8, n_heads=4)
    model = GPT(cfg, generator=torch.Generator().manual_seed(0))
    for name, weight in model.named_parameters():
        short = name.rpartition(".")[2]
        if short.startswith("W_"):
            expected = 0.005 if short in ("W_O", "W_out") else 0.02
            spread = 5 / math.sqrt(weight.numel())  # five standard errors, relative, and more
            assert weight.std().item() == pytest.approx(expected, rel=spread), name
            assert abs(weight.mean().item()) < spread * expected, name
        elif short.startswith("b"):
            assert not weight.any(), name
        else:
            assert (weight == 1).all(), name


def test_a_seed_gives_one_model_whatever_was_drawn_before():
    def drawn(seed: int) -> Tensor:
        torch.rand(3)  # the global state moves on
        model = GPT(CFG, generator=torch.Generator().manual_seed(seed))
        return nn.utils.parameters_to_vector(model.parameters())

    assert torch.equal(drawn(5), drawn(5))
    assert not torch.equal(drawn(5), drawn(6))


def test_a_new_model_guesses_nearly_uniformly():
    """Small first weights give logits near 0, so the loss starts near ln 11 = 2.398."""
    model = GPT(CFG, generator=torch.Generator().manual_seed(0))
    loss = nn.functional.cross_entropy(model(TOKENS)[:, :-1].flatten(0, 1), TOKENS[:, 1:].flatten())
    assert loss.item() == pytest.approx(math.log(11), abs=0.02)


def test_batch_rows_do_not_meet():
    model = gpt()
    alone = torch.cat([model(row[None]) for row in TOKENS])
    torch.testing.assert_close(model(TOKENS), alone, atol=1e-5, rtol=1e-5)


def test_an_empty_prompt_is_refused():
    with pytest.raises(ValueError, match="no token to start from; pass at least one"):
        gpt()(torch.zeros(1, 0, dtype=torch.long))


def test_too_many_tokens_are_refused():
    expected = r"17 tokens do not fit n_ctx=16\. Pass tokens\[:, -16:\], or .*GPTConfig\(n_ctx=17\)"
    with pytest.raises(ValueError, match=expected):
        gpt()(torch.zeros(1, 17, dtype=torch.long))


def test_a_cache_does_not_grow_beyond_the_context_and_is_left_whole():
    model, cache = gpt(), None
    cache = model.new_cache()
    model(TOKENS, cache)
    with pytest.raises(ValueError, match="17 tokens do not fit n_ctx=16"):
        model(TOKENS[:, :1], cache)
    assert [layer.n_pos for layer in cache] == [16, 16]


@pytest.mark.parametrize(("token", "spread"), [(11, "1 to 11"), (-1, "-1 to 1")])
def test_an_unknown_token_is_refused(token: int, spread: str):
    expected = f"token ids go from 0 to 10; got {spread}. Encode the text with the tokenizer"
    with pytest.raises(ValueError, match=expected):
        gpt()(torch.tensor([[1, token]]))
