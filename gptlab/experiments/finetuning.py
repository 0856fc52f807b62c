"""Ways of fine-tuning against the number of labels, and what each costs on the old text.

The task is the genre of a play from one speech, judged on plays that no model here has read. The
body is the model that ships with gptlab; everybody gets the same labelled speeches and steps.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import permutations

import torch
from torch.nn import functional as F

from gptlab import checkpoints, corpora
from gptlab.catalogue import text as _
from gptlab.data import Split
from gptlab.evaluation import eval_mode, evaluate
from gptlab.experiments.comparing import part_of
from gptlab.experiments.experiment import Experiment, Numbers, Progress, Shorter
from gptlab.finetuning import (
    Full,
    Judged,
    Labelled,
    LastLayer,
    LoRA,
    Method,
    Task,
    balanced,
    genre,
    macro_accuracy,
    merged,
    share_trained,
    train_best,
    with_head,
    without_head,
)
from gptlab.finetuning.baselines import by_counted_words
from gptlab.gpt import GPT
from gptlab.schedule import Steps
from gptlab.tokenizers import Tokenizer
from gptlab.training import Training
from gptlab.untrained import untrained_twin

MODEL, OTHER = "shakespeare", "twin_next"
LABELS = (30, 150, 750)
QUICK_LABELS = (150,)
METHODS: dict[str, Method] = {"full": Full(), "last layer": LastLayer(), "LoRA": LoRA()}
SCRATCH, COUNTS = "from scratch", "TF-IDF"
CONTENDERS = (*METHODS, SCRATCH, COUNTS)
FASTER = 10  # times the rates, from scratch: about what the body was first trained with
CHANCE = 1 / 3
N_STEPS, BATCH, LOOKS = 60, 16, 4
LONGEST = 40  # tokens that are read of a speech, its last ones
N_VALIDATED, N_TESTED = 60, 300  # speeches, each genre as often as any other
N_OLD = 6_000  # characters of held-out plays that the old text's loss is measured on
PROMPT = "\n\nThis is a"
WRONG = 0.4  # share of labels that are made wrong on purpose
CLEAR = 0.03


@cache
def task() -> Task:
    """Return the task, with fewer speeches to choose by and to judge by."""
    whole = genre()
    return replace(
        whole,
        validation=balanced(whole.validation, whole.classes, N_VALIDATED),
        test=balanced(whole.test, whole.classes, N_TESTED),
    )


def noisy(given: Task, generator: torch.Generator) -> list[int]:
    """Return labels of the training speeches, `WRONG` of them wrong, as numbers."""
    n, n_classes = len(given.train), len(given.classes)
    moved = torch.rand(n, generator=generator) < WRONG
    by = torch.randint(1, n_classes, (n,), generator=generator) * moved
    right = torch.tensor([given.classes.index(each.label) for each in given.train])
    return ((right + by) % n_classes).tolist()


def shuffled(given: Task, generator: torch.Generator) -> list[int]:
    """Return the labels of the training speeches, dealt out anew."""
    right = [given.classes.index(each.label) for each in given.train]
    return [right[i] for i in torch.randperm(len(right), generator=generator).tolist()]


def by_length(given: Task, generator: torch.Generator) -> list[int]:
    """Return labels of another task: whether a training speech is short, middling or long."""
    ranks = torch.tensor([len(each.text) for each in given.train]).argsort().argsort()
    return (ranks * len(given.classes) // len(ranks)).tolist()


def relabelled(given: Task, labels: Sequence[int]) -> Task:
    """Return the task with other labels to learn from."""
    train = (
        each._replace(label=given.classes[place])
        for each, place in zip(given.train, labels, strict=True)
    )
    return replace(given, train=tuple(train))


@cache
def old_text() -> Split:
    """Return the beginning of a held-out play as tokens."""
    return Split.of(corpora.shakespeare().validation[:N_OLD], opened(MODEL)[1])


@cache
def opened(name: str) -> tuple[GPT, Tokenizer]:
    """Open a model that ships with gptlab."""
    return checkpoints.load(name, device="cpu")


def prompted(
    model: GPT, tokenizer: Tokenizer, given: Sequence[Labelled], classes: Sequence[str]
) -> list[int]:
    """Ask for the classes without any training: which word is likeliest after “This is a”?

    What each word gets on average over all texts is taken away, since some are likelier anywhere.

    Args:
        model: A language model.
        tokenizer: Its own.
        given: Texts, of which the last tokens are read.
        classes: The words.

    Returns:
        The place of the likeliest class for each text.

    Source: Zhao et al. 2021 (Calibrate before use), section 4, with the mean as the null input.
    """
    found = torch.zeros(len(given), len(classes), dtype=torch.float64)
    for row, each in enumerate(given):
        start = tokenizer.encode(f"{each.text}{PROMPT}")[-LONGEST:]
        for column, name in enumerate(classes):
            word = tokenizer.encode(f" {name}")
            with eval_mode(model), torch.inference_mode():
                logits = model(torch.tensor([start + word]))[0, len(start) - 1 : -1]
            found[row, column] = -F.cross_entropy(logits, torch.tensor(word), reduction="sum")
    return (found - found.mean(dim=0)).argmax(dim=1).tolist()


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """What came of a fine-tuning.

    Args:
        test: The answers on the test speeches.
        body: The body afterwards, without its head.
    """

    test: Judged
    body: GPT


def tuned(
    body: GPT,
    tokenizer: Tokenizer,
    method: Method,
    given: Task,
    seed: int,
    progress: Progress,
    *,
    scale: float = 1.0,
) -> Tuned:
    """Fine-tune a body, keep the weights that did best on validation, and ask the test speeches.

    Args:
        body: What is fine-tuned; a copy of it.
        tokenizer: Its own.
        method: Which weights are trained.
        given: The labelled speeches.
        seed: Of what is drawn.
        progress: Hears the share that is done.
        scale: What the method's own learning rates are multiplied by.
    """
    generator = torch.Generator().manual_seed(seed)
    model = with_head(body, given.classes)
    method.prepare(model, generator)
    data = given.splits(tokenizer, body.cfg.d_vocab, LONGEST)
    objective = given.objective(body.cfg.d_vocab)
    own = method.recipe
    recipe = replace(
        own,
        lr=own.lr * scale,
        matrix_lr=own.matrix_lr * scale,
        batch_size=BATCH,
        evaluations=LOOKS,
    )
    run = Training(
        model, data, budget=Steps(N_STEPS), recipe=recipe, seed=seed, objective=objective
    )
    for result in train_best(run):
        progress(result.progress)
    return Tuned(test=objective.evaluate(model, data.test), body=without_head(merged(model)))


def measure(seed: int, progress: Progress, n_labels: Sequence[int] = LABELS) -> Numbers:
    """Fine-tune in every way with every number of labels.

    Args:
        seed: Of the labels that are drawn, of fresh weights, and of batches.
        progress: Hears the share that is done.
        n_labels: How many labelled speeches to learn from.

    Returns:
        `labels`; for each of `CONTENDERS` `NAME: right`, its macro-accuracy on test speeches by
        number of labels; for those with a body also `NAME: old text`, the loss of its body on a
        held-out play afterwards, in nats per token, and `NAME: share trained`; `old text
        before`; `prompted: right`, what a prompt gets without any training; and with most labels
        and LoRA what else can be changed: see `altered`.
    """
    found = Numbers({f"{name}: right": [] for name in CONTENDERS})
    found |= {f"{name}: old text": [] for name in METHODS}
    truth = [task().classes.index(each.label) for each in task().test]
    n_runs = (len(METHODS) + 1) * len(n_labels) + len(ALTERED) + 1
    done = 0
    for n in n_labels:
        for name in (*METHODS, SCRATCH):
            after = way(name, seed, part_of(progress, done, n_runs), n=n)
            _add(found, f"{name}: right", after.test.macro_accuracy)
            if name in METHODS:
                _add(found, f"{name}: old text", evaluate(after.body, old_text()).loss)
            done += 1
        given = task().fewer(n, seed=seed)
        _add(found, f"{COUNTS}: right", macro_accuracy(truth, by_counted_words(given)))
    body, tokenizer = opened(MODEL)
    found["labels"] = [float(n) for n in n_labels]
    said = prompted(body, tokenizer, task().test[::2], task().classes)
    found["prompted: right"] = macro_accuracy(truth[::2], said)
    found["old text before"] = evaluate(body, old_text()).loss
    found |= {f"{name}: share trained": _share(body, method) for name, method in METHODS.items()}
    rest = partial(_rest, progress, done / n_runs)
    return found | altered(seed, rest, n=max(n_labels))


def way(name: str, seed: int, progress: Progress, *, n: int) -> Tuned:
    """Train in one of the ways that are compared.

    Args:
        name: Of the way: one of `METHODS`, or `SCRATCH`.
        seed: Of the labels that are drawn, of fresh weights, and of batches.
        progress: Hears the share that is done.
        n: Labelled speeches to learn from.
    """
    body, tokenizer = opened(MODEL)
    given = task().fewer(n, seed=seed)
    if name == SCRATCH:
        fresh = untrained_twin(body, seed)
        return tuned(fresh, tokenizer, Full(), given, seed, progress, scale=FASTER)
    return tuned(body, tokenizer, METHODS[name], given, seed, progress)


def altered(seed: int, progress: Progress, *, n: int) -> Numbers:
    """Fine-tune by LoRA with labels that are worse, and another body.

    Args:
        seed: As in `measure`.
        progress: Hears the share that is done.
        n: How many labelled speeches to learn from.

    Returns:
        Macro-accuracies: `noisy labels`, `shuffled labels`, `labels of length` (the classes named
        as is best for them), and `another body`.
    """
    found, given = Numbers(), task().fewer(n, seed=seed)
    train_on = partial(tuned, method=LoRA(), seed=seed)
    for number, (name, make) in enumerate(ALTERED.items()):
        labels = make(given, torch.Generator().manual_seed(seed))
        part = part_of(progress, number, len(ALTERED) + 1)
        judged = train_on(*opened(MODEL), given=relabelled(given, labels), progress=part).test
        plain = range(len(given.classes))
        names = permutations(plain) if make is by_length else [plain]
        found[name] = max(
            macro_accuracy(judged.truth, torch.tensor(each)[judged.predicted]) for each in names
        )
    part = part_of(progress, len(ALTERED), len(ALTERED) + 1)
    other = train_on(*opened(OTHER), given=given, progress=part).test
    return found | {"another body": other.macro_accuracy}


def _rest(progress: Progress, done: float, share: float) -> None:
    progress(done + (1 - done) * share)


def _add(found: Numbers, name: str, number: float) -> None:
    curve = found[name]
    assert isinstance(curve, list)
    curve.append(number)


def _share(body: GPT, method: Method) -> float:
    model = with_head(body, task().classes)
    method.prepare(model, torch.Generator().manual_seed(0))
    return share_trained(model)


ALTERED = {"noisy labels": noisy, "shuffled labels": shuffled, "labels of length": by_length}


def differences(numbers: Numbers) -> dict[str, float]:
    """Name who is ahead by how much with most labels, in macro-accuracy, and what it costs."""
    right = {name: numbers[f"{name}: right"][-1] for name in CONTENDERS}  # type: ignore[index]
    before, full = numbers["old text before"], numbers["full: old text"]
    assert isinstance(before, float) and isinstance(full, list)
    return {
        "full − last layer": right["full"] - right["last layer"],
        "LoRA − last layer": right["LoRA"] - right["last layer"],
        "full − from scratch": right["full"] - right[SCRATCH],
        "LoRA − from scratch": right["LoRA"] - right[SCRATCH],
        "last layer − from scratch": right["last layer"] - right[SCRATCH],
        "LoRA − TF-IDF": right["LoRA"] - right[COUNTS],
        "old text, full − before": full[-1] - before,
    }


def verdict(runs: Sequence[Numbers]) -> str:
    """Say which differences every seed shows."""
    shown = [differences(run) for run in runs]
    clear = [n for n in shown[0] if min(each[n] for each in shown) > CLEAR]
    against = [n for n in shown[0] if max(each[n] for each in shown) < -CLEAR]
    return _(
        "In every seed above {clear}: {more}. Below −{clear}: {less}.",
        clear=CLEAR,
        more="; ".join(clear) or "–",
        less="; ".join(against) or "–",
    )


def quickly(seed: int, progress: Progress) -> Numbers:
    """Measure as `measure` does, with one number of labels."""
    return measure(seed, progress, QUICK_LABELS)


EXPERIMENT = Experiment(
    name="finetuning",
    question="Which weights should fine-tuning train, with how many labels, and what is forgotten?",
    claims=(
        "pretrain-then-finetune",
        "finetune-last-layer",
        "ft-more-data",
        "ft-relevant-data",
        "ft-other-pretrained",
    ),
    seeds=(0, 1, 2),
    measure=measure,
    verdict=verdict,
    tolerance=0.15,
    shorter=Shorter(measure=quickly, differences=differences, clear=CLEAR),
)
