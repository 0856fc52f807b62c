"""Exercises of lesson 3, whose answers gptlab's own position schemes compute."""

import math
from collections.abc import Callable

import torch

from gptlab.catalogue import text as _
from gptlab.config import GPTConfig
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.gpt import GPT
from gptlab.masks import Bidirectional, Causal, Mask
from gptlab.positions import POSITIONS, NoPositions, sinusoids

WIDTH = 8  # of the table whose slowest wave is asked for
SIZES = GPTConfig(d_vocab=50, n_ctx=1024, d_model=768, n_layers=1, n_heads=12)
SCHEMES = {"a": "LearnedPositions", "b": "SinusoidalPositions", "c": "RotaryPositions"}


def blind_model() -> Choice:
    """Ask which model gives a token the same output wherever it stands."""
    changes = {
        "a": _changed(1, Causal()),
        "b": _changed(2, Bidirectional()),
        "c": _changed(2, Causal()),
    }
    return choice(
        "03-blind-model",
        _(
            "Three models without positions read a text whose first eleven of twelve tokens are "
            "shuffled. Which of them changes the output of the **last** token?"
        ),
        options={
            "a": _("One block, causal mask."),
            "b": _("Two blocks, no mask: every token sees all."),
            "c": _("Two blocks, causal mask."),
        },
        answer=next(label for label, change in changes.items() if change > 1e-6),
        reasons={
            "a": _("In the first block the last token sees a bag, and a sum has no order."),
            "b": _("Every token gets the same output in both orders, in each block."),
            "c": _("It does not change."),
        },
        hint=_("Ask what the tokens that the last one looks at have seen themselves."),
        solution=_(
            "Measured: {one:.0e} with one block, {full:.0e} without a mask, {two:.0e} with two "
            "blocks and a causal mask. There the earlier tokens have each seen another beginning.",
            one=changes["a"],
            full=changes["b"],
            two=changes["c"],
        ),
    )


def slowest_wave() -> Number:
    """Ask for the wavelength of the last pair of a small sinusoidal table."""
    table = sinusoids(2, WIDTH).double()
    speed = math.asin(float(table[1, WIDTH - 2]))
    return number(
        "03-slowest-wave",
        _(
            "A sinusoidal table has {d} coordinates, so {n} waves, and the base 10,000. After how "
            "many positions does the slowest wave begin again?",
            d=WIDTH,
            n=WIDTH // 2,
        ),
        answer=round(2 * math.pi / speed),
        tolerance=70,
        unit=_("positions"),
        hint=_("The speeds are 10000^(−2j/{d}) for j = 0, 1, 2, 3; a turn is 2π.", d=WIDTH),
        solution=_(
            "The last pair has j = 3 and turns by 10000^(−6/8) = {speed:.3f} for each position, so "
            "a turn takes 2π / {speed:.3f} = {length:,.0f} positions.",
            speed=speed,
            length=2 * math.pi / speed,
        ),
    )


def order_parameters() -> Order:
    """Ask which scheme has parameters, and how many."""
    counts = {
        label: sum(weight.numel() for weight in POSITIONS[name](SIZES).parameters())
        for label, name in SCHEMES.items()
    }
    return order(
        "03-order-parameters",
        _(
            "A model of {d} coordinates reads {n} positions. Order by how many numbers training "
            "adjusts for positions, the fewest first; equal ones in any order.",
            d=SIZES.d_model,
            n=SIZES.n_ctx,
        ),
        items={"a": _("learned"), "b": _("sinusoidal"), "c": _("rotary")},
        values=counts,
        unit=_("parameters"),
        hint=_("A formula needs no training."),
        solution=_(
            "Only the learned table is trained: {n} × {d} = {all:,} numbers, as in GPT-2 small.",
            n=SIZES.n_ctx,
            d=SIZES.d_model,
            all=counts["a"],
        ),
    )


def position_row() -> Code:
    """Ask for one row of the sinusoidal table."""
    return code(
        "03-position-row",
        _(
            "Write `position_row(position, d_model)`: return the row of the sinusoidal table as a "
            "list of `d_model` numbers, sines in even places, cosines in odd ones, base 10,000. "
            "`math` is imported."
        ),
        cases=[
            _row(_("position 0"), 0, 4),
            _row(_("position 1, two waves"), 1, 4),
            _row(_("one wave"), 2, 2),
            _row(_("a far position"), 300, 8),
        ],
        stub=("def position_row(position, d_model):\n    row = []\n    ...\n"),
        solution=(
            "def position_row(position, d_model):\n"
            "    import math\n"
            "    row = []\n"
            "    for j in range(d_model // 2):\n"
            "        angle = position / 10_000 ** (2 * j / d_model)\n"
            "        row += [math.sin(angle), math.cos(angle)]\n"
            "    return row\n"
        ),
        hint=_("For each j, the angle is `position / 10_000 ** (2 * j / d_model)`."),
    )


def turn() -> Code:
    """Ask for the rotation of one pair of coordinates."""
    return code(
        "03-turn",
        _(
            "Write `turn(pair, position, speed)`: turn a pair `(a, b)` of a query's coordinates by "
            "`position * speed` radians, as rotary positions do, and return the new pair."
        ),
        cases=[
            _turned(_("position 0"), (2.0, 1.0), 0, 1.0),
            _turned(_("one radian"), (1.0, 0.0), 1, 1.0),
            _turned(_("both coordinates"), (2.0, 1.0), 3, 0.5),
            _turned(_("a slow hand"), (0.5, -1.0), 100, 0.01),
        ],
        stub=("def turn(pair, position, speed):\n    a, b = pair\n    ...\n"),
        solution=(
            "def turn(pair, position, speed):\n"
            "    import math\n"
            "    a, b = pair\n"
            "    cos, sin = math.cos(position * speed), math.sin(position * speed)\n"
            "    return (a * cos - b * sin, a * sin + b * cos)\n"
        ),
        hint=_("The new pair is (a cos θ − b sin θ, a sin θ + b cos θ)."),
    )


def alibi_penalty() -> Number:
    """Ask by how much ALiBi lowers a score."""
    slope, distance = 0.25, 12
    return number(
        "03-alibi-penalty",
        _(
            "A head of a model with ALiBi has slope {slope}. By how much is the score of a key "
            "lowered that stands {n} tokens back?",
            slope=slope,
            n=distance,
        ),
        answer=slope * distance,
        unit="",
        hint=_("The bias is a straight line in the distance."),
        solution=_(
            "{slope} · {n} = {all:g}. The slope is fixed and nothing is looked up, so any "
            "distance has a value, beyond the trained length too.",
            slope=slope,
            n=distance,
            all=slope * distance,
        ),
    )


def _changed(n_layers: int, mask: Mask) -> float:
    """Shuffle all tokens but the last, and return how much the last output changes."""
    cfg = GPTConfig(d_vocab=20, n_ctx=12, d_model=16, n_layers=n_layers, n_heads=2)
    generator = torch.Generator().manual_seed(0)
    model = GPT(cfg, positions=NoPositions, mask=mask, generator=generator).double()
    tokens = torch.randint(20, (1, 12), generator=generator)
    shuffle = torch.cat([torch.randperm(11, generator=generator), torch.tensor([11])])
    with torch.no_grad():
        change = model(tokens[:, shuffle])[0, -1] - model(tokens)[0, -1]
    return change.abs().max().item()


def _row(name: str, position: int, d_model: int) -> Case:
    # float64, since answers are compared to 1e-12 and the table that models add is float32.
    angles = [position / 10_000 ** (2 * j / d_model) for j in range(d_model // 2)]
    row = [wave(angle) for angle in angles for wave in (math.sin, math.cos)]
    return Case(name, (position, d_model), row)


def _turned(name: str, pair: tuple[float, float], position: int, speed: float) -> Case:
    turned = complex(*pair) * complex(math.cos(position * speed), math.sin(position * speed))
    return Case(name, (pair, position, speed), (turned.real, turned.imag))


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    blind_model,
    slowest_wave,
    order_parameters,
    alibi_penalty,
    position_row,
    turn,
)
