"""What Python makes of patterns, for `tests/js/length.test.mjs` to compare with."""

import json
import sys
from pathlib import Path
from typing import Any

from gptlab.sizes import PUBLISHED
from gptlab.widgets import length_lab_numbers as numbers

SETTINGS = ((8, 8, 2), (8, 4, 3), (5, 3, 4), (1, 1, 2), (32, 7, 1), (3, 12, 12))
LENGTHS = (8, 31)
LONG = (64, 500)


def cases() -> dict[str, Any]:
    return {
        "maps": [
            {
                "pattern": pattern,
                "n": n,
                "width": width,
                "stride": stride,
                "layers": layers,
                "needed": numbers.layers_needed(pattern, n, width, stride, layers).tolist(),
            }
            for pattern in numbers.PATTERNS
            for n in LENGTHS
            for width, stride, layers in SETTINGS
        ],
        "pairs": [
            [pattern, n, width, stride, numbers.pairs(pattern, n, width, stride)]
            for pattern in numbers.PATTERNS
            for n in (*LENGTHS, *LONG)
            for width, stride, _layers in SETTINGS
        ],
        "costs": [
            {"model": model, "n": 4096, "pairs": 999, "costs": numbers.text_costs(cfg, 4096, 999)}
            for model, cfg in zip(numbers.models(), PUBLISHED.values(), strict=True)
        ],
    }


if __name__ == "__main__":
    (Path(sys.argv[1]) / "length.json").write_text(json.dumps(cases()))
