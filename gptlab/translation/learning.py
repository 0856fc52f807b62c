"""Learning to translate, the same way for an encoder–decoder and for a GPT."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F
from torch.optim import AdamW

from gptlab.attention import is_matrix
from gptlab.gpt import GPT
from gptlab.muon import Muon
from gptlab.schedule import learning_rate_scale
from gptlab.translation.encdec import EncDec
from gptlab.translation.language import END, START, Sentence, Words

Translator = EncDec | GPT
MATRIX_LR, LR = 0.02, 0.01  # of Muon for the matrices inside the blocks, of AdamW for the rest


@dataclass(frozen=True)
class Lesson:
    """Sentences of one shape as ids, so that a batch needs no padding.

    Args:
        source: English.
        target: French, from its start sign to its end sign.
    """

    source: Int[Tensor, "sentence source"]
    target: Int[Tensor, "sentence target"]


def shapes(sentences: Sequence[Sentence], words: Words) -> list[Lesson]:
    """Group sentences by their lengths in both languages."""
    groups: dict[tuple[int, int], list[Sentence]] = defaultdict(list)
    for sentence in sentences:
        groups[len(sentence.english), len(sentence.french)].append(sentence)
    return [
        Lesson(
            torch.tensor([words.encode(s.english) for s in group]),
            torch.tensor([words.encode((START, *s.french, END)) for s in group]),
        )
        for _lengths, group in sorted(groups.items())
    ]


def logits_of(
    model: Translator, source: Int[Tensor, "batch source"], target: Int[Tensor, "batch target"]
) -> Float[Tensor, "batch next d_vocab"]:
    """Return the logits of every target token but the start sign.

    An encoder–decoder gets source and target apart. A GPT has one input: it reads the source, the
    start sign and the target as one text, and what it says about the source is left out.
    """
    if isinstance(model, GPT):
        return model(torch.cat((source, target[:, :-1]), dim=1))[:, source.shape[1] :]
    return model(source, target[:, :-1])


def study(
    model: Translator,
    lessons: Sequence[Lesson],
    n_steps: int,
    *,
    generator: torch.Generator,
    batch_size: int = 64,
) -> Iterator[float]:
    """Train a translator, and yield each batch's loss in nats per target token.

    Muon moves the matrices inside the blocks and AdamW everything else, as for the GPT; the rates
    rise over the first tenth of the steps and fall over the last half.

    Args:
        model: The translator; it is changed.
        lessons: Sentences to learn from, by shape; each is drawn in proportion to its size.
        n_steps: Optimizer steps.
        generator: Draws the batches.
        batch_size: Sentences per step.
    """
    inside = {n: w for n, w in model.named_parameters() if "." in n and is_matrix(n)}
    inside.pop("positions.W_pos", None)
    others = [w for name, w in model.named_parameters() if name not in inside]
    optimizers = [
        Muon(inside.items(), lr=MATRIX_LR),
        AdamW(others, lr=LR, betas=(0.9, 0.95), weight_decay=0.0, fused=True),
    ]
    rates = (MATRIX_LR, LR)
    sizes = torch.tensor([len(lesson.source) for lesson in lessons], dtype=torch.float)
    model.train()
    for step in range(n_steps):
        scale = learning_rate_scale(step / n_steps, warmup=0.1, decay=0.5)
        for optimizer, rate in zip(optimizers, rates, strict=True):
            optimizer.param_groups[0]["lr"] = rate * max(scale, 0.01)
        lesson = lessons[int(torch.multinomial(sizes, 1, generator=generator))]
        rows = torch.randint(len(lesson.source), (batch_size,), generator=generator)
        target = lesson.target[rows]
        logits = logits_of(model, lesson.source[rows], target)
        loss = F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten())
        model.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        if not math.isfinite(loss.item()):
            raise ArithmeticError(
                f"step {step + 1} gave a loss of {loss.item()}; it must be finite. Train again "
                "with fewer steps or another seed."
            )
        yield loss.item()
