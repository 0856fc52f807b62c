"""One next token's probability at every snapshot of a training.

`js/answers/checkpoints.js` computes the same in the page; tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gptlab.widgets.backends import Backend
from gptlab.widgets.predicting import logits_of, prediction, ranked, softmax
from gptlab.widgets.spellings import spelling


def trajectory(
    snapshots: Sequence[Backend], text: str, written: Sequence[int] = ()
) -> dict[str, Any]:
    """Follow the token that the last snapshot finds likeliest through all of them.

    Args:
        snapshots: The models, in the order of training.
        text: What they read.
        written: Ids of the tokens written after it.

    Returns:
        `text` and `written` as they were asked, `error` (empty if there is an answer), the `token`
        and its `token_bytes` in hexadecimal, its `probabilities` as float32 bytes, and of the
        token that each snapshot finds likeliest, `best`, the id and `best_bytes`.
    """
    asked = {"text": text, "written": list(written)}
    answers = [prediction(snapshot, text, written) for snapshot in snapshots]
    if error := answers[-1]["error"]:
        nothing: dict[str, Any] = {"token": None, "token_bytes": "", "probabilities": b""}
        return asked | nothing | {"error": error, "best": [], "best_bytes": []}
    best = [int(ranked(logits_of(answer))[0]) for answer in answers]
    token = best[-1]
    best_bytes = [spelling(snapshots[-1], each).hex() for each in best]
    shares = [softmax(logits_of(answer))[token] for answer in answers]
    return asked | {
        "error": "",
        "token": token,
        "token_bytes": best_bytes[-1],
        "probabilities": np.array(shares, dtype="<f4").tobytes(),
        "best": best,
        "best_bytes": best_bytes,
    }
