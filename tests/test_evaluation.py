"""The loss on a whole text, and bits per byte."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from gptlab.config import GPTConfig
from gptlab.data import Split
from gptlab.evaluation import Evaluation, bits_per_byte, eval_mode, evaluate
from gptlab.gpt import GPT

CFG = GPTConfig(d_vocab=11, n_ctx=8, d_model=12, n_layers=1, n_heads=3, dropout=0.3)


def gpt() -> GPT:
    model = GPT(CFG, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        model.W_E.mul_(20)  # far from uniform
    return model


def text(n: int) -> Split:
    ids = torch.randint(11, (n,), generator=torch.Generator().manual_seed(1))
    return Split(ids, n_bytes=3 * (n - 1))


@pytest.mark.parametrize("n", [2, 8, 9, 10, 17, 18, 100])
def test_evaluate_equals_a_loop_over_windows(n: int):
    """Window by window: tokens 0 to 8, 8 to 16, …, each with nothing before its own start."""
    model, split = gpt().eval(), text(n)
    losses = []
    for start in range(0, n - 1, 8):
        window = split.ids[start : start + 9]
        logits = model(window[None, :-1])[0]
        losses += [
            -F.log_softmax(row, -1)[t].item() for row, t in zip(logits, window[1:], strict=True)
        ]
    assert len(losses) == n - 1
    result = evaluate(model, split)
    assert result.loss == pytest.approx(sum(losses) / len(losses), rel=1e-5)
    assert (result.n_tokens, result.n_bytes) == (n - 1, 3 * (n - 1))


def test_batches_do_not_matter(monkeypatch: pytest.MonkeyPatch):
    whole = evaluate(gpt(), text(100)).loss
    monkeypatch.setattr("gptlab.evaluation.TOKENS_PER_BATCH", 1)
    assert evaluate(gpt(), text(100)).loss == pytest.approx(whole, rel=1e-6)


def test_a_model_that_knows_nothing_pays_the_logarithm_of_the_vocabulary():
    model = gpt()
    nn.init.zeros_(model.W_E)  # tied: all logits are 0, so each of 11 tokens gets 1/11
    assert evaluate(model, text(30)).loss == pytest.approx(math.log(11), rel=1e-6)


@pytest.mark.parametrize(
    ("loss", "n_tokens", "n_bytes", "expected"),
    [
        (math.log(2), 10, 10, 1.0),  # a coin toss per byte
        (math.log(256), 7, 7, 8.0),  # uniform over bytes
        (math.log(1024), 100, 250, 4.0),  # 10 bits per token, 2.5 bytes per token
    ],
)
def test_bits_per_byte_by_hand(loss: float, n_tokens: int, n_bytes: int, expected: float):
    assert bits_per_byte(loss, n_tokens, n_bytes) == pytest.approx(expected)


def test_bits_per_byte_do_not_depend_on_the_tokenizer():
    """The same text at the same total cost, cut into 100 tokens or into 20."""
    assert bits_per_byte(1.0, 100, 150) == pytest.approx(bits_per_byte(5.0, 20, 150))


def test_losses_are_printed_in_one_form():
    """ln 16 nats are 4 bits per token, and 2 bytes per token make 2 bits per byte."""
    shown = str(Evaluation(math.log(16), n_tokens=50, n_bytes=100))
    assert shown == "2.7726 nats per token, 2.0000 bits per byte"


@pytest.mark.parametrize("training", [True, False])
def test_dropout_is_off_while_measuring_and_the_mode_comes_back(training: bool):
    model = gpt().train(training)
    assert evaluate(model, text(50)).loss == evaluate(model, text(50)).loss
    assert all(module.training == training for module in model.modules())


def test_the_mode_comes_back_after_an_exception():
    model = gpt().train()
    with pytest.raises(RuntimeError, match="halfway"), eval_mode(model):
        assert not model.training
        raise RuntimeError("halfway")
    assert model.training


def test_progress_is_told_up_to_the_end(monkeypatch: pytest.MonkeyPatch):
    """40 targets in windows of 8, two windows to a batch."""
    monkeypatch.setattr("gptlab.evaluation.TOKENS_PER_BATCH", 16)
    shares: list[float] = []
    evaluate(gpt(), text(41), progress=shares.append)
    assert shares == [0.4, 0.8, 1.0]


def test_measuring_leaves_no_gradient_and_no_global_randomness():
    model, state = gpt(), torch.get_rng_state()
    evaluate(model, text(20))
    assert all(weight.grad is None for weight in model.parameters())
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("n", [0, 1])
def test_too_short_a_text_is_refused(n: int):
    with pytest.raises(ValueError, match=rf"at least two tokens.*has {n}\. Use a longer text"):
        evaluate(gpt(), Split(torch.zeros(n, dtype=torch.long), 0))
