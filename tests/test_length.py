"""Long texts: what a mask costs and reaches, attention without the whole matrix, and leaks."""

from itertools import pairwise

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from gptlab import costs, measures, receptive
from gptlab.chunks import read_in_chunks
from gptlab.config import GPTConfig
from gptlab.gpt import GPT
from gptlab.masks import (
    Causal,
    Chunked,
    Mask,
    RandomKeys,
    SlidingWindow,
    Strided,
    TwoLevel,
    allowed,
)
from gptlab.positions import NoPositions, RotaryPositions
from gptlab.sizes import PUBLISHED, n_parameters
from gptlab.sparse import selected, streamed, windowed

MASKS = [
    Causal(),
    SlidingWindow(3),
    Strided(4),
    TwoLevel(4),
    Chunked(5),
    Chunked(5, 2),
    RandomKeys(3, 2),
]
CFG = GPTConfig(d_vocab=11, n_ctx=24, d_model=16, n_layers=2, n_heads=2)


def drawn(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tokens(n_pos: int = CFG.n_ctx, seed: int = 0) -> Tensor:
    return torch.randint(CFG.d_vocab, (1, n_pos), generator=drawn(seed))


def read(mask: Mask, ids: Tensor, cfg: GPTConfig = CFG) -> Tensor:
    with torch.no_grad():
        return GPT(cfg, positions=NoPositions, mask=mask, generator=drawn(1))(ids)


# Costs


def test_operations_by_hand() -> None:
    """n = 3, d = 2, d_mlp = 8, V = 5, one block: 8·3·4, 4·3·2·8, 4·9·2 and 2·3·2·5."""
    cfg = GPTConfig(d_vocab=5, n_ctx=4, d_model=2, n_layers=1, n_heads=1)
    assert costs.flops(cfg, 3) == {"projections": 96, "MLP": 192, "pairs": 72, "unembedding": 60}
    assert costs.flops(cfg, 3, n_pairs=6)["pairs"] == 48


@pytest.mark.parametrize("n_pos", [1, 7, 24])
@pytest.mark.parametrize("mask", [Causal(), SlidingWindow(3)], ids=str)
def test_the_formula_counts_what_runs(mask: Mask, n_pos: int) -> None:
    model, ids = GPT(CFG, mask=mask), tokens(n_pos)
    assert measures.counted_flops(lambda: model(ids)) == sum(costs.flops(CFG, n_pos).values())


def test_pairs_are_n_over_6_d_of_the_rest() -> None:
    """GPT-2 small at 1,024: 22% of the linear part, 18% of the block; equal at 4,608."""
    small = PUBLISHED["GPT-2 small"]
    parts = costs.flops(small, 1024)
    assert parts["pairs"] / (parts["projections"] + parts["MLP"]) == pytest.approx(1024 / 4608)
    assert costs.quadratic_share(small, 1024) == pytest.approx(0.18, abs=0.005)
    assert costs.equal_length(small) == 4608
    assert costs.quadratic_share(small, 4608) == 0.5


def test_score_matrices_of_the_published_windows() -> None:
    """Float32, one head: 1, 4, 16 and 256 MB."""
    sizes = [costs.score_bytes(n) / 2**20 for n in (512, 1024, 2048, 8192)]
    assert sizes == [1, 4, 16, 256]


def test_the_cache_is_two_vectors_per_token_and_layer() -> None:
    model = GPT(CFG)
    cache = model.new_cache()
    with torch.no_grad():
        model(tokens(9), cache)
    held = sum(x.numel() * 4 for layer in cache for x in (layer.k, layer.v) if x is not None)
    assert held == costs.cache_bytes(CFG, 9) == 2 * 2 * 9 * 16 * 4
    assert costs.weight_bytes(CFG) == 4 * n_parameters(CFG)


def test_pairs_by_hand() -> None:
    """Causal: 1 + 2 + … + 6; a band of 3: 1 + 2 + 3 + 3 + 3 + 3."""
    assert costs.n_pairs(Causal(), 6) == 21
    assert costs.n_pairs(SlidingWindow(3), 6) == 15


# What runs


def test_a_slope_is_an_exponent() -> None:
    sizes = [10, 20, 40, 80]
    assert measures.slope(sizes, [n * n for n in sizes]) == pytest.approx(2)
    assert measures.slope(sizes, [7 * n for n in sizes]) == pytest.approx(1)


def test_memory_is_what_is_held_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    """1,000 float32 twice while the second is made; then the first goes."""
    assert measures.peak_bytes(lambda: torch.ones(1000).exp()) == 8000
    assert measures.peak_bytes(lambda: [torch.ones(1000) for _ in range(5)]) == 20_000
    assert capfd.readouterr() == ("", "")


def test_the_fastest_of_runs() -> None:
    assert 0 < measures.seconds(lambda: torch.ones(10), repeats=3) < 1


# Attention without the matrix


def rows(n_pos: int) -> tuple[Tensor, ...]:
    g = drawn(n_pos)
    return tuple(torch.randn(2, 3, n_pos, 8, generator=g, dtype=torch.float64) for _ in range(3))


def dense(q: Tensor, k: Tensor, v: Tensor, mask: Mask) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v, attn_mask=allowed(mask, q.shape[-2]))


@pytest.mark.parametrize("n_pos", [1, 5, 16, 37])
@pytest.mark.parametrize("width", [1, 3, 8, 50])
def test_a_band_in_blocks_equals_masked_dense_attention(n_pos: int, width: int) -> None:
    q, k, v = rows(n_pos)
    torch.testing.assert_close(windowed(q, k, v, width), dense(q, k, v, SlidingWindow(width)))


@pytest.mark.parametrize("n_pos", [1, 5, 37])
@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_fetched_keys_equal_masked_dense_attention(mask: Mask, n_pos: int) -> None:
    q, k, v = rows(n_pos)
    torch.testing.assert_close(selected(q, k, v, mask), dense(q, k, v, mask))


@pytest.mark.parametrize("piece", [1, 4, 64])
@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_a_softmax_in_pieces_equals_masked_dense_attention(mask: Mask, piece: int) -> None:
    q, k, v = rows(37)
    torch.testing.assert_close(streamed(q, k, v, piece, mask), dense(q, k, v, mask))


def test_a_softmax_in_pieces_bears_large_scores() -> None:
    """Scores of 0 and 2,000: e²⁰⁰⁰ is no float, and nothing may overflow."""
    q, k = torch.tensor([[2000.0], [-2000.0]]), torch.tensor([[0.0], [1.0]])
    v = torch.tensor([[1.0], [3.0]])
    assert streamed(q, k, v, 1).flatten().tolist() == [3.0, 1.0]
    plain = streamed(*rows(20), piece=6)
    torch.testing.assert_close(plain, F.scaled_dot_product_attention(*rows(20)))


def test_operations_follow_the_band_and_memory_the_pieces() -> None:
    lengths, width = (128, 256, 512), 16
    made = {n: rows(n) for n in lengths}
    band = [measures.counted_flops(lambda n=n: windowed(*made[n], width)) for n in lengths]
    full = [measures.counted_flops(lambda n=n: streamed(*made[n], width)) for n in lengths]
    held = [measures.peak_bytes(lambda n=n: streamed(*made[n], width)) for n in lengths]
    assert measures.slope(lengths, band) == pytest.approx(1, abs=0.01)
    assert measures.slope(lengths, full) == pytest.approx(2, abs=0.01)
    assert measures.slope(lengths, held) == pytest.approx(1, abs=0.15)


# Reach


@pytest.mark.parametrize("width", [1, 2, 5])
@pytest.mark.parametrize("n_layers", [1, 2, 4])
def test_a_band_reaches_layers_times_width(width: int, n_layers: int) -> None:
    """Each layer goes width − 1 further."""
    assert receptive.receptive_field(SlidingWindow(width), 40, n_layers) == (
        n_layers * (width - 1) + 1
    )


def test_chunks_apart_never_meet_and_two_levels_meet_after_two_layers() -> None:
    assert [receptive.receptive_field(Chunked(8), 32, n) for n in (1, 2, 9)] == [8, 8, 8]
    assert [receptive.farthest(TwoLevel(8), 32, n) for n in (1, 2)] == [24, 31]
    assert receptive.receptive_field(TwoLevel(8), 32, 2) == 32
    assert receptive.receptive_field(Strided(6), 36, 2) == 36


def test_layers_needed_by_hand() -> None:
    """A stride of 2 among 5 positions: 4 sees 3, 2 and 0, and reaches 1 through 3."""
    needed = receptive.layers_needed(allowed(Strided(2), 5), 3)
    assert needed[4].tolist() == [1, 2, 1, 1, 0]
    assert (needed[torch.ones(5, 5).triu(1).bool()] == -1).all()


def test_a_position_that_does_not_see_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="position 0 does not"):
        receptive.layers_needed(torch.zeros(2, 2, dtype=torch.bool), 1)


# Leaks, bit for bit


@pytest.mark.parametrize("mask", MASKS, ids=str)
@pytest.mark.parametrize("at", [1, 7, 23])
def test_a_later_token_changes_no_earlier_output(mask: Mask, at: int) -> None:
    ids = tokens()
    other = ids.clone()
    other[0, at:] = (other[0, at:] + 1) % CFG.d_vocab
    assert torch.equal(read(mask, ids)[:, :at], read(mask, other)[:, :at])


@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_an_output_changes_exactly_where_the_mask_leads(mask: Mask) -> None:
    ids, n = tokens(), CFG.n_ctx
    needed = receptive.layers_needed(allowed(mask, n), CFG.n_layers)
    before = read(mask, ids)
    for key in range(n):
        other = ids.clone()
        other[0, key] = (other[0, key] + 3) % CFG.d_vocab
        changed = (read(mask, other) != before).any(dim=-1)[0]
        assert torch.equal(changed, needed[:, key] >= 0), key


def test_chunks_read_apart_depend_on_their_chunk_alone() -> None:
    cfg = GPTConfig(d_vocab=11, n_ctx=8, d_model=16, n_layers=3, n_heads=2)
    model, ids = GPT(cfg, generator=drawn(1)), tokens()
    sees = allowed(Chunked(8, 3), CFG.n_ctx)
    before = read_in_chunks(model, ids, 8, 3)
    assert before.shape == (1, CFG.n_ctx, cfg.d_vocab)
    for key in range(CFG.n_ctx):
        other = ids.clone()
        other[0, key] = (other[0, key] + 3) % cfg.d_vocab
        changed = (read_in_chunks(model, other, 8, 3) != before).any(dim=-1)[0]
        assert torch.equal(changed, sees[:, key]), key


@pytest.mark.parametrize("n_pos", [3, 8, 9, 24])
def test_chunks_without_overlap_are_a_mask_where_only_distance_counts(n_pos: int) -> None:
    apart = GPT(CFG, positions=RotaryPositions, generator=drawn(1))
    masked = GPT(CFG, positions=RotaryPositions, mask=Chunked(8), generator=drawn(1))
    ids = tokens(n_pos)
    with torch.no_grad():
        torch.testing.assert_close(read_in_chunks(apart, ids, 8), masked(ids), atol=1e-4, rtol=0)


def test_a_text_of_one_chunk_is_read_at_once() -> None:
    model, ids = GPT(CFG, generator=drawn(1)), tokens(10)
    with torch.no_grad():
        assert torch.equal(read_in_chunks(model, ids, 12, 4), model(ids))


@pytest.mark.parametrize(("chunk", "overlap"), [(25, 0), (8, 8), (8, -1)])
def test_chunks_that_cannot_be_read_are_refused(chunk: int, overlap: int) -> None:
    with pytest.raises(ValueError, match=f"overlap {overlap} and chunk {chunk}"):
        read_in_chunks(GPT(CFG), tokens(), chunk, overlap)


@pytest.mark.parametrize("mask", MASKS, ids=str)
def test_cached_equals_uncached(mask: Mask) -> None:
    model, ids = GPT(CFG, mask=mask, generator=drawn(1)), tokens()
    cache = model.new_cache()
    with torch.no_grad():
        pieces = [model(ids[:, a:b], cache) for a, b in pairwise((0, 5, 6, 7, 20, CFG.n_ctx))]
        torch.testing.assert_close(torch.cat(pieces, dim=1), model(ids), atol=1e-5, rtol=0)
