"""What a fine-tuned model makes of a text: every number that `FinetuneLab` shows.

`js/answers/finetune.js` computes the same in the page; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from torch.nn import functional as F

from gptlab.evaluation import eval_mode
from gptlab.experiments.taught import LONGEST, Lab, Run
from gptlab.finetuning import Classifier, merged, trained, without_head
from gptlab.gpt import GPT
from gptlab.tokenizers import Tokenizer
from gptlab.widgets.attending import empty_text
from gptlab.widgets.backends import GPTBackend, newest
from gptlab.widgets.predicting import logged, ranked, softmax
from gptlab.widgets.spellings import spelled

N_LIKELIEST = 8
Answer = dict[str, Any]


def answered(lab: Lab, text: str, method: str, rank: int, n_labels: int) -> Answer:
    """Ask the model before and after it was fine-tuned about a text.

    Args:
        lab: The models.
        text: Any text; its newest tokens are read.
        method: One of `taught.METHODS`.
        rank: Of the adapter; it counts for `lora` alone.
        n_labels: How many labelled speeches were learned from.

    Returns:
        What was asked (`text`, `method`, `rank`, `n_labels`), an `error` or "", the tokens (`ids`,
        `lengths`, `bytes`, `n_left_out`); as `shares` the probability of each class `before`,
        `after` and from a model with random weights that was fine-tuned alike (`control`); as
        `next` the likeliest next tokens of the body `before` and `after`; `surprise`, the mean of
        the text's own tokens before and after, in nats; `merged`, by how much the logits of merged
        and unmerged weights differ at most; `n_changed` of `n_weights` that were trained. What
        has no adapter has nothing `after`. `from_recorded` is for the page.

    Raises:
        ValueError: There is no such run.
    """
    run = lab.run(method, rank, n_labels)
    every = lab.tokenizer.encode(text)
    ids, n_left_out = newest(every, LONGEST)
    answer: Answer = {
        "text": text, "method": method, "rank": rank, "n_labels": n_labels,
        "error": "" if ids else empty_text(),
        **spelled(GPTBackend(lab.base, lab.tokenizer), ids),
        "n_left_out": n_left_out,
        "shares": {"before": [], "after": [], "control": []},
        "next": {"before": [], "after": []},
        "surprise": [None, None],
        "merged": 0.0,
        "n_changed": 0,
        "n_weights": sum(w.numel() for w in lab.base.parameters()),
        "from_recorded": None,
    }  # fmt: skip
    if not ids:
        return answer
    n = len(lab.classes)
    before = _logits(lab.base, ids)
    control = _classes(lab.control(n_labels), ids)
    answer["shares"] = {
        "before": [1 / n] * n,  # the head begins at zero
        "after": [],
        "control": softmax(control).tolist(),
    }
    answer["next"]["before"] = _likeliest(lab.tokenizer, before[-1])
    answer["surprise"][0] = _surprise(before, ids)
    return answer | _after(lab, run, ids, answer) if run.adapter else answer


def class_logits(lab: Lab, run: Run, ids: Sequence[int]) -> Float32[np.ndarray, " n_classes"]:
    """Return what a run's classifier says about tokens."""
    return _classes(lab.classifier(run), ids)


def recorded(lab: Lab, answer: Answer) -> Answer:
    """Take down the logits of the classes, for a page to compare its own with."""
    asked = {name: answer[name] for name in ("text", "method", "rank", "n_labels")}
    run = lab.run(answer["method"], answer["rank"], answer["n_labels"])
    if answer["error"] or not run.adapter:
        return asked | {"next": []}
    return asked | {"next": logged(class_logits(lab, run, answer["ids"]))}


def _after(lab: Lab, run: Run, ids: Sequence[int], answer: Answer) -> Answer:
    beside = lab.classifier(run)
    plain = merged(beside)
    body = without_head(plain)
    classes, logits = _classes(plain, ids), _logits(body, ids)
    off = np.abs(classes - _classes(beside, ids)).max()
    return {
        "shares": answer["shares"] | {"after": softmax(classes).tolist()},
        "next": answer["next"] | {"after": _likeliest(lab.tokenizer, logits[-1])},
        "surprise": [answer["surprise"][0], _surprise(logits, ids)],
        "merged": float(off),
        "n_changed": sum(w.numel() for w in trained(beside).values()),
    }


def _classes(model: Classifier, ids: Sequence[int]) -> Float32[np.ndarray, " n_classes"]:
    return _logits(model, ids)[-1]


def _logits(model: GPT, ids: Sequence[int]) -> Float32[np.ndarray, "pos d_out"]:
    tokens = torch.tensor([list(ids)], dtype=torch.long, device=model.device)
    with eval_mode(model), torch.inference_mode():
        logits: np.ndarray = model(tokens)[0].float().cpu().numpy()
    return logits


def _surprise(logits: Float32[np.ndarray, "pos d_vocab"], ids: Sequence[int]) -> float | None:
    if len(ids) < 2:
        return None
    rows = torch.from_numpy(logits[:-1].astype(np.float64))
    return float(F.cross_entropy(rows, torch.tensor(list(ids[1:]))))


def _likeliest(tokenizer: Tokenizer, logits: Float32[np.ndarray, " d_vocab"]) -> list[Answer]:
    shares = softmax(logits)
    return [
        {"bytes": tokenizer.token_bytes(token).hex(), "probability": float(shares[token])}
        for token in ranked(logits)[:N_LIKELIEST].tolist()
    ]
