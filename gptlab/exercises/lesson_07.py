"""Exercises of lesson 7: what is trained, what is asked, what is measured."""

import math
from collections.abc import Callable

import torch
from torch.nn import functional as F

from gptlab.catalogue import text as _
from gptlab.config import GPTConfig
from gptlab.exercises.choosing import Choice, Order, choice, order
from gptlab.exercises.coding import Case, Code, code
from gptlab.exercises.exercise import Exercise
from gptlab.exercises.predicting import Number, number
from gptlab.gpt import GPT
from gptlab.objectives import NOT_ASKED

Row = list[float]

ROWS, COLUMNS, RANK = 192, 768, 8
SHARES = {"comedy": 0.6, "history": 0.2, "tragedy": 0.2}
N_PROMPT, REPLY = 3, (0.5, 0.25)


def numbers_in_an_adapter() -> Number:
    """Ask how many numbers a low-rank adapter trains."""
    return number(
        "07-numbers-in-an-adapter",
        _(
            "A matrix has {rows} × {columns} numbers. How many does an adapter of rank {rank} "
            "train in its place?",
            rows=ROWS,
            columns=COLUMNS,
            rank=RANK,
        ),
        answer=RANK * (ROWS + COLUMNS),
        tolerance=0,
        unit=_("numbers"),
        hint=_("It is a product of a tall, thin matrix and a low, wide one."),
        solution=_(
            "{rows} × {rank} and {rank} × {columns}, together {n:,}: {share:.0%} of {all:,}.",
            rows=ROWS,
            columns=COLUMNS,
            rank=RANK,
            n=RANK * (ROWS + COLUMNS),
            share=RANK * (ROWS + COLUMNS) / (ROWS * COLUMNS),
            all=ROWS * COLUMNS,
        ),
    )


def always_the_commonest() -> Number:
    """Ask what a predictor that looks at nothing gets in macro-accuracy."""
    rights = [name == max(SHARES, key=lambda each: SHARES[each]) for name in SHARES]
    return number(
        "07-always-the-commonest",
        _(
            "Of the test speeches {a:.0%} are from comedies, {b:.0%} from histories and {c:.0%} "
            "from tragedies. Someone always answers comedy. What is the macro-accuracy, the mean "
            "of the three shares that are right, each within its genre, in percent?",
            a=SHARES["comedy"],
            b=SHARES["history"],
            c=SHARES["tragedy"],
        ),
        answer=100 * sum(rights) / len(rights),
        tolerance=0.5,
        unit=_("%"),
        hint=_("All comedies are right. What share of the histories is?"),
        solution=_(
            "(1 + 0 + 0) / 3. Plain accuracy would call it 60 %, a number that says more about "
            "the test set than about the predictor."
        ),
    )


def loss_of_a_reply() -> Number:
    """Ask for the loss of a dialogue whose prompt is not asked for."""
    logits = torch.full((N_PROMPT + len(REPLY), 4), -math.inf, dtype=torch.float64)
    targets = torch.full((len(logits),), NOT_ASKED)
    for place, share in enumerate(REPLY, start=N_PROMPT):
        logits[place, 0], logits[place, 1] = math.log(share), math.log(1 - share)
        targets[place] = 0
    logits[:N_PROMPT] = 0
    bits = F.cross_entropy(logits, targets).item() / math.log(2)
    return number(
        "07-loss-of-a-reply",
        _(
            "A prompt has {n} tokens, the reply two. The model gives the reply's tokens "
            "probabilities of {p:g} and {q:g}. What is the loss of fine-tuning on it, in bits?",
            n=N_PROMPT,
            p=REPLY[0],
            q=REPLY[1],
        ),
        answer=round(bits, 9),
        unit=_("bits"),
        hint=_("−log₂ p, as a mean over the tokens that are asked for. The prompt is not."),
        solution=_(
            "(1 + 2) / 2 = {bits:g}. A bit is ln 2 = {nats:.2f} nats.", bits=bits, nats=math.log(2)
        ),
    )


def what_evaluation_changes() -> Choice:
    """Ask what measuring on the validation set does to the weights."""
    return choice(
        "07-what-evaluation-changes",
        _("You measure the loss on the validation set after every step. What does that change?"),
        options={
            "a": _("The weights, a little: towards what scores well there."),
            "b": _("Nothing in the model. It tells you when to stop."),
            "c": _("The learning rate falls."),
        },
        answer="b",
        reasons={
            "a": _("No gradient of that loss is computed. Compare hashes of the weights."),
            "b": "",
            "c": _("A schedule may look at it. The ones here look at the step alone."),
        },
        hint=_("Which call changes a weight?"),
        solution=_(
            "Only the optimizer's step writes weights, and it has the gradient of the training "
            "batch. What you choose by the validation loss, such as the moment to stop, depends on "
            "it, so the number that you report comes from a third part of the data."
        ),
    )


def what_keeps_it_near() -> Choice:
    """Ask what keeps a policy from writing nothing but what is rewarded."""
    return choice(
        "07-what-keeps-it-near",
        _(
            "A policy is trained for a reward that counts question marks, and soon writes nothing "
            "else. What does the term with the KL divergence do about it?"
        ),
        options={
            "a": _("It takes away reward for texts that the model before would hardly write."),
            "b": _("It makes the reward model stricter."),
            "c": _("It stops training when the reward is high."),
        },
        answer="a",
        reasons={
            "a": "",
            "b": _("The reward stays as it is. Something is subtracted from it."),
            "c": _("Nothing is stopped. The sum of two terms has a maximum of its own."),
        },
        hint=_("KL compares two distributions. Which two are there?"),
        solution=_(
            "reward − β · ln(p_now / p_before): a text that the model before found unlikely costs "
            "as much as its reward brings. β says how far the policy may go."
        ),
    )


def fewest_numbers_first() -> Order:
    """Ask which method trains fewest numbers."""
    cfg = GPTConfig(d_vocab=2048, n_ctx=256, d_model=192, n_layers=4, n_heads=6)
    with torch.device("meta"):
        body = GPT(cfg)
    n_head = cfg.d_model * 3 + 3
    matrices = [w for name, w in body.named_parameters() if name.endswith(("W_Q", "W_V"))]
    n_lora = sum(RANK * 2 * cfg.d_model for _each in matrices) + n_head
    return order(
        "07-fewest-numbers-first",
        _(
            "Order the methods by how many numbers they train, fewest first: a model of {n:,} "
            "numbers, three classes.",
            n=body.n_parameters,
        ),
        items={
            "a": _("all weights and a head"),
            "b": _("the head alone"),
            "c": _("LoRA of rank {rank} on queries and values, and a head", rank=RANK),
        },
        values={"a": body.n_parameters + n_head, "b": n_head, "c": n_lora},
        unit=_("numbers"),
        hint=_("A head is one matrix of width × classes, and a bias."),
        solution=_("The head reads off, LoRA adds a little to matrices, full training moves all."),
    )


def merged() -> Code:
    """Ask for the matrix that an adapter becomes a part of."""
    return code(
        "07-merged",
        _(
            "Write `merged(W, A, B, scale)` with lists of rows: W + scale · A B. `A` has as many "
            "rows as `W`, `B` as many columns."
        ),
        cases=[
            _merged(_("rank 1"), [[1.0, 0.0], [0.0, 1.0]], [[1.0], [2.0]], [[3.0, 0.0]], 1.0),
            _merged(_("a half counts"), [[0.0, 0.0]], [[2.0]], [[1.0, -1.0]], 0.5),
            _merged(
                _("rank 2"),
                [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
                [[1.0, 0.0], [0.0, 1.0]],
                [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]],
                2.0,
            ),
            _merged(_("a new adapter changes nothing"), [[7.0]], [[5.0]], [[0.0]], 1.0),
        ],
        stub="def merged(W, A, B, scale):\n    ...\n",
        solution=(
            "def merged(W, A, B, scale):\n"
            "    return [[W[i][j] + scale * sum(A[i][k] * B[k][j] for k in range(len(B)))\n"
            "             for j in range(len(W[0]))] for i in range(len(W))]\n"
        ),
        hint=_("Number (i, j) of a product: row i of `A` with column j of `B`."),
    )


def only_the_reply() -> Code:
    """Ask for inputs and targets of a cue and its reply."""
    return code(
        "07-only-the-reply",
        _(
            "Write `only_the_reply(prompt, reply)` for two lists of tokens. The model reads all "
            "but the last token, and each target is the token after. Return inputs and targets, "
            "with {n} where the target belongs to the prompt.",
            n=NOT_ASKED,
        ),
        cases=[
            _asked(_("one token of reply"), [1, 2], [3]),
            _asked(_("two"), [5, 6, 7], [8, 9]),
            _asked(_("a prompt of one token"), [4], [5, 6]),
        ],
        stub="def only_the_reply(prompt, reply):\n    ...\n",
        solution=(
            "def only_the_reply(prompt, reply):\n"
            "    text = prompt + reply\n"
            "    targets = [-100] * (len(prompt) - 1) + reply\n"
            "    return text[:-1], targets\n"
        ),
        hint=_("The last token of the prompt is asked for the first one of the reply."),
    )


def stop_early() -> Code:
    """Ask for early stopping."""
    return code(
        "07-stop-early",
        _(
            "Write `stop_early(losses, patience)`: go through validation losses in order, stop "
            "when `patience` in a row were not below the best so far, and return the place of the "
            "best, counted from 0."
        ),
        cases=[
            Case(_("it only falls"), ([3.0, 2.0, 1.0], 2), 2),
            Case(_("it turns up"), ([3.0, 2.0, 2.5, 2.6, 1.0], 2), 1),
            Case(_("patience is rewarded"), ([3.0, 2.0, 2.5, 2.6, 1.0], 3), 4),
            Case(_("no better is not better"), ([1.0, 1.0, 1.0, 0.5], 2), 0),
        ],
        stub="def stop_early(losses, patience):\n    best, waited = 0, 0\n    ...\n",
        solution=(
            "def stop_early(losses, patience):\n"
            "    best, waited = 0, 0\n"
            "    for place, loss in enumerate(losses[1:], start=1):\n"
            "        if loss < losses[best]:\n"
            "            best, waited = place, 0\n"
            "        else:\n"
            "            waited += 1\n"
            "        if waited == patience:\n"
            "            break\n"
            "    return best\n"
        ),
        hint=_("Keep two numbers: the place of the best, and how many have come since."),
    )


def _merged(name: str, W: list[Row], A: list[Row], B: list[Row], scale: float) -> Case:
    w, a, b = (torch.tensor(each, dtype=torch.float64) for each in (W, A, B))
    return Case(name, (W, A, B, scale), (w + scale * a @ b).tolist())


def _asked(name: str, prompt: list[int], reply: list[int]) -> Case:
    text = torch.tensor(prompt + reply)
    targets = text[1:].masked_fill(torch.arange(1, len(text)) < len(prompt), NOT_ASKED)
    return Case(name, (prompt, reply), (text[:-1].tolist(), targets.tolist()))


EXERCISES: tuple[Callable[..., Exercise], ...] = (
    numbers_in_an_adapter,
    always_the_commonest,
    loss_of_a_reply,
    what_evaluation_changes,
    what_keeps_it_near,
    fewest_numbers_first,
    merged,
    only_the_reply,
    stop_early,
)
