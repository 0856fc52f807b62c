"""Exercises of lesson 10, whose answers the model's own parts compute."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch.nn import functional as F

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.sizes import PUBLISHED, n_parameters, parameters_by_part

SMALL = PUBLISHED["GPT-2 small"]
N_FRENCH = 7  # words of "le chat est sur le tapis ."
VECTORS = ((1.0, 3.0), (0.0, 4.0, 8.0), (2.0, 2.0), (-1.0, 0.0, 1.0, 4.0))


def twice_as_many_heads() -> Choice:
    """Ask what more heads cost in parameters."""
    more = replace(SMALL, n_heads=2 * SMALL.n_heads)
    same = n_parameters(more) == n_parameters(SMALL)
    return choice(
        "10-twice-as-many-heads",
        _("GPT-2 small gets 24 heads per layer in place of 12; its width stays 768. How many more "
          "parameters has it?"),
        options={
            "a": _("Twice as many in its attention layers."),
            "b": _("None."),
            "c": _("12 · 768 = 9,216 more in each layer."),
        },
        answer="b" if same else "a",
        reasons={
            "a": _("Each head would then be 32 wide in place of 64."),
            "b": _("The formula gives another number."),
            "c": _("A head is no unit with a link to each channel."),
        },
        hint=_("d_head = d_model / n_heads. What is n_heads · d_head?"),
        solution=_(
            "{n:,} both times: the heads share the width, so all queries together are always "
            "768 × 768.",
            n=n_parameters(more),
        ),
    )  # fmt: skip


def decoder_passes() -> Number:
    """Ask how often the decoder runs for a short sentence."""
    return number(
        "10-decoder-passes",
        _(
            "An encoder–decoder translates `the cat is on the mat .` into the {n} words `le chat "
            "est sur le tapis .`. How often does its decoder run?",
            n=N_FRENCH,
        ),
        answer=N_FRENCH + 1,
        unit=_("passes"),
        hint=_("How does it know that it has finished?"),
        solution=_(
            "Once for each of {n} words, and once more, in which the end is the likeliest. The "
            "encoder runs once.",
            n=N_FRENCH,
        ),
    )


def untied_cost() -> Number:
    """Ask what an unembedding of its own would add to GPT-2 small."""
    more = n_parameters(SMALL, tied=False) - n_parameters(SMALL)
    return number(
        "10-untied-cost",
        _("How many parameters would GPT-2 small have more if `W_U` were a matrix of its own? Its "
          "vocabulary has 50,257 tokens, its width is 768."),
        answer=more,
        unit=_("parameters"),
        hint=_("`W_U` has a column for each token and a row for each channel."),
        solution=_(
            "768 · 50,257 = {more:,}, {share:.0%} more than it has.",
            more=more,
            share=more / n_parameters(SMALL),
        ),
    )  # fmt: skip


def mlp_share() -> Number:
    """Ask which share of a block's parameters its MLP has."""
    parts = parameters_by_part(SMALL)
    share = parts["MLP"] / (parts["MLP"] + parts["attention"])
    return number(
        "10-mlp-share",
        _(
            "In GPT-2 small attention has four matrices of 768 × 768 and the MLP two of 768 × "
            "3,072. How many percent of both together are in the MLP?"
        ),
        answer=100 * share,
        tolerance=1,
        unit=_("percent"),
        hint=_("3,072 is 4 · 768. Count in units of 768 × 768."),
        solution=_(
            "8 of 12 units: {share:.0%}. Biases change it by less than a tenth of a percent.",
            share=share,
        ),
    )


def softmax() -> Code:
    """Ask for the softmax of a list of scores."""
    scores = {
        _("equal scores"): [1.0, 1.0],
        _("one likelier than the other"): [2.0, 0.0],
        _("a constant added to all changes nothing"): [102.0, 100.0],
        _("large scores: exp would overflow"): [1000.0, 999.0, 0.0],
    }
    return code(
        "10-softmax",
        _(
            "Write `softmax(scores)` for a list of numbers: exponentials divided by their sum. "
            "Take the largest score away from all first, so that none is too large for `math.exp`."
        ),
        cases=[
            Case(name, (values,), torch.tensor(values, dtype=torch.float64).softmax(0).tolist())
            for name, values in scores.items()
        ],
        stub="def softmax(scores):\n    ...\n",
        solution=(
            "import math\n\n\n"
            "def softmax(scores):\n"
            "    exps = [math.exp(score - max(scores)) for score in scores]\n"
            "    return [each / sum(exps) for each in exps]\n"
        ),
        hint=_("exp(a − m) / Σ exp(b − m) is the same for every m."),
    )


def layer_norm() -> Code:
    """Ask for LayerNorm of one vector."""
    return code(
        "10-layer-norm",
        _(
            "Write `layer_norm(x)`: `x` is a list of numbers. Return the list with mean 0 and "
            "variance 1. Add 0.00001 to the variance before you take its root, as the model does."
        ),
        cases=[
            Case(_("two numbers"), ([*VECTORS[0]],), _normed(VECTORS[0])),
            Case(_("three numbers"), ([*VECTORS[1]],), _normed(VECTORS[1])),
            Case(_("numbers that are all equal"), ([*VECTORS[2]],), _normed(VECTORS[2])),
            Case(_("a negative number"), ([*VECTORS[3]],), _normed(VECTORS[3])),
        ],
        stub="def layer_norm(x):\n    mean = sum(x) / len(x)\n    ...\n",
        solution=(
            "def layer_norm(x):\n"
            "    mean = sum(x) / len(x)\n"
            "    variance = sum((a - mean) ** 2 for a in x) / len(x)\n"
            "    return [(a - mean) / (variance + 0.00001) ** 0.5 for a in x]\n"
        ),
        hint=_("The variance is the mean of the squared distances from the mean."),
    )


def _normed(vector: tuple[float, ...]) -> list[float]:
    normed: list[float] = F.layer_norm(
        torch.tensor(vector, dtype=torch.float64), (len(vector),)
    ).tolist()
    return normed


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    twice_as_many_heads,
    decoder_passes,
    untied_cost,
    mlp_share,
    softmax,
    layer_norm,
)
