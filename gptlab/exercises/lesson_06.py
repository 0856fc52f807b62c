"""Exercises of lesson 6, whose answers the two objectives compute."""

from collections.abc import Callable

import torch

from gptlab.catalogue import text as _
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.masks import Bidirectional, Causal
from gptlab.objectives import HIDDEN_SHARE, NOT_ASKED, hide

N_CTX = 60
MARK = 99


def targets_per_pass() -> Number:
    """Ask how much fewer targets hiding gives than the next token."""
    _inputs, targets = hide(torch.arange(N_CTX)[None], N_CTX, torch.Generator().manual_seed(0))
    asked = int((targets != NOT_ASKED).sum())
    return number(
        "06-targets-per-pass",
        _(
            "A causal model gets {n} targets from a window of {n} tokens. How many does a masked "
            "model get that hides {share:.0%} of them?",
            n=N_CTX,
            share=HIDDEN_SHARE,
        ),
        answer=asked,
        tolerance=0,
        unit=_("targets"),
        hint=_("Only hidden tokens are asked for."),
        solution=_(
            "{asked}: the loss counts in the gaps alone. Each pass teaches less, which is part of "
            "why masked models take longer to train.",
            asked=asked,
        ),
    )


def marked_of_a_thousand() -> Number:
    """Ask how many tokens of a text become `[MASK]` by BERT's rule."""
    n, marked = 1000, 0.8
    return number(
        "06-marked-of-a-thousand",
        _(
            "BERT asks for {share:.0%} of {n} tokens, and {marked:.0%} of those become `[MASK]`. "
            "How many `[MASK]` does it read?",
            share=HIDDEN_SHARE,
            n=n,
            marked=marked,
        ),
        answer=round(n * HIDDEN_SHARE * marked),
        unit=_("tokens"),
        hint=_("First the asked ones, then the marked ones among them."),
        solution=_(
            "{marked}. The other asked tokens are replaced at random or left as they are, so that "
            "the model must keep an eye on every word.",
            marked=round(n * HIDDEN_SHARE * marked),
        ),
    )


def who_sees_the_answer() -> Choice:
    """Ask which mask and labels let a model read its answer off."""
    here = torch.arange(4)
    sees_next = {
        mask: bool(mask(here[:, None], here[None])[0, 1]) for mask in (Causal(), Bidirectional())
    }
    leaks = sees_next[Bidirectional()] and not sees_next[Causal()]
    return choice(
        "06-who-sees-the-answer",
        _("A model is asked for the next token at every position. Which mask spoils the task?"),
        options={
            "a": _("The causal mask: too little is seen."),
            "b": _("No mask: the next token stands in the input."),
            "c": _("Neither: labels decide what is learned."),
        },
        answer="b" if leaks else "c",
        reasons={
            "a": _("Seeing too little makes a task hard, and leaves it a task."),
            "b": _("Position 1 cannot see position 2."),
            "c": _("Where may position 1 look, and what is it asked for?"),
        },
        hint=_("For each position: is the token that is asked for among those that it sees?"),
        solution=_(
            "Without a mask position 1 sees position 2, whose token it is asked for. It copies, "
            "the loss goes to 0, and nothing is left that could write."
        ),
    )


def vector_of_two() -> Choice:
    """Ask what a head says that is fitted to vectors, when two answers are equally likely."""
    words = {"a": (1.0, 0.0), "b": (0.0, 1.0), "c": (0.6, 0.6)}
    vectors = torch.tensor(list(words.values()))
    mean = vectors[:2].mean(0)
    nearest = "abc"[int((vectors - mean).norm(dim=1).argmin())]
    return choice(
        "06-vector-of-two",
        _(
            "In a gap stands king, (1, 0), or queen, (0, 1), equally often, never door, "
            "(0.6, 0.6). A head is trained for the smallest squared distance to the right vector. "
            "Which word is nearest to what it says?"
        ),
        options={"a": _("king"), "b": _("queen"), "c": _("door")},
        answer=nearest,
        reasons={
            "a": _("Then half of the answers would be far off."),
            "b": _("Then half of the answers would be far off."),
            "c": _("The mean is nearer to another word."),
        },
        hint=_("Which point has the smallest mean squared distance to two points?"),
        solution=_(
            "It says the mean, (0.5, 0.5), and nearest to that is a word that never stood there. A "
            "distribution can say “one of these two”; a vector cannot."
        ),
    )


def prefix_pairs() -> Code:
    """Ask for the pairs that a text gives to the next-token objective."""
    return code(
        "06-prefix-pairs",
        _(
            "Write `prefix_pairs(tokens)`: the list of (context, next token) of a list of tokens. "
            "A context is all tokens before."
        ),
        cases=[
            Case(_("two tokens"), ([5, 7],), [([5], 7)]),
            Case(_("three tokens"), ([1, 2, 3],), [([1], 2), ([1, 2], 3)]),
            Case(_("a single token has nothing before it"), ([4],), []),
        ],
        stub="def prefix_pairs(tokens):\n    ...\n",
        solution=(
            "def prefix_pairs(tokens):\n"
            "    return [(tokens[:i], tokens[i]) for i in range(1, len(tokens))]\n"
        ),
        hint=_("The token at place i has tokens[:i] before it."),
    )


def hide_chosen() -> Code:
    """Ask for inputs and targets of the masked objective."""
    return code(
        "06-hide-chosen",
        _(
            "Write `hide_chosen(tokens, chosen, mark)`: `chosen` holds places. Return two lists: "
            "the tokens with `mark` at those places, and the targets, {n} where nothing is asked.",
            n=NOT_ASKED,
        ),
        cases=[
            _hidden(_("one gap"), [1, 2, 3], [1]),
            _hidden(_("two gaps"), [4, 5, 6, 7], [0, 3]),
            _hidden(_("no gap"), [8, 9], []),
        ],
        stub="def hide_chosen(tokens, chosen, mark):\n    ...\n",
        solution=(
            "def hide_chosen(tokens, chosen, mark):\n"
            "    inputs = [mark if i in chosen else t for i, t in enumerate(tokens)]\n"
            "    targets = [t if i in chosen else -100 for i, t in enumerate(tokens)]\n"
            "    return inputs, targets\n"
        ),
        hint=_("Go through the places once for the inputs and once for the targets."),
    )


def _hidden(name: str, tokens: list[int], chosen: list[int]) -> Case:
    text = torch.tensor(tokens)
    gaps = torch.zeros(len(tokens), dtype=torch.bool)
    gaps[chosen] = True
    inputs, targets = text.masked_fill(gaps, MARK), text.masked_fill(~gaps, NOT_ASKED)
    return Case(name, (tokens, chosen, MARK), (inputs.tolist(), targets.tolist()))


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    targets_per_pass,
    marked_of_a_thousand,
    who_sees_the_answer,
    vector_of_two,
    prefix_pairs,
    hide_chosen,
)
