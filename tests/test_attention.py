"""Attention: the fused kernel, the explicit steps, torch's reference, and one sum by hand."""

import math

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gptlab.attention import Attention, KeysValues, as_matrix, from_matrix
from gptlab.config import GPTConfig
from gptlab.masks import Bidirectional, Causal, Mask, SlidingWindow, Strided, TwoLevel
from gptlab.positions import POSITIONS, NoPositions
from gptlab.probes import capture

CFG = GPTConfig(d_vocab=11, n_ctx=16, d_model=24, n_layers=1, n_heads=4)
CAUSAL = [Causal(), SlidingWindow(3), Strided(3), TwoLevel(4)]
EVERY_MASK = pytest.mark.parametrize("mask", [*CAUSAL, Bidirectional()], ids=str)
EVERY_CAUSAL_MASK = pytest.mark.parametrize("mask", CAUSAL, ids=str)
EVERY_SCHEME = pytest.mark.parametrize("scheme", POSITIONS)


def attention(mask: Mask, scheme: str = "NoPositions", cfg: GPTConfig = CFG) -> Attention:
    """Attention with weights large enough that its patterns are far from even."""
    layer = Attention(cfg, POSITIONS[scheme](cfg), mask)
    generator = torch.Generator().manual_seed(1)
    for weight in layer.parameters():
        nn.init.normal_(weight, std=0.4, generator=generator)
    return layer.eval().double()


def stream(n_pos: int = 13, batch: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.randn(batch, n_pos, CFG.d_model, dtype=torch.float64, generator=generator)


def watched(layer: Attention, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    with capture(layer) as cache:
        return layer(x), cache


def close(actual: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(actual, expected, atol=1e-6, rtol=1e-6)


@EVERY_SCHEME
@EVERY_MASK
def test_fused_equals_explicit(mask: Mask, scheme: str):
    layer, x = attention(mask, scheme), stream()
    close(layer(x), watched(layer, x)[0])


@EVERY_SCHEME
@EVERY_MASK
def test_fused_equals_explicit_for_a_chunk_after_a_cache(mask: Mask, scheme: str):
    layer, x, answers = attention(mask, scheme), stream(), []
    for watch in (False, True):
        cache = KeysValues()
        layer(x[:, :9], cache)
        with capture(layer, "pattern" if watch else "z"):
            answers.append(layer(x[:, 9:], cache))
    close(*answers)


@EVERY_SCHEME
@EVERY_CAUSAL_MASK
def test_cached_equals_uncached(mask: Mask, scheme: str):
    """Token by token, all at once, and in chunks."""
    layer, x = attention(mask, scheme), stream()
    for chunks in ([1] * 13, [13], [1, 12], [5, 1, 7]):
        cache = KeysValues()
        pieces = [layer(piece, cache) for piece in x.split(chunks, dim=1)]
        close(torch.cat(pieces, dim=1), layer(x))
        assert cache.n_pos == 13


@EVERY_SCHEME
@EVERY_MASK
def test_pattern_rows_sum_to_one_and_masked_weights_are_exactly_zero(mask: Mask, scheme: str):
    pattern = watched(attention(mask, scheme), stream())[1]["pattern"]
    positions = torch.arange(13)
    allowed = mask(positions[:, None], positions[None])
    close(pattern.sum(-1), torch.ones(2, 4, 13, dtype=torch.float64))
    assert (pattern[..., ~allowed] == 0).all()
    assert (pattern[..., allowed] > 0).all()


def test_masked_scores_are_minus_infinity():
    scores = watched(attention(Causal()), stream())[1]["scores"]
    assert (scores[..., 3, 4:] == -math.inf).all()
    assert scores[..., 3, :4].isfinite().all()


def test_attention_by_hand():
    """Two tokens, one head, d = 2, W_Q = √2·ln 3 · I, the other matrices I; x = (1,0), (0,1).

    Token 1 asks q = √2·ln 3 · (0,1). Products with the keys: 0 and √2·ln 3; over √d = √2 the
    scores are 0 and ln 3, e^scores are 1 and 3, so the pattern is 1/4, 3/4 and the answer is
    1/4·(1,0) + 3/4·(0,1). Token 0 sees itself alone: pattern 1, answer (1,0).
    """
    cfg = GPTConfig(d_vocab=2, n_ctx=2, d_model=2, n_layers=1, n_heads=1)
    layer = Attention(cfg, NoPositions(cfg), Causal())
    with torch.no_grad():
        for weight in (layer.W_Q, layer.W_K, layer.W_V, layer.W_O):
            weight.copy_(torch.eye(2))
        layer.W_Q *= math.sqrt(2) * math.log(3)
    answer, seen = watched(layer, torch.eye(2)[None])
    torch.testing.assert_close(seen["scores"][0, 0, 1], torch.tensor([0.0, math.log(3)]))
    torch.testing.assert_close(seen["pattern"][0, 0], torch.tensor([[1.0, 0.0], [0.25, 0.75]]))
    torch.testing.assert_close(answer[0], torch.tensor([[1.0, 0.0], [0.25, 0.75]]))


@EVERY_MASK
def test_explicit_steps_equal_torch_scaled_dot_product_attention(mask: Mask):
    _, seen = watched(attention(mask), stream())
    q, k, v = (seen[name].transpose(1, 2) for name in "qkv")
    positions = torch.arange(13)
    allowed = mask(positions[:, None], positions[None])
    reference = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
    close(seen["z"].transpose(1, 2), reference)


@pytest.mark.parametrize("watch", [False, True])
def test_attention_equals_torch_multihead_attention(watch: bool):
    layer, x = attention(Causal()), stream()
    reference = nn.MultiheadAttention(24, 4, batch_first=True).double()
    with torch.no_grad():
        into = [as_matrix(n, getattr(layer, n)).T for n in ("W_Q", "W_K", "W_V")]
        biases = [layer.b_Q.flatten(), layer.b_K.flatten(), layer.b_V.flatten()]
        reference.in_proj_weight.copy_(torch.cat(into))
        reference.in_proj_bias.copy_(torch.cat(biases))
        reference.out_proj.weight.copy_(as_matrix("W_O", layer.W_O).T)
        reference.out_proj.bias.copy_(layer.b_O)
    future = torch.ones(13, 13, dtype=torch.bool).triu(1)
    expected, weights = reference(x, x, x, attn_mask=future, average_attn_weights=False)
    if watch:
        answer, seen = watched(layer, x)
        close(seen["pattern"], weights)
    else:
        answer = layer(x)
    close(answer, expected)


def test_heads_add_up_to_the_output():
    layer = attention(Causal())
    answer, seen = watched(layer, stream())
    heads = [seen["z"][:, :, head] @ layer.W_O[head] for head in range(4)]
    close(answer, torch.stack(heads).sum(0) + layer.b_O)


def test_dropout_of_the_pattern_acts_in_training_only():
    cfg = GPTConfig(d_vocab=11, n_ctx=16, d_model=24, n_layers=1, n_heads=4, dropout=0.5)
    layer, x = attention(Causal(), cfg=cfg), stream()
    assert torch.equal(layer(x), layer(x))
    layer.train()
    assert not torch.equal(layer(x), layer(x))
    once, seen = watched(layer, x)
    assert not torch.equal(once, watched(layer, x)[0])
    close(seen["pattern"].sum(-1), torch.ones(2, 4, 13, dtype=torch.float64))  # before dropout


SHAPES = {"W_Q": (4, 24, 6), "W_K": (4, 24, 6), "W_V": (4, 24, 6), "W_O": (4, 6, 24)}


@pytest.mark.parametrize("name", [*SHAPES, "blocks.3.attn.W_O", "W_in"])
def test_from_matrix_undoes_as_matrix(name: str):
    shape = torch.Size(SHAPES.get(name.rpartition(".")[2], (24, 96)))
    weight = torch.arange(float(shape.numel())).view(shape)
    matrix = as_matrix(name, weight)
    assert matrix.shape == (24, 24 if len(shape) == 3 else 96)
    assert torch.equal(from_matrix(name, matrix, shape), weight)


def test_the_matrix_view_multiplies_as_the_heads_do():
    layer, x = attention(Causal()), stream()
    seen = watched(layer, x)[1]
    close(x @ as_matrix("W_Q", layer.W_Q) + layer.b_Q.flatten(), seen["q"].flatten(2))
    output = seen["z"].flatten(2) @ as_matrix("W_O", layer.W_O) + layer.b_O
    close(output, layer(x))


@pytest.mark.parametrize(("name", "shape"), [("W_in", (2, 3, 4)), ("b_O", (6,))])
def test_what_is_not_a_matrix_is_refused(name: str, shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="is not one of the model's matrices"):
        as_matrix(name, torch.zeros(shape))
