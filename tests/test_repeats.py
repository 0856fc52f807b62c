"""Rules against repetition, stop tokens and length in searches, and measures of repetition."""

import math
from collections.abc import Sequence
from itertools import islice, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers.generation.logits_process import (
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
)

from gptlab.decoding import (
    Beam,
    NoRepeat,
    RepetitionPenalty,
    Sampling,
    beam_search,
    beam_steps,
    extended,
    generate,
    steps,
    tokens_with,
)
from gptlab.measures import Loop, distinct, ending_loop
from gptlab.tokenizers import train_bpe
from tests.test_decoding import CFG, F64, GARDEN_PATH, Table, seeded, tiny_model

TEXTS = st.lists(st.integers(0, 4), min_size=1, max_size=40)


# Rules against repetition


@given(tokens=TEXTS, n=st.integers(1, 4))
def test_no_piece_twice_is_hugging_faces_rule(tokens: list[int], n: int) -> None:
    logits = torch.randn(9, generator=seeded())
    theirs = NoRepeatNGramLogitsProcessor(n)(torch.tensor([tokens]), logits[None].clone())
    assert torch.equal(NoRepeat(n)(logits, tokens), theirs[0])


@given(tokens=TEXTS, penalty=st.floats(1, 5))
def test_the_penalty_is_hugging_faces_rule(tokens: list[int], penalty: float) -> None:
    logits = torch.randn(9, generator=seeded())
    theirs = RepetitionPenaltyLogitsProcessor(penalty)(torch.tensor([tokens]), logits[None].clone())
    torch.testing.assert_close(RepetitionPenalty(penalty)(logits, tokens), theirs[0])


def test_a_text_without_repeats_has_none() -> None:
    """Greedy by a table loops 0 1 0 1; with no pair twice it cannot."""
    model = Table(GARDEN_PATH)
    assert generate(model, [0], 6) == [1, 0, 1, 0, 1, 0]
    written = [0, *generate(model, [0], 4, repeats=NoRepeat(2))]
    assert written == [0, 1, 0, 2, 0]
    assert distinct([written], 2) == 1


def test_where_every_token_is_barred_all_stay() -> None:
    logits = torch.tensor([1.0, 0.0])
    assert torch.equal(NoRepeat(1)(logits, [0, 1]), logits)


def test_a_rule_sees_the_prompt_and_what_is_written_and_leaves_the_models_own() -> None:
    seen = []

    def spy(logits: torch.Tensor, tokens: Sequence[int]) -> torch.Tensor:
        seen.append(list(tokens))
        return logits.clone().index_fill(0, torch.tensor([tokens[-1]]), -torch.inf)

    found = list(islice(steps(tiny_model(), [1, 2], repeats=spy), 5))
    text = [1, 2, *(step.token for step in found)]
    assert seen == [text[: 2 + i] for i in range(5)]
    for step, last in zip(found, text[1:], strict=False):
        assert step.probs[last] == 0 < step.model_probs[last]


@pytest.mark.parametrize("wrong", [lambda: NoRepeat(0), lambda: RepetitionPenalty(0.5)])
def test_rules_that_cannot_be_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        wrong()  # type: ignore[operator]


# Stopping


def test_writing_ends_with_the_stop_token() -> None:
    free = generate(tiny_model(), [1], 30, sampling=Sampling(), generator=seeded())
    stop = {free[7]}
    short = generate(tiny_model(), [1], 30, sampling=Sampling(), generator=seeded(), stop=stop)
    assert short == free[: free.index(free[7]) + 1]


def test_tokens_that_hold_a_mark() -> None:
    bpe = train_bpe("the end.\nan end.\n" * 9, vocab_size=260, name="ends")
    found = tokens_with(bpe, ".", "\n")
    assert found and all({".", "\n"} & set(bpe.decode([token])) for token in found)
    assert {bpe.encode(".")[0], bpe.encode("\n")[0]} <= found
    with pytest.raises(ValueError, match="would never stop"):
        tokens_with(bpe, "Finis")
    with pytest.raises(ValueError, match="at least one character"):
        tokens_with(bpe, "")


# Searches that may stop


ENDING = [[0.0, 0.5, 0.1, 0.4], [0.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.1, 0.9], [1.0, 0, 0, 0]]


def test_short_texts_win_until_lengths_are_made_equal() -> None:
    """3 ends at once with .4; 1 2 3 has .5 · 1 · .9 = .45 and 1 2 alone .5 already.

    Means per token: ln .4 / 1 = −.92 against ln .45 / 3 = −.27. With two beams and 3 to stop at.
    """
    (best, second) = beam_search(Table(ENDING), [0], 5, 2, stop={3})
    assert (best.tokens, second.tokens) == ((1, 2, 3), (3,))
    assert math.exp(best.log_prob) == pytest.approx(0.45)
    table = [[0.0, 0.45, 0.15, 0.4], *ENDING[1:]]
    assert beam_search(Table(table), [0], 5, 2, stop={3})[0].tokens == (1, 2, 3)
    table = [[0.0, 0.42, 0.18, 0.4], *ENDING[1:]]  # .42 · .9 = .378
    assert beam_search(Table(table), [0], 5, 2, stop={3})[0].tokens == (3,)
    longer = beam_search(Table(table), [0], 5, 2, stop={3}, length_power=1.0)
    assert longer[0].tokens == (1, 2, 3)


def test_a_search_ends_when_every_beam_has() -> None:
    history = list(islice(beam_steps(Table(ENDING), [0], 2, stop={3}), 50))
    assert len(history) < 50 and all(beam.ended for beam in history[-1].kept)
    ended = [beam for step in history for beam in step.kept if beam.ended]
    assert all(3 not in beam.tokens[:-1] and beam.tokens[-1] == 3 for beam in ended)


@pytest.mark.parametrize("power", [0.0, 0.7, 1.0])
def test_a_wide_search_with_stops_is_exhaustive(power: float) -> None:
    """All texts of up to four tokens of four, cut at the first stop token."""
    model = Table([[0.1, 0.2, 0.3, 0.4], [0.4, 0.1, 0.3, 0.2], [0.25] * 4, [0.7, 0.1, 0.1, 0.1]])
    texts = {t[: t.index(3) + 1] if 3 in t else t for t in product(range(4), repeat=4)}

    def log_prob(text: tuple[int, ...]) -> float:
        rows = zip((0, *text), text, strict=False)
        return float(sum(model.logits[last, token] for last, token in rows))

    scores = {text: log_prob(text) / len(text) ** power for text in texts}
    found = beam_search(model, [0], 4, 4**4, stop={3}, length_power=power)
    assert {beam.tokens for beam in found} == texts
    assert found[0].score(power) == pytest.approx(max(scores.values()))


def test_no_dropped_extension_is_better_than_a_kept_one() -> None:
    """Of all k · d_vocab, not only of those that the step shows."""
    beams = [Beam(tokens=(i,), log_prob=-float(i)) for i in range(3)]
    log_probs = torch.randn(3, CFG.d_vocab, generator=seeded(), dtype=F64).log_softmax(-1)
    step = extended(beams, log_probs, 3)
    every = (torch.tensor([b.log_prob for b in beams])[:, None] + log_probs).flatten()
    best = every.sort(descending=True).values[:3].tolist()
    assert [beam.log_prob for beam in step.kept] == pytest.approx(best)
    assert len(step.candidates) == 9 and set(step.kept) <= set(step.candidates)


def test_a_negative_power_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        beam_steps(tiny_model(), [1], 2, length_power=-1.0)


# Measures


@pytest.mark.parametrize(("n", "expected"), [(1, 2 / 6), (2, 2 / 5), (3, 2 / 4), (6, 1)])
def test_distinct_pieces_by_hand(n: int, expected: float) -> None:
    """1 2 1 2 1 2 has two tokens, two pairs in five, two triples in four."""
    assert distinct([[1, 2, 1, 2, 1, 2]], n) == pytest.approx(expected)


def test_no_piece_reaches_into_the_next_text() -> None:
    assert distinct([[1, 2], [2, 1]], 2) == 1
    with pytest.raises(ValueError, match="no text has 3 tokens"):
        distinct([[1, 2]], 3)
    with pytest.raises(ValueError, match="at least 1"):
        distinct([[1]], 0)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ([1, 2, 3, 4, 5, 6], Loop()),
        ([7, 7, 7], Loop(1, 3)),
        ([7, 7], Loop()),
        ([0, 1, 2, 1, 2, 1, 2], Loop(2, 6)),
        ([0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1], Loop(3, 10)),
        ([1, 1, 1, 2], Loop()),
        ([], Loop()),
    ],
)
def test_ending_loops_by_hand(tokens: list[int], expected: Loop) -> None:
    assert ending_loop(tokens) == expected


@given(start=st.lists(st.integers(0, 9), max_size=8), period=st.integers(1, 5))
def test_a_loop_that_is_there_is_found(start: list[int], period: int) -> None:
    piece = list(range(10, 10 + period))
    found = ending_loop([*start, *piece * 4])
    assert found.period == period and found.n_tokens >= 4 * period
