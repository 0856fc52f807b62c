"""Exercises of lesson 5, whose answers recurrent networks compute."""

import math
from collections.abc import Callable

import torch

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.rnn import Elman

Row = list[float]

SHRINK = 0.5
FAINT = 0.001
FRENCH_WORDS = (7, 7, 5)
RADII = {"a": 0.99, "b": 0.5, "c": 0.9}
STEPS = 50


def steps_until_faint() -> Number:
    """Ask how fast a power fades."""
    steps = next(k for k in range(1, 100) if SHRINK**k < FAINT)
    return number(
        "05-steps-until-faint",
        _(
            "At every step back a gradient is multiplied by {factor}. After how many steps is less "
            "than a thousandth of it left?",
            factor=SHRINK,
        ),
        answer=steps,
        tolerance=0,
        unit=_("steps"),
        hint=_("Halve again and again. How many halvings make 1,024?"),
        solution=_(
            "Two to the power of 10 is 1,024, so 10 halvings leave 1/1,024. With 0.9 in place of "
            "one half it takes {n} steps.",
            n=math.ceil(math.log(FAINT) / math.log(0.9)),
        ),
    )


def passes_for_three() -> Number:
    """Ask how many decoder passes a batch of translations takes."""
    passes = max(FRENCH_WORDS) + 1
    return number(
        "05-passes-for-three",
        _(
            "Three sentences are translated together; their translations have 7, 7 and 5 words. "
            "How many passes does the decoder make until all have ended?"
        ),
        answer=passes,
        tolerance=0,
        unit=_("passes"),
        hint=_("A pass writes one word of every sentence, and the end is written too."),
        solution=_(
            "Seven passes write the words of the longest, one more its end. The shorter sentence "
            "ends after six passes, and the batch goes on for the other two."
        ),
    )


def padding_after() -> Choice:
    """Ask whether a causal model notices padding after its text."""
    return choice(
        "05-padding-after",
        _(
            "A causal GPT reads seven tokens, and then the same seven with nine pads after them. "
            "What happens to its outputs at the seven?"
        ),
        options={
            "a": _("Nothing, up to rounding: nobody looks ahead."),
            "b": _("They change, since softmax spreads over the pads too."),
            "c": _("They change in the first layer only."),
        },
        answer="a",
        reasons={
            "a": _("They change."),
            "b": _(
                "A causal row spreads over its own token and those before, and pads come after."
            ),
            "c": _("No layer lets a token see a later one."),
        },
        hint=_("Which keys does the seventh token see?"),
        solution=_(
            "Pads at the end are later positions, which a causal mask hides anyway. An encoder "
            "sees both sides, so there they must be hidden on purpose."
        ),
    )


def fading_by_radius() -> Order:
    """Ask which recurrence keeps most of a gradient."""
    left = {label: radius**STEPS for label, radius in RADII.items()}
    return order(
        "05-fading-by-radius",
        _(
            "Three linear recurrent networks multiply by a rotation times ρ at each step. Order "
            "them by what is left of a gradient after {n} steps, the least first.",
            n=STEPS,
        ),
        items={label: _("ρ = {radius}", radius=radius) for label, radius in RADII.items()},
        values=left,
        unit=_("of the length"),
        hint=_("What is left is ρ to the power of the number of steps."),
        solution=_(
            "A rotation keeps lengths, so the factor is ρ at every step: of 0.99 some three fifths "
            "are left, of 0.9 half a percent, of 0.5 nothing that counts."
        ),
    )


def elman_step() -> Code:
    """Ask for one step of the plain cell."""
    return code(
        "05-elman-step",
        _(
            "Write `elman_step(x, h, W_x, W_h, b)` with lists of numbers: the new state is "
            "tanh(x W_x + h W_h + b). `W_x[i][j]` leads from number `i` of the input to number `j` "
            "of the state."
        ),
        cases=[
            _stepped(_("one number, empty state"), [1.0], [0.0], [[0.5]], [[0.9]], [0.0]),
            _stepped(_("the state counts"), [0.0], [1.0], [[0.5]], [[0.9]], [0.1]),
            _stepped(
                _("two inputs, three numbers of state"),
                [1.0, -1.0],
                [0.5, 0.0, -0.5],
                [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]],
                [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]],
                [0.0, 0.1, 0.0],
            ),
        ],
        stub="def elman_step(x, h, W_x, W_h, b):\n    ...\n",
        solution=(
            "def elman_step(x, h, W_x, W_h, b):\n"
            "    import math\n"
            "    return [math.tanh(sum(x[i] * W_x[i][j] for i in range(len(x)))\n"
            "                      + sum(h[i] * W_h[i][j] for i in range(len(h)))\n"
            "                      + b[j]) for j in range(len(b))]\n"
        ),
        hint=_("Number `j` of the new state takes column `j` of both matrices."),
    )


def walk_back() -> Code:
    """Ask for back-propagation through time, one number wide."""
    return code(
        "05-walk-back",
        _(
            "A network has one number of state: h = tanh(x + w · h before), and h is 0 at first. "
            "Write `walk_back(inputs, w)`: read all inputs, then return the derivative of the last "
            "state by `w`."
        ),
        cases=[
            _walked(_("one input: the state before is 0"), [1.0], 0.7),
            _walked(_("two inputs"), [1.0, 0.0], 0.7),
            _walked(_("five inputs"), [0.5, -0.2, 0.1, 0.0, 0.3], 0.9),
            _walked(_("a weight above 1"), [0.1, 0.0, 0.0, 0.0], 1.5),
        ],
        stub="def walk_back(inputs, w):\n    states, gradient = [], 0.0\n    ...\n",
        solution=(
            "def walk_back(inputs, w):\n"
            "    import math\n"
            "    states = [0.0]\n"
            "    for x in inputs:\n"
            "        states.append(math.tanh(x + w * states[-1]))\n"
            "    total, gradient = 0.0, 1.0\n"
            "    for before, now in zip(reversed(states[:-1]), reversed(states[1:])):\n"
            "        a = gradient * (1 - now ** 2)\n"
            "        total += a * before\n"
            "        gradient = a * w\n"
            "    return total\n"
        ),
        hint=_(
            "Begin with a gradient of 1 at the last state. At each step: through tanh, times "
            "1 − h²; add that times the state before; and on to it, times `w`."
        ),
    )


def _stepped(name: str, x: Row, h: Row, W_x: list[Row], W_h: list[Row], b: Row) -> Case:
    cell = Elman(len(x), len(h)).double()
    weights = {"W_x": [W_x], "W_h": [W_h], "b": [b]}
    cell.load_state_dict({k: torch.tensor(w, dtype=torch.float64) for k, w in weights.items()})
    given, before = (torch.tensor([part], dtype=torch.float64) for part in (x, h))
    with torch.no_grad():
        (new,), _gates = cell.step(given, (before,))
    return Case(name, (x, h, W_x, W_h, b), new[0].tolist())


def _walked(name: str, inputs: Row, w: float) -> Case:
    cell = Elman(1, 1).double()
    one, zero = (torch.full((1, 1, 1), number, dtype=torch.float64) for number in (1.0, 0.0))
    cell.load_state_dict({"W_x": one, "W_h": w * one, "b": zero[0]})
    x = torch.tensor(inputs, dtype=torch.float64).view(1, -1, 1)
    hidden, _state = cell(x)
    (slope,) = torch.autograd.grad(hidden[0, -1, 0], cell.W_h)
    return Case(name, (inputs, w), slope.item())


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    steps_until_faint,
    passes_for_three,
    padding_after,
    fading_by_radius,
    elman_step,
    walk_back,
)
