"""What torch makes of texts of the recall task, for `tests/js/remembering.test.mjs`."""

import json
import sys
from pathlib import Path
from typing import Any

from gptlab.experiments.keeping import FILE, Kept, kept
from gptlab.widgets.remembering import reading, text_of

TEXTS = ((2, 1, 0), (0, 5, 1), (7, 24, 0), (3, 63, 2), (4, 64, 3), (1, 100, 4), (5, 255, 5))


def cases() -> list[dict[str, Any]]:
    return [_case(each, *text) for each in kept() for text in TEXTS]


def _case(each: Kept, key: int, distance: int, seed: int) -> dict[str, Any]:
    tokens = text_of(key, distance, seed)
    found = reading(each, tokens)
    return {
        "name": each.name,
        "n_kept": each.n_kept,
        "text": {"key": key, "distance": distance, "seed": seed},
        "tokens": tokens,
        "shares": found.shares.tolist(),
        "states": found.states.tolist(),
        "asked": found.asked.tolist(),
        "pattern": found.pattern.tolist(),
    }


if __name__ == "__main__":
    stored = {"file": str(FILE), "cases": cases()}
    Path(sys.argv[1]).write_text(json.dumps(stored))
