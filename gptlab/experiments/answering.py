"""How often a model answers rightly, at each distance between the answer and the question."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Int
from torch import Tensor

from gptlab.evaluation import eval_mode
from gptlab.experiments.contenders import Model
from gptlab.experiments.tasks import NO_QUESTION, Task, Texts
from gptlab.gpt import GPT

AT_ONCE = 64  # texts in one pass


def answers(model: Model, texts: Texts) -> Int[Tensor, "text pos"]:
    """Let a model answer every question of some texts.

    A GPT reads as far back as its window allows, `n_ctx` tokens up to the question: of a longer
    text it never sees the rest. A recurrent model reads everything.

    Args:
        model: The model.
        texts: Texts of any length.

    Returns:
        The likeliest token at each question; `NO_QUESTION` elsewhere.
    """
    length = texts.tokens.shape[1]
    window = min(model.cfg.n_ctx, length) if isinstance(model, GPT) else length
    said = torch.full_like(texts.tokens, NO_QUESTION)
    with eval_mode(model), torch.inference_mode():
        start = [model(part[:, :window]).argmax(-1) for part in texts.tokens.split(AT_ONCE)]
        said[:, :window] = torch.cat(start)
        rows, late = texts.asked[:, window:].nonzero(as_tuple=True)
        if len(rows):
            views = texts.tokens.unfold(1, window, 1)[rows, late + 1]
            last = [model(part)[:, -1].argmax(-1) for part in views.split(4 * AT_ONCE)]
            said[rows, late + window] = torch.cat(last)
    return said.where(texts.asked, NO_QUESTION)


def share_right(said: Int[Tensor, "text pos"], texts: Texts) -> float:
    """Return the share of questions that were answered rightly.

    Args:
        said: The answers.
        texts: Texts with the right ones.
    """
    return (said == texts.targets)[texts.asked].float().mean().item()


def right_by_distance(
    said: Int[Tensor, "text pos"], texts: Texts, edges: Sequence[int]
) -> list[float]:
    """Return the share of right answers, distance by distance.

    Args:
        said: The answers.
        texts: Texts with the right ones.
        edges: Where each group of distances begins, and where the last one ends.

    Returns:
        One share for each group, from one edge up to but not including the next.

    Raises:
        ValueError: No question has a distance of some group.
    """
    right = (said == texts.targets)[texts.asked].float()
    distances = texts.distances[texts.asked]
    shares = []
    for low, high in pairwise(edges):
        there = right[(distances >= low) & (distances < high)]
        if not len(there):
            raise ValueError(
                f"no question asks at a distance from {low} to {high - 1}. Draw more texts, or "
                "longer ones."
            )
        shares.append(there.mean().item())
    return shares


def last_k(task: Task, k: int, n_texts: int, generator: torch.Generator) -> float:
    """Measure how often one is right who has seen the last `k` tokens alone, and counted.

    For each row of `k` tokens the commonest answer after it is looked up; a row that was never seen
    gets the commonest answer of all.

    Args:
        task: What is asked.
        k: Tokens that are seen, the question among them; 0 knows the task's answers only.
        n_texts: Texts that are counted, and as many that are asked.
        generator: Where they are drawn from.
    """
    counted, asked = task.draw(n_texts, generator), task.draw(n_texts, generator)
    commonest = counted.targets[counted.asked].mode().values.item()
    seen: dict[tuple[int, ...], dict[int, int]] = {}
    for context, answer in _contexts(counted, k):
        answers_there = seen.setdefault(context, {})
        answers_there[answer] = answers_there.get(answer, 0) + 1
    best = {context: max(found, key=found.__getitem__) for context, found in seen.items()}
    pairs = _contexts(asked, k)
    return sum(best.get(context, commonest) == answer for context, answer in pairs) / len(pairs)


def _contexts(texts: Texts, k: int) -> list[tuple[tuple[int, ...], int]]:
    rows = list(zip(texts.tokens.tolist(), texts.targets.tolist(), strict=True))
    return [
        (tuple(tokens[max(0, at + 1 - k) : at + 1]), target)
        for tokens, targets in rows
        for at, target in enumerate(targets)
        if target != NO_QUESTION
    ]
