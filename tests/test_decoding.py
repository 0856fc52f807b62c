"""From logits to text: the rules, the draw, the steps, the streamed text, the beams."""

import math
from collections import Counter
from itertools import islice, pairwise, product

import jaxtyping
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from transformers.generation.logits_process import (
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from gptlab.attention import KeysValues
from gptlab.config import GPTConfig
from gptlab.decoding import (
    GREEDY,
    Sampling,
    beam_search,
    beam_steps,
    draw,
    generate,
    generate_text,
    keep_top_k,
    keep_top_p,
    steps,
    stream_text,
    whole_characters,
    with_temperature,
)
from gptlab.gpt import GPT
from gptlab.masks import Bidirectional, Causal, Mask, SlidingWindow, Strided, TwoLevel
from gptlab.positions import POSITIONS
from gptlab.tokenizers import train_bpe

F64 = torch.float64
BELOW_ONE = math.nextafter(1.0, 0.0)
N_CTX = 6
CFG = GPTConfig(d_vocab=11, n_ctx=N_CTX, d_model=8, n_layers=2, n_heads=2)
TOKENIZER = train_bpe("春天的月亮🌙 naïve café " * 3, vocab_size=270, name="moon-bpe")


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tiny_model(
    *,
    cfg: GPTConfig = CFG,
    positions: str = "LearnedPositions",
    mask: Mask = Causal(),  # noqa: B008
) -> GPT:
    """A float64 model whose weights are large enough that its distributions are far from flat."""
    model = GPT(cfg, positions=POSITIONS[positions], mask=mask, generator=seeded()).double()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.mul_(25)
    return model


class Table(GPT):
    """A model that looks the next token's probabilities up by the last token alone."""

    def __init__(self, probs: list[list[float]]) -> None:
        super().__init__(GPTConfig(d_vocab=len(probs), n_ctx=8, d_model=2, n_layers=1, n_heads=1))
        self.logits = torch.tensor(probs, dtype=F64).log()

    def forward(self, tokens: Tensor, cache: list[KeysValues] | None = None) -> Tensor:
        return self.logits[tokens]


GARDEN_PATH = [[0.0, 0.6, 0.4], [0.5, 0.25, 0.25], [0.9, 0.1, 0.0]]


# Rules


@pytest.mark.parametrize(
    ("temperature", "expected"),
    [
        (0.0, [1, 0, 0]),
        (0.5, [16 / 21, 4 / 21, 1 / 21]),
        (1.0, [4 / 7, 2 / 7, 1 / 7]),
        (2.0, [2 / (3 + 2**0.5), 2**0.5 / (3 + 2**0.5), 1 / (3 + 2**0.5)]),
    ],
)
def test_temperature_by_hand(temperature: float, expected: list[float]) -> None:
    """Odds of 4 : 2 : 1 become 4^(1/T) : 2^(1/T) : 1, which T = 1/2 squares and T = 2 roots."""
    logits = torch.tensor([4.0, 2.0, 1.0], dtype=F64).log()
    probs = with_temperature(logits, temperature)
    torch.testing.assert_close(probs, torch.tensor(expected, dtype=F64))


@pytest.mark.parametrize(
    ("k", "expected"),
    [(1, [0, 1, 0, 0]), (2, [3 / 8, 5 / 8, 0, 0]), (4, [0.3, 0.5, 0.05, 0.15])],
)
def test_keep_top_k_by_hand(k: int, expected: list[float]) -> None:
    probs = torch.tensor([0.3, 0.5, 0.05, 0.15], dtype=F64)
    torch.testing.assert_close(keep_top_k(probs, k), torch.tensor(expected, dtype=F64))


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        (0.4, [1.0, 0, 0, 0]),
        (0.5, [1.0, 0, 0, 0]),
        (0.6, [5 / 8, 3 / 8, 0, 0]),
        (0.8, [5 / 8, 3 / 8, 0, 0]),
        (1.0, [0.5, 0.3, 0.15, 0.05]),
    ],
)
def test_keep_top_p_by_hand(p: float, expected: list[float]) -> None:
    probs = torch.tensor([0.5, 0.3, 0.15, 0.05], dtype=F64)
    torch.testing.assert_close(keep_top_p(probs, p), torch.tensor(expected, dtype=F64))


def test_of_equal_tokens_the_first_ones_are_kept() -> None:
    """HF keeps all equals of the k-th token; here k means k, and 1 means the greedy choice."""
    level = torch.full((5,), 0.2, dtype=F64)
    assert keep_top_k(level, 2).tolist() == [0.5, 0.5, 0, 0, 0]
    assert keep_top_k(level, 1).tolist() == [1, 0, 0, 0, 0]
    assert keep_top_p(level, 0.3).tolist() == [0.5, 0.5, 0, 0, 0]
    assert with_temperature(level, 0.0).tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("temperature", [0.3, 1.0, 1.7])
@pytest.mark.parametrize("top_k", [1, 3, 50])
@pytest.mark.parametrize("top_p", [0.2, 0.9, 1.0])
def test_the_rules_agree_with_hugging_face(temperature: float, top_k: int, top_p: float) -> None:
    logits = 2 * torch.randn(16, 20, generator=seeded(1), dtype=F64)
    warped = logits
    for warper in (
        TemperatureLogitsWarper(temperature),
        TopKLogitsWarper(top_k),
        TopPLogitsWarper(top_p),
    ):
        warped = warper(None, warped)
    rule = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
    torch.testing.assert_close(rule.distribution(logits), warped.softmax(dim=-1))


def test_batches_are_treated_row_by_row() -> None:
    logits = torch.randn(2, 3, 9, generator=seeded(), dtype=F64)
    for rule in (GREEDY, Sampling(temperature=0.7, top_k=4, top_p=0.8)):
        one_by_one = torch.stack([rule.distribution(row) for row in logits.flatten(0, 1)])
        assert torch.equal(rule.distribution(logits).flatten(0, 1), one_by_one)


def test_the_neutral_rule_leaves_the_distribution_alone() -> None:
    """Exactly, for a vocabulary with a tail so long that float32 sums reach 1 before its end."""
    logits = -torch.arange(60_000, dtype=torch.float32) / 1000
    assert torch.equal(Sampling().distribution(logits), logits.softmax(dim=-1))
    assert torch.equal(keep_top_k(logits.softmax(dim=-1), 60_000), logits.softmax(dim=-1))
    assert logits.softmax(dim=-1).cumsum(0)[:-1].max() >= 1 - 1e-7  # the trap is really there


def test_a_falling_temperature_approaches_greedy_and_never_overflows() -> None:
    logits = torch.tensor([3.0, 5.0, -math.inf, 4.0])
    for temperature in (1e-3, 1e-30, 1e-300, 5e-324):
        probs = with_temperature(logits, temperature)
        torch.testing.assert_close(probs, with_temperature(logits, 0.0))
    flat = with_temperature(logits, 1e300)
    torch.testing.assert_close(flat, torch.tensor([1 / 3, 1 / 3, 0, 1 / 3]))


@pytest.mark.parametrize("temperature", [-0.1, math.nan, math.inf])
def test_an_impossible_temperature_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match=r"temperature is a finite number of at least 0"):
        with_temperature(torch.zeros(3), temperature)
    with pytest.raises(ValueError, match=r"temperature is a finite number of at least 0"):
        Sampling(temperature=temperature)


@pytest.mark.parametrize("p", [0.0, -0.5, 1.01, math.nan])
def test_an_impossible_p_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match=r"^p is a probability above 0 and up to 1"):
        keep_top_p(torch.ones(1), p)
    with pytest.raises(ValueError, match=r"^top_p is a probability above 0 and up to 1"):
        Sampling(top_p=p)


def test_an_impossible_k_is_refused() -> None:
    with pytest.raises(ValueError, match=r"at least 1; got 0"):
        keep_top_k(torch.ones(1), 0)
    with pytest.raises(ValueError, match=r"or is 0 to keep all; got -1"):
        Sampling(top_k=-1)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_logits_of_a_diverged_model_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="load an earlier checkpoint"):
        with_temperature(torch.tensor([0.0, bad]), 1.0)


# The draw


def test_draw_by_hand() -> None:
    """The bars are [0, .2), nothing, [.2, .7) and [.7, 1)."""
    probs = torch.tensor([0.2, 0.0, 0.5, 0.3], dtype=F64)
    numbers = (0.0, 0.19, 0.2, 0.69, 0.71, BELOW_ONE)
    assert [draw(probs, u) for u in numbers] == [0, 0, 2, 2, 3, 3]


@given(
    weights=st.lists(st.just(0.0) | st.floats(1e-12, 1.0), min_size=1, max_size=300),
    u=st.sampled_from([0.0, BELOW_ONE]) | st.floats(0, 1, exclude_max=True),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_a_token_of_probability_zero_is_never_drawn(
    weights: list[float], u: float, dtype: torch.dtype
) -> None:
    probs = torch.tensor([*weights, 1e-6, 0.0], dtype=F64)
    probs = (probs / probs.sum()).to(dtype)
    assert probs[draw(probs, u)] > 0


def test_a_float32_sum_below_one_does_not_fall_off_the_end() -> None:
    probs = torch.tensor([0.3, 0.6999, 0.0])
    assert draw(probs, BELOW_ONE) == 1


def test_frequencies_of_draws_match_the_distribution() -> None:
    """Pearson's χ² = Σ (seen − expected)² / expected stays below its 99.9 % point for 4 degrees."""
    probs, n_draws, random = torch.tensor([0.4, 0.3, 0.2, 0.06, 0.04]), 5000, seeded(3)
    numbers = torch.rand(n_draws, generator=random, dtype=F64).tolist()
    seen = Counter(draw(probs, u) for u in numbers)
    expected = [n_draws * p for p in probs.tolist()]
    assert sum((seen[i] - e) ** 2 / e for i, e in enumerate(expected)) < 18.47


@pytest.mark.parametrize("u", [-0.1, 1.0, math.nan])
def test_a_number_outside_the_unit_interval_is_refused(u: float) -> None:
    with pytest.raises(ValueError, match="from 0 up to but not 1"):
        draw(torch.ones(1), u)


@pytest.mark.parametrize("probs", [[0.5, 0.4], [1.5, -0.5], [math.nan, 1.0], [0.0, 0.0]])
def test_what_is_no_distribution_is_refused(probs: list[float]) -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        draw(torch.tensor(probs), 0.5)


# Steps


@pytest.mark.parametrize(
    ("positions", "mask"),
    [(name, Causal()) for name in POSITIONS]
    + [("LearnedPositions", mask) for mask in (SlidingWindow(2), Strided(2), TwoLevel(2))],
)
def test_cached_equals_uncached_step_by_step(positions: str, mask: Mask) -> None:
    """Past n_ctx too; and each distribution is the model's for the tokens that it saw."""
    model = tiny_model(positions=positions, mask=mask)
    prompt, rule = [1, 2, 3], Sampling(top_k=5)
    text = torch.tensor([*prompt, *generate(model, prompt, 20, sampling=rule, generator=seeded())])
    both = [
        islice(steps(model, prompt, sampling=rule, generator=seeded(), cached=cached), 20)
        for cached in (True, False)
    ]
    for fast, slow in zip(*both, strict=True):
        assert (fast.token, fast.u, fast.position) == (slow.token, slow.u, slow.position)
        torch.testing.assert_close(fast.model_probs, slow.model_probs, rtol=0, atol=1e-10)
        seen = text[fast.position - fast.n_seen : fast.position]
        afresh = model(seen[None])[0, -1].detach().softmax(dim=-1)
        torch.testing.assert_close(fast.model_probs, afresh, rtol=0, atol=1e-10)
        assert text[fast.position] == fast.token


def test_a_full_window_goes_on_from_its_newest_half() -> None:
    found = [(step.position, step.n_seen) for step in islice(steps(tiny_model(), [1, 2, 3, 4]), 8)]
    assert found == [(4, 4), (5, 5), (6, 6), (7, 3), (8, 4), (9, 5), (10, 6), (11, 3)]


def test_a_prompt_may_fill_the_window() -> None:
    found = [step.n_seen for step in islice(steps(tiny_model(), [1] * N_CTX), 2)]
    assert found == [N_CTX, N_CTX // 2]


def test_a_window_of_one_token_sees_one_token() -> None:
    cfg = GPTConfig(d_vocab=5, n_ctx=1, d_model=4, n_layers=1, n_heads=1)
    assert [step.n_seen for step in islice(steps(tiny_model(cfg=cfg), [1]), 3)] == [1, 1, 1]


def test_the_cache_feeds_one_token_at_a_time() -> None:
    model, read = tiny_model(), []
    model.embed.register_forward_hook(lambda _module, _args, out: read.append(out.shape[1]))
    generate(model, [1, 2, 3, 4], 6)
    assert read == [4, 1, 1, 3, 1, 1]
    read.clear()
    generate(model, [1, 2, 3, 4], 6, cached=False)
    assert read == [4, 5, 6, 3, 4, 5]


@pytest.mark.parametrize(
    "rule", [Sampling(top_k=2), Sampling(top_p=0.5), Sampling(temperature=2.0), GREEDY]
)
def test_a_step_shows_why_its_token_was_chosen(rule: Sampling) -> None:
    for step in islice(steps(tiny_model(), [3], sampling=rule, generator=seeded()), 30):
        assert step.probs[step.token] > 0
        assert step.model_probs.shape == step.probs.shape == (CFG.d_vocab,)
        torch.testing.assert_close(rule.distribution(step.model_probs.log()), step.probs)
        assert (step.u is None) == rule.is_greedy
        assert step.token == (step.probs.argmax() if step.u is None else draw(step.probs, step.u))


def test_greedy_takes_the_most_likely_token() -> None:
    text = [3, 1]
    model = tiny_model()
    for _ in range(N_CTX - 2):
        text.append(int(model(torch.tensor([text]))[0, -1].argmax()))
    assert generate(model, text[:2], N_CTX - 2) == text[2:]
    assert generate(model, torch.tensor(text[:2]), N_CTX - 2) == text[2:]


def test_the_same_seed_gives_the_same_text_and_leaves_global_randomness_alone() -> None:
    model, rule, before = tiny_model(), Sampling(), torch.get_rng_state()
    texts = [generate(model, [1], 40, sampling=rule, generator=seeded(s)) for s in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]
    assert torch.equal(torch.get_rng_state(), before)


def test_between_steps_the_model_trains_on() -> None:
    """Dropout is off inside a step; training mode, gradients and tensors are plain outside."""
    cfg = GPTConfig(d_vocab=11, n_ctx=N_CTX, d_model=8, n_layers=1, n_heads=2, dropout=0.9)
    model = tiny_model(cfg=cfg).train()
    quiet = generate(model.eval(), [1, 2], 4)
    model.train()
    for step, token in zip(steps(model, [1, 2]), quiet, strict=False):
        assert step.token == token
        assert model.training and model.blocks[0].training
        assert torch.is_grad_enabled() and not torch.is_inference_mode_enabled()
        assert not step.probs.is_inference() and not step.model_probs.is_inference()
        model(torch.tensor([[1, 2]])).sum().backward()


def test_nothing_is_added_when_nothing_is_asked_for() -> None:
    assert generate(tiny_model(), [1], 0) == []


def test_a_prompt_that_does_not_fit_says_how_many_tokens_do() -> None:
    with pytest.raises(ValueError, match=f"7 tokens do not fit n_ctx={N_CTX}"):
        generate(tiny_model(), [1] * 7, 1)


def test_an_empty_prompt_is_refused() -> None:
    with pytest.raises(ValueError, match="no token to start from"):
        generate(tiny_model(), [], 1)
    with pytest.raises(ValueError, match="no token to start from"):
        generate(tiny_model(), torch.tensor([], dtype=torch.long), 1)
    with pytest.raises(ValueError, match="the prompt is empty"):
        stream_text(tiny_model(), TOKENIZER, "", 1)


def test_an_unknown_token_is_refused() -> None:
    with pytest.raises(ValueError, match="token ids go from 0 to 10; got 1 to 11"):
        generate(tiny_model(), [1, 11], 1)


def test_a_nested_prompt_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the library itself, as where nobody has switched on the checking of types."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(ValueError, match=r"a single row of token ids; got shape \(1, 2\)"):
        generate(tiny_model(), [[1, 2]], 1)  # type: ignore[list-item]


def test_sampling_without_a_generator_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"got none\. Pass generator="):
        steps(tiny_model(), [1], sampling=Sampling())


def test_a_negative_number_of_tokens_is_refused() -> None:
    for call in (generate, lambda *args: beam_search(*args, 2)):
        with pytest.raises(ValueError, match="0 or more; got -1"):
            call(tiny_model(), [1], -1)
    with pytest.raises(ValueError, match="0 or more; got -1"):
        stream_text(tiny_model(), TOKENIZER, "a", -1)


def test_a_mask_that_looks_ahead_works_only_without_a_cache() -> None:
    model = tiny_model(mask=Bidirectional())
    with pytest.raises(ValueError, match=r"cannot be kept.*cached=False"):
        steps(model, [1])
    assert len(generate(model, [1], 3, cached=False)) == 3


def test_a_diverged_model_is_named_as_such() -> None:
    model = tiny_model()
    with torch.no_grad():
        model.W_E[0, 0] = math.nan
    with pytest.raises(ValueError, match="training has probably diverged"):
        generate(model, [1], 1)


# Text


def talker() -> GPT:
    cfg = GPTConfig(d_vocab=TOKENIZER.vocab_size, n_ctx=16, d_model=8, n_layers=1, n_heads=2)
    return tiny_model(cfg=cfg)


def test_a_character_appears_when_its_last_byte_has_come() -> None:
    """月 is three bytes and 🌙 four; an alphabet of bytes makes every byte a token."""
    single = train_bpe("a", vocab_size=256, name="bytes")
    ids = single.encode("a月🌙b")
    assert len(ids) == 9
    came: list[int] = []
    pieces = whole_characters(single, (came.append(i) or token for i, token in enumerate(ids)))
    assert [(piece, len(came)) for piece in pieces] == [("a", 1), ("月", 4), ("🌙", 8), ("b", 9)]


@given(st.lists(st.integers(0, TOKENIZER.vocab_size - 1), max_size=40))
def test_streamed_pieces_join_to_the_decoded_text(ids: list[int]) -> None:
    pieces = list(whole_characters(TOKENIZER, ids))
    assert "".join(pieces) == TOKENIZER.decode(ids)
    assert "" not in pieces


@pytest.mark.parametrize("rule", [GREEDY, Sampling(temperature=1.5, top_k=50)])
def test_text_is_what_the_tokens_spell(rule: Sampling) -> None:
    ids = generate(talker(), TOKENIZER.encode("月亮"), 40, sampling=rule, generator=seeded())
    text = generate_text(talker(), TOKENIZER, "月亮", 40, sampling=rule, generator=seeded())
    pieces = list(stream_text(talker(), TOKENIZER, "月亮", 40, sampling=rule, generator=seeded()))
    assert text == "".join(pieces) == TOKENIZER.decode(ids)
    assert len(pieces) > 1


# Beams


def test_two_beams_find_what_greedy_misses() -> None:
    """After 0: token 1 with .6, then at best .5, together .30; token 2 with .4, then .9: .36."""
    model = Table(GARDEN_PATH)
    assert generate(model, [0], 2) == [1, 0]
    best, second = beam_search(model, [0], 2, n_beams=2)
    assert (best.tokens, second.tokens) == ((2, 0), (1, 0))
    assert math.exp(best.log_prob) == pytest.approx(0.36)
    assert math.exp(second.log_prob) == pytest.approx(0.30)


def test_beams_that_cannot_happen_come_last() -> None:
    beams = beam_search(Table(GARDEN_PATH), [0], 1, n_beams=9)
    assert [beam.tokens for beam in beams] == [(1,), (2,), (0,)]
    assert beams[-1].log_prob == -math.inf


@pytest.mark.parametrize("cached", [True, False])
def test_with_enough_beams_the_search_is_exhaustive(cached: bool) -> None:
    """4³ beams lose nothing before the fourth token; the text also outgrows the window of 3."""
    cfg = GPTConfig(d_vocab=4, n_ctx=3, d_model=8, n_layers=1, n_heads=2)
    model, prompt = tiny_model(cfg=cfg), [1, 2]

    # The windows are 2 tokens, 3, then the newest 3 // 2 = 1, 2.
    every = torch.tensor(list(product(range(4), repeat=4)))
    text = torch.cat((torch.tensor(prompt).expand(4**4, 2), every), dim=1)
    total = torch.zeros(4**4, dtype=F64)
    with torch.no_grad():
        for start, end in ((0, 2), (0, 3), (3, 4), (3, 5)):
            log_probs = model(text[:, start:end])[:, -1].log_softmax(dim=-1)
            total += log_probs.gather(1, text[:, end : end + 1])[:, 0]
    best = total.argsort(descending=True)[: 4**3]

    found = beam_search(model, prompt, 4, n_beams=4**3, cached=cached)
    assert [list(beam.tokens) for beam in found] == every[best].tolist()
    assert [beam.log_prob for beam in found] == pytest.approx(total[best].tolist(), abs=1e-10)


def test_one_beam_is_greedy() -> None:
    (beam,) = beam_search(tiny_model(), [1, 2], 20, n_beams=1)
    assert list(beam.tokens) == generate(tiny_model(), [1, 2], 20)


def test_cached_beams_equal_uncached_beams() -> None:
    fast, slow = (
        beam_search(tiny_model(), [1, 2], 15, n_beams=5, cached=cached) for cached in (True, False)
    )
    assert [beam.tokens for beam in fast] == [beam.tokens for beam in slow]
    log_probs = ([beam.log_prob for beam in beams] for beams in (fast, slow))
    assert next(log_probs) == pytest.approx(next(log_probs), abs=1e-10)


def test_kept_beams_form_a_tree() -> None:
    found = islice(beam_steps(tiny_model(), [1, 2], n_beams=3), 10)
    history = [step.kept for step in found]
    (root,) = {beam.parent for beam in history[0]}
    assert root is not None and root.tokens == () and root.parent is None
    for before, after in pairwise([[root], *history]):
        for beam in after:
            assert beam.parent in before
            assert beam.tokens[:-1] == beam.parent.tokens
            assert beam.log_prob <= beam.parent.log_prob
        assert [b.log_prob for b in after] == sorted((b.log_prob for b in after), reverse=True)


def test_no_tokens_asked_for_is_the_empty_beam() -> None:
    (beam,) = beam_search(tiny_model(), [1], 0, n_beams=3)
    assert (beam.tokens, beam.log_prob, beam.parent) == ((), 0.0, None)


def test_a_search_needs_a_beam() -> None:
    with pytest.raises(ValueError, match="at least 1; got 0"):
        beam_search(tiny_model(), [1], 1, n_beams=0)
