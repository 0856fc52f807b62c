"""Exercises of lesson 9, whose answers the decoding rules and searches compute."""

from collections.abc import Callable
from itertools import islice

import torch

from gptlab.catalogue import text as _
from gptlab.config import GPTConfig
from gptlab.decoding import Beam, extended, keep_top_p, steps, with_temperature
from gptlab.exercises.choosing import Choice, choice
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.gpt import GPT

TREE = ((0.6, 0.4), ((0.5, 0.5), (0.9, 0.1)))  # two first tokens, then two after each
N_CTX, N_TEXT = 100, 101


def _searched(n_beams: int) -> Beam:
    """Search the tree of two steps."""
    step = extended([Beam()], torch.tensor([TREE[0]]).log(), n_beams)
    follows = torch.tensor([TREE[1][beam.tokens[0]] for beam in step.kept]).log()
    return extended(step.kept, follows, n_beams).kept[0]


def likelier_start() -> Number:
    """Ask for the probability of the text that two beams find in a tree of two steps."""
    found, greedy = (_searched(n_beams) for n_beams in (2, 1))
    share, missed = (float(torch.tensor(b.log_prob).exp()) for b in (found, greedy))
    return number(
        "09-likelier-start",
        _(
            "A first token is A with 0.6 or B with 0.4. After A come two tokens with 0.5 each, "
            "after B two with 0.9 and 0.1. What is the probability of the text that a beam of 2 "
            "returns, in percent?"
        ),
        answer=round(100 * share),
        tolerance=0,
        unit="%",
        hint=_("Multiply along each of the four paths."),
        solution=_(
            "{share:.2f}, by B. Greedy decoding begins with A and gets {missed:.2f}: the best "
            "start does not begin the best text.",
            share=share,
            missed=missed,
        ),
    )


def odds_at_half_temperature() -> Number:
    """Ask what a temperature does to odds."""
    shares = with_temperature(torch.tensor([3.0, 1.0]).log(), 0.5)
    odds = float(shares[0] / shares[1])
    return number(
        "09-odds-at-half-temperature",
        _(
            "One token is three times as likely as another. How many times as likely is it at "
            "temperature 0.5?"
        ),
        answer=round(odds, 4),
        tolerance=0.01,
        unit=_("times"),
        hint=_("The scores are divided by 0.5. What happens to e to the power of a difference?"),
        solution=_("{odds:.0f} times: temperature T turns odds into odds to the 1/T.", odds=odds),
    )


def what_is_left_of_the_text() -> Number:
    """Ask how much of a text the model sees after its window moved."""
    cfg = GPTConfig(d_vocab=2, n_ctx=N_CTX, d_model=2, n_layers=1, n_heads=1)
    _first, step = islice(steps(GPT(cfg), [0] * (N_TEXT - 1)), 2)
    kept = step.n_seen
    return number(
        "09-what-is-left-of-the-text",
        _(
            "A model has a window of {n_ctx} tokens. gptlab moves a window that is full to its "
            "newest half. Of a text of {n} tokens, how many does the model see when it writes the "
            "next one?",
            n_ctx=N_CTX,
            n=N_TEXT,
        ),
        answer=kept,
        tolerance=0,
        unit=_("tokens"),
        hint=_("Prompt and written tokens share one window."),
        solution=_("{kept}. What stood before has no effect on anything any more.", kept=kept),
    )


def what_differs() -> Choice:
    """Ask why two answers to one question differ."""
    return choice(
        "09-what-differs",
        _(
            "A model with the same weights is asked the same question twice, at temperature 1, "
            "and answers differently. What was different?"
        ),
        options={
            "a": _("The weights: the first answer was learned."),
            "b": _("The random numbers that drew the tokens."),
            "c": _("The probabilities of the first token."),
        },
        answer="b",
        reasons={
            "a": _("No weight changes when a model answers: compare the hashes."),
            "b": _("With the same seed both answers would be the same."),
            "c": _("Same weights, same prompt: the first distribution is the same."),
        },
        hint=_("What does `generate` take besides model, prompt and rule?"),
        solution=_(
            "The first distribution is the same to the last bit. The draw picks another token from "
            "it, and from there on the texts, and so the distributions, part."
        ),
    )


def smallest_set() -> Code:
    """Ask for the tokens that top-p keeps."""
    return code(
        "09-smallest-set",
        _(
            "Write `smallest_set(probs, p)`: the places of the likeliest tokens that reach the "
            "probability p together, likeliest first, and no more than needed. `probs` is a list; "
            "no two are equal."
        ),
        cases=[
            _kept(_("two are needed"), [0.2, 0.5, 0.3], 0.6),
            _kept(_("one reaches it alone"), [0.1, 0.7, 0.2], 0.5),
            _kept(_("the likeliest always stays"), [0.5, 0.3, 0.2], 0.1),
            _kept(_("four tokens"), [0.05, 0.15, 0.3, 0.5], 0.9),
        ],
        stub="def smallest_set(probs, p):\n    ...\n",
        solution=(
            "def smallest_set(probs, p):\n"
            "    kept, total = [], 0.0\n"
            "    for place in sorted(range(len(probs)), key=lambda i: -probs[i]):\n"
            "        if total >= p:\n"
            "            break\n"
            "        kept.append(place)\n"
            "        total += probs[place]\n"
            "    return kept\n"
        ),
        hint=_("Sort the places, and stop as soon as those before reach p."),
    )


def beam_step() -> Code:
    """Ask for one step of a beam search."""
    return code(
        "09-beam-step",
        _(
            "Write `beam_step(beams, follows, k)`. `beams` is a list of (tokens, log-probability), "
            "`follows[i]` lists the log-probability of each next token after beam i. Return the k "
            "best longer beams, best first, tokens as lists."
        ),
        cases=[
            _stepped(_("one beam"), [([], 0.0)], [[-1.0, -2.0, -0.5]], 2),
            _stepped(
                _("the worse beam goes on better"),
                [([1], -1.0), ([2], -2.0)],
                [[-4.0, -2.0], [-0.5, -5.0]],
                2,
            ),
            _stepped(
                _("one beam takes all places"),
                [([1], -1.0), ([2], -9.0)],
                [[-1.0, -1.5], [-0.5, -0.25]],
                2,
            ),
        ],
        stub="def beam_step(beams, follows, k):\n    ...\n",
        solution=(
            "def beam_step(beams, follows, k):\n"
            "    longer = [(tokens + [token], log_prob + more)\n"
            "              for (tokens, log_prob), row in zip(beams, follows)\n"
            "              for token, more in enumerate(row)]\n"
            "    return sorted(longer, key=lambda beam: -beam[1])[:k]\n"
        ),
        hint=_("First all extensions of all beams in one list, then the best k of that list."),
    )


def _kept(name: str, probs: list[float], p: float) -> Case:
    left = keep_top_p(torch.tensor(probs, dtype=torch.float64), p)
    return Case(name, (probs, p), left.argsort(descending=True)[: int((left > 0).sum())].tolist())


def _stepped(
    name: str, beams: list[tuple[list[int], float]], follows: list[list[float]], k: int
) -> Case:
    before = [Beam(tokens=tuple(tokens), log_prob=log_prob) for tokens, log_prob in beams]
    kept = extended(before, torch.tensor(follows, dtype=torch.float64), k).kept
    return Case(name, (beams, follows, k), [(list(beam.tokens), beam.log_prob) for beam in kept])


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    likelier_start,
    odds_at_half_temperature,
    what_is_left_of_the_text,
    what_differs,
    smallest_set,
    beam_step,
)
