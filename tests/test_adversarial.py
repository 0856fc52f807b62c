"""Adversarial training: the shift by hand, the loop, and what it keeps under attack."""

import math

import pytest
import torch
from torch.nn import functional as F

from gptlab import GPT, GPTConfig, checkpoints
from gptlab.data import Splits
from gptlab.finetuning import Labels, labelled_split, with_head
from gptlab.finetuning.adversarial import AdversarialTraining, attack, fgsm, shifted
from gptlab.objectives import NOT_ASKED
from gptlab.positions import RotaryPositions
from gptlab.schedule import Steps
from gptlab.training import Recipe, Training, train

D_VOCAB = 12
RECIPE = Recipe(batch_size=32, matrix_lr=0.0, lr=1e-2, evaluations=1)


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def fresh() -> GPT:
    cfg = GPTConfig(d_vocab=D_VOCAB, n_ctx=8, d_model=16, n_layers=1, n_heads=2)
    return with_head(GPT(cfg, positions=RotaryPositions, generator=drawn()), ("few", "many"))


def texts() -> Splits:
    """Six tokens; the class is whether most of them are from the upper half of the vocabulary."""
    rows = torch.randint(D_VOCAB, (400, 5), generator=drawn(1))
    classes = ((rows >= D_VOCAB // 2).sum(1) > 2).long()
    split = labelled_split(rows.tolist(), classes.tolist(), D_VOCAB)
    return Splits(split, split, split)


def fitted(epsilon: float | None) -> GPT:
    model = fresh()
    options = {"budget": Steps(60), "recipe": RECIPE, "objective": Labels(D_VOCAB)}
    run = (
        Training(model, texts(), **options)
        if epsilon is None
        else AdversarialTraining(model, texts(), epsilon=epsilon, **options)
    )
    for _ in train(run):
        pass
    return model


def asked(n: int = 300) -> tuple[torch.Tensor, torch.Tensor]:
    return Labels(D_VOCAB).batch(texts().test.ids, n, 8, drawn(5))


def test_the_shift_is_one_step_along_the_sign_of_the_gradient() -> None:
    """Reference: the derivative by finite differences, for a few numbers of one text."""
    model = fresh()
    torch.nn.init.normal_(model.W_head, generator=drawn(3))
    inputs, targets = asked(2)
    shift = fgsm(model, (inputs, targets), 0.5)
    size = 0.5 * model.W_E.std().item()
    values = shift.abs().unique().tolist()
    assert all(value == 0 or value == pytest.approx(size) for value in values)

    def loss(change: torch.Tensor) -> float:
        with torch.no_grad(), shifted(model, change):
            return F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten()).item()

    for place in ((0, 0, 0), (0, 4, 7), (1, 2, 3)):
        bump = torch.zeros_like(shift)
        bump[place] = 1e-2
        slope = loss(bump) - loss(-bump)
        assert math.copysign(1, slope) == math.copysign(1, shift[place].item())
    assert loss(shift) > loss(torch.zeros_like(shift)) > loss(-shift)


def test_an_attack_changes_no_weight_and_no_gradient() -> None:
    model = fresh()
    before = checkpoints.fingerprint(model)
    fgsm(model, asked(4), 1.0)
    assert all(weight.grad is None for weight in model.parameters())
    assert checkpoints.fingerprint(model) == before
    assert not fgsm(model, asked(4), 0.0).any()
    with pytest.raises(ValueError, match="0 or more; got -1"):
        fgsm(model, asked(4), -1.0)


def test_without_a_shift_it_is_ordinary_training() -> None:
    plain, none = fitted(None), fitted(0.0)
    for (name, one), (_name, other) in zip(
        plain.named_parameters(), none.named_parameters(), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4, msg=name)


def test_training_on_attacks_keeps_more_under_attack() -> None:
    """And noise of the same size does next to nothing, which is why an attack is not noise."""
    batch, epsilon = asked(), 0.6
    plain = attack(fitted(None), batch, epsilon, drawn())
    hardened = attack(fitted(epsilon), batch, epsilon, drawn())
    assert plain.clean > 0.9
    assert hardened.clean > 0.8
    assert hardened.attacked > plain.attacked + 0.1
    assert plain.noise > plain.attacked + 0.1
    assert 0 <= plain.same_tokens <= 1


def test_what_is_not_asked_is_not_shifted() -> None:
    model = fresh()
    torch.nn.init.normal_(model.W_head, generator=drawn(3))
    split = labelled_split([[1, 2, 3, 4], [5]], [0, 1], D_VOCAB)
    starts, ends = torch.tensor([0, 5]), torch.tensor([4, 6])
    inputs, targets = Labels(D_VOCAB)._padded(split.ids, starts, ends, 8)
    shift = fgsm(model, (inputs, targets), 1.0)
    assert not shift[1, 1:].any()
    assert shift[0].any(dim=-1).all()
    assert int((targets != NOT_ASKED).sum()) == 2
