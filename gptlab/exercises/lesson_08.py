"""Exercises of lesson 8, whose answers the loop, the loss and the schedule compute."""

import math
from collections.abc import Callable
from statistics import fmean

import torch
from torch.nn import functional as F

from gptlab.catalogue import text as _
from gptlab.checkpoints import recorded_log
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.schedule import learning_rate_scale

D_VOCAB = 512


def first_loss() -> Number:
    """Ask for the loss of a model that has learned nothing."""
    loss = F.cross_entropy(torch.zeros(1, D_VOCAB), torch.tensor([7])).item()
    return number(
        "08-first-loss",
        _("A model has {n} tokens and was not trained. About what is its loss?", n=D_VOCAB),
        answer=round(loss, 3),
        tolerance=0.1,
        unit=_("nats per token"),
        hint=_("It finds every token about equally likely."),
        solution=_(
            "ln {n} = {loss:.3f}. A first loss far above it says that the weights were drawn too "
            "wide, or that labels are wrong.",
            n=D_VOCAB,
            loss=loss,
        ),
    )


def order_of_a_step() -> Order:
    """Ask for the order of what happens in a step."""
    return order(
        "08-order-of-a-step",
        _("Put one step of training in order."),
        items={
            "a": _("the optimizer changes the weights"),
            "b": _("the loss is computed"),
            "c": _("windows are drawn"),
            "d": _("the gradient is shortened if it is too long"),
            "e": _("the backward pass computes the gradient"),
        },
        values={"c": 1, "b": 2, "e": 3, "d": 4, "a": 5},
        hint=_("Each needs what the one before it gives."),
        solution=_(
            "Windows, forward pass and loss, backward pass, clipping, optimizer: the weights "
            "change in the last one alone."
        ),
    )


def what_decay_does() -> Choice:
    """Ask which losses fall when the rate does."""
    seen, unseen = falls_while_decaying()
    both = seen > 0 and unseen > 0
    return choice(
        "08-what-decay-does",
        _(
            "In the run that the player plays, the learning rate begins to fall after 200 of 500 "
            "steps. What happens to the loss of the batches, and to the loss on held-out text?"
        ),
        options={
            "a": _("The first rises, the second falls: over-fitting is cured."),
            "b": _("Both fall."),
            "c": _("Both stand still: a small rate learns nothing."),
        },
        answer="b" if both else "c",
        reasons={
            "a": _("A cure of over-fitting would cost loss on the text that is learned from."),
            "b": _("Look at the recorded curves once more."),
            "c": _("Small steps go somewhere, and with less noise."),
        },
        hint=_("Drag the player from step 233 on, and watch both curves."),
        solution=_(
            "Both fall, by {seen:.2f} and {unseen:.2f} nats from step 250 on. Smaller steps jump "
            "about less; that is no cure of over-fitting.",
            seen=seen,
            unseen=unseen,
        ),
    )


def noise_of_a_batch() -> Number:
    """Ask how the variance of a gradient changes with the batch."""
    drawn = torch.Generator().manual_seed(0)
    gradients = torch.randn(200_000, 4, generator=drawn)
    ratio = gradients[:, 0].var() / gradients.mean(1).var()
    return number(
        "08-noise-of-a-batch",
        _("A batch becomes four times as large. By what factor does its gradient's variance fall?"),
        answer=round(ratio.item()),
        tolerance=0.5,
        hint=_("The gradient of a batch is the mean of its windows' gradients."),
        solution=_(
            "By 4: the variance of a mean of n independent numbers is one n-th of that of one. Its "
            "spread falls by 2 only, so four times the work buys half of the noise."
        ),
    )


def rate_at() -> Code:
    """Ask for warm-up and decay as a function."""
    points = [0.0, 0.05, 0.1, 0.4, 0.75, 1.0]
    scale = [learning_rate_scale(p, warmup=0.1, decay=0.5) for p in points]
    return code(
        "08-rate-at",
        _(
            "Write `rate_at(progress, warmup, decay)`: the share of the full learning rate. It "
            "rises in a straight line over the first share `warmup` of the run and falls in one to "
            "0 over the last share `decay`. Neither is 0."
        ),
        cases=[
            Case(_("the beginning"), (points[0], 0.1, 0.5), scale[0]),
            Case(_("half of the warm-up"), (points[1], 0.1, 0.5), scale[1]),
            Case(_("its end"), (points[2], 0.1, 0.5), scale[2]),
            Case(_("the plateau"), (points[3], 0.1, 0.5), scale[3]),
            Case(_("half of the decay"), (points[4], 0.1, 0.5), scale[4]),
            Case(_("the end"), (points[5], 0.1, 0.5), scale[5]),
        ],
        stub="def rate_at(progress, warmup, decay):\n    ...\n",
        solution=(
            "def rate_at(progress, warmup, decay):\n"
            "    return min(1.0, progress / warmup, (1 - progress) / decay)\n"
        ),
        hint=_("Three lines, rising, level, falling: the lowest of the three."),
    )


def descend() -> Code:
    """Ask for gradient descent on a parabola."""
    return code(
        "08-descend",
        _(
            "Write `descend(w, lr, n)`: take n steps of gradient descent on the loss (w − 3)², and "
            "return where you stand. One step is w ← w − lr · derivative."
        ),
        cases=[
            Case(_("no step"), (0.0, 0.1, 0), 0.0),
            Case(_("one step"), (0.0, 0.1, 1), _descended(0.0, 0.1, 1)),
            Case(_("three steps"), (5.0, 0.25, 3), _descended(5.0, 0.25, 3)),
            Case(_("a rate that is too large"), (0.0, 1.5, 4), _descended(0.0, 1.5, 4)),
        ],
        stub="def descend(w, lr, n):\n    ...\n",
        solution=(
            "def descend(w, lr, n):\n"
            "    for _ in range(n):\n"
            "        w = w - lr * 2 * (w - 3)\n"
            "    return w\n"
        ),
        hint=_("The derivative of (w − 3)² is 2 (w − 3)."),
    )


def perplexity() -> Number:
    """Ask for a loss as a number of choices."""
    loss = recorded_loss()
    return number(
        "08-perplexity",
        _(
            "The recorded run ended at {loss:.2f} nats per held-out token. Among how many equally "
            "likely tokens would a model choose that has this loss?",
            loss=loss,
        ),
        answer=round(math.exp(loss)),
        tolerance=2,
        unit=_("tokens"),
        hint=_("Which n has ln n = {loss:.2f}?", loss=loss),
        solution=_(
            "exp({loss:.2f}) ≈ {n:.0f}, the perplexity. Before training it was 2,048.",
            loss=loss,
            n=math.exp(loss),
        ),
    )


def recorded_loss() -> float:
    """Return the held-out loss at the end of the run that lesson 8 plays, to two digits."""
    return round(float(recorded_log("lesson")[-1]["validation"]), 2)


def falls_while_decaying() -> tuple[float, float]:
    """Return by how much batch loss and held-out loss fell from step 250 on, in nats."""
    rows = recorded_log("lesson")
    around = [row["loss"] for row in rows if 200 <= row["step"] <= 300]
    last = [row["loss"] for row in rows if row["step"] > 450]
    held_out = {row["step"]: row["validation"] for row in rows if "validation" in row}
    return fmean(around) - fmean(last), held_out[250] - held_out[500]


def _descended(w: float, lr: float, n: int) -> float:
    weight = torch.tensor(w, dtype=torch.float64, requires_grad=True)
    for _step in range(n):
        (gradient,) = torch.autograd.grad((weight - 3) ** 2, weight)
        weight = (weight - lr * gradient).detach().requires_grad_()
    return weight.item()


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    first_loss,
    order_of_a_step,
    what_decay_does,
    noise_of_a_batch,
    rate_at,
    descend,
    perplexity,
)
