"""What autograd finds on the way back, for `tests/js/unrolling.test.mjs` to compare with."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gptlab.widgets.backprop_through_time import BackpropThroughTime
from gptlab.widgets.unrolling import Settings, largest_stretch, sequence_of, unrolled, weights_of

TEXTS = (
    "hello",
    "The cat sat on the mat",
    "春眠不觉晓,春眠",
    "👩‍🚀 + 🐭 = 👩‍🚀?",
    "ab" * 40,
    "<b>{n}</b>",
)
SETTINGS = (
    Settings(),
    Settings(losses="last"),
    Settings(truncation=1),
    Settings(truncation=3, radius=1.2, seed=2),
    Settings(radius=1.0, recurrence="rotation", squash=False, losses="last"),
    Settings(radius=1.5, squash=False, truncation=5),
    Settings(radius=0.0, recurrence="rotation"),
)


def cases() -> list[dict[str, Any]]:
    return [_case(text, settings) for text in TEXTS for settings in SETTINGS]


def _case(text: str, settings: Settings) -> dict[str, Any]:
    sequence = sequence_of(text)
    walk = unrolled(sequence, settings)
    weights = weights_of(len(sequence.alphabet), settings)
    return {
        "text": text,
        "settings": asdict(settings),
        "signs": sequence.signs,
        "n_left_out": sequence.n_left_out,
        "weights": {name: weight.flatten().tolist() for name, weight in weights.items()},
        "states": walk.states.tolist(),
        "losses": walk.losses.tolist(),
        "arrived": walk.arrived.tolist(),
        "last_part": {name: part[-1].flatten().tolist() for name, part in walk.parts.items()},
        "sums": [
            {name: total.flatten().tolist() for name, total in walk.sums(walked).items()}
            for walked in (1, walk.n_steps)
        ],
        "stretch": largest_stretch(settings),
        "recorded": BackpropThroughTime(text, **asdict(settings)).recorded,
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(cases()))
