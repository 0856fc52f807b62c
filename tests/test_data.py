"""From text to batches: every token predicted once, targets one later, bytes counted as UTF-8."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gptlab.corpora import Corpus
from gptlab.data import Split, Splits, ordered_windows, random_batch
from gptlab.tokenizers import CharTokenizer, train_bpe


@given(n=st.integers(2, 70), n_ctx=st.integers(1, 20), batch_size=st.integers(1, 5))
def test_ordered_windows_predict_every_token_but_the_first_once(
    n: int, n_ctx: int, batch_size: int
):
    ids = torch.arange(n)
    targets = []
    for inputs, outputs in ordered_windows(ids, n_ctx, batch_size):
        assert inputs.shape == outputs.shape
        assert inputs.shape[0] <= batch_size and inputs.shape[1] <= n_ctx
        assert torch.equal(outputs, inputs + 1)
        targets += outputs.flatten().tolist()
    assert targets == list(range(1, n))


def test_ordered_windows_by_hand():
    """Eight tokens, three at a time: 0–3, 3–6, and a rest of 6–7; two windows to a batch."""
    batches = list(ordered_windows(torch.arange(8), n_ctx=3, batch_size=2))
    assert [i.tolist() for i, _ in batches] == [[[0, 1, 2], [3, 4, 5]], [[6]]]
    assert [t.tolist() for _, t in batches] == [[[1, 2, 3], [4, 5, 6]], [[7]]]


@given(n=st.integers(2, 40), data=st.data(), seed=st.integers(0, 99))
def test_random_targets_are_the_inputs_one_token_later(n: int, data: st.DataObject, seed: int):
    n_ctx = data.draw(st.integers(1, n - 1))
    generator = torch.Generator().manual_seed(seed)
    inputs, targets = random_batch(torch.arange(n), 7, n_ctx, generator)
    assert inputs.shape == targets.shape == (7, n_ctx)
    assert torch.equal(targets, inputs + 1)
    assert torch.equal(inputs, inputs[:, :1] + torch.arange(n_ctx))


def test_random_windows_reach_both_ends_of_the_text():
    inputs, targets = random_batch(torch.arange(9), 500, 4, torch.Generator().manual_seed(0))
    assert sorted(set(inputs[:, 0].tolist())) == [0, 1, 2, 3, 4]
    assert targets.max() == 8


def test_a_seed_draws_the_same_windows():
    draws = [
        random_batch(torch.arange(100), 4, 8, torch.Generator().manual_seed(seed))[0]
        for seed in (1, 1, 2)
    ]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])


def test_a_text_of_one_window_and_its_target_is_just_enough():
    inputs, _ = random_batch(torch.arange(5), 2, 4, torch.Generator())
    assert inputs.tolist() == [[0, 1, 2, 3]] * 2


@pytest.mark.parametrize("n", [0, 2, 7, 8])
def test_too_short_a_text_is_refused(n: int):
    expected = rf"has {n} tokens, but one window needs n_ctx \+ 1 = 9\. Use a longer text, or"
    with pytest.raises(ValueError, match=expected):
        random_batch(torch.arange(n), 1, 8, torch.Generator())


def test_bytes_are_those_of_every_token_but_the_first():
    """牡, 丹 and 花 take three bytes each in UTF-8, é two: 3 + 3 + 2 + 3 − 3 for the first 牡."""
    text = "牡丹é花"
    split = Split.of(text, CharTokenizer.from_text(text))
    assert (len(split.ids), split.n_bytes) == (4, 3 + 2 + 3)


@pytest.mark.parametrize("text", ["牡丹，牡丹！", "春天 of 1595", "👩‍👩‍👧‍👦", "a"])
def test_byte_counts_agree_with_the_tokens(text: str):
    tokenizer = train_bpe("牡丹，牡丹，of of the 15", vocab_size=264, name="peony")
    split = Split.of(text, tokenizer)
    spelled = b"".join(tokenizer.token_bytes(token) for token in split.ids.tolist()[1:])
    assert split.n_bytes == len(spelled)
    assert split.ids.dtype == torch.long


def test_an_empty_text_has_no_tokens_and_no_bytes():
    split = Split.of("", CharTokenizer.from_text("ab"))
    assert (len(split.ids), split.n_bytes) == (0, 0)


def test_all_parts_of_a_corpus_are_tokenized():
    corpus = Corpus(name="abc", train="abcab", validation="cab", test="b")
    splits = Splits.of(corpus, CharTokenizer.from_text("abc")).to(torch.device("cpu"))
    assert splits.train.ids.tolist() == [0, 1, 2, 0, 1]
    assert splits.validation.ids.tolist() == [2, 0, 1]
    assert (splits.test.ids.tolist(), splits.test.n_bytes) == ([1], 0)
