"""What Python expects next, in a file that `tests/js/nexttoken.test.mjs` compares the page with."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from gptlab import checkpoints
from gptlab.decoding import Sampling
from gptlab.widgets import CheckpointSlider, NextToken
from gptlab.widgets.deciding import decision, stages
from gptlab.widgets.next_token_words import next_token_words
from gptlab.widgets.predicting import prediction
from tests.buffers import spelled_out

TEXTS = (
    "The cat sat on the mat",
    "To be, or not to be",
    "The 牡丹 is 美 👩‍🚀!",
    "{n} <script>&\n\ttab",
    "春眠不觉晓",
    "Good night. " * 60,
)
RULES = (
    Sampling(),
    Sampling(temperature=0.0),
    Sampling(temperature=0.05),
    Sampling(temperature=0.7, top_k=5),
    Sampling(temperature=1.8, top_p=0.6),
    Sampling(temperature=1.2, top_k=40, top_p=0.9),
    Sampling(temperature=5.0),
)
WRITTEN = 10  # tokens


def cases() -> dict[str, Any]:
    models = {"shakespeare": checkpoints.locate("shakespeare"), **_snapshots()}
    return {
        "files": {name: str(path) for name, path in models.items()},
        "steps": list(checkpoints.snapshots("lesson")),
        "words": next_token_words(),
        "vocabulary": NextToken("a").vocabulary,
        "answers": [_answer(name, text) for name in ("shakespeare", "500") for text in TEXTS],
        "errors": [NextToken("").next],
        "decisions": [_decision(logits, rule) for logits in _logits() for rule in RULES],
        "writings": [_writing(rule, seed) for seed, rule in enumerate(RULES)],
        "trajectories": [CheckpointSlider(text).trajectory for text in (*TEXTS, "")],
    }


def _snapshots() -> dict[str, Path]:
    return {str(step): path for step, path in checkpoints.snapshots("lesson").items()}


def _answer(model: str, text: str) -> dict[str, Any]:
    widget = NextToken(text, model=model) if model == "shakespeare" else _trained(text)
    found = stages(widget.next)
    return {"model": model, "next": widget.next, "stages": [vars(stage) for stage in found]}


def _trained(text: str) -> NextToken:
    return NextToken(text, model="lesson", checkpoint=7, written=[10, 2000])


def _logits() -> list[np.ndarray]:
    drawn = np.random.default_rng(0).normal(0, 4, 300).astype("<f4")
    tied = np.array([1, 3, 3, 2, 3, -40, -200], dtype="<f4")
    return [drawn, tied]


def _decision(logits: np.ndarray, rule: Sampling) -> dict[str, Any]:
    made = []
    for step in range(5):
        answer = {"logits": logits.tobytes(), "written": [0] * step}
        decided = decision(answer, rule, seed=3)
        made.append({"token": decided.token, "u": decided.u, "start": decided.start})
    cut = [token for token in range(len(logits)) if decided.is_cut(token)]
    return {
        "logits": logits.tobytes(),
        "rule": _rule(rule, 3),
        "order": decided.order.tolist(),
        "own": decided.own.tolist(),
        "made": decided.made.tolist(),
        "cut": cut,
        "draws": made,
    }


def _writing(rule: Sampling, seed: int) -> dict[str, Any]:
    backend, text = NextToken("a").backend, "O 牡"
    written: list[int] = []
    for _step in range(WRITTEN):
        written.append(decision(prediction(backend, text, written), rule, seed).token)
    return {"text": text, "rule": _rule(rule, seed), "written": written}


def _rule(rule: Sampling, seed: int) -> dict[str, Any]:
    return {
        "temperature": rule.temperature,
        "topK": rule.top_k,
        "topP": rule.top_p,
        "seed": seed,
    }


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    (folder / "nexttoken.json").write_text(json.dumps(spelled_out(cases())))
